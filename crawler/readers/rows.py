"""Rows of a CSV file, whatever became of its quoting: a broken row costs itself, not the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.readers.base import MAX_FIELD, Refused, refused

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the header's names; `line` is where it begins, from 1."""

    line: int
    cells: dict[str, str]
    raw: str


def header_of(text: str) -> tuple[list[str], str] | None:
    """(column names, delimiter) of the first line that has something in it, if it is a row of names."""
    line = next((line for line in text[:200_000].splitlines() if line.strip()), "")
    # Spreadsheets put a line before the header that names the delimiter.
    if line.lower().startswith("sep=") and len(line.strip()) == 5:
        line = next((line for line in text.split("\n", 1)[1].splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=line.count)
    try:
        names = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return None
    names = [name.strip().strip('"').lstrip("\ufeff") for name in names]
    return (names, delimiter) if len(names) > 1 else None


def rows(text: str, row_start: re.Pattern[str]) -> Iterator[Row | Refused]:
    """The rows below the header. `row_start` matches what every row begins with, e.g. a registry id and a delimiter.

    A stray quote makes a parser take the following rows for one field: where a row has too many or too few cells and
    another row's beginning stands inside it, it is cut there and reading goes on from that place.
    """
    found = header_of(text)
    if found is None:
        yield refused("", text, "no header row")
        return
    names, delimiter = found
    at = _after_header(text)
    line = text.count("\n", 0, at) + 1
    while at < len(text):
        end = _row_end(text, at)
        piece = text[at:end]
        cells = _cells(piece, delimiter)
        if cells is None or len(cells) != len(names):
            inside = row_start.search(piece, piece.find("\n") + 1) if "\n" in piece.rstrip("\r\n") else None
            if inside is not None and inside.start() > 0:
                end = at + inside.start()
                piece = text[at:end]
                cells = _cells(piece, delimiter)
        yield from _row(piece, cells, names, line)
        line += piece.count("\n")
        at = end


def _row(piece: str, cells: list[str] | None, names: list[str], line: int) -> Iterator[Row | Refused]:
    if not piece.strip():
        return
    place = f"line {line}"
    if len(piece) > MAX_FIELD:
        yield refused(place, piece, f"a row of {len(piece):,} characters: its quoting must be broken")
    elif cells is None:
        yield refused(place, piece, "quoting is broken")
    elif len(cells) != len(names):
        if any(cell.strip() for cell in cells):
            yield refused(place, piece, f"{len(cells)} cells, but the header names {len(names)} columns")
    elif any(cell.strip() for cell in cells):
        yield Row(line, dict(zip(names, cells, strict=True)), piece)


def _after_header(text: str) -> int:
    at = 0
    for line in io.StringIO(text, newline=""):
        at += len(line)
        if line.strip() and not line.lower().startswith("sep="):
            return at
    return at


_LINE = re.compile(r"[^\n]*\n?")


def _row_end(text: str, at: int) -> int:
    """Where a row ends: at the first line break that no open quote is before."""
    quotes = 0
    while at < len(text):
        match = _LINE.match(text, at)
        end = match.end() if match else len(text)
        quotes += text.count('"', at, end)
        at = end
        if quotes % 2 == 0:
            break
    return at


def _cells(piece: str, delimiter: str) -> list[str] | None:
    if len(piece) > MAX_FIELD:
        return None
    try:
        csv.field_size_limit(MAX_FIELD + 1)
        found = list(csv.reader(io.StringIO(piece.rstrip("\r\n"), newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None

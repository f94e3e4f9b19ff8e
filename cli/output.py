"""Results for people and for machines: tables on a terminal, CSV, JSON, Markdown and Parquet for everything else."""

from __future__ import annotations

import shutil
import sys
import tempfile
from enum import StrEnum
from pathlib import Path

import duckdb
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.errors import UsageError
from kb.schema import quoted

MAX_TABLE_ROWS = 200
PIPE_WIDTH = 200  # a pipe has no width of its own

console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
notices = Console(stderr=True)


class Format(StrEnum):
    """How results are written."""

    table = "table"
    csv = "csv"
    json = "json"
    md = "md"
    parquet = "parquet"


_COPY_OPTIONS = {
    Format.csv: "FORMAT csv, HEADER",
    Format.json: "FORMAT json, ARRAY true",
    Format.parquet: "FORMAT parquet, COMPRESSION zstd",
}


def show_query(con: duckdb.DuckDBPyConnection, sql: str, form: Format, title: str | None = None) -> None:
    """Run a query and write its rows to standard output. Raises UsageError where the SQL is wrong."""
    try:
        if form in _COPY_OPTIONS:
            _copy(con, sql, form)
        else:
            _print_rows(con, sql, form, title)
    except duckdb.Error as error:
        raise UsageError(f"the query failed: {str(error).splitlines()[0]}") from error


def _copy(con: duckdb.DuckDBPyConnection, sql: str, form: Format) -> None:
    if form is Format.parquet and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal: send it to a file, e.g. … --format parquet > doses.parquet")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result"
        con.execute(f"COPY ({_bare(sql)}) TO {quoted(str(path))} ({_COPY_OPTIONS[form]})")
        sys.stdout.flush()
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _bare(sql: str) -> str:
    """The statement without the semicolon and the comments behind it."""
    text = sql.encode()  # places of tokens are told in bytes
    end = len(text)
    for start, kind in reversed(duckdb.tokenize(sql)):
        if kind is not duckdb.token_type.comment and text[start : start + 1] != b";":
            break
        end = start
    return text[:end].decode()


def _print_rows(con: duckdb.DuckDBPyConnection, sql: str, form: Format, title: str | None) -> None:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or []]
    rows = cursor.fetchmany(MAX_TABLE_ROWS)
    more = len(cursor.fetchmany(1))
    print_rows(names, rows, form, title)
    if not rows:
        notices.print("[dim]no rows[/dim]")
    if more:
        notices.print(f"[dim]only the first {MAX_TABLE_ROWS} rows; --format csv gives all of them[/dim]")


def print_rows(
    names: list[str], rows: list[tuple[object, ...]], form: Format = Format.table, title: str | None = None
) -> None:
    """Rows as Markdown, or as a table for the terminal."""
    if form is Format.md:
        _print_markdown(names, rows)
    else:
        print_table(names, rows, title)


def print_table(names: list[str], rows: list[tuple[object, ...]], title: str | None = None) -> None:
    """Rows as a table that people can read; numbers to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for position, name in enumerate(names):
        numeric = all(isinstance(row[position], int | float) or row[position] is None for row in rows)
        table.add_column(name, justify="right" if rows and numeric else "left", overflow="fold")
    for row in rows:
        # A text such as `[b]` is the registry's, not a style of ours.
        table.add_row(*(escape(cell_text(value)) for value in row))
    console.print(table)


def _print_markdown(names: list[str], rows: list[tuple[object, ...]]) -> None:
    print("| " + " | ".join(names) + " |")
    print("|" + "---|" * len(names))
    for row in rows:
        cells = (cell_text(value).replace("|", "\\|").replace("\n", " ") for value in row)
        print("| " + " | ".join(cells) + " |")


def cell_text(value: object) -> str:
    """A value for people: nothing for NULL, no trailing zeros, lists joined by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(cell_text(item) for item in value)
    return str(value)

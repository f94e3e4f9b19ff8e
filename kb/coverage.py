"""What of a registry record reaches no column: nothing may be lost in silence.

A leaf is covered by a column that is filled from its path, in a row that exists: the title of a measure without any
measurement is not covered by the rows of its measurements. Where columns only take numbers, dates or known words,
the value must be one. What is left out on purpose is in `kb/tables/left_out.tsv`, with the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from crawler.archive import Archive
from crawler.records import Record
from crawler.records import records as records_of
from crawler.replica.model import registry_model
from kb.schema import STUDY_ID, Column, read_tsv, tables

NO_COLUMN = "no column"
NO_ROW = "no row holds it"
UNREADABLE = "not readable as the column's type"

# These rules name a path without keeping its value.
_KEEPS_NOTHING = ("position", "parent id", "row id", "foreign key", "constant")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+|[1-9]\d{0,2}(,\d{3})+(\.\d+)?)([eE][-+]?\d{1,2})?\s*")
_WHOLE = re.compile(r"\s*[-+]?(\d+|[1-9]\d{0,2}(,\d{3})+)(\.0*)?\s*")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T.*)?)?)?")
_READABLE: dict[str, Callable[[str], object]] = {
    "INTEGER": _WHOLE.fullmatch,
    "BIGINT": _WHOLE.fullmatch,
    "DOUBLE": _NUMBER.fullmatch,
    "DATE": _DATE.fullmatch,
    "TIMESTAMP": _DATE.fullmatch,
    "BOOLEAN": re.compile("true|false").fullmatch,
}


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A leaf of the record that does not reach the tables: its path, in how many records, and why.

    `in_model`: the registry's published data model has it; else the registry or a store on the way added it.
    """

    path: str
    records: int
    reason: str
    in_model: bool


def coverage(records: Iterable[Mapping[str, Any]]) -> list[Uncovered]:
    """Walk records in the registry's shape; gives every leaf that reaches no column, by path and reason."""
    found: Counter[tuple[str, str]] = Counter()
    for record in records:
        lost: set[tuple[str, str]] = set()
        _walk(record, _Place("", record), lost)
        found.update(lost)
    return [Uncovered(path, n, reason, plain(path) in model_leaves()) for (path, reason), n in sorted(found.items())]


def stored_records(con: duckdb.DuckDBPyConnection, archive: Archive) -> Iterator[dict[str, Any]]:
    """The records that `ctgov` was filled from, out of the raw archive. Raises ArchiveError."""
    for body, places in con.execute(_BODIES).fetchall():
        wanted = set(places)
        # A body's kind only decides how strictly ids are asked for; these records were accepted before.
        for place, item in enumerate(records_of(archive.read(body), "file"), start=1):
            if place in wanted and isinstance(item, Record):
                yield item.data


_BODIES = """
WITH current AS (
    SELECT arg_max(body_sha256, version_no) AS body_sha256, arg_max(record_no, version_no) AS record_no
    FROM history.study_versions WHERE nct_id IN (SELECT nct_id FROM ctgov.studies) GROUP BY nct_id)
SELECT body_sha256, list(record_no) FROM current GROUP BY body_sha256 ORDER BY body_sha256
"""


@cache
def model_leaves() -> frozenset[str]:
    """Paths, without brackets, of every leaf of the registry's data model."""
    leaves = [f.path for f in registry_model().fields if not f.is_branch and f.type != "GeoPoint"]
    points = [f.path for f in registry_model().fields if f.type == "GeoPoint"]
    return frozenset([*leaves, *(f"{path}.{axis}" for path in points for axis in ("lat", "lon"))])


def model_gaps() -> list[str]:
    """Leaves of the registry's data model that no column names and nobody left out on purpose."""
    named = {plain(path) for path in _covers()}
    return sorted(path for path in model_leaves() if path not in named and not _left_out(path))


def plain(path: str) -> str:
    """A path as the registry's data model writes it: without brackets for arrays."""
    return path.replace("[]", "")


@dataclass(slots=True)
class _Cover:
    """What is known of a leaf's path: arrays below the leaf's own that make its rows, and which values are kept."""

    below: list[str] = field(default_factory=list)
    readable: list[Callable[[str], object]] = field(default_factory=list)
    always: bool = False
    any_value: bool = False
    words: set[str] = field(default_factory=set)


@cache
def _covers() -> dict[str, _Cover]:
    covers = {STUDY_ID: _Cover(always=True, any_value=True)}
    for table in tables("ctgov").values():
        for source in table.sources:
            for column in source.columns:
                if column.path and not column.rule.startswith(_KEEPS_NOTHING):
                    _add(covers.setdefault(column.path, _Cover()), column, source.rows)
    return covers


def _add(cover: _Cover, column: Column, rows: str) -> None:
    home = _array_of(column.path)
    if rows.startswith(home) and rows != home:
        cover.below.append(rows[len(home) :].lstrip("."))
    else:
        cover.always = True
    if column.rule.startswith("includes "):
        cover.words.add(column.rule.removeprefix("includes "))
    elif column.type in _READABLE and column.rule != "yes or no":
        cover.readable.append(_READABLE[column.type])
    elif column.rule == "yes or no":
        cover.readable.append(_READABLE["BOOLEAN"])
    else:
        cover.any_value = True


def _array_of(path: str) -> str:
    """The innermost array that a leaf lies in: `a[].b[].c.d` gives `a[].b[]`; none gives nothing."""
    return path[: path.rfind("[]") + 2] if "[]" in path else ""


@dataclass(slots=True)
class _Place:
    """The element of the innermost array on the way, or the record: what rows below are counted in."""

    array: str
    element: Any
    has_rows: dict[str, bool] = field(default_factory=dict)


def _walk(value: Any, place: _Place, lost: set[tuple[str, str]], path: str = "") -> None:  # noqa: ANN401  any JSON
    if isinstance(value, Mapping):
        for key, below in value.items():
            _walk(below, place, lost, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for element in value:
            _walk(element, _Place(f"{path}[]", element), lost, f"{path}[]")
    elif value is not None:
        reason = _reason(path, value, place)
        if reason and not _left_out(path):
            lost.add((path, reason))


def _reason(path: str, value: Any, place: _Place) -> str:  # noqa: ANN401  any JSON leaf
    """Why a leaf is lost; empty where it is not."""
    cover = _covers().get(path)
    if cover is None:
        return NO_COLUMN
    if not cover.always and not any(_has_rows(place, below) for below in cover.below):
        return NO_ROW
    if cover.any_value:
        return ""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return "" if text in cover.words or any(reads(text) for reads in cover.readable) else UNREADABLE


def _has_rows(place: _Place, below: str) -> bool:
    if below not in place.has_rows:
        place.has_rows[below] = _any_element(place.element, below)
    return place.has_rows[below]


def _any_element(value: Any, below: str) -> bool:  # noqa: ANN401  any JSON
    """True if the arrays of a path below a value hold at least one element."""
    head, _, rest = below.partition("[]")
    for key in head.lstrip(".").split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    elements = [element for element in value if element is not None] if isinstance(value, list) else []
    return bool(elements) if not rest else any(_any_element(element, rest) for element in elements)


@cache
def _left_out(path: str) -> bool:
    path = plain(path)
    return any(path == gap or path.startswith(f"{gap}.") for gap in (row["path"] for row in read_tsv("left_out.tsv")))

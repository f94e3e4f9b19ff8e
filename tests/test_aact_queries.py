"""Queries of the kind that AACT's users write run as they stand, in PostgreSQL's dialect, and give what is right.

Each `tests/aact_queries/NN_name.sql` has its answer on the bundled sample in the `.csv` beside it: that which
PostgreSQL 15 gave to the same words on the same tables. `python -m bench.postgres` compares the two again.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import duckdb
import pytest

from kb.store import Store

QUERIES = sorted((Path(__file__).parent / "aact_queries").glob("*.sql"))


def plain(value: object) -> str:
    """A value as text, numbers in one spelling."""
    text = "" if value is None else str(value)
    if text in ("True", "False"):
        return text[0].lower()
    return f"{float(text):.9g}" if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text) else text


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_it_runs_unchanged(sample: duckdb.DuckDBPyConnection, path: Path) -> None:
    rows = sample.execute(path.read_text(encoding="utf-8")).fetchall()
    with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    assert expected
    assert [[plain(value) for value in row] for row in rows] == expected


def test_there_are_thirty() -> None:
    assert len(QUERIES) >= 30


def test_they_need_nothing_but_the_file(sample_store: Store) -> None:
    """A connection that knows nothing of this program: no search path, no settings."""
    with duckdb.connect(str(sample_store.current.resolve()), read_only=True) as con:
        for path in QUERIES:
            con.execute(path.read_text(encoding="utf-8")).fetchall()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("YYYY-MM-DD", "2024-05-06"),
        ("Mon DD, YYYY", "May 06, 2024"),
        ("Day Dy Month", "Monday Mon May"),
        ("YYYYMM HH24:MI:SS", "202405 17:08:09"),
        ("YY", "24"),
        ("", ""),
    ],
)
def test_dates_as_text(sample: duckdb.DuckDBPyConnection, pattern: str, text: str) -> None:
    sql = "SELECT to_char(TIMESTAMP '2024-05-06 17:08:09', ?), to_char(NULL::DATE, 'YYYY')"
    assert sample.execute(sql, [pattern]).fetchall() == [(text, None)]


@pytest.mark.parametrize(
    ("words", "pattern", "day"),
    [("2024-02-05", "YYYY-MM-DD", "2024-02-05"), ("05/2023", "MM/YYYY", "2023-05-01"), (None, "YYYY", "None")],
)
def test_texts_as_dates(sample: duckdb.DuckDBPyConnection, words: str | None, pattern: str, day: str) -> None:
    assert str(sample.execute("SELECT to_date(?, ?)", [words, pattern]).fetchall()[0][0]) == day

"""What a version must pass before it is published: yesterday's is better than a broken one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from crawler.errors import GateFailed
from kb.check_result import CheckResult
from kb.foreign_keys import ForeignKey, foreign_keys
from kb.gates import Limits, gates
from kb.schema import all_tables, tables

_UNREAD = "SELECT count(*) FROM ctgov.studies WHERE nct_id NOT IN (SELECT nct_id FROM extracted.extractions)"


def verify(con: duckdb.DuckDBPyConnection) -> list[CheckResult]:
    """Run every check of a version in itself and change nothing."""
    return [*_orphans(con), *_duplicates(con), *_repeated_ids(con), *_foreign_keys(con), _unread(con)]


def check(con: duckdb.DuckDBPyConnection, earlier: Path | None = None, limits: Limits | None = None) -> None:
    """Run every check, also against the published version at `earlier`, and note the results in `meta.quality_checks`.

    Raises GateFailed, naming each that failed.
    """
    results = [*verify(con), *gates(con, earlier, limits or Limits())]
    con.execute("DELETE FROM meta.quality_checks")
    con.executemany("INSERT INTO meta.quality_checks VALUES (?, ?, ?)", [[r.name, r.passed, r.detail] for r in results])
    failed = [f"{result.name} ({result.detail})" for result in results if not result.passed]
    if failed:
        way = "; if this is as it should be: --max-fall 1" if any(" before" in line for line in failed) else ""
        raise GateFailed("the new version was not published: " + "; ".join(failed) + way)


def _orphans(con: duckdb.DuckDBPyConnection) -> Iterator[CheckResult]:
    """Rows of a study that is not there."""
    for table in all_tables():
        if table.schema in ("ctgov", "extracted") and table.name != "studies":
            sql = f"SELECT count(*) FROM {table.full_name} ANTI JOIN ctgov.studies USING (nct_id)"
            yield CheckResult(f"{table.full_name} belongs to a study", _number(con, sql), "rows without a study")


def _duplicates(con: duckdb.DuckDBPyConnection) -> Iterator[CheckResult]:
    """Natural keys that stand for more than one row."""
    for table in all_tables():
        if table.schema in ("ctgov", "extracted", "history"):
            keys = ", ".join(table.key)
            sql = f"SELECT count(*) FROM (SELECT 1 FROM {table.full_name} GROUP BY {keys} HAVING count(*) > 1)"
            yield CheckResult(f"{table.full_name} has one row a key", _number(con, sql), "keys with several rows")


def _repeated_ids(con: duckdb.DuckDBPyConnection) -> Iterator[CheckResult]:
    """Values of `id` that stand for more than one row."""
    for table in tables("ctgov").values():
        if any(column.name == "id" for column in table.columns):
            sql = f"SELECT count(*) - count(DISTINCT id) FROM {table.full_name}"
            yield CheckResult(f"{table.full_name} has one row an id", _number(con, sql), "ids used again")


def _foreign_keys(con: duckdb.DuckDBPyConnection) -> Iterator[CheckResult]:
    for key in foreign_keys():
        rows, empty, wrong = con.execute(_followed(key)).fetchall()[0]
        missed = _number(con, _missed(key)) if empty else 0
        note = f"{rows - empty:,} of {rows:,} rows lead to one"
        name = f"ctgov.{key.table}.{key.column} leads to its row of ctgov.{key.parent}"
        yield CheckResult(name, wrong + missed, "rows lead nowhere or to another's", note)


def _followed(key: ForeignKey) -> str:
    """SQL: rows, rows without a key, rows whose key leads nowhere or to a row that does not match."""
    column = f'c."{key.column}"'
    return f"""
        SELECT count(*), count(*) FILTER ({column} IS NULL),
               count(*) FILTER ({column} IS NOT NULL AND (p.id IS NULL OR {key.differs("c", "p")}))
        FROM ctgov.{key.table} AS c LEFT JOIN ctgov.{key.parent} AS p ON p.id = {column}"""


def _missed(key: ForeignKey) -> str:
    """SQL: rows without a key although their row of the parent is there. Where the record has none, NULL is right."""
    return f"""
        SELECT count(*) FROM ctgov.{key.table} AS c SEMI JOIN ctgov.{key.parent} AS p ON {key.matches("c", "p")}
        WHERE c."{key.column}" IS NULL"""


def _unread(con: duckdb.DuckDBPyConnection) -> CheckResult:
    return CheckResult("every study was read by the extractors", _number(con, _UNREAD), "studies not read")


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    number: int = con.execute(sql).fetchall()[0][0]
    return number

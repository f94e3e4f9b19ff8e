"""What a version must pass before it is published: yesterday's is better than a broken one."""

from __future__ import annotations

import duckdb

from crawler.errors import GateFailed
from kb.schema import all_tables

_UNREAD = "SELECT count(*) FROM ctgov.studies WHERE nct_id NOT IN (SELECT nct_id FROM extracted.extractions)"


def check(con: duckdb.DuckDBPyConnection) -> None:
    """Run every check, note the results in `meta.quality_checks`. Raises GateFailed, naming each that failed."""
    results = [*_orphans(con), *_duplicates(con), _unread(con)]
    con.execute("DELETE FROM meta.quality_checks")
    for name, wrong, what in results:
        con.execute("INSERT INTO meta.quality_checks VALUES (?, ?, ?)", [name, wrong == 0, f"{wrong} {what}"])
    failed = [f"{name} ({wrong} {what})" for name, wrong, what in results if wrong]
    if failed:
        raise GateFailed("the new version was not published: " + "; ".join(failed))


def _orphans(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, str]]:
    """Rows of a study that is not there."""
    found = []
    for table in all_tables():
        if table.schema in ("ctgov", "extracted") and table.name != "studies":
            sql = f"SELECT count(*) FROM {table.full_name} ANTI JOIN ctgov.studies USING (nct_id)"
            found.append((f"{table.full_name} belongs to a study", _number(con, sql), "rows without a study"))
    return found


def _duplicates(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, str]]:
    """Natural keys that stand for more than one row."""
    found = []
    for table in all_tables():
        if table.schema in ("ctgov", "extracted", "history"):
            keys = ", ".join(table.key)
            sql = f"SELECT count(*) FROM (SELECT 1 FROM {table.full_name} GROUP BY {keys} HAVING count(*) > 1)"
            found.append((f"{table.full_name} has one row a key", _number(con, sql), "keys with several rows"))
    return found


def _unread(con: duckdb.DuckDBPyConnection) -> tuple[str, int, str]:
    return ("every study was read by the extractors", _number(con, _UNREAD), "studies not read")


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    number: int = con.execute(sql).fetchall()[0][0]
    return number

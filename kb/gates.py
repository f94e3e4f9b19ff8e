"""What a new version is held against: the one that it would replace.

A load that lost a child table, an extractor that stopped finding anything, a registry that answered with half of
itself: each leaves a file that is sound in itself. So what was there yesterday must, within limits, be there today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kb.check_result import CheckResult
from kb.schema import all_tables, quoted

_EARLIER = "earlier"
# Facts whose share of studies is watched, in the order of their tables.
_FACTS = ("doses", "ages", "endpoints", "arm_agents", "design_statistics", "criteria")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a version may differ from the one before; all are shares, 0 to 1.

    `max_fall`: rows that a table may lose · `max_rate_fall`: what the share of studies with a fact may lose of itself ·
    `max_failed`: extractors that may fail · `from_rows`: tables and facts with fewer rows before are only asked
    whether they are empty now · `from_rows_empty`: nothing is asked of those with fewer.
    """

    max_fall: float = 0.1
    max_rate_fall: float = 0.1
    max_failed: float = 0.02
    from_rows: int = 200
    from_rows_empty: int = 20


def gates(con: duckdb.DuckDBPyConnection, earlier: Path | None, limits: Limits) -> Iterator[CheckResult]:
    """Hold the version behind `con` against the published one at `earlier`; None: there is none yet."""
    yield _failed_extractors(con, limits)
    if earlier is None:
        return
    con.execute(f"ATTACH {quoted(str(earlier))} AS {_EARLIER} (READ_ONLY)")
    try:
        there = _tables_of(con)
        for table in all_tables():
            if table.schema in ("ctgov", "extracted", "history") and (table.schema, table.name) in there:
                now, before = (_rows(con, f"{place}{table.full_name}") for place in ("", f"{_EARLIER}."))
                yield _rows_kept(table.full_name, now, before, limits)
        if {("extracted", fact) for fact in _FACTS} <= there:
            for fact in _FACTS:
                yield _rate_kept(con, fact, limits)
    finally:
        con.execute(f"DETACH {_EARLIER}")


def _rows_kept(name: str, now: int, before: int, limits: Limits) -> CheckResult:
    note = f"{now:,} now, {before:,} before"
    if before and not now:
        lost = before if before >= limits.from_rows_empty and limits.max_fall < 1 else 0
        return CheckResult(f"{name} is not empty", lost, "rows lost, all there were", note)
    lost = before - now if before >= limits.from_rows and now < before * (1 - limits.max_fall) else 0
    return CheckResult(f"{name} keeps its rows", lost, f"rows lost, over {limits.max_fall:.0%}", note)


def _rate_kept(con: duckdb.DuckDBPyConnection, fact: str, limits: Limits) -> CheckResult:
    """Of the studies that both versions have: where fewer have a fact, the extractor lost it."""
    studies, now, before = con.execute(_RATES.format(fact=fact, earlier=_EARLIER)).fetchall()[0]
    fell = (
        studies >= limits.from_rows_empty
        and before >= limits.from_rows_empty
        and now < before * (1 - limits.max_rate_fall)
    )
    note = f"{now:,} now, {before:,} before, of {studies:,}"
    what = f"studies without them now, over {limits.max_rate_fall:.0%}"
    return CheckResult(f"extracted.{fact} is found as often as before", before - now if fell else 0, what, note)


_RATES = """
WITH both_have AS (
    SELECT nct_id FROM ctgov.studies SEMI JOIN {earlier}.ctgov.studies USING (nct_id))
SELECT count(*), count(*) FILTER (nct_id IN (SELECT nct_id FROM extracted.{fact})),
    count(*) FILTER (nct_id IN (SELECT nct_id FROM {earlier}.extracted.{fact}))
FROM both_have
"""


def _failed_extractors(con: duckdb.DuckDBPyConnection, limits: Limits) -> CheckResult:
    tried, failed = con.execute(
        "SELECT count(*), count(*) FILTER (status = 'failed') FROM extracted.extractions"
    ).fetchall()[0]
    wrong = failed if tried >= limits.from_rows_empty and failed > tried * limits.max_failed else 0
    return CheckResult("extractors do not fail", wrong, f"failures, over {limits.max_failed:.0%}", f"{failed:,} failed")


def _tables_of(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = con.execute(
        f"SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '{_EARLIER}'"
    ).fetchall()
    return {(schema, name) for schema, name in rows}


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> int:
    rows: int = con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    return rows

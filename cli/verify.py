"""The command verify: every check of the published version, and what of the raw records reaches no column."""

from __future__ import annotations

from typing import Annotated

import duckdb
import pyarrow as pa
import typer

from cli.options import DEFAULT_KB, FormatOption, KbOption
from cli.output import Format, console, show_query
from crawler.archive import Archive
from crawler.errors import KnowledgeBaseError
from kb import checks
from kb.check_result import CheckResult
from kb.coverage import coverage, stored_records
from kb.store import Store, connect


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(verify)


def verify(
    kb: KbOption = DEFAULT_KB,
    with_coverage: Annotated[
        bool, typer.Option("--coverage", help="Also walk the raw records: which of their fields reach no column?")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Also list the checks that found nothing to say.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Check the knowledge base again: keys, duplicates, joins, and with --coverage that nothing was lost.

    Ends with exit code 6 if a check fails or a field of the records reaches no column.

    Example: trialkb verify --coverage --kb demo-kb
    """
    with connect(kb) as con:
        try:
            results = checks.verify(con)
        except duckdb.CatalogException as error:
            raise KnowledgeBaseError(f"{kb} was made by another version of trialkb: run 'trialkb rebuild'") from error
        if with_coverage:
            results += _lost(con, Archive(Store(kb).raw))
        _show(con, results, form, every)
    failed = [result for result in results if not result.passed]
    if failed:
        raise KnowledgeBaseError(
            f"{len(failed)} of {len(results)} checks failed: {failed[0].name} ({failed[0].detail})"
        )


def _lost(con: duckdb.DuckDBPyConnection, archive: Archive) -> list[CheckResult]:
    """A failed check for every field of the raw records that reaches no column; one that passed where none does."""
    lost = coverage(stored_records(con, archive))
    if not lost:
        return [CheckResult("every field of the raw records reaches a column", 0, "fields lost", "all records walked")]
    return [CheckResult(f"{item.path} reaches a column", item.records, f"records: {item.reason}") for item in lost]


def _show(con: duckdb.DuckDBPyConnection, results: list[CheckResult], form: Format, every: bool) -> None:
    listed = [result for result in results if every or result.note or not result.passed]
    columns = {
        "check_name": pa.array([result.name for result in listed], pa.string()),
        "passed": pa.array([result.passed for result in listed], pa.bool_()),
        "detail": pa.array([result.detail for result in listed], pa.string()),
    }
    con.register("check_results", pa.table(columns))
    show_query(con, "SELECT * FROM check_results", form)
    con.unregister("check_results")
    if form is Format.table:
        passed = sum(result.passed for result in results)
        console.print(f"{passed} of {len(results)} checks passed" + ("" if every else "; --all lists every one"))

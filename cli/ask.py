"""Commands that answer questions: sql, show, compare, status, dictionary."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import duckdb
import typer

from cli.options import DEFAULT_KB, AgentOption, ConditionOption, FormatOption, KbOption
from cli.output import Format, console, show_query
from crawler.errors import UsageError
from crawler.query import normal_id
from kb.schema import quoted
from kb.store import connect
from queries.card import Card, card


class Comparison(StrEnum):
    """What to lay side by side: the name of a view of `compare`."""

    trials = "trials"
    doses = "doses"
    regimens = "regimens"
    ages = "ages"
    endpoints = "endpoints"
    eligibility = "eligibility"
    disagreements = "disagreements"
    changes = "changes"


# The columns that people want to see at once; --format csv|json|parquet gives every column of the view.
_SHOWN = {
    Comparison.trials: "nct_id, brief_title, doses, ages, primary_endpoints",
    Comparison.doses: "nct_id, arm_label, agent, amount, schedule, route, role",
    Comparison.regimens: "nct_id, arm_label, regimen",
    Comparison.ages: "nct_id, ages, cohort, registered_ages, agreement",
    Comparison.endpoints: "nct_id, outcome_type, endpoint, times, horizon_days, measure",
    Comparison.eligibility: "nct_id, sex, ages, healthy_volunteers, min_years, max_years",
    Comparison.disagreements: "nct_id, kind, about, one, other",
    Comparison.changes: "nct_id, version_no, seen, change_kind, topic, old_value, new_value",
}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(sql)
    app.command()(show)
    app.command()(compare)
    app.command()(status)
    app.command()(dictionary)


def sql(
    query: Annotated[str, typer.Argument(help="SQL; '-' reads it from standard input.")],
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Ask in SQL. The connection is read-only.

    Example: trialkb sql "SELECT agent_key, count(*) FROM compare.doses GROUP BY ALL ORDER BY 2 DESC LIMIT 10"
    """
    text = sys.stdin.read() if query == "-" else query
    with connect(kb) as con:
        show_query(con, text, form)


def show(
    nct_id: Annotated[str, typer.Argument(help="Registry id, e.g. NCT01234567.")],
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Show one study: arms, doses, ages and endpoints, each with its quote.

    Example: trialkb show NCT99000001 --kb demo-kb
    """
    found = nct_id if nct_id.startswith("pages:") else normal_id(nct_id)
    with connect(kb) as con:
        study = card(con, found)
    if study is None:
        raise UsageError(f'{found} is not in {kb}: look for it with trialkb sql "SELECT nct_id FROM ctgov.studies"')
    _print_card(study)


def compare(
    what: Annotated[Comparison, typer.Argument(help="What to lay side by side.")] = Comparison.trials,
    condition: ConditionOption = None,
    agent: AgentOption = None,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Lay trials side by side: doses, regimens, ages or endpoints.

    Example: trialkb compare doses --condition "B-ALL" --agent "CAR-T" --kb demo-kb
    """
    columns = _SHOWN[what] if form in (Format.table, Format.md) else "*"
    ids = f"compare.study_ids(condition_term := {_literal(condition)}, agent_term := {_literal(agent)})"
    query = f"SELECT {columns} FROM compare.{what} WHERE nct_id IN (SELECT nct_id FROM {ids}) ORDER BY ALL"
    with connect(kb) as con:
        show_query(con, query, form)


def status(kb: KbOption = DEFAULT_KB, form: FormatOption = Format.table) -> None:
    """Tell what the knowledge base holds, how it was made and how fresh it is.

    Example: trialkb status --kb demo-kb
    """
    with connect(kb) as con:
        if form is not Format.table:
            show_query(con, _STATUS, form)
            return
        show_query(con, _STATUS, form, "This version")
        show_query(con, _RUNS, form, "Last runs")
        show_query(con, _FAILED, form, "Checks that failed and records that could not be read")


def dictionary(
    table: Annotated[
        str | None, typer.Argument(help="A table or view, e.g. compare.doses; none: list them all.")
    ] = None,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Tell what tables, views and columns mean.

    Example: trialkb dictionary compare.doses --kb demo-kb
    """
    with connect(kb) as con:
        if table is None:
            show_query(con, _TABLES, form)
            return
        schema, _, name = table.rpartition(".")
        where = f'"table" = {quoted(name)}' + (f" AND schema = {quoted(schema)}" if schema else "")
        if not _count(con, f"SELECT count(*) FROM meta.dictionary WHERE {where}"):
            raise UsageError(f"there is no table or view {table}: 'trialkb dictionary' lists them all")
        show_query(con, f'SELECT "column", type, meaning FROM meta.dictionary WHERE {where} AND "column" <> \'\'', form)


_STATUS = """
SELECT 'studies' AS what, count(*)::VARCHAR AS value FROM ctgov.studies
UNION ALL SELECT 'doses', count(*)::VARCHAR FROM extracted.doses
UNION ALL SELECT 'age ranges', count(*)::VARCHAR FROM extracted.ages
UNION ALL SELECT 'endpoints', count(*)::VARCHAR FROM extracted.endpoints
UNION ALL SELECT 'unreadable records', count(*)::VARCHAR FROM meta.dead_letters
UNION ALL SELECT 'newest data version', coalesce(max(data_version), '') FROM meta.runs
UNION ALL SELECT key, value FROM meta.build
"""
_RUNS = """
SELECT run_id, command, source, records_seen AS seen, records_new AS new, records_changed AS changed,
    records_removed AS removed, records_failed AS failed, requests, bytes_received
FROM meta.runs ORDER BY run_id DESC LIMIT 5
"""
_FAILED = """
SELECT check_name AS what, detail FROM meta.quality_checks WHERE NOT passed
UNION ALL SELECT source || ' ' || position, reason FROM meta.dead_letters
UNION ALL SELECT nct_id || ' ' || extractor, error FROM extracted.extractions WHERE status = 'failed'
"""
_TABLES = """
SELECT schema || '.' || "table" AS name, meaning FROM meta.dictionary WHERE "column" = ''
ORDER BY schema <> 'compare', schema, "table"
"""


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    number: int = con.execute(query).fetchall()[0][0]
    return number


def _literal(text: str | None) -> str:
    return "NULL" if text is None else quoted(text)


def _print_card(study: Card) -> None:
    console.print(f"[bold]{study.nct_id}[/bold]  {_plain(study.title)}")
    console.print(f"[dim]{_plain(study.facts)}[/dim]")
    for heading, lines in study.sections:
        console.print(f"\n[bold]{heading}[/bold]")
        for line in lines:
            console.print(f"  {_plain(line.text)}", highlight=False)
            if line.quote:
                console.print(f"    [dim]“{_plain(line.quote)}”  {line.source}[/dim]", highlight=False)


def _plain(text: str) -> str:
    return text.replace("[", "\\[")

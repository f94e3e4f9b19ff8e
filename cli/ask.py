"""Commands that answer questions: sql, show, status."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.options import DEFAULT_KB, FormatOption, KbOption
from cli.output import Format, console, show_query
from cli.shell import Shell
from crawler.errors import UsageError
from crawler.query import normal_id
from kb.store import connect
from queries.card import Card, card


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(sql)
    app.command()(show)
    app.command()(status)


def sql(
    query: Annotated[
        str | None, typer.Argument(help="SQL; '-' reads it from standard input; none: a shell to ask in.")
    ] = None,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Ask in SQL, one question or, in a terminal, many. The connection is read-only.

    Example: trialkb sql "SELECT agent_key, count(*) FROM compare.doses GROUP BY ALL ORDER BY 2 DESC LIMIT 10"
    """
    with connect(kb) as con:
        if query is None and sys.stdin.isatty():
            Shell(con, form).run()
        else:
            show_query(con, sys.stdin.read() if query in (None, "-") else query, form)


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

"""The command that writes the comparison as a page: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_KB, AgentOption, ConditionOption, KbOption
from cli.output import console
from crawler.errors import UsageError
from kb.store import connect
from queries.report import MAX_TRIALS, make_report


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(report)


def report(
    condition: ConditionOption = None,
    agent: AgentOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")] = Path("report.html"),
    limit: Annotated[int, typer.Option(min=1, help="Most trials on the page; the newest are taken.")] = MAX_TRIALS,
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Write the comparison as one page for a browser: doses, ages, endpoints, regimens, timeline, with their quotes.

    Example: trialkb report --condition "leukemia" --agent "CAR-T" --out report.html --kb demo-kb
    """
    with connect(kb) as con:
        page = make_report(con, condition, agent, limit)
    if not page.found:
        raise UsageError("no trial matches: leave out --condition or --agent, or try a wider term")
    try:
        out.write_text(page.html, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}") from error
    some = f"the newest {page.shown} of {page.found:,}" if page.found > page.shown else f"{page.shown}"
    console.print(f"{some} trials compared in {out}", highlight=False, soft_wrap=True)

"""The command that finds studies by words: search."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_KB, FormatOption, KbOption
from cli.output import Format, show_query
from kb.schema import quoted
from kb.store import connect


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(search)


def search(
    words: Annotated[str, typer.Argument(help="What the studies should be about.")],
    most: Annotated[int, typer.Option("--most", min=1, help="How many studies at most.")] = 20,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Find studies by words, best first: in titles, conditions, keywords, interventions and summaries.

    Example: trialkb search "car-t leukemia" --kb demo-kb
    """
    with connect(kb) as con:
        columns = "nct_id, score, overall_status AS status, phase, brief_title" if form is Format.table else "*"
        show_query(con, f"SELECT {columns} FROM compare.search({quoted(words)}, most := {most})", form)

"""The command that shows the whole thing: demo."""

from __future__ import annotations

from pathlib import Path

import typer

import queries
from cli.options import KbOption
from cli.output import Format, console, show_query
from cli.progress import Stages
from cli.update import tell_refresh
from crawler.query import Query
from crawler.replica import Replica
from crawler.sample import sample_records
from crawler.settings import ClientSettings
from kb.refresh import refresh_from
from kb.store import Store, connect

DEMO_KB = Path("demo-kb")
DEMO_RATE = 100.0  # the replica runs on this machine and asks for no courtesy

QUESTION = "Which CAR-T trials give how many cells, after which lymphodepletion, to what ages, judged by what and when?"
ANSWER = """SELECT nct_id, cell_doses, conditioning, ages, primary_endpoints
FROM compare.trials_of(giving := 'CAR-T') WHERE cell_doses IS NOT NULL ORDER BY nct_id"""
TABLES = (
    ("Cells per kilogram, by trial", "SELECT nct_id, arm_label, agent, amount, quote FROM compare.doses "
     "WHERE canonical_unit = '{cells}/kg' ORDER BY canonical_low, nct_id"),
    ("Agents given most often", "SELECT agent_key, count(DISTINCT nct_id) AS trials, min(canonical_low) AS lowest, "
     "max(canonical_high) AS highest, canonical_unit AS unit FROM compare.doses "
     "GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 10"),
    ("Primary endpoints and their horizon in days", "SELECT endpoint_label, count(DISTINCT nct_id) AS trials, "
     "min(horizon_days) AS earliest, max(horizon_days) AS latest FROM compare.endpoints "
     "WHERE outcome_type = 'primary' GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 10"),
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(demo)


def demo(kb: KbOption = DEMO_KB) -> None:
    """Crawl the bundled sample from a registry on this machine and compare its trials.

    Example: trialkb demo
    """
    store = Store(kb)
    with Replica(sample_records()).serve() as server:
        console.print(f"a registry of {len(sample_records())} sample studies runs at {server.base_url}")
        settings = ClientSettings(base_url=server.base_url, requests_per_second=DEMO_RATE)
        with store.lock(), Stages() as stages:
            result = refresh_from(store, settings, Query(everything=True), queries.install, progress=stages)
    tell_refresh(result)
    with connect(kb) as con:
        console.print(f"\n[bold]{QUESTION}[/bold]\n[dim]{ANSWER}[/dim]")
        show_query(con, ANSWER, Format.table)
        for title, query in TABLES:
            show_query(con, query, Format.table, title)
    _tell_next(kb)


def _tell_next(kb: Path) -> None:
    console.print("[bold]Try next[/bold]")
    for line in (
        f"trialkb show NCT99000001 --kb {kb}",
        f'trialkb compare doses --condition "leukemia" --agent "CAR-T" --kb {kb}',
        f"trialkb dictionary --kb {kb}",
        f"trialkb export --format csv --out ./csv --kb {kb}",
        'trialkb refresh --condition "acute lymphoblastic leukemia"   (the real registry)',
    ):
        console.print(f"  {line}", highlight=False, soft_wrap=True)

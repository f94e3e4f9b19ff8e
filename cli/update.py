"""Commands that bring records in: refresh, ingest, extract, rebuild."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

import queries
from cli.options import DEFAULT_KB, BaseUrlOption, ContactOption, KbOption, TlsOption, WorkersOption
from cli.output import notices
from cli.progress import Stages
from crawler.query import Query
from crawler.refresh import ROLLING_SHARE
from crawler.settings import LIVE_BASE_URL, ClientSettings
from kb.ingest import ingest_files
from kb.refresh import RefreshSummary, refresh_from
from kb.runs import UpdateResult, update
from kb.store import Store

JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(refresh)
    app.command()(ingest)
    app.command()(extract)
    app.command()(rebuild)


def refresh(
    condition: Annotated[str | None, typer.Option(help="Trials of this condition.")] = None,
    intervention: Annotated[str | None, typer.Option(help="Trials of this intervention.")] = None,
    query: Annotated[str | None, typer.Option(help="Any words, or the registry's search syntax.")] = None,
    ids: Annotated[str | None, typer.Option(help="Registry ids, separated by commas.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole registry.")] = False,
    base_url: BaseUrlOption = LIVE_BASE_URL,
    contact: ContactOption = "",
    rate: Annotated[
        float, typer.Option(envvar="TRIALKB_RATE", min=0.01, help="Requests a second; the registry asks for at most 1.")
    ] = 1.0,
    tls: TlsOption = "stock",
    max_tries: Annotated[int, typer.Option(envvar="TRIALKB_MAX_TRIES", min=1, help="Tries of one request.")] = 5,
    daily_requests: Annotated[
        int | None, typer.Option(envvar="TRIALKB_DAILY_REQUESTS", min=1, help="Most requests a day.")
    ] = None,
    rolling_share: Annotated[
        float,
        typer.Option(envvar="TRIALKB_ROLLING_SHARE", min=0, max=1, help="Share of known records fetched again."),
    ] = ROLLING_SHARE,
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Bring the knowledge base up to date with the registry.

    The first run says what to fetch; later runs remember it and need no arguments.

    Example: trialkb refresh --condition "acute lymphoblastic leukemia" --intervention "CAR-T"
    """
    store = Store(kb)
    asked = _asked(condition, intervention, query, ids, everything)
    settings = ClientSettings(
        base_url=base_url,
        contact=contact,
        requests_per_second=rate,
        tls=tls,
        max_tries=max_tries,
        daily_requests=daily_requests,
    )
    with store.lock(), Stages() as stages:
        result = refresh_from(
            store, settings, asked, queries.install, rolling_share=rolling_share, workers=workers, progress=stages
        )
    tell_refresh(result, json)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: .json, .jsonl, .jsonl.gz, .zip.")],
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Load registry records from local files.

    Example: trialkb ingest downloaded.jsonl.gz --kb ./my-kb
    """
    store = Store(kb)
    with store.lock(), Stages() as stages:
        ingest_files(store, paths)
        result = update(store, queries.install, workers=workers, progress=stages)
    _tell(result, json)


def extract(
    again: Annotated[bool, typer.Option("--again", help="Read every study, also those already read.")] = False,
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
    json: JsonOption = False,
) -> None:
    """Read doses, ages and endpoints again, e.g. after the rules have changed.

    Example: trialkb extract --again
    """
    store = Store(kb)
    store.connect().close()
    with store.lock(), Stages() as stages:
        result = update(store, queries.install, extract_again=again, workers=workers, progress=stages)
    _tell(result, json)


def rebuild(kb: KbOption = DEFAULT_KB, workers: WorkersOption = None, json: JsonOption = False) -> None:
    """Make the knowledge base anew from the raw archive, without a network.

    Example: trialkb rebuild --kb ./kb
    """
    store = Store(kb)
    with store.lock(), Stages() as stages:
        result = update(store, queries.install, rebuild=True, workers=workers, progress=stages)
    _tell(result, json)


def _asked(
    condition: str | None, intervention: str | None, term: str | None, ids: str | None, everything: bool
) -> Query | None:
    if not (condition or intervention or term or ids or everything):
        return None
    listed = tuple(part for part in (ids or "").replace(",", " ").split() if part)
    return Query(condition=condition, intervention=intervention, term=term, ids=listed, everything=everything)


def tell_refresh(result: RefreshSummary, as_json: bool = False) -> None:
    """Print the summary of a refresh."""
    if result.update is None:
        _print_summary({"published": None, "reason": result.reason}, result.reason, as_json)
    else:
        _tell(result.update, as_json, requests=result.requests)


def _tell(result: UpdateResult, as_json: bool, **more: object) -> None:
    load, read = result.load, result.extraction
    facts = {
        "published": result.release.name if result.release else None,
        "records": {"seen": load.seen, "new": load.new, "changed": load.changed, "unchanged": load.unchanged,
                    "removed": result.removed, "failed": load.failed},
        "read": {"studies": read.studies, "failed": read.failed, **read.rows},
        **more,
    }  # fmt: skip
    if result.release is None:
        line = "nothing new: the knowledge base is unchanged"
    else:
        line = (
            f"{load.new:,} new, {load.changed:,} changed, {load.unchanged:,} unchanged, {result.removed:,} removed, "
            f"{load.failed:,} unreadable records; {read.studies:,} studies read, {read.rows.get('doses', 0):,} doses; "
            f"published {result.release.name}"
        )
    _print_summary(facts, line, as_json)
    if load.failed:
        notices.print(
            f"{load.failed} records could not be read: SELECT source, position, reason FROM meta.dead_letters"
        )


def _print_summary(facts: dict[str, object], line: str, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps(facts, option=orjson.OPT_INDENT_2).decode() + "\n")
    elif notices.is_terminal:
        sys.stdout.write(line + "\n")
    else:
        sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} trialkb {line}\n")

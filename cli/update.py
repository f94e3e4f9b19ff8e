"""Commands that bring records in: refresh, ingest, extract, rebuild."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

import queries
from cli.options import (
    DEFAULT_KB,
    BaseUrlOption,
    ContactOption,
    KbOption,
    KeepOption,
    MaxFallOption,
    TlsOption,
    TriesOption,
    WorkersOption,
)
from cli.output import notices
from cli.progress import Stages
from crawler.errors import UsageError
from crawler.query import Query
from crawler.refresh import ROLLING_SHARE
from crawler.registers import REGISTERS, Asked, Fetch, register_named
from crawler.settings import LIVE_BASE_URL, ClientSettings
from crawler.webpages import PageFetcher, listed_urls
from kb.drift import Drift
from kb.gates import Limits
from kb.ingest import Ingested, ingest_files, ingest_pages, ingest_register
from kb.refresh import RefreshSummary, refresh_from
from kb.runs import UpdateResult, update
from kb.store import RELEASES_KEPT, Store

MAX_FALL = Limits().max_fall
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
    max_tries: TriesOption = 5,
    daily_requests: Annotated[
        int | None, typer.Option(envvar="TRIALKB_DAILY_REQUESTS", min=1, help="Most requests a day.")
    ] = None,
    rolling_share: Annotated[
        float,
        typer.Option(envvar="TRIALKB_ROLLING_SHARE", min=0, max=1, help="Share of known records fetched again."),
    ] = ROLLING_SHARE,
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
    max_fall: MaxFallOption = MAX_FALL,
    keep: KeepOption = RELEASES_KEPT,
    json: JsonOption = False,
) -> None:
    """Bring the knowledge base up to date with the registry.

    The first run says what to fetch; later runs remember it and need no arguments.

    Example: trialkb refresh --condition "acute lymphoblastic leukemia" --intervention "CAR-T"
    """
    store = _store(kb, max_fall, keep)
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
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders: JSON, XML, CSV, pages, texts; also zipped, gzipped or in a tar."),
    ] = None,
    url: Annotated[list[str] | None, typer.Option(help="Address of a page; may be given several times.")] = None,
    urls_from: Annotated[Path | None, typer.Option(help="File with addresses of pages, one a line.")] = None,
    registry: Annotated[
        str | None, typer.Option("--register", help=f"Another register to ask: {', '.join(REGISTERS)}.")
    ] = None,
    query: Annotated[str | None, typer.Option(help="With --register: words, or its own search syntax.")] = None,
    ids: Annotated[str | None, typer.Option(help="With --register: its ids, separated by commas.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="With --register: all that it has.")] = False,
    # Not `base_url`: what a configuration file says under that name is the address of ClinicalTrials.gov.
    register_url: Annotated[
        str | None, typer.Option("--base-url", help="With --register: another address of its interface.")
    ] = None,
    page_size: Annotated[int | None, typer.Option(min=1, help="With --register: trials a request.")] = None,
    contact: ContactOption = "",
    rate: Annotated[
        float, typer.Option(envvar="TRIALKB_RATE", min=0.01, help="Most requests a second, to each site.")
    ] = 1.0,
    tls: TlsOption = "stock",
    max_tries: TriesOption = 5,
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
    max_fall: MaxFallOption = MAX_FALL,
    keep: KeepOption = RELEASES_KEPT,
    json: JsonOption = False,
) -> None:
    """Load records from local files, from pages of the web, or from another register.

    Reads what registries and other sites give: see docs/formats.md. robots.txt is obeyed. Another register is asked
    for words, ids or all that it has, e.g. `trialkb ingest --register ISRCTN --query "car-t"`.

    Example: trialkb ingest downloaded.jsonl.gz --kb ./my-kb
    """
    urls = _urls(url, urls_from)
    settings = ClientSettings(contact=contact, requests_per_second=rate, tls=tls, max_tries=max_tries)
    fetch = _fetch(registry, query, ids, everything, settings, register_url, page_size)
    if not (paths or urls or fetch):
        raise UsageError("name a file or a folder, a page with --url, or a register with --register")
    store = _store(kb, max_fall, keep)
    done: list[Ingested] = []
    with store.lock(), Stages() as stages:
        if paths:
            done.append(ingest_files(store, paths))
        if urls:
            with PageFetcher(settings) as fetcher:
                done.append(ingest_pages(store, urls, fetcher))
        if fetch:
            done.append(ingest_register(store, fetch))
        result = update(store, queries.install, workers=workers, progress=stages)
    _tell(result, json)
    errors = [error for ingested in done for error in ingested.errors]
    for error in errors:
        notices.print(str(error), markup=False, highlight=False, soft_wrap=True)
    if errors:
        raise typer.Exit(errors[-1].exit_code)


def _urls(given: list[str] | None, listed: Path | None) -> list[str]:
    urls = list(given or ())
    if listed is not None:
        try:
            urls += listed_urls(listed.read_text(encoding="utf-8").splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{listed} cannot be read as a list of addresses ({error})") from error
    return urls


def _fetch(
    registry: str | None,
    query: str | None,
    ids: str | None,
    everything: bool,
    settings: ClientSettings,
    url: str | None,
    page_size: int | None,
) -> Fetch | None:
    said = sum((query is not None, ids is not None, everything))
    if registry is None:
        if said or url is not None or page_size is not None:
            raise UsageError(f"name the register to ask with --register: {', '.join(REGISTERS)}")
        return None
    register = register_named(registry)
    if said != 1 or not (everything or (query or ids or "").strip()):
        raise UsageError(f"say what to fetch from {register.name}: one of --query, --ids and --all")
    asked = Asked(query, _listed(ids))
    return Fetch(register, asked, settings, base_url=url, page_size=page_size)


def extract(
    again: Annotated[bool, typer.Option("--again", help="Read every study, also those already read.")] = False,
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
    max_fall: MaxFallOption = MAX_FALL,
    keep: KeepOption = RELEASES_KEPT,
    json: JsonOption = False,
) -> None:
    """Read doses, ages and endpoints again, e.g. after the rules have changed.

    Example: trialkb extract --again
    """
    store = _store(kb, max_fall, keep)
    store.connect().close()
    with store.lock(), Stages() as stages:
        result = update(store, queries.install, extract_again=again, workers=workers, progress=stages)
    _tell(result, json)


def rebuild(
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
    max_fall: MaxFallOption = MAX_FALL,
    keep: KeepOption = RELEASES_KEPT,
    json: JsonOption = False,
) -> None:
    """Make the knowledge base anew from the raw archive, without a network.

    Example: trialkb rebuild --kb ./kb
    """
    store = _store(kb, max_fall, keep)
    with store.lock(), Stages() as stages:
        result = update(store, queries.install, rebuild=True, workers=workers, progress=stages)
    _tell(result, json)


def _store(kb: Path, max_fall: float, keep: int) -> Store:
    return Store(kb, keep=keep, limits=Limits(max_fall=max_fall, max_rate_fall=max_fall))


def _asked(
    condition: str | None, intervention: str | None, term: str | None, ids: str | None, everything: bool
) -> Query | None:
    if not (condition or intervention or term or ids or everything):
        return None
    return Query(condition=condition, intervention=intervention, term=term, ids=_listed(ids), everything=everything)


def _listed(ids: str | None) -> tuple[str, ...]:
    return tuple((ids or "").replace(",", " ").split())


def tell_refresh(result: RefreshSummary, as_json: bool = False) -> None:
    """Print the summary of a refresh."""
    asked: dict[str, object] = {
        "data_version": result.data_version,
        "requests": result.requests,
        "bytes_received": result.bytes_received,
    }
    if result.update is None:
        _print_summary({"published": None, "reason": result.reason, **asked}, result.reason, as_json)
    else:
        size = f"{result.bytes_received / 1e6:,.1f} MB"
        _tell(result.update, as_json, f"{result.requests:,} requests, {size}", asked)


def _tell(result: UpdateResult, as_json: bool, received: str = "", more: dict[str, object] | None = None) -> None:
    load, read = result.load, result.extraction
    facts: dict[str, object] = {
        "published": result.release.name if result.release else None,
        "records": {"seen": load.seen, "new": load.new, "changed": load.changed, "unchanged": load.unchanged,
                    "removed": result.removed, "failed": load.failed},
        "read": {"studies": read.studies, "failed": read.failed, **read.rows},
        "model_drift": [{"path": drift.path, "kind": drift.kind, "before": drift.before, "after": drift.after}
                        for drift in result.drift],
        "runs": result.runs,
        **(more or {}),
    }  # fmt: skip
    line = "nothing new: the knowledge base is unchanged"
    if result.release is not None:
        parts = [
            f"{load.new:,} new, {load.changed:,} changed, {load.unchanged:,} unchanged, {result.removed:,} removed, "
            f"{load.failed:,} unreadable records",
            f"{read.studies:,} studies read, {read.rows.get('doses', 0):,} doses",
            received,
            _drift_line(result.drift),
            f"published {result.release.name}",
        ]
        line = "; ".join(part for part in parts if part)
    _print_summary(facts, line, as_json)
    if load.failed:
        notices.print(
            f"{load.failed} records could not be read: SELECT source, position, reason FROM meta.dead_letters"
        )


def _drift_line(drift: list[Drift]) -> str:
    """`data model: 1 new, 2 gone fields (see meta.model_drift)`; empty where it is as it was."""
    counts = Counter(item.kind for item in drift)
    said = [f"{counts[kind]:,} {kind}" for kind in ("new", "changed", "gone") if counts[kind]]
    return f"data model: {', '.join(said)} fields (see meta.model_drift)" if said else ""


def _print_summary(facts: dict[str, object], line: str, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps(facts, option=orjson.OPT_INDENT_2).decode() + "\n")
    elif notices.is_terminal:
        sys.stdout.write(line + "\n")
    else:
        sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} trialkb {line}\n")

"""A refresh: ask the registry what is new, then publish it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from crawler.archive import Archive
from crawler.client import RegistryClient
from crawler.errors import UsageError
from crawler.query import Query
from crawler.recorder import Progress as CrawlProgress
from crawler.recorder import requests_on
from crawler.refresh import ROLLING_SHARE, KnownState, refresh
from crawler.settings import LIVE_BASE_URL, ClientSettings
from kb.ingest import new_run_id
from kb.runs import Prepare, Progress, UpdateResult, update
from kb.store import Store


@dataclass(slots=True)
class RefreshSummary:
    """What a refresh did. `update` is None where the registry had nothing new; `reason` says so."""

    requests: int = 0
    bytes_received: int = 0
    update: UpdateResult | None = None
    reason: str = ""


def refresh_from(
    store: Store,
    settings: ClientSettings,
    asked: Query | None,
    prepare: Prepare,
    *,
    rolling_share: float = ROLLING_SHARE,
    workers: int | None = None,
    progress: Progress | None = None,
    transport: httpx.BaseTransport | None = None,
) -> RefreshSummary:
    """Bring the knowledge base up to date with the registry: one query, or all that it remembers.

    The caller holds the store's lock. Raises UsageError where nothing was asked and nothing is remembered,
    NetworkError, ProtocolError, ArchiveError, KnowledgeBaseError.
    """
    archive = Archive(store.raw)
    summary = RefreshSummary()

    def told(step: CrawlProgress) -> None:
        if progress:
            progress(step.stage, step.done, step.total)

    quiet = True
    used_today = requests_on(archive, datetime.now(UTC).date()) if settings.daily_requests else 0
    with RegistryClient(settings, transport, used_today=used_today) as client:
        for query in [asked] if asked else _remembered(store, settings):
            state = known_state(store, settings, query)
            result = refresh(
                client,
                archive,
                query,
                state,
                new_run_id("refresh"),
                told,
                rolling_share=rolling_share,
                download_folder=store.raw / "download",
            )
            summary.requests += result.requests
            summary.bytes_received += result.bytes
            quiet = quiet and result.nothing_new
            summary.reason = f"nothing new: the registry's data is still that of {result.data_version}"
    done = update(store, prepare, workers=workers, progress=progress)
    if not quiet or done.release is not None:
        summary.update = done
    return summary


def _remembered(store: Store, settings: ClientSettings) -> list[Query]:
    found = []
    if store.current.exists():
        with store.connect() as con:
            sql = "SELECT query FROM meta.queries WHERE base_url = ? ORDER BY query"
            found = [Query.from_json(row[0]) for row in con.execute(sql, [settings.base_url]).fetchall()]
    if found:
        return found
    if settings.base_url == LIVE_BASE_URL:
        raise UsageError("say what to fetch: --condition, --intervention, --query, --ids, or --all (600,000 studies)")
    return [Query(everything=True)]


def known_state(store: Store, settings: ClientSettings, query: Query) -> KnownState:
    """What the published version knows of a query: data version, newest posting date, when each study was fetched."""
    if not store.current.exists():
        return KnownState()
    key = [query.to_json(), settings.base_url]
    with store.connect() as con:
        sql = "SELECT data_version, last_post_date FROM meta.queries WHERE query = ? AND base_url = ?"
        row = con.execute(sql, key).fetchall()
        if not row:
            return KnownState()
        sql = "SELECT nct_id, strftime(fetched_at, '%xT%X') FROM meta.query_studies WHERE query = ? AND base_url = ?"
        fetched = dict(con.execute(sql, key).fetchall())
    return KnownState(data_version=row[0][0], last_post_date=row[0][1], fetched=fetched)

"""A refresh: ask the registry what is new, then publish it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass

import httpx

from crawler.archive import Archive
from crawler.client import RegistryClient
from crawler.errors import GateFailed, NetworkError, ProtocolError, TrialkbError, UsageError
from crawler.pace import Clock
from crawler.past import PastResult, import_past
from crawler.query import Query
from crawler.recorder import Progress as CrawlProgress
from crawler.recorder import requests_on
from crawler.refresh import ROLLING_SHARE, KnownState, refresh
from crawler.settings import LIVE_BASE_URL, ClientSettings
from kb.ingest import new_run_id
from kb.runs import Prepare, Progress, UpdateResult, together, update
from kb.store import Store


@dataclass(slots=True)
class RefreshSummary:
    """What a refresh did. `update` is None where the registry had nothing new; `reason` says so.

    `data_version` is the registry's, `requests` and `bytes_received` those of this run.
    """

    requests: int = 0
    bytes_received: int = 0
    update: UpdateResult | None = None
    reason: str = ""
    data_version: str | None = None


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
    clock: Clock | None = None,
) -> RefreshSummary:
    """Bring the knowledge base up to date with the registry: one query, or all that it remembers.

    The caller holds the store's lock. `transport` and `clock` are for tests. A query that fails keeps the others from
    nothing: they are fetched and published, then its error is raised. Raises UsageError where nothing was asked and
    nothing is remembered, NetworkError, ProtocolError, ArchiveError, KnowledgeBaseError.
    """
    archive = Archive(store.raw)
    clock = clock or Clock()
    queries = [asked] if asked else _remembered(store, settings)
    # What a run before this one received and could not publish: with it this run asks as if nothing had happened.
    before: UpdateResult | None = None
    with contextlib.suppress(GateFailed):
        before = update(store, prepare, workers=workers, progress=progress)
    summary = RefreshSummary()

    def told(step: CrawlProgress) -> None:
        if progress:
            progress(step.stage, step.done, step.total)

    failure: TrialkbError | None = None
    quiet = True
    today = clock.now().date()
    used_today = requests_on(archive, today) if settings.daily_requests else 0
    with RegistryClient(
        settings, transport, used_today=used_today, clock=clock.monotonic, sleep=clock.sleep, now=clock.now
    ) as client:
        for query in queries:
            try:
                result = refresh(
                    client,
                    archive,
                    query,
                    known_state(store, settings, query),
                    new_run_id("refresh", clock.now()),
                    told,
                    rolling_share=rolling_share,
                    download_folder=store.raw / "download",
                )
            except (NetworkError, ProtocolError) as error:
                failure = failure or error
                continue
            quiet = quiet and result.nothing_new
            summary.data_version = result.data_version
            summary.reason = f"nothing new: the registry's data is still that of {result.data_version}"
        summary.requests, summary.bytes_received = client.requests, client.received_bytes
    done = update(store, prepare, workers=workers, progress=progress)
    if failure is not None:
        raise failure
    if before is not None and before.release is not None:
        done = together(before, done)
    if not quiet or done.release is not None:
        summary.update = done
    return summary


def import_versions(
    store: Store,
    settings: ClientSettings,
    nct_ids: Collection[str],
    prepare: Prepare,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> tuple[PastResult, UpdateResult]:
    """The registry's own past versions of studies into `history`; without ids, of all that have none yet.

    The caller holds the store's lock. An error of the registry is raised after what came has been published.
    Raises UsageError where nothing is published yet, NetworkError (BudgetSpent), ProtocolError, KnowledgeBaseError.
    """
    archive, clock = Archive(store.raw), clock or Clock()
    wanted = nct_ids or _without_past(store)
    used_today = requests_on(archive, clock.now().date()) if settings.daily_requests else 0
    run_id = new_run_id("history", clock.now())
    with RegistryClient(
        settings, used_today=used_today, clock=clock.monotonic, sleep=clock.sleep, now=clock.now
    ) as client:
        try:
            found = import_past(
                client, archive, wanted, run_id, lambda p: progress and progress(p.stage, p.done, p.total)
            )
        except (NetworkError, ProtocolError):
            update(store, prepare, workers=workers, progress=progress)
            raise
    return found, update(store, prepare, workers=workers, progress=progress)


def _without_past(store: Store) -> list[str]:
    with store.connect() as con:
        sql = (
            "SELECT nct_id FROM ctgov.studies WHERE starts_with(nct_id, 'NCT') AND nct_id NOT IN (SELECT "
            "regexp_extract(source, 'NCT[0-9]{8}') FROM meta.sources WHERE kind = 'past') ORDER BY nct_id"
        )
        return [row[0] for row in con.execute(sql).fetchall()]


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

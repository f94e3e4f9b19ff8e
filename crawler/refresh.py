"""The nightly refresh: what changed, what appeared, what is gone, and a share of the rest looked at again.

Plain data in (KnownState), plain data out (RefreshResult): where it is kept is the knowledge base's business.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import Archive, Entry
from crawler.client import RegistryClient
from crawler.crawl import CrawlResult, full_crawl
from crawler.download import load_whole
from crawler.query import IDS_PER_REQUEST, Query
from crawler.recorder import ProgressCallback, Recorder, no_later, run_record, silent
from crawler.sweep import ask_ids, day_before, fetch_all, settle, steadily, whole

# The registry re-renders records without moving their post date: a thirtieth a night is each record once a month.
ROLLING_SHARE = 1 / 30


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownState:
    """What the last complete run left. `fetched`: id -> time of its last fetch, as text that sorts by time (ISO 8601).

    `data_version` and `last_post_date` are None if no run was ever complete: then everything is asked for.
    Removed records are not in `fetched`: if they come back they are new.
    """

    data_version: str | None = None
    last_post_date: str | None = None
    fetched: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    """What a refresh found. Every id in `fetched` has a record among `entries`.

    `nothing_new`: the data version is that of the last run and nothing else was asked. `full`: all pages were asked
    for, not a delta. `ids`: all of the query now. `added`: ids not known before (restored ones too). The
    other names are those of CrawlResult.
    """

    nothing_new: bool = False
    full: bool = False
    data_version: str | None
    last_post_date: str | None
    ids: frozenset[str] = frozenset()
    total: int = 0
    unreadable: int = 0
    fetched: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    not_found: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    requests: int
    bytes: int
    starts: int = 1
    entries: tuple[Entry, ...] = field(default=(), repr=False)

    def next_state(self, state: KnownState, fetched_at: datetime) -> KnownState:
        """The state after this refresh: what the next one takes."""
        if self.nothing_new:
            return state
        now = fetched_at.astimezone(UTC).isoformat()
        fetched = {nct_id: now if nct_id in self.fetched else state.fetched[nct_id] for nct_id in self.ids}
        return KnownState(data_version=self.data_version, last_post_date=self.last_post_date, fetched=fetched)


def state_after(result: CrawlResult, fetched_at: datetime) -> KnownState:
    """The state after a crawl or a first load: what the first refresh takes."""
    now = fetched_at.astimezone(UTC).isoformat()
    fetched = dict.fromkeys(result.ids, now)
    return KnownState(data_version=result.data_version, last_post_date=result.latest_post_date, fetched=fetched)


@dataclass(frozen=True, slots=True)
class _Found:
    ids: set[str]
    unreadable: int
    fetched: set[str]
    removed: frozenset[str]
    left: frozenset[str]


def refresh(
    client: RegistryClient,
    archive: Archive,
    query: Query,
    state: KnownState,
    run_id: str,
    progress: ProgressCallback | None = None,
    *,
    rolling_share: float = ROLLING_SHARE,
    download_folder: Path | None = None,
) -> RefreshResult:
    """Bring the archive up to the registry's present data for a query. Raises as crawl does.

    `rolling_share`: the part of the known records that is fetched again although nothing says that it changed.
    `download_folder`: where the registry's zip may lie during a first load of everything; None pages instead.
    """
    recorder = Recorder(client, archive, run_id)
    with run_record(recorder, query, "refresh") as finish:
        result = _refresh(recorder, query, state, progress or silent, rolling_share, download_folder)
        finish(
            nothing_new=result.nothing_new,
            full=result.full,
            total=result.total,
            fetched=len(result.fetched),
            added=len(result.added),
            removed=sorted(result.removed),
            left=sorted(result.left),
            starts=result.starts,
            last_post_date=result.last_post_date,
        )
    return result


def _refresh(
    recorder: Recorder,
    query: Query,
    state: KnownState,
    progress: ProgressCallback,
    rolling_share: float,
    folder: Path | None,
) -> RefreshResult:
    before = recorder.ask_version()
    if before is not None and before == state.data_version:
        return RefreshResult(
            nothing_new=True,
            data_version=before,
            last_post_date=state.last_post_date,
            requests=recorder.requests,
            bytes=recorder.received_bytes,
        )
    recorder.ask_metadata()
    # Named ids are few, and may be aliases that no list of ids would show: they are simply all asked for.
    if query.ids or state.last_post_date is None:
        return _everything(recorder, query, state, before, progress, folder)
    since = day_before(state.last_post_date)
    found, starts = steadily(recorder, before, lambda: _changes(recorder, query, state, since, progress, rolling_share))
    return RefreshResult(
        data_version=recorder.data_version,
        last_post_date=_last_post_date(state, recorder.latest_post_date, recorder.data_version),
        ids=frozenset(found.ids),
        total=len(found.ids) + found.unreadable,
        unreadable=found.unreadable,
        fetched=frozenset(found.fetched),
        added=frozenset(nct_id for nct_id in found.ids if nct_id not in state.fetched),
        removed=found.removed,
        left=found.left,
        aliases=dict(recorder.aliases),
        requests=recorder.requests,
        bytes=recorder.received_bytes,
        starts=starts,
        entries=tuple(recorder.entries),
    )


def _everything(
    recorder: Recorder,
    query: Query,
    state: KnownState,
    before: str | None,
    progress: ProgressCallback,
    folder: Path | None,
) -> RefreshResult:
    if folder is not None and query.everything and not state.fetched:
        result = load_whole(recorder, before, folder, progress)
    else:
        result = full_crawl(recorder, query, before, progress, state.fetched)
    return RefreshResult(
        full=True,
        data_version=result.data_version,
        last_post_date=_last_post_date(state, result.latest_post_date, result.data_version),
        ids=result.ids,
        total=result.total,
        unreadable=result.unreadable,
        fetched=result.ids | result.left,
        added=frozenset(nct_id for nct_id in result.ids if nct_id not in state.fetched),
        removed=result.removed,
        left=result.left,
        not_found=result.not_found,
        aliases=result.aliases,
        requests=result.requests,
        bytes=result.bytes,
        starts=result.starts,
        entries=result.entries,
    )


def _changes(
    recorder: Recorder, query: Query, state: KnownState, since: str, progress: ProgressCallback, rolling_share: float
) -> _Found:
    """One attempt: the delta, the list of ids, what the list has and we have not, and the rolling share."""
    delta = whole(recorder, query.narrowed(f"AREA[LastUpdatePostDate]RANGE[{since},MAX]"), progress)
    ids, unreadable = ask_ids(recorder, query, progress)
    missing = sorted(nct_id for nct_id in ids if nct_id not in state.fetched and nct_id not in delta.ids)
    count = _affordable(recorder, math.ceil(rolling_share * len(state.fetched)), len(missing))
    rolling = least_recent(state.fetched, ids, delta.ids, count)
    came = fetch_all(recorder, [*missing, *rolling], progress)
    # What the delta gave and the list of ids does not is gone again by now.
    fetched = (delta.ids | came) & ids
    removed, left = settle(recorder, query, state.fetched, ids)
    return _Found(ids, unreadable, fetched | left, removed, left)


def least_recent(fetched: Mapping[str, str], listed: Collection[str], done: Collection[str], count: int) -> list[str]:
    """The `count` ids of those listed and not done whose last fetch is longest ago."""
    candidates = ((when, nct_id) for nct_id, when in fetched.items() if nct_id in listed and nct_id not in done)
    return [nct_id for _, nct_id in heapq.nsmallest(count, candidates)]


def _affordable(recorder: Recorder, rolling: int, missing: int) -> int:
    """How much of the rolling share the day's budget allows, once the missing records and /version are paid for."""
    left = recorder.client.budget.left
    if left is None:
        return rolling
    requests = left - math.ceil(missing / IDS_PER_REQUEST) - 1
    return max(0, min(rolling, requests * IDS_PER_REQUEST))


def _last_post_date(state: KnownState, seen: str | None, data_version: str | None) -> str | None:
    """From where the next delta starts."""
    known = [day for day in (state.last_post_date, seen) if day is not None]
    return no_later(max(known), data_version) if known else None

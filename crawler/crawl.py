"""A crawl that proves itself: every record of a query in the archive, counted against the registry's own total."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from crawler.archive import Archive, Entry
from crawler.client import RegistryClient
from crawler.errors import Refused
from crawler.query import Query
from crawler.recorder import Progress, ProgressCallback, Recorder, no_later, run_record, silent
from crawler.sweep import Sweep, settle, steadily, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """What a finished crawl has. `entries` are those of this run that hold records, in order of arrival.

    `total`: the registry's own count, which `ids` and `unreadable` (records without a readable id) add up to.
    `removed`: ids known before, or met on the way, that the registry no longer has; `left`: those that it has, but that
    are no longer of this query. `not_found`: ids asked for by name that the registry does not know. `aliases`: obsolete
    id -> id of its record. `latest_post_date`: the newest post date seen, from where the next delta starts.
    `starts`: 1 unless the data moved under the crawl.
    """

    ids: frozenset[str]
    total: int
    unreadable: int
    data_version: str | None
    latest_post_date: str | None
    removed: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    not_found: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    requests: int
    bytes: int
    starts: int
    entries: tuple[Entry, ...] = field(repr=False)


def crawl(
    client: RegistryClient,
    archive: Archive,
    query: Query,
    run_id: str,
    progress: ProgressCallback | None = None,
) -> CrawlResult:
    """Bring every record of a query into the archive.

    Raises Incomplete (naming the ids) if the registry's own total is not reached, NetworkError, ProtocolError,
    ArchiveError. What arrived before a failure stays in the archive; the run's record then says `failed`.
    """
    recorder = Recorder(client, archive, run_id)
    with run_record(recorder, query, "crawl") as finish:
        result = _crawl(recorder, query, progress or silent)
        finish(**facts_of(result))
    return result


def facts_of(result: CrawlResult) -> dict[str, object]:
    """What the run's own record says of its end: enough to load it without asking again."""
    return {
        "total": result.total,
        "fetched": len(result.ids | result.left),
        "removed": sorted(result.removed),
        "left": sorted(result.left),
        "starts": result.starts,
        "last_post_date": result.latest_post_date,
    }


def _crawl(recorder: Recorder, query: Query, progress: ProgressCallback) -> CrawlResult:
    before = recorder.ask_version()
    recorder.ask_metadata()
    return full_crawl(recorder, query, before, progress)


def full_crawl(
    recorder: Recorder, query: Query, before: str | None, progress: ProgressCallback, known: Collection[str] = ()
) -> CrawlResult:
    """All pages of a query, proved complete. `before`: the data version just asked for; `known`: ids held so far."""
    not_found: list[str] = []

    def attempt() -> Sweep:
        sweep = whole(recorder, query, progress)
        not_found[:] = _by_name(recorder, query, sweep, progress)
        sweep.removed, sweep.left = settle(recorder, query, known, sweep.ids)
        return sweep

    sweep, starts = steadily(recorder, before, attempt)
    return result_of(recorder, sweep, starts, tuple(not_found))


def result_of(recorder: Recorder, sweep: Sweep, starts: int, not_found: tuple[str, ...] = ()) -> CrawlResult:
    """A steady sweep and what its run recorded, in one."""
    return CrawlResult(
        ids=frozenset(sweep.ids),
        total=sweep.total,
        unreadable=sweep.unreadable,
        data_version=recorder.data_version,
        latest_post_date=no_later(recorder.latest_post_date, recorder.data_version),
        removed=sweep.removed,
        left=sweep.left,
        not_found=not_found,
        aliases=dict(recorder.aliases),
        requests=recorder.requests,
        bytes=recorder.received_bytes,
        starts=starts,
        entries=tuple(recorder.entries),
    )


def _by_name(recorder: Recorder, query: Query, sweep: Sweep, progress: ProgressCallback) -> list[str]:
    """Ids named in the query that its pages did not give: aliases are followed, unknown ids are reported.

    Where the query has other conditions too, an id that did not come may simply not meet them, and is left alone.
    """
    if not query.ids or query != Query(ids=query.ids):
        return []
    not_found: list[str] = []
    absent = [nct_id for nct_id in query.ids if nct_id not in sweep.ids]
    for done, nct_id in enumerate(absent, 1):
        if recorder.aliases.get(nct_id) in sweep.ids:
            continue
        try:
            answer = recorder.client.study(nct_id)
        except Refused as error:
            if error.status not in (400, 404):
                raise
            not_found.append(nct_id)
            continue
        found, _ = recorder.keep_records(answer, "study")
        for current in found:
            if current != nct_id:
                recorder.aliases[nct_id] = current
        sweep.total += len(set(found) - sweep.ids)
        sweep.ids.update(found)
        progress(Progress("records", done, len(absent)))
    return not_found

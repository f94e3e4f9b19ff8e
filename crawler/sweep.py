"""Passes over the registry: pages, ids and single records, each counted, and begun again when the data moves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from crawler.client import MalformedId
from crawler.errors import Incomplete, ProtocolError, StaleToken
from crawler.query import Query
from crawler.received import Received, nct_id_of, page_studies
from crawler.recorder import Progress, ProgressCallback, Recorder

# How often a crawl starts again when the registry's data moves under it, which it does once a working day.
MAX_STARTS = 4
# A gap in one answer may be that answer's fault; the same gap twice is the registry's.
LOOKS = 2
# Post dates are days of the registry's own time zone, and a day may be read while it is still being posted.
OVERLAP_DAYS = 1

Found = TypeVar("Found")


@dataclass(slots=True)
class Sweep:
    """One pass over all pages of a query."""

    ids: set[str] = field(default_factory=set)
    total: int = 0
    unreadable: int = 0
    received: int = 0
    removed: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Each id once, and as many of them as the registry counts."""
        return len(self.ids) + self.unreadable == self.received == self.total


def steadily(recorder: Recorder, before: str | None, attempt: Callable[[], Found]) -> tuple[Found, int]:
    """What an attempt finds while the registry's data stands still, and how many starts that took.

    `before`: the data version just asked for. Raises Incomplete if an attempt does although the data stood still,
    or if the data moved during each of MAX_STARTS attempts.
    """
    problem: ProtocolError | None = None
    for start in range(1, MAX_STARTS + 1):
        try:
            found = attempt()
            problem = None
        except (StaleToken, Incomplete) as error:
            problem = error
        after = recorder.ask_version()
        if after == before and problem is None:
            return found, start
        if after == before and isinstance(problem, Incomplete):
            raise problem
        recorder.note("restarted", reason=str(problem or f"the data version moved from {before} to {after}"))
        recorder.entries.clear()
        before = after
    raise Incomplete(
        f"the registry's data moved, or its page tokens went stale, during each of {MAX_STARTS} starts "
        f"(data version now {before}): run again later"
    ) from problem


def whole(recorder: Recorder, query: Query, progress: ProgressCallback) -> Sweep:
    """All pages of a query, what they left out fetched by id. Raises Incomplete."""
    sweep = all_pages(recorder, query, progress)
    if not sweep.complete:
        mend(recorder, query, sweep, progress)
    return sweep


def all_pages(recorder: Recorder, query: Query, progress: ProgressCallback) -> Sweep:
    """One pass over the pages of a query, each into the archive."""
    sweep = Sweep()
    for page in recorder.client.pages(query):
        ids, unreadable = recorder.keep_records(page, "page")
        sweep.total += total_of(page)
        sweep.ids.update(ids)
        sweep.unreadable += unreadable
        sweep.received += len(ids) + unreadable
        progress(Progress("pages", len(sweep.ids), sweep.total))
    return sweep


def total_of(page: Received) -> int:
    """The page's `totalCount`; 0 on a page after the first. Raises ProtocolError where it was asked for and is not."""
    total = page.data.get("totalCount")
    if isinstance(total, int):
        return total
    if "countTotal" in page.url:
        raise ProtocolError("the registry's first page has no totalCount, so nothing proves that we have all of it")
    return 0


def ask_ids(recorder: Recorder, query: Query, progress: ProgressCallback) -> tuple[set[str], int]:
    """All ids of a query, and how many of its records have no readable id; the two add up to the registry's total.

    Raises Incomplete if they still do not the second time: a list with gaps must never look like removed records.
    """
    for _ in range(LOOKS):
        ids, unreadable, total = _list_ids(recorder, query, progress)
        if len(ids) + unreadable == total:
            return ids, unreadable
    raise Incomplete(f"the registry counts {total:,} records of {query} but lists {len(ids):,}: run again later")


def _list_ids(recorder: Recorder, query: Query, progress: ProgressCallback) -> tuple[set[str], int, int]:
    ids: set[str] = set()
    total = unreadable = 0
    for page in recorder.client.pages(query, fields=["NCTId"]):
        recorder.keep(page, "ids")
        total += total_of(page)
        found = [nct_id_of(study) for study in page_studies(page.data)]
        ids.update(nct_id for nct_id in found if nct_id)
        unreadable += found.count(None)
        progress(Progress("ids", len(ids), total))
    return ids, unreadable, total


def fetch_all(recorder: Recorder, ids: Collection[str], progress: ProgressCallback) -> set[str]:
    """Fetch records by their ids into the archive. Raises Incomplete, naming ids, if some do not come twice over.

    An id that the registry itself calls malformed is noted in the run's record, and does not count as lost.
    """
    came: set[str] = set()
    malformed: set[str] = set()
    for _ in range(LOOKS):
        wanted = [nct_id for nct_id in ids if nct_id not in came and nct_id not in malformed]
        for answer in recorder.client.by_ids(wanted):
            if isinstance(answer, MalformedId):
                malformed.add(answer.nct_id)
                recorder.note("malformed id", nct_id=answer.nct_id, reason=answer.reason)
            else:
                came.update(recorder.keep_records(answer, "page")[0])
                progress(Progress("records", len(came), len(ids)))
    lost = [nct_id for nct_id in ids if nct_id not in came and nct_id not in malformed]
    if lost:
        named = ", ".join(lost[:20]) + (f" and {len(lost) - 20:,} more" if len(lost) > 20 else "")
        raise Incomplete(f"the registry lists but does not give {len(lost):,} records: {named}: run again later")
    return came


def mend(recorder: Recorder, query: Query, sweep: Sweep, progress: ProgressCallback) -> None:
    """Pages repeated or left out records: ask for all ids, then for the records that are missing."""
    recorder.note("mending", received=sweep.received, distinct=len(sweep.ids), total=sweep.total)
    ids, sweep.unreadable = ask_ids(recorder, query, progress)
    fetch_all(recorder, sorted(ids - sweep.ids), progress)
    # An id that pages gave but the list of ids does not was removed between the two: it is not of this query now.
    sweep.ids = ids
    sweep.total = len(ids) + sweep.unreadable


def settle(
    recorder: Recorder, query: Query, known: Collection[str], ids: Collection[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """(removed, left): what became of the ids that are known, or arrived in this run, but are not listed.

    Those that the registry still has left the query; their records are fetched once more. The others are removed.
    """
    unlisted = {nct_id for nct_id in known if nct_id not in ids}
    unlisted.update(nct_id for nct_id in recorder.seen if nct_id not in ids)
    left: set[str] = set()
    if not query.everything:
        for answer in recorder.client.by_ids(sorted(unlisted)):
            if not isinstance(answer, MalformedId):
                left.update(recorder.keep_records(answer, "page")[0])
        left &= unlisted
    return frozenset(unlisted - left), frozenset(left)


def day_before(day: str) -> str:
    """From which day a delta asks, if the last post date seen is this."""
    return (date.fromisoformat(day) - timedelta(days=OVERLAP_DAYS)).isoformat()

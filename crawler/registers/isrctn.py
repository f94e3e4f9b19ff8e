"""The ISRCTN register: its public XML interface, `query/format/default?q=…&limit=…`.

A query answers `<allTrials totalCount="…">` with the first `limit` records, whole. There are no pages: parameters for
them are ignored. What is more than a request should give is therefore asked for in windows of the day of the last
edit (`lastEdited GE … AND lastEdited LT …`), halved until each is small enough. `limit=0` gives the count alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from crawler.errors import ProtocolError, Refused
from crawler.readers import isrctn
from crawler.readers.base import Found
from crawler.received import Received
from crawler.registers.base import Page
from crawler.registers.client import RegisterClient

PATH = "query/format/default"
EVERYTHING = "lastEdited GE 1900-01-01T00:00:00"
# Where halving begins; the first and the last window are open, so that nothing depends on these.
FIRST_EDIT = datetime(2000, 1, 1, tzinfo=UTC)
# Records edited together in one go cannot be told apart by their day: such a window is asked for as a whole.
NARROWEST = timedelta(hours=1)
_TOTAL = re.compile(rb"<(?:[\w.-]+:)?allTrials\b[^>]*?\btotalCount\s*=\s*[\"'](\d{1,9})[\"']")


class Isrctn:
    """A query is the register's own: words (any of them), "phrases", AND, OR, fields as in `condition:asthma`."""

    name = "ISRCTN"
    base_url = "https://www.isrctn.com/api"
    page_size = 500
    max_page_size = 1000
    accept = "application/xml"
    lists_records = True

    def pages(self, client: RegisterClient, query: str | None) -> Iterator[Page]:
        """The count, then records in windows from the oldest edit on: an edit meanwhile leads into the last one."""
        whole = query or EVERYTHING
        count = _ask(client, whole, 0)
        yield count
        if count.total:
            yield from self._window(client, whole, None, None, count.total)

    def trial(self, client: RegisterClient, trial_id: str) -> Page:
        """The records that name this id, its own among them; see `Register.trial`.

        A query is used, since the address of a single trial answers with a fault of the server for unknown ids.
        """
        page = _ask(client, trial_id, client.settings.page_size)
        if trial_id not in page.ids and not page.odd:
            raise Refused(f"ISRCTN does not know {trial_id}: look at the number", 404)
        return page

    def _window(
        self, client: RegisterClient, query: str, since: datetime | None, before: datetime | None, count: int
    ) -> Iterator[Page]:
        begin, end = since or FIRST_EDIT, before or client.clock.now().replace(microsecond=0)
        if count <= client.settings.page_size or end - begin <= NARROWEST:
            page = _ask(client, _within(query, since, before), max(count, client.settings.page_size))
            yield Page(page.received, page.kind, page.ids, page.odd)
            return
        middle = begin + (end - begin) // 2
        middle = middle.replace(microsecond=0)
        halves = ((since, middle), (middle, before))
        parts = [_ask(client, _within(query, low, high), 0) for low, high in halves]
        if sum(part.total or 0 for part in parts) >= 2 * count:
            # It answers conditions that it does not know with everything; halving would never end.
            raise ProtocolError(f"ISRCTN gives all {count:,} trials for any day of an edit: narrow the query")
        for (low, high), part in zip(halves, parts, strict=True):
            yield Page(part.received, part.kind)
            if part.total:
                yield from self._window(client, query, low, high, part.total)


def _within(query: str, since: datetime | None, before: datetime | None) -> str:
    parts = [f"({query})"] if since or before else [query]
    parts += [f"lastEdited GE {since:%Y-%m-%dT%H:%M:%S}"] if since else []
    parts += [f"lastEdited LT {before:%Y-%m-%dT%H:%M:%S}"] if before else []
    return " AND ".join(parts)


def _ask(client: RegisterClient, query: str, limit: int) -> Page:
    received = client.get(PATH, {"q": query, "limit": str(limit)})
    match = _TOTAL.search(received.body[:4096])
    if match is None:
        raise ProtocolError("ISRCTN names no totalCount in its answer: has its interface changed?")
    ids, odd = _trials(received) if limit else ((), ())
    return Page(received, "file" if ids or odd else "ids", ids, odd, int(match[1]))


def _trials(received: Received) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(ids, places of records that cannot be read), as the reader will find them at the load."""
    if b"fullTrial" not in received.body:
        return (), ()
    ids: list[str] = []
    odd: list[str] = []
    for item in isrctn.read(received.body):
        if isinstance(item, Found):
            ids.append(item.data["protocolSection"]["identificationModule"]["nctId"])
        else:
            odd.append(f"{item.position} {item.reason} {item.raw[:200]!r}")
    return tuple(ids), tuple(odd)

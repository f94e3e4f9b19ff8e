"""The EU's Clinical Trials Information System: the interface that its public portal uses itself.

No description of it is published, so this is what it is seen to do: `POST search` answers a page (counted from 1) of
short entries with the total, never beyond the first 10,000 of an order; `GET retrieve/{ctNumber}` answers the whole
record, `{}` for a number it does not know. It throttles more than one request a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler import jsontext
from crawler.errors import ProtocolError, Refused, UsageError
from crawler.jsontext import Json
from crawler.readers.registers import identify
from crawler.received import Received
from crawler.registers.base import Page
from crawler.registers.client import RegisterClient

# The search gives so many trials in one order and no more; the rest is reached from the other end.
WINDOW = 10_000


class Ctis:
    """Words of a query must all occur in a trial (`containAll`); a query in braces is the portal's own criteria."""

    name = "CTIS"
    base_url = "https://euclinicaltrials.eu/ctis-public-api"
    page_size = 100
    max_page_size = 100
    accept = "application/json"
    lists_records = False

    def pages(self, client: RegisterClient, query: str | None) -> Iterator[Page]:
        """Pages of the search; see `Register.pages`."""
        criteria = _criteria(query)
        for direction in ("DESC", "ASC"):
            number = given = 0
            while True:
                number += 1
                page = _listed(client, criteria, direction, number)
                total = page.total or 0
                if total > 2 * WINDOW:
                    raise UsageError(f"{total:,} trials match, CTIS gives at most {2 * WINDOW:,}: narrow the query")
                yield page
                given += len(page.ids) + len(page.odd)
                wanted = min(total, WINDOW) if direction == "DESC" else total - WINDOW
                if given >= wanted or not (page.ids or page.odd):
                    break
            if total <= WINDOW:
                return

    def trial(self, client: RegisterClient, trial_id: str) -> Page:
        """One record; see `Register.trial`. What is not JSON is kept too: the load puts it aside with the reason."""
        received = client.get(f"retrieve/{trial_id}")
        try:
            data = jsontext.load(received.body)
        except ValueError:
            return Page(received, "file")
        if data == {}:
            raise Refused(f"CTIS does not know {trial_id}: look at the number", 404)
        number = data.get("ctNumber") if isinstance(data, dict) else None
        if number != trial_id:
            raise Refused(f"CTIS answers with {str(number)[:40]!r} where {trial_id} was asked for", received.status)
        return Page(received, "file", (trial_id,))


def _criteria(query: str | None) -> dict[str, Any]:
    if not query:
        return {}
    if not query.lstrip().startswith("{"):
        return {"containAll": query}
    try:
        criteria = jsontext.load(query.encode())
    except ValueError as error:
        raise UsageError(
            f'the query {query[:60]!r} is not JSON ({error}): write {{"medicalCondition": "asthma"}}'
        ) from error
    return dict(criteria)


def _listed(client: RegisterClient, criteria: dict[str, Any], direction: str, number: int) -> Page:
    question = {
        "pagination": {"page": number, "size": client.settings.page_size},
        "sort": {"property": "decisionDate", "direction": direction},
        # Without criteria, even empty ones, the portal answers that nothing matches.
        "searchCriteria": criteria,
    }
    received = client.post("search", question)
    ids: list[str] = []
    odd: list[str] = []
    items, total = _content(received)
    for item in items:
        text = str(item.get("ctNumber") or "no ctNumber") if isinstance(item, dict) else "no trial"
        (ids if identify(text) == ("CTIS", text) else odd).append(text)
    return Page(received, "ids", tuple(ids), tuple(odd), total, {"asked": question})


def _content(received: Received) -> tuple[list[Json], int]:
    try:
        data = jsontext.load(received.body)
    except ValueError as error:
        raise ProtocolError(f"the search of CTIS answers with what is not JSON ({error}): run again later") from error
    pagination = data.get("pagination") if isinstance(data, dict) else None
    total = pagination.get("totalRecords") if isinstance(pagination, dict) else None
    if not isinstance(total, int) or not isinstance(data.get("data"), list):
        raise ProtocolError("the search of CTIS names no total or no trials: has its interface changed?")
    return data["data"], total

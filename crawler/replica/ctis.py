"""The EU portal's interface: `POST search` with pages counted from 1, `GET retrieve/{ctNumber}`.

Of the criteria it understands `containAll`, `containAny`, `medicalCondition`, `sponsor` (words anywhere in the record)
and `number`. As the portal does, it answers 200 with nothing for a search without criteria or of page 0, `{}` for a
number it does not know, 400 for what is no number, and 403 for a search by GET; beyond `window` there are no entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from crawler.readers.registers import identify
from crawler.replica.respond import BadRequest, Response, html_response, text_response
from crawler.replica.values import Json, squashed

_ENTRY = ("ctNumber", "ctTitle", "startDateEU", "endDateEU", "decisionDate")
_WORDS = {"containAll": all, "containAny": any, "medicalCondition": all, "sponsor": all}


class Interface:
    """See the top of the module."""

    base_path = "/ctis-public-api"
    page_path = "/search"
    window = 10_000

    def read(self, body: bytes) -> dict[str, bytes]:
        """Whole records: one JSON object or a list; those without a valid number are left out."""
        data = orjson.loads(body)
        found = {}
        for item in data if isinstance(data, list) else [data]:
            number = str(item.get("ctNumber", "")) if isinstance(item, dict) else ""
            if identify(number) == ("CTIS", number):
                found[number] = orjson.dumps(item)
        return found

    def answer(
        self, method: str, path: str, params: Mapping[str, str], question: bytes, records: dict[str, bytes]
    ) -> Response:
        """One of the two routes."""
        if path == self.page_path:
            return self._search(question, records) if method == "POST" else text_response(403, "Forbidden")
        folder, _, number = path.rpartition("/")
        if folder != "/retrieve" or method == "POST":
            return html_response(404, "Not Found")
        if identify(number) != ("CTIS", number):
            raise BadRequest(f"malformed number {number}")
        return Response(200, records.get(number, b"{}"))

    def _search(self, question: bytes, records: dict[str, bytes]) -> Response:
        try:
            asked = orjson.loads(question)
            page, size = (int(asked["pagination"][name]) for name in ("page", "size"))
        except (ValueError, KeyError, TypeError):
            raise BadRequest("a search is JSON with pagination") from None
        criteria = asked.get("searchCriteria")
        if criteria is None or page < 1:
            return Response(200, _page([], 0, page, size, warning=True))
        found = [body for number, body in records.items() if _meets(number, body, criteria)]
        entries = [_entry(body) for body in found]
        descending = asked.get("sort", {}).get("direction", "DESC") == "DESC"
        entries.sort(key=lambda entry: (str(entry.get("decisionDate", "")), entry["ctNumber"]), reverse=descending)
        within = entries[: self.window][(page - 1) * size : page * size]
        return Response(200, _page(within, len(found), page, size))

    def taken_apart(self, page: bytes) -> tuple[list[bytes], int]:
        """(entries, total) of a page."""
        data = orjson.loads(page)
        return [orjson.dumps(entry) for entry in data["data"]], data["pagination"]["totalRecords"]

    def put_together(self, entries: list[bytes], total: int) -> bytes:
        """A page of these entries."""
        return _page([orjson.loads(entry) for entry in entries], total, 1, max(len(entries), 1))

    def broken(self, trial_id: str, body: bytes) -> bytes:
        """Half of the record's bytes."""
        data = orjson.loads(body)
        return body[: len(body) // 2] if isinstance(data, dict) and data.get("ctNumber") == trial_id else body


def _page(entries: list[Json], total: int, page: int, size: int, *, warning: bool = False) -> bytes:
    pages = -(-total // size)
    pagination = {"totalRecords": total, "currentPage": page, "totalPages": pages, "nextPage": page < pages}
    return orjson.dumps({"showWarning": warning, "pagination": pagination, "data": entries})


def _entry(body: bytes) -> dict[str, Any]:
    """What the search tells of a trial; the state is its public code there."""
    record = orjson.loads(body)
    entry = {name: record[name] for name in _ENTRY if name in record}
    return {**entry, "ctStatus": record.get("ctPublicStatusCode")}


def _meets(number: str, body: bytes, criteria: Mapping[str, Json]) -> bool:
    text = squashed(body.decode())
    for name, wanted in criteria.items():
        if wanted in (None, "", []):
            continue
        if name == "number":
            if wanted != number:
                return False
        elif name not in _WORDS:
            raise BadRequest(f"the replica does not know the criterion {name}")
        elif not _WORDS[name](squashed(word) in text for word in str(wanted).split()):
            return False
    return True

"""The ISRCTN register's interface: `query/format/default?q=…&limit=…`, whole records as XML.

Of the query language it understands words (any of them), phrases in quotes, OR, AND between parts, and the day of the
last edit (`lastEdited GE|GT|LE|LT 2031-01-01T00:00:00`). As the register does, it answers 400 without `q`, ignores
every other parameter, so that there are no pages, and gives the total whatever the limit.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from crawler.readers.base import Found
from crawler.readers.isrctn import read
from crawler.replica.respond import BadRequest, Response, html_response
from crawler.replica.values import word_line

XML = "application/xml; charset=utf-8"
_PIECE = re.compile(rb"<fullTrial\b.*?</fullTrial>", re.S)
_TOTAL = re.compile(rb'totalCount="(\d+)"')
_EDITED = re.compile(rb'<trial\b[^>]*\blastUpdated="([^"]+)"')
_RANGE = re.compile(r"lastEdited (GE|GT|LE|LT) (\S+)")
_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "GE": operator.ge, "GT": operator.gt, "LE": operator.le, "LT": operator.lt
}  # fmt: skip
_DEFAULT_LIMIT = 10
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<allTrials xmlns="http://www.67bricks.com/isrctn" totalCount="%d">'


class Interface:
    """See the top of the module."""

    base_path = "/api"
    page_path = "/query/format/default"

    def read(self, body: bytes) -> dict[str, bytes]:
        """The `<fullTrial>` elements of a file; those without a valid id are left out."""
        return {trial_id: piece for piece in _PIECE.findall(body) if (trial_id := _id_of(piece))}

    def answer(
        self, method: str, path: str, params: Mapping[str, str], question: bytes, records: dict[str, bytes]
    ) -> Response:
        """The one route."""
        if path != self.page_path or method == "POST":
            return html_response(404, "Not Found")
        query, limit = params.get("q", "").strip(), params.get("limit", str(_DEFAULT_LIMIT))
        if not query or not limit.isdecimal():
            raise BadRequest("q is needed, and limit is a number")
        found = [piece for trial_id, piece in records.items() if _meets(trial_id, piece, query)]
        return Response(200, self.put_together(found[: int(limit)], len(found)), XML)

    def taken_apart(self, page: bytes) -> tuple[list[bytes], int]:
        """(records, total) of an answer."""
        total = _TOTAL.search(page)
        return _PIECE.findall(page), int(total[1]) if total else 0

    def put_together(self, entries: list[bytes], total: int) -> bytes:
        """An answer with these records."""
        return _HEAD % total + b"\n".join(entries) + b"</allTrials>"

    def broken(self, trial_id: str, body: bytes) -> bytes:
        """The answer with half of the record's elements, and its end."""
        for piece in _PIECE.findall(body):
            if _id_of(piece) == trial_id:
                return body.replace(piece, piece[: len(piece) // 2].rpartition(b"<")[0] + b"</fullTrial>")
        return body


def _id_of(piece: bytes) -> str | None:
    for item in read(piece):
        if isinstance(item, Found):
            return str(item.data["protocolSection"]["identificationModule"]["nctId"])
    return None


def _meets(trial_id: str, piece: bytes, query: str) -> bool:
    edited = _EDITED.search(piece)
    stamp = edited[1].decode() if edited else ""
    line = word_line(f"{trial_id} {piece.decode()}")
    for part in re.split(r"\s+AND\s+", query):
        part = part.strip().removeprefix("(").removesuffix(")")
        limits = _RANGE.fullmatch(part)
        if limits:
            if not stamp or not _COMPARED[limits[1]](stamp[:19], limits[2][:19]):
                return False
        elif not any(word_line(word) in line for word in re.findall(r'"[^"]+"|[^\s"]+', part) if word != "OR"):
            return False
    return True

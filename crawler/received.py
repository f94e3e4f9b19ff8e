"""An answer of the registry: its bytes, and what may be read from them without trusting them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from crawler import jsontext
from crawler.errors import ProtocolError
from crawler.jsontext import Json
from crawler.query import is_nct_id
from crawler.unpack import Damaged, TooLarge, gunzip

KEPT_HEADERS = ("content-type", "etag", "last-modified", "date", "retry-after", "content-disposition")


@dataclass(frozen=True, slots=True)
class Received:
    """One answer: `body` as received after content decoding, `data` its JSON value, `attempts` requests it took.

    Bytes that are not UTF-8 are U+FFFD in `data`, which is for counting and ids: crawler.records reads the body.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    received_at: datetime
    attempts: int
    data: Json = field(repr=False, compare=False, default=None)


class Cut(Exception):
    """The body ended before it was complete, or was not what its headers said."""


class TooSlow(Exception):
    """The body went on for longer than a body may take."""


def read_body(response: httpx.Response, limit: int, deadline: float, clock: Callable[[], float]) -> bytes:
    """The decoded body, at most `limit` bytes of it, read before `deadline`. Raises Cut, TooLarge or TooSlow."""
    if response.is_stream_consumed:
        # A transport without a wire hands over a finished response that is read and decoded already.
        if len(response.content) > limit:
            raise TooLarge(limit)
        return response.content
    raw = b"".join(_bounded(response, limit, deadline, clock))
    promised = response.headers.get("content-length")
    if promised is not None and promised.isdecimal() and int(promised) != len(raw):
        raise Cut(f"{len(raw):,} of {int(promised):,} bytes")
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return raw
    if encoding not in ("gzip", "x-gzip"):
        raise Cut(f"content encoding {encoding!r}, which was not asked for")
    try:
        return gunzip(raw, limit)
    except Damaged as error:
        raise Cut(str(error)) from error


def _bounded(response: httpx.Response, limit: int, deadline: float, clock: Callable[[], float]) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit)
        if clock() > deadline:
            raise TooSlow
        yield chunk


def html_title(body: bytes) -> str | None:
    """The title (or first words) of an HTML page; None if the body does not look like one."""
    start = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start.startswith(b"<"):
        return None
    # Only a page that is no data needs it, and importing it takes longer than a night with nothing new.
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(body[:65536], "html.parser")
    text = soup.title.get_text(" ", strip=True) if soup.title else soup.get_text(" ", strip=True)
    return " ".join(text.split())[:120] or "no title"


def error_text(body: bytes) -> str:
    """The registry's own words in an error body (plain text, or the title of an HTML page), on one line."""
    title = html_title(body)
    if title is not None:
        return title
    return " ".join(body[:2000].decode("utf-8", "replace").split())[:300] or "no explanation"


def parse(body: bytes) -> Json:
    """The JSON value of a body, bytes that are not UTF-8 replaced. Raises Cut if it is not a whole JSON text."""
    try:
        return jsontext.load(body)
    except ValueError as error:
        try:
            return jsontext.load_loosely(body)
        except ValueError:
            raise Cut(f"not a whole JSON text: {error}") from error


def page_studies(data: Json) -> list[Json]:
    """The studies of a page. Raises ProtocolError if it has no such list."""
    studies = data.get("studies") if isinstance(data, dict) else None
    if not isinstance(studies, list):
        raise ProtocolError("the registry's page has no list of studies: has the API changed?")
    return studies


def nct_id_of(study: Json) -> str | None:
    """The registry id of a record; None if the record has none or is no record."""
    value = _dig(study, "protocolSection", "identificationModule", "nctId")
    return value if is_nct_id(value) else None


def aliases_of(study: Json) -> list[str]:
    """Obsolete ids under which the record was once registered."""
    values = _dig(study, "protocolSection", "identificationModule", "nctIdAliases")
    return [value for value in values if is_nct_id(value)] if isinstance(values, list) else []


def post_date_of(study: Json) -> str | None:
    """The day on which the record's last update was posted, as the registry writes it."""
    value = _dig(study, "protocolSection", "statusModule", "lastUpdatePostDateStruct", "date")
    return value if isinstance(value, str) else None


def _dig(value: Json, *path: str) -> Json:
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value

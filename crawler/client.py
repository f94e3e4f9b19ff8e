"""The client of the registry's API: one request at a time, never faster than agreed, and nothing believed unchecked."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx

from crawler.answers import alias_target, refuse
from crawler.errors import ProtocolError, Refused, StaleToken
from crawler.jsontext import Json
from crawler.pace import Budget, Clock
from crawler.query import IDS_PER_REQUEST, Query, batches, is_nct_id, normal_id
from crawler.received import (
    KEPT_HEADERS,
    Cut,
    Received,
    html_title,
    nct_id_of,
    page_studies,
    parse,
    read_body,
)
from crawler.retry import Again
from crawler.sender import Sender
from crawler.settings import ClientSettings

MAX_REDIRECTS = 5
# So many ids refused one after the other mean that the registry refuses something else than ids.
MAX_MALFORMED_IN_A_ROW = 20


@dataclass(frozen=True, slots=True)
class Version:
    """The registry's answer to /version. `data_version` is its data timestamp; None if it names none."""

    api_version: str
    data_version: str | None
    received: Received


@dataclass(frozen=True, slots=True)
class MalformedId:
    """An id that the registry calls malformed, with its words. The other ids of the batch were fetched."""

    nct_id: str
    reason: str


class RegistryClient:
    """Asks one registry. Use as a context manager; not to be shared between threads.

    `transport` is the one seam for tests and for other ways to the network. `requests` counts every request sent,
    failed ones too; `received_bytes` the decoded bytes of those that succeeded, a file's as sent. `used_today`:
    requests that earlier runs made today, for the daily budget. Every method may raise NetworkError (Offline, Refused,
    BudgetSpent) or ProtocolError.
    """

    def __init__(
        self,
        settings: ClientSettings,
        transport: httpx.BaseTransport | None = None,
        *,
        used_today: int = 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: random.Random | None = None,
    ) -> None:
        self.settings = settings
        self.received_bytes = 0
        self.clock, self.now = clock, now
        self._sender = Sender(
            settings,
            transport,
            accept="application/json",
            used_today=used_today,
            clock=Clock(clock, sleep, now),
            chance=chance,
        )
        self.pause = self._sender.pause
        self._base = httpx.URL(settings.base_url.rstrip("/") + "/")
        self._malformed_in_a_row = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()

    @property
    def requests(self) -> int:
        """Every request sent so far, failed ones too."""
        return self._sender.requests

    @property
    def budget(self) -> Budget:
        """The day's requests."""
        return self._sender.budget

    # -- the registry's questions ------------------------------------------------------------------------------

    def version(self) -> Version:
        """API version and data version."""
        received = self.get("version")
        data = received.data
        if not isinstance(data, dict) or not isinstance(data.get("apiVersion"), str):
            raise ProtocolError(f"{self.settings.host} answers /version without an apiVersion: is it a v2 registry?")
        stamp = data.get("dataTimestamp")
        return Version(data["apiVersion"], stamp if isinstance(stamp, str) else None, received)

    def metadata(self) -> Received:
        """The registry's data model (/studies/metadata), a list of field nodes."""
        received = self.get("studies/metadata")
        if not isinstance(received.data, list):
            raise ProtocolError("/studies/metadata is not a list of fields: has the API changed?")
        return received

    def size(self) -> int:
        """How many studies the registry has."""
        data = self.get("stats/size").data
        total = data.get("totalStudies") if isinstance(data, dict) else None
        if not isinstance(total, int):
            raise ProtocolError("/stats/size names no totalStudies: has the API changed?")
        return total

    def pages(self, query: Query, fields: Iterable[str] | None = None) -> Iterator[Received]:
        """All pages of a query, one after the other; the first page of each part of it carries `totalCount`.

        Raises StaleToken if the registry no longer knows the page token: the query must start again.
        """
        for part in query.parts():
            parameters = part.parameters()
            if fields is not None:
                parameters["fields"] = "|".join(fields)
            yield from self._pages(parameters)

    def study(self, nct_id: str) -> Received:
        """One record. An alias leads to the record that replaced it. Raises Refused with status 404 if unknown."""
        return self.get(f"studies/{normal_id(nct_id)}")

    def history(self, nct_id: str) -> Received:
        """A record with the list of its versions, from the registry's internal and undocumented history."""
        return self.get(f"../int/studies/{normal_id(nct_id)}", {"history": "true"})

    def past_version(self, nct_id: str, number: int) -> Received:
        """One version of a record, numbered from 0, from the same place."""
        return self.get(f"../int/studies/{normal_id(nct_id)}/history/{number}")

    def ids(self, query: Query) -> tuple[set[str], int]:
        """The ids of a query and the registry's own total, at the price of one small page for 1,000 ids."""
        found: set[str] = set()
        total = 0
        for page in self.pages(query, fields=["NCTId"]):
            found.update(nct_id for nct_id in map(nct_id_of, page_studies(page.data)) if nct_id)
            total += page.data.get("totalCount", 0)
        return found, total

    def by_ids(self, ids: Iterable[str]) -> Iterator[Received | MalformedId]:
        """The records of many ids, 300 a request. An id the registry finds malformed is named, and costs no other."""
        for batch in batches(dict.fromkeys(ids), IDS_PER_REQUEST):
            yield from self._batch(batch)

    def _batch(self, ids: list[str]) -> Iterator[Received | MalformedId]:
        try:
            pages = list(self._pages({"filter.ids": "|".join(ids)}))
        except Refused as error:
            if error.status != 400:
                raise
            if len(ids) > 1:
                for smaller in _divided(ids):
                    yield from self._batch(smaller)
                return
            self._malformed_in_a_row += 1
            if self._malformed_in_a_row > MAX_MALFORMED_IN_A_ROW:
                raise
            yield MalformedId(ids[0], str(error))
            return
        self._malformed_in_a_row = 0
        yield from pages

    def _pages(self, parameters: Mapping[str, str]) -> Iterator[Received]:
        token: str | None = None
        used: set[str] = set()
        size = str(self.settings.page_size)
        while True:
            asked = {**parameters, "pageSize": size}
            asked |= {"countTotal": "true"} if token is None else {"pageToken": token}
            try:
                page = self.get("studies", asked)
            except Refused as error:
                if token is not None and error.status == 400:
                    raise StaleToken(f"the registry no longer knows its page token: {error}") from error
                raise
            token = _next_token(page.data)
            yield page
            if token is None:
                return
            if token in used:
                raise ProtocolError("the registry gave the same page token twice: its pages would never end")
            used.add(token)

    # -- one request -------------------------------------------------------------------------------------------

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Received:
        """A JSON answer of the path below the base address, after as many tries as are allowed."""
        before = self.requests
        url = self._base.join(path)
        if parameters:
            url = url.copy_merge_params(dict(parameters))
        return self._sender.tried(lambda: self._follow(url, before))

    @contextlib.contextmanager
    def stream(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """One try at an answer too large for memory, its body unread: status 200, 206 or 416.

        Raises crawler.retry.Again where another try may help, within the `with` block too; else as `get` does.
        """
        request = self._sender.build("GET", self._base.join(path), params=dict(parameters), headers=dict(headers))
        with self._sender.stream(request) as response:
            if response.status_code not in (200, 206, 416):
                body = read_body(response, self.settings.max_body_bytes, self.clock() + 60, self.clock)
                refuse(self.settings, response, body, self.now())
            yield response

    def _follow(self, url: httpx.URL, before: int) -> Received:
        """One try: the request and the redirects of an alias."""
        visited = {url}
        while True:
            response, body = self._sender.once(self._sender.build("GET", url))
            if not response.has_redirect_location:
                return self._checked(response, body, before)
            url = alias_target(self._base, url, response.headers["location"])
            if url in visited or len(visited) > MAX_REDIRECTS:
                raise ProtocolError(f"{self.settings.host} redirects in a circle at {url.path}")
            visited.add(url)

    def _checked(self, response: httpx.Response, body: bytes, before: int) -> Received:
        host = self.settings.host
        if response.status_code != 200:
            refuse(self.settings, response, body, self.now())
        title = html_title(body)
        if title is not None:
            raise ProtocolError(f'{host} sent a web page, titled "{title}", in place of data: run again later')
        try:
            data = parse(body)
        except Cut as error:
            raise Again(ProtocolError(f"{host} sent a damaged body each time ({error}): run again later")) from error
        self.received_bytes += len(body)
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        return Received(str(response.url), response.status_code, kept, body, self.now(), self.requests - before, data)


def _divided(ids: list[str]) -> list[list[str]]:
    """The parts in which to look for the malformed id: those that look wrong alone, else the two halves."""
    odd = [nct_id for nct_id in ids if not is_nct_id(nct_id)]
    sound = [nct_id for nct_id in ids if is_nct_id(nct_id)]
    if odd and sound:
        return [sound, *([nct_id] for nct_id in odd)]
    middle = len(ids) // 2
    return [ids[:middle], ids[middle:]]


def _next_token(data: Json) -> str | None:
    page_studies(data)
    token = data.get("nextPageToken")
    if token is not None and not isinstance(token, str):
        raise ProtocolError("the registry's nextPageToken is not text: has the API changed?")
    return token or None

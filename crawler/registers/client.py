"""The client of a register's interface: the manners of `crawler.sender`, and no web page taken for data."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from crawler.answers import refuse
from crawler.errors import ProtocolError
from crawler.jsontext import Json
from crawler.pace import Clock
from crawler.received import KEPT_HEADERS, Received, html_title
from crawler.sender import Sender
from crawler.settings import ClientSettings

_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)


class RegisterClient:
    """Asks one register. Use as a context manager. Its methods raise NetworkError (Refused) and ProtocolError."""

    def __init__(
        self, settings: ClientSettings, accept: str, transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.clock = clock or Clock()
        self._sender = Sender(settings, transport, accept=accept, clock=self.clock)
        self._base = httpx.URL(settings.base_url.rstrip("/") + "/")

    def __enter__(self) -> RegisterClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._sender.close()

    @property
    def requests(self) -> int:
        """Every request sent so far, failed ones too."""
        return self._sender.requests

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Received:
        """An answer of the path below the base address, after as many tries as are allowed. Its body is unread."""
        return self._ask(self._sender.build("GET", self._base.join(path), params=parameters))

    def post(self, path: str, question: Json) -> Received:
        """The answer to a question asked as JSON. Only for what changes nothing there: it may be asked again."""
        return self._ask(self._sender.build("POST", self._base.join(path), json=question))

    def _ask(self, request: httpx.Request) -> Received:
        before = self.requests

        def attempt() -> Received:
            response, body = self._sender.once(request)
            if response.status_code != 200:
                refuse(self.settings, response, body, self.clock.now())
            if _WEB_PAGE.match(body[:4096]):
                title = html_title(body)
                raise ProtocolError(
                    f'{self.settings.host} sent a web page, titled "{title}", in place of data: run again later'
                )
            kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            moment, tries = self.clock.now(), self.requests - before
            return Received(str(request.url), response.status_code, kept, body, moment, tries)

        return self._sender.tried(attempt)

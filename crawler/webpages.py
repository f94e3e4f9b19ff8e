"""Pages from the web, asked for with the manners of a crawl: robots.txt obeyed, one request at a time, bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from crawler.answers import try_later
from crawler.archive import Archive, Entry
from crawler.errors import ProtocolError, Refused, UsageError
from crawler.pace import Clock
from crawler.retry import RETRIED_STATUSES
from crawler.sender import Sender
from crawler.settings import ClientSettings

MAX_PAGE_BYTES = 16 << 20
MAX_REDIRECTS = 5
_LONGEST_DELAY = 60.0


class PageFetcher:
    """Fetches pages of any host. Each host's robots.txt is read once, and its crawl delay kept."""

    def __init__(
        self, settings: ClientSettings, transport: httpx.BaseTransport | None = None, clock: Clock | None = None
    ) -> None:
        self.settings = replace(settings, max_body_bytes=MAX_PAGE_BYTES)
        self.clock = clock or Clock()
        self._transport = transport
        self._rules: dict[str, RobotFileParser | None] = {}
        self._senders: dict[str, Sender] = {}

    def __enter__(self) -> PageFetcher:
        return self

    def __exit__(self, *_: object) -> None:
        for sender in self._senders.values():
            sender.close()

    @property
    def requests(self) -> int:
        """Every request sent so far, failed ones too."""
        return sum(sender.requests for sender in self._senders.values())

    def fetch(self, url: str) -> bytes:
        """The body of a page, redirects followed within the rules of each host.

        Raises UsageError (no http address, or robots.txt forbids it), Refused, NetworkError, ProtocolError.
        """
        for _ in range(MAX_REDIRECTS + 1):
            self._require_allowed(url)
            status, body, place = self._get(url)
            if place is None:
                if status != 200:
                    raise Refused(f"{url} answers {status}: look at the address", status)
                return body
            url = urljoin(url, place)
        raise ProtocolError(f"{url}: more than {MAX_REDIRECTS} redirects")

    def _require_allowed(self, url: str) -> None:
        host = _host(url)
        if host not in self._rules:
            self._rules[host] = self._rules_of(host)
        rules = self._rules[host]
        if rules is not None and not rules.can_fetch(self.settings.user_agent, url):
            raise UsageError(f"{host} forbids {urlsplit(url).path or '/'} in its robots.txt: save the page by hand")

    def _rules_of(self, host: str) -> RobotFileParser | None:
        """A host's robots.txt, whose crawl delay is kept from now on; None if it has no rules."""
        url = f"{host}/robots.txt"
        status, body, place = self._get(url)
        if place is not None:
            status, body, place = self._get(urljoin(url, place))
        if status in (401, 403):
            # The standard's reading: a host that hides its rules wants no robots.
            body = b"User-agent: *\nDisallow: /"
        elif status != 200:
            return None
        rules = RobotFileParser()
        rules.parse(body.decode("utf-8", "replace").splitlines())
        delay = rules.crawl_delay(self.settings.user_agent)
        if delay:
            self._sender(host).slow_down(1 / min(float(delay), _LONGEST_DELAY))
        return rules

    def _sender(self, host: str) -> Sender:
        if host not in self._senders:
            self._senders[host] = Sender(replace(self.settings, base_url=host), self._transport, clock=self.clock)
        return self._senders[host]

    def _get(self, url: str) -> tuple[int, bytes, str | None]:
        """(status, body, where it leads to if it is a redirect), tried a bounded number of times."""
        sender = self._sender(_host(url))

        def attempt() -> tuple[int, bytes, str | None]:
            response, body = sender.once(sender.build("GET", url))
            if response.status_code in RETRIED_STATUSES:
                try_later(sender.settings, response, body, self.clock.now())
            return response.status_code, body, response.headers.get("location") if response.is_redirect else None

        return sender.tried(attempt)


def _host(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(f"{url!r} is no web address: it should begin with https://")
    return f"{parts.scheme}://{parts.netloc}"


def listed_urls(lines: Iterable[str]) -> Iterator[str]:
    """The addresses of a list, one a line; empty lines and those that begin with # are left out. Raises UsageError."""
    for line in lines:
        url = line.strip()
        if url and not url.startswith("#"):
            _host(url)
            yield url


def keep_page(fetcher: PageFetcher, url: str, archive: Archive, run_id: str) -> Entry:
    """Fetch a page and put it into the archive as received. Raises as `PageFetcher.fetch`, and ArchiveError."""
    return archive.put(fetcher.fetch(url), kind="file", source=url, run_id=run_id)

"""Pages from the web, asked for with the manners of a crawl: robots.txt obeyed, one request at a time, bounded."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from crawler.archive import Archive, Entry
from crawler.errors import NetworkError, Offline, ProtocolError, Refused, UsageError
from crawler.pace import Clock, Pace
from crawler.settings import ClientSettings, product_version

MAX_PAGE_BYTES = 16 << 20
MAX_REDIRECTS = 5
_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_LONGEST_DELAY = 60.0


class PageFetcher:
    """Fetches pages of any host. Each host's robots.txt is read once, and its crawl delay kept."""

    def __init__(
        self, settings: ClientSettings, transport: httpx.BaseTransport | None = None, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        contact = f" (+{settings.contact})" if settings.contact else ""
        self.agent = f"trialkb/{product_version()}{contact}"
        limits = httpx.Timeout(settings.read_timeout_seconds, connect=settings.connect_timeout_seconds)
        self._http = httpx.Client(transport=transport, timeout=limits, headers={"User-Agent": self.agent})
        self._rules: dict[str, RobotFileParser | None] = {}
        self._pace: dict[str, Pace] = {}
        self.requests = 0

    def __enter__(self) -> PageFetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def fetch(self, url: str) -> bytes:
        """The body of a page, redirects followed within the rules of each host.

        Raises UsageError (no http address, or robots.txt forbids it), Refused, NetworkError, ProtocolError.
        """
        for _ in range(MAX_REDIRECTS + 1):
            self._require_allowed(url)
            status, body, place = self._get(url, self._pace[_host(url)])
            if place is None:
                if status != 200:
                    raise Refused(f"{url} answers {status}: look at the address", status)
                return body
            url = urljoin(url, place)
        raise ProtocolError(f"{url}: more than {MAX_REDIRECTS} redirects")

    def _require_allowed(self, url: str) -> None:
        rules = self._rules_of(url)
        if rules is not None and not rules.can_fetch(self.agent, url):
            raise UsageError(
                f"{_host(url)} forbids {urlsplit(url).path or '/'} in its robots.txt: save the page by hand"
            )

    def _rules_of(self, url: str) -> RobotFileParser | None:
        host = _host(url)
        if host in self._rules:
            return self._rules[host]
        pace = self._paced(self.settings.requests_per_second)
        status, body, place = self._get(f"{host}/robots.txt", pace)
        if place is not None:
            status, body, place = self._get(urljoin(f"{host}/robots.txt", place), pace)
        rules: RobotFileParser | None = None
        if status == 200:
            rules = RobotFileParser()
            rules.parse(body.decode("utf-8", "replace").splitlines())
            delay = rules.crawl_delay(self.agent)
            if delay:
                pace = self._paced(min(self.settings.requests_per_second, 1 / min(float(delay), _LONGEST_DELAY)))
                pace.wait()
        elif status in (401, 403):
            # The standard's reading: a host that hides its rules wants no robots.
            rules = RobotFileParser()
            rules.parse(["User-agent: *", "Disallow: /"])
        self._rules[host], self._pace[host] = rules, pace
        return rules

    def _paced(self, rate: float) -> Pace:
        return Pace(rate, self.clock.monotonic, self.clock.sleep, random.Random())

    def _get(self, url: str, pace: Pace) -> tuple[int, bytes, str | None]:
        """(status, body, where it leads to if it is a redirect), tried a bounded number of times."""
        problem: NetworkError = Offline(f"{url} cannot be reached")
        for number in range(self.settings.max_tries):
            if number:
                self.clock.sleep(min(2.0**number, self.settings.longest_wait_seconds))
            pace.wait()
            self.requests += 1
            try:
                with self._http.stream("GET", url) as response:
                    if response.status_code not in _AGAIN:
                        place = response.headers.get("location") if response.is_redirect else None
                        return response.status_code, self._body(response, url), place
                    problem = NetworkError(f"{url} keeps answering {response.status_code}: run again later")
            except httpx.HTTPError as error:
                problem = Offline(f"{url} cannot be reached ({type(error).__name__}): look at the address")
        raise problem

    def _body(self, response: httpx.Response, url: str) -> bytes:
        found = bytearray()
        begun = time.monotonic()
        for chunk in response.iter_bytes():
            found += chunk
            if len(found) > MAX_PAGE_BYTES:
                raise ProtocolError(f"{url} has more than {MAX_PAGE_BYTES >> 20} MB: no page of a trial has")
            if time.monotonic() - begun > self.settings.body_seconds:
                raise NetworkError(f"{url} sends too slowly: run again later")
        return bytes(found)


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

"""Pages of the web: robots.txt, pace, redirects, bounds; on a transport that is no network."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from crawler import webpages
from crawler.archive import Archive
from crawler.errors import NetworkError, ProtocolError, Refused, TrialkbError, UsageError
from crawler.pace import Clock
from crawler.records import Record, records
from crawler.settings import ClientSettings
from crawler.webpages import PageFetcher, listed_urls
from kb.ingest import ingest_pages
from kb.store import Store

PAGE = (Path(__file__).parent / "pages" / "table.html").read_bytes()
Answer = Callable[[httpx.Request], httpx.Response]


class Site:
    """A web site in memory, and a clock that only its visitors' waiting moves."""

    def __init__(self, robots: httpx.Response | None = None, answer: Answer | None = None) -> None:
        self.robots = robots or httpx.Response(404)
        self.answer = answer or (lambda request: httpx.Response(200, content=PAGE))
        self.asked: list[tuple[float, str]] = []
        self.agents: set[str] = set()
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((self.now, request.url.path))
        self.agents.add(request.headers["user-agent"])
        return self.robots if request.url.path == "/robots.txt" else self.answer(request)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def fetcher(self, **settings: object) -> PageFetcher:
        clock = Clock(monotonic=lambda: self.now, sleep=self.sleep)
        made = ClientSettings(contact="me@example.org", **settings)  # type: ignore[arg-type]
        return PageFetcher(made, httpx.MockTransport(self), clock)


def robots(text: str) -> httpx.Response:
    return httpx.Response(200, text=text)


def test_a_page_is_fetched_after_robots_and_under_our_name() -> None:
    site = Site()
    assert site.fetcher().fetch("https://site.example/trial/1") == PAGE
    assert [path for _, path in site.asked] == ["/robots.txt", "/trial/1"]
    assert all(agent.startswith("trialkb/") and "me@example.org" in agent for agent in site.agents)


def test_robots_and_its_delay_are_kept() -> None:
    site = Site(robots("User-agent: *\nCrawl-delay: 7\nDisallow: /private"))
    fetcher = site.fetcher()
    for number in range(3):
        fetcher.fetch(f"https://site.example/{number}")
    times = [at for at, path in site.asked if path != "/robots.txt"]
    assert all(later - earlier >= 7 for earlier, later in itertools.pairwise(times))
    with pytest.raises(UsageError, match=r"forbids /private/1 in its robots\.txt"):
        fetcher.fetch("https://site.example/private/1")
    assert [path for _, path in site.asked].count("/robots.txt") == 1


def test_hidden_rules_forbid_everything() -> None:
    with pytest.raises(UsageError, match="forbids"):
        Site(httpx.Response(403)).fetcher().fetch("https://site.example/x")


def test_redirects_are_followed_within_the_rules() -> None:
    site = Site(robots("User-agent: *\nDisallow: /no"), lambda r: httpx.Response(302, headers={"location": "/no/x"}))
    with pytest.raises(UsageError, match="forbids"):
        site.fetcher().fetch("https://site.example/x")
    endless = Site(answer=lambda request: httpx.Response(301, headers={"location": "/y"}))
    with pytest.raises(ProtocolError, match="redirects"):
        endless.fetcher().fetch("https://site.example/x")


@pytest.mark.parametrize(
    ("status", "error", "tries"), [(404, Refused, 1), (410, Refused, 1), (503, NetworkError, 3), (429, NetworkError, 3)]
)
def test_only_what_may_succeed_is_tried_again(status: int, error: type[TrialkbError], tries: int) -> None:
    site = Site(answer=lambda request: httpx.Response(status))
    with pytest.raises(error):
        site.fetcher(max_tries=3).fetch("https://site.example/x")
    assert len(site.asked) == 1 + tries


def test_a_page_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpages, "MAX_PAGE_BYTES", 1000)
    with pytest.raises(ProtocolError, match="more than 1,000 bytes"):
        Site().fetcher().fetch("https://site.example/x")


@pytest.mark.parametrize("url", ["ftp://x/y", "file:///etc/passwd", "site.example/x", "https://"])
def test_no_web_address(url: str) -> None:
    with pytest.raises(UsageError, match="no web address"):
        Site().fetcher().fetch(url)
    with pytest.raises(UsageError, match="no web address"):
        list(listed_urls(["# a list", "", url]))


def test_the_export_of_another_site_by_its_address(tmp_path: Path) -> None:
    export = (Path(__file__).parent / "data" / "ictrp.xml").read_bytes()
    site = Site(answer=lambda request: httpx.Response(200, content=export))
    store = Store(tmp_path / "kb")
    with store.lock():
        assert ingest_pages(store, ["https://site.example/export.xml"], site.fetcher()).problems == []
    archive = Archive(store.raw)
    bodies = [archive.read(entry.sha256) for entry in archive.entries() if entry.kind == "file"]
    found = [item.nct_id for body in bodies for item in records(body, "file") if isinstance(item, Record)]
    assert found == ["DRKS99999901", "ChiCTR9999999902"]


def test_one_missing_page_of_several_costs_itself(tmp_path: Path) -> None:
    site = Site(answer=lambda r: httpx.Response(404) if r.url.path == "/2" else httpx.Response(200, content=PAGE))
    store = Store(tmp_path / "kb")
    urls = [f"https://site.example/{number}" for number in (1, 2, 3)]
    with store.lock():
        done = ingest_pages(store, urls, site.fetcher(max_tries=1))
    assert len(done.problems) == 1
    kept = [entry for entry in Archive(store.raw).entries() if entry.kind == "file"]
    assert [entry.source for entry in kept] == [urls[0], urls[2]]

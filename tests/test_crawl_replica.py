"""Client, crawl and refresh against the replica over a real socket, with each of its faults."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.client import RegistryClient
from crawler.crawl import CrawlResult, crawl
from crawler.errors import ProtocolError, Refused, TrialkbError
from crawler.query import Query
from crawler.records import Record, records
from crawler.refresh import KnownState, refresh
from crawler.replica import Replica, Server
from crawler.settings import ClientSettings
from tests.crawler_fake import study

EVERYTHING = Query(everything=True)
COUNT = 55


@pytest.fixture
def replica() -> Replica:
    return Replica([study(number, f"2026-01-{number % 28 + 1:02d}") for number in range(1, COUNT + 1)])


@pytest.fixture
def server(replica: Replica) -> Iterator[Server]:
    with replica.serve() as server:
        yield server


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def client(server: Server) -> RegistryClient:
    settings = ClientSettings(base_url=server.base_url, requests_per_second=1000, page_size=10, body_seconds=1.0)
    return RegistryClient(settings, sleep=lambda seconds: None)


def run(server: Server, archive: Archive, query: Query = EVERYTHING, run_id: str = "run-1") -> CrawlResult:
    with client(server) as asking:
        return crawl(asking, archive, query, run_id)


def contents(archive: Archive, run_id: str) -> dict[str, str]:
    """id -> content hash, the last one of a run."""
    held: dict[str, str] = {}
    for entry in archive.entries(run_id):
        for found in records(archive.read(entry.sha256), entry.kind):
            if isinstance(found, Record):
                held[found.nct_id] = found.content_sha256
    return held


def test_crawl_of_a_quiet_registry(server: Server, archive: Archive, replica: Replica) -> None:
    result = run(server, archive)
    assert result.ids == set(replica.ids)
    assert result.requests == 2 + 6 + 1
    assert all(request.user_agent.startswith("trialkb/") for request in server.requests)


PASSING = [
    "429:retry-after=1:path=/studies:from=2",
    "429:path=/studies:from=2:times=2",
    "500:path=/studies",
    "502:path=/version",
    "503:path=/studies:from=3:times=3",
    "reset:path=/studies:from=2",
    "half-body:path=/studies:from=2",
    "bad-gzip:path=/studies:from=2",
    "bad-gzip:how=truncated:path=/studies:from=2",
    "bad-gzip:how=crc:path=/studies:from=2",
    "endless-body:path=/studies:from=2",
    "stale-token",
    "version-moves",
    "version-moves:tokens=keep",
    "repeat-ids",
    "omit-ids",
    "omit-ids:from=2:times=2",
    "shift-ids:from=3",
    "unknown-field:count=3:path=/studies",
    "html:path=/studies/metadata",
    "404:path=/studies/metadata",
    "500:path=/studies/metadata:times=always",
    "slow:seconds=0.2:path=/studies",
]


@pytest.mark.parametrize("fault", PASSING)
def test_fault_that_passes_costs_nothing_but_requests(
    server: Server, archive: Archive, replica: Replica, fault: str
) -> None:
    replica.faults.add(fault)
    result = run(server, archive)
    assert result.ids == set(replica.ids) == set(contents(archive, "run-1"))
    assert result.total == COUNT
    assert replica.faults.unfired() == []
    assert archive.verify() == []


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("403:path=/studies:from=2", Refused, "doctor"),
        ("400:path=/studies", Refused, "400"),
        ("html:path=/studies:from=2", ProtocolError, "web page, titled"),
        ("redirect-loop:path=/studies", ProtocolError, "redirect"),
        ("alias-redirect:to=NCT00000001:path=/version", ProtocolError, "not followed"),
        ("endless-body:path=/studies:times=always", ProtocolError, "without end"),
        ("bad-gzip:path=/studies:times=always", TrialkbError, "damaged body|broke"),
        ("omit-ids:times=always", ProtocolError, "registry"),
        ("version-moves:times=always", ProtocolError, "run again later"),
    ],
)
def test_fault_that_stays_is_an_error_and_the_next_run_is_sound(
    server: Server, archive: Archive, replica: Replica, fault: str, error: type[Exception], words: str
) -> None:
    replica.faults.add(fault)
    with pytest.raises(error, match=words):
        run(server, archive)
    assert len(server.requests) < 60
    replica.faults.clear()
    assert run(server, archive, run_id="run-2").ids == set(replica.ids)
    assert archive.verify() == []


@pytest.mark.parametrize(
    "fault",
    [
        "wrong-type:field=protocolSection.identificationModule.nctId:id=NCT00000007:times=always",
        "null:field=protocolSection:id=NCT00000007:times=always",
        "null:field=protocolSection.identificationModule:id=NCT00000007:times=always",
    ],
)
def test_broken_record_is_kept_as_unreadable(server: Server, archive: Archive, replica: Replica, fault: str) -> None:
    replica.faults.add(f"{fault}:path=/studies")
    result = run(server, archive)
    assert (len(result.ids), result.unreadable, result.total) == (COUNT - 1, 1, COUNT)


@pytest.mark.parametrize(
    "fault",
    [
        "wrong-type:field=protocolSection.statusModule.lastUpdatePostDateStruct.date:count=3:times=always",
        "null:field=protocolSection.statusModule:count=3:times=always",
    ],
)
def test_broken_field_does_not_matter_to_the_crawl(
    server: Server, archive: Archive, replica: Replica, fault: str
) -> None:
    replica.faults.add(f"{fault}:path=/studies")
    assert run(server, archive).ids == set(replica.ids)


def test_redirect_loop_of_one_study(server: Server, replica: Replica) -> None:
    replica.faults.add("redirect-loop:path=/studies/*")
    with client(server) as asking:
        with pytest.raises(ProtocolError, match="circle"):
            asking.study("NCT00000001")
        assert asking.requests == 1


def test_alias(server: Server, archive: Archive, replica: Replica) -> None:
    replica.update(alias={"NCT00000009": "NCT00000010"})
    result = run(server, archive, Query(ids=("NCT00000009", "NCT00000011")))
    assert result.ids == {"NCT00000010", "NCT00000011"}
    assert result.aliases == {"NCT00000009": "NCT00000010"}


def test_refresh_over_days(server: Server, archive: Archive, replica: Replica) -> None:
    with client(server) as asking:
        first = refresh(asking, archive, EVERYTHING, KnownState(), "day-0")
        state = first.next_state(KnownState(), datetime.now(UTC))
        assert refresh(asking, archive, EVERYTHING, state, "day-0b").nothing_new
        replica.update(
            add=[study(900, "2026-10-05")],
            patch={"NCT00000007": {"protocolSection.identificationModule.briefTitle": "Another name"}},
            remove=["NCT00000020"],
        )
        result = refresh(asking, archive, EVERYTHING, state, "day-1", rolling_share=0)
    assert result.added == {"NCT00000900"}
    assert result.removed == {"NCT00000020"}
    assert "NCT00000007" in result.fetched
    assert result.ids == set(replica.ids)


CRAWLER = """
import sys
from pathlib import Path
from crawler.archive import Archive
from crawler.client import RegistryClient
from crawler.crawl import crawl
from crawler.query import Query
from crawler.settings import ClientSettings
settings = ClientSettings(base_url=sys.argv[1], requests_per_second=200, page_size=2)
with RegistryClient(settings) as client:
    crawl(client, Archive(Path(sys.argv[2])), Query(everything=True), sys.argv[3])
"""


def test_killed_at_any_moment(server: Server, archive: Archive, replica: Replica) -> None:
    reached: set[int] = set()
    for number, enough in enumerate((1, 4, 12, 25)):
        before = len(server.requests)
        process = subprocess.Popen(
            [sys.executable, "-c", CRAWLER, server.base_url, str(archive.root), f"killed-{number}"],
            cwd=Path(__file__).parents[1],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        deadline = time.monotonic() + 20
        while len(server.requests) - before < enough and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        reached.add(len(list(Archive(archive.root).entries(f"killed-{number}"))))
        assert archive.verify() == []
    assert len(reached) > 2
    result = run(server, archive, run_id="undisturbed")
    assert result.ids == set(replica.ids)
    assert len(contents(archive, "undisturbed")) == COUNT


def test_two_crawls_at_once_into_one_archive(server: Server, archive: Archive, replica: Replica) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", CRAWLER, server.base_url, str(archive.root), name], cwd=Path(__file__).parents[1]
        )
        for name in ("a", "b")
    ]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert set(contents(archive, "a")) == set(contents(archive, "b")) == set(replica.ids)
    assert archive.verify() == []

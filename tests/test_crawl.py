"""A full crawl: complete or an error that names what is missing, whatever the registry does meanwhile."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from crawler.archive import Archive
from crawler.crawl import Progress, crawl
from crawler.errors import ArchiveError, Incomplete, NetworkError, ProtocolError, Refused
from crawler.jsontext import Json
from crawler.query import Query
from crawler.recorder import requests_on
from crawler.records import Record, records
from tests.crawler_fake import FakeRegistry, studies, study

EVERYTHING = Query(everything=True)


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry(studies(*range(1, 26)))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def archived_ids(archive: Archive, run_id: str = "run-1") -> set[str]:
    found: set[str] = set()
    for entry in archive.entries(run_id):
        found.update(r.nct_id for r in records(archive.read(entry.sha256), entry.kind) if isinstance(r, Record))
    return found


def states(archive: Archive) -> list[str]:
    return [entry.note["state"] for entry in archive.entries() if entry.kind == "run"]


def page_fault(registry: FakeRegistry, change: Callable[[Json], object], times: int = 1) -> None:
    """Change the JSON of the next full pages."""
    left = [times]

    def fault(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != "/api/v2/studies" or "fields" in request.url.params or left[0] == 0:
            return None
        left[0] -= 1
        body = orjson.loads(registry.page(request.url.params).content)
        change(body)
        return httpx.Response(200, content=orjson.dumps(body))

    registry.faults.append(fault)


def test_everything_arrives_and_is_counted(registry: FakeRegistry, archive: Archive) -> None:
    seen: list[Progress] = []
    result = crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1", seen.append)
    assert result.ids == set(registry.records) == archived_ids(archive)
    assert (result.total, result.starts, result.data_version) == (25, 1, "2026-02-01T09:00:05")
    assert result.latest_post_date == "2026-01-05"
    assert result.requests == len(registry.log) == 6
    assert [entry.kind for entry in result.entries] == ["page"] * 3
    assert (seen[-1].done, seen[-1].total) == (25, 25)
    kinds = [entry.kind for entry in archive.entries()]
    assert kinds == ["run", "version", "metadata", "page", "page", "page", "version", "run"]


def test_the_runs_own_record(registry: FakeRegistry, archive: Archive) -> None:
    crawl(registry.client(), archive, EVERYTHING, "run-1")
    begun, complete = (entry for entry in archive.entries() if entry.kind == "run")
    assert begun.note["state"] == "begun"
    assert Query.from_json(begun.note["query"]) == EVERYTHING
    assert (complete.note["state"], complete.note["total"], complete.note["requests"]) == ("complete", 25, 4)
    assert complete.data_version == "2026-02-01T09:00:05"


def test_query_without_matches(archive: Archive) -> None:
    result = crawl(FakeRegistry({}).client(), archive, Query(condition="no such thing"), "run-1")
    assert (result.ids, result.total) == (frozenset(), 0)


def test_named_ids_aliases_and_unknown_ids(registry: FakeRegistry, archive: Archive) -> None:
    registry.aliases["NCT00000900"] = "NCT00000003"
    result = crawl(registry.client(), archive, Query(ids=("nct1", "NCT00000900", "NCT00000999")), "run-1")
    assert result.ids == {"NCT00000001", "NCT00000003"} == archived_ids(archive)
    assert result.not_found == ("NCT00000999",)
    assert result.aliases == {"NCT00000900": "NCT00000003"}
    assert result.total == 2


def test_more_ids_than_one_request_takes(archive: Archive) -> None:
    registry = FakeRegistry(studies(*range(1, 801)))
    result = crawl(registry.client(), archive, Query(ids=tuple(registry.records)), "run-1")
    assert (len(result.ids), result.total) == (800, 800)


# -- the data moves --------------------------------------------------------------------------------------------


def move_once(registry: FakeRegistry, when: str, extra: int | None = None) -> None:
    def fault(request: httpx.Request) -> httpx.Response | None:
        if when in str(request.url):
            registry.faults.remove(fault)
            registry.data_version = "2026-02-02T09:00:05"
            if extra is not None:
                registry.records[f"NCT{extra:08d}"] = study(extra)
        return None

    registry.faults.append(fault)


def test_stale_token_starts_again(registry: FakeRegistry, archive: Archive) -> None:
    move_once(registry, "pageToken", extra=26)
    result = crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1")
    assert (len(result.ids), result.starts, result.data_version) == (26, 2, "2026-02-02T09:00:05")
    assert len(result.entries) == 3
    assert states(archive) == ["begun", "restarted", "complete"]


def test_data_version_that_moves_without_a_stale_token(registry: FakeRegistry, archive: Archive) -> None:
    move_once(registry, "studies?", extra=26)
    result = crawl(registry.client(), archive, EVERYTHING, "run-1")
    assert (len(result.ids), result.starts) == (26, 2)


def test_data_that_never_rests_is_given_up(registry: FakeRegistry, archive: Archive) -> None:
    def restless(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/studies"):
            registry.data_version += "0"
        return None

    registry.faults.append(restless)
    with pytest.raises(ProtocolError, match="run again later"):
        crawl(registry.client(), archive, EVERYTHING, "run-1")
    assert len(registry.log) < 20
    assert states(archive)[-1] == "failed"


# -- pages that lie --------------------------------------------------------------------------------------------


def test_page_that_omits_a_record_is_mended(registry: FakeRegistry, archive: Archive) -> None:
    page_fault(registry, lambda body: body["studies"].pop(4))
    result = crawl(registry.client(), archive, EVERYTHING, "run-1")
    assert result.ids == set(registry.records) == archived_ids(archive)
    assert result.total == 25
    assert "mending" in states(archive)


def test_page_that_repeats_a_record_is_mended(registry: FakeRegistry, archive: Archive) -> None:
    def repeat(body: dict[str, Any]) -> None:
        body["studies"][4] = body["studies"][3]

    page_fault(registry, repeat)
    result = crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1")
    assert result.ids == set(registry.records) == archived_ids(archive)


def test_record_that_never_comes_is_named(registry: FakeRegistry, archive: Archive) -> None:
    def omit(body: dict[str, Any]) -> None:
        body["studies"] = [s for s in body["studies"] if "NCT00000013" not in str(s)]

    page_fault(registry, omit, times=99)
    with pytest.raises(Incomplete, match="NCT00000013"):
        crawl(registry.client(), archive, EVERYTHING, "run-1")
    assert states(archive)[-1] == "failed"


def test_total_that_is_never_reached(registry: FakeRegistry, archive: Archive) -> None:
    def more(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != "/api/v2/studies":
            return None
        return httpx.Response(200, json={**orjson.loads(registry.page(request.url.params).content), "totalCount": 30})

    registry.faults.append(more)
    with pytest.raises(Incomplete, match="30"):
        crawl(registry.client(), archive, EVERYTHING, "run-1")


def test_page_without_a_total(registry: FakeRegistry, archive: Archive) -> None:
    page_fault(registry, lambda body: body.pop("totalCount"))
    with pytest.raises(ProtocolError, match="totalCount"):
        crawl(registry.client(), archive, EVERYTHING, "run-1")


@pytest.mark.parametrize("broken", [None, 7, {}, {"protocolSection": None}, {"protocolSection": {"a": 1}}])
def test_broken_record_is_kept_and_does_not_stop_the_crawl(
    registry: FakeRegistry, archive: Archive, broken: Json
) -> None:
    def damage(body: dict[str, Any]) -> None:
        body["studies"][4] = broken

    page_fault(registry, damage)
    result = crawl(registry.client(), archive, EVERYTHING, "run-1")
    assert (len(result.ids), result.unreadable, result.total) == (24, 1, 25)
    page = next(entry for entry in archive.entries() if entry.kind == "page")
    assert sum(not isinstance(r, Record) for r in records(archive.read(page.sha256), "page")) == 1


def test_byte_that_is_not_utf8_does_not_stop_the_crawl(registry: FakeRegistry, archive: Archive) -> None:
    sound = registry.page(httpx.QueryParams(pageSize="1000", countTotal="true")).content
    registry.fail_once(httpx.Response(200, content=sound.replace(b"number 5", b"number \xff")), when="studies?")
    result = crawl(registry.client(), archive, EVERYTHING, "run-1")
    assert (len(result.ids), result.total) == (25, 25)


# -- failures on the way ---------------------------------------------------------------------------------------


def test_registry_without_metadata_is_crawled_all_the_same(registry: FakeRegistry, archive: Archive) -> None:
    registry.fail_always(lambda: httpx.Response(404, text="gone"), when="metadata")
    assert len(crawl(registry.client(), archive, EVERYTHING, "run-1").ids) == 25


def test_failure_is_recorded_and_the_next_run_starts_again(registry: FakeRegistry, archive: Archive) -> None:
    registry.fail_once(httpx.Response(403, text="no"), when="pageToken")
    with pytest.raises(Refused):
        crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1")
    assert states(archive) == ["begun", "failed"]
    assert len(archived_ids(archive)) == 10
    assert len(crawl(registry.client(page_size=10), archive, EVERYTHING, "run-2").ids) == 25
    assert archived_ids(archive, "run-2") == set(registry.records)
    assert archive.verify() == []


def test_trouble_that_passes_leaves_no_trace_in_the_result(registry: FakeRegistry, archive: Archive) -> None:
    for answer in (httpx.Response(500), httpx.Response(429), httpx.ReadError("reset"), httpx.ReadTimeout("slow")):
        registry.fail_once(answer, when="studies?")
    result = crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1")
    assert (len(result.ids), result.requests) == (25, 10)
    page = next(entry for entry in archive.entries() if entry.kind == "page")
    assert page.note["attempts"] == 5


def test_trouble_that_stays_is_an_error(registry: FakeRegistry, archive: Archive) -> None:
    registry.fail_always(lambda: httpx.Response(502), when="pageToken")
    with pytest.raises(NetworkError, match="502"):
        crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1")


def test_requests_of_the_day_are_counted_for_the_budget(registry: FakeRegistry, archive: Archive) -> None:
    today = datetime.now(UTC).date()
    assert requests_on(archive, today) == 0
    crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1")
    registry.fail_always(lambda: httpx.Response(500), when="pageToken")
    with pytest.raises(NetworkError):
        crawl(registry.client(page_size=10), archive, EVERYTHING, "run-2")
    assert requests_on(archive, today) == len(registry.log)
    archive.put(b"{}", kind="page", source="x", run_id="killed", attempts=3)
    assert requests_on(archive, today) == len(registry.log) + 3
    assert requests_on(archive, today - timedelta(days=1)) == 0


def test_full_disk_ends_the_run_and_the_next_is_sound(
    registry: FakeRegistry, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.fsync, [12]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ArchiveError, match="No space left"):
            crawl(registry.client(page_size=10), archive, EVERYTHING, "run-1")
    assert archive.verify() == []
    assert crawl(registry.client(page_size=10), archive, EVERYTHING, "run-2").ids == set(registry.records)
    assert archive.verify() == []

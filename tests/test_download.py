"""The first load from the registry's one zip: resumed, checked, counted, and never two halves of two files."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
import pytest

from crawler import bigfile
from crawler.archive import Archive
from crawler.client import RegistryClient
from crawler.crawl import CrawlResult
from crawler.download import FILE_NAME, first_load
from crawler.errors import ArchiveError, NetworkError
from crawler.query import Query
from crawler.records import Record, records
from crawler.refresh import refresh, state_after
from crawler.replica import Replica
from crawler.settings import ClientSettings
from tests.crawler_fake import FakeRegistry, Pieces, studies, study


class ZipRegistry(FakeRegistry):
    """A registry with the download. `breaks`: how many bytes each of the next answers brings before it breaks off."""

    def __init__(self, count: int = 60) -> None:
        super().__init__(studies(*range(1, count + 1)))
        self.breaks: list[int] = []
        self.ranges: list[str | None] = []
        self.etag: str | None = '"zip-1"'
        self.zip = self.make_zip()

    def make_zip(self) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
            for nct_id, record in self.records.items():
                # Words that do not compress, so that the file has some length.
                noise = random.Random(nct_id).randbytes(300).hex()
                target.writestr(f"{nct_id[-2:]}/{nct_id}.json", orjson.dumps({**record, "noise": noise}))
        return buffer.getvalue()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/studies/download"):
            self.log.append(request)
            for fault in list(self.faults):
                if answer := fault(request):
                    return answer
            return self.download(request)
        return super().__call__(request)

    def download(self, request: httpx.Request) -> httpx.Response:
        self.ranges.append(request.headers.get("range"))
        match = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        start = int(match[1]) if match and request.headers.get("if-range") == self.etag else 0
        headers = {"content-type": "application/zip"} | ({"etag": self.etag} if self.etag else {})
        if start >= len(self.zip):
            return httpx.Response(416, headers={"content-range": f"bytes */{len(self.zip)}"})
        rest = self.zip[start:]
        headers["content-length"] = str(len(rest))
        if start:
            headers["content-range"] = f"bytes {start}-{len(self.zip) - 1}/{len(self.zip)}"
        if self.breaks:
            stream = Pieces(rest[: self.breaks.pop(0)], httpx.ReadError("reset"))
            return httpx.Response(206 if start else 200, stream=stream, headers=headers)
        pieces = [rest[at : at + 1000] for at in range(0, len(rest), 1000)]
        return httpx.Response(206 if start else 200, stream=Pieces(*pieces), headers=headers)


@pytest.fixture
def registry() -> ZipRegistry:
    return ZipRegistry()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def load(registry: ZipRegistry, archive: Archive, tmp_path: Path) -> Callable[[], CrawlResult]:
    return lambda: first_load(registry.client(page_size=1000), archive, "run-1", tmp_path / "download")


def held(archive: Archive, result: CrawlResult) -> dict[str, str]:
    found = [r for e in result.entries for r in records(archive.read(e.sha256), e.kind)]
    assert all(isinstance(item, Record) for item in found)
    return {item.nct_id: item.content_sha256 for item in found if isinstance(item, Record)}


def test_zip_holds_the_registry(
    registry: ZipRegistry, archive: Archive, load: Callable[[], CrawlResult], tmp_path: Path
) -> None:
    result = load()
    assert result.ids == set(registry.records) == set(held(archive, result))
    assert (result.total, result.unreadable, result.data_version) == (60, 0, "2026-02-01T09:00:05")
    assert "studies/download?format=json.zip" in registry.urls()
    assert list((tmp_path / "download").iterdir()) == []


def test_broken_download_goes_on_where_it_stopped(registry: ZipRegistry, load: Callable[[], CrawlResult]) -> None:
    registry.breaks = [5000, 4000, 1]
    assert len(load().ids) == 60
    assert registry.ranges == [None, "bytes=5000-", "bytes=9000-", "bytes=9001-"]


def test_tries_without_any_progress_are_bounded(registry: ZipRegistry, load: Callable[[], CrawlResult]) -> None:
    registry.breaks = [5000, *[0] * 100]
    with pytest.raises(NetworkError, match="reset"):
        load()
    assert len(registry.ranges) == 5


def test_next_run_goes_on_with_the_rest(registry: ZipRegistry, load: Callable[[], CrawlResult], tmp_path: Path) -> None:
    registry.breaks = [5000, *[0] * 4]
    with pytest.raises(NetworkError):
        load()
    assert (tmp_path / "download" / FILE_NAME).stat().st_size == 5000
    registry.breaks.clear()
    registry.ranges.clear()
    assert len(load().ids) == 60
    assert registry.ranges == ["bytes=5000-"]


def test_download_that_was_whole_is_not_fetched_again(
    registry: ZipRegistry, load: Callable[[], CrawlResult], tmp_path: Path
) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(registry.zip)
    (folder / f"{FILE_NAME}.state.json").write_text(json.dumps({"etag": registry.etag}))
    assert len(load().ids) == 60
    assert registry.ranges == [f"bytes={len(registry.zip)}-"]


@pytest.mark.parametrize("etag", ['"zip-2"', None, 'W/"zip-1"'])
def test_other_file_is_never_appended(
    registry: ZipRegistry, load: Callable[[], CrawlResult], tmp_path: Path, etag: str | None
) -> None:
    registry.breaks = [5000, *[0] * 4]
    with pytest.raises(NetworkError):
        load()
    registry.breaks.clear()
    registry.records["NCT00000061"] = study(61)
    registry.zip, registry.etag = registry.make_zip(), etag
    assert len(load().ids) == 61


@pytest.mark.parametrize("state", ["", "{", "[]", '{"etag": 7}'])
def test_damaged_note_of_the_download_means_beginning_again(
    registry: ZipRegistry, load: Callable[[], CrawlResult], tmp_path: Path, state: str
) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(b"rubbish" * 100)
    (folder / f"{FILE_NAME}.state.json").write_text(state)
    assert len(load().ids) == 60
    assert registry.ranges == [None]


def test_truncated_zip_is_known_by_its_directory_and_fetched_again(
    registry: ZipRegistry, load: Callable[[], CrawlResult]
) -> None:
    registry.fail_once(httpx.Response(200, stream=Pieces(registry.zip[:20_000])), when="download")
    assert len(load().ids) == 60


def test_member_with_a_wrong_checksum(registry: ZipRegistry, load: Callable[[], CrawlResult]) -> None:
    spoilt = bytearray(registry.zip)
    spoilt[200] ^= 1
    registry.fail_once(httpx.Response(200, stream=Pieces(bytes(spoilt))), when="download")
    assert len(load().ids) == 60


def test_zip_that_stays_damaged_leads_to_paging(
    registry: ZipRegistry, archive: Archive, load: Callable[[], CrawlResult]
) -> None:
    registry.zip = registry.zip[:-100]
    result = load()
    assert len(result.ids) == 60
    assert {entry.kind for entry in result.entries} == {"page"}
    assert any(entry.note.get("state") == "no download" for entry in archive.entries())


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="no such path"),
        httpx.Response(403, text="no"),
        httpx.Response(302, headers={"location": "https://elsewhere.test/x.zip"}),
        httpx.Response(200, stream=Pieces(b"<html><title>Sorry</title></html>")),
    ],
)
def test_registry_without_the_zip_is_paged(
    registry: ZipRegistry, load: Callable[[], CrawlResult], answer: httpx.Response
) -> None:
    registry.fail_once(answer, when="download")
    assert len(load().ids) == 60


def test_zip_that_the_registry_fails_to_make_leads_to_paging(
    registry: ZipRegistry, archive: Archive, load: Callable[[], CrawlResult]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(503) if "download" in str(request.url) else None

    registry.faults.append(fail)
    assert len(load().ids) == 60
    assert any(entry.note.get("state") == "no download" for entry in archive.entries())


def test_zip_older_than_the_data_is_brought_up_to_date(
    registry: ZipRegistry, archive: Archive, load: Callable[[], CrawlResult]
) -> None:
    registry.records["NCT00000007"] = study(7, "2026-01-30", hasResults=True)
    registry.records["NCT00000070"] = study(70, "2026-01-30")
    registry.records["NCT00000071"] = study(71, "2019-01-01")
    del registry.records["NCT00000008"]
    result = load()
    assert result.ids == set(registry.records)
    assert result.total == 61
    kept = held(archive, result)
    (newest,) = records(orjson.dumps(registry.records["NCT00000007"]), "study")
    assert isinstance(newest, Record)
    assert kept["NCT00000007"] == newest.content_sha256
    assert result.latest_post_date == "2026-01-30"


def test_data_that_moves_during_the_download(registry: ZipRegistry, load: Callable[[], CrawlResult]) -> None:
    def move(request: httpx.Request) -> None:
        if "download" in str(request.url):
            registry.faults.remove(move)  # type: ignore[arg-type]
            registry.data_version = "2026-02-02T09:00:05"
            registry.records["NCT00000080"] = study(80, "2026-02-02")

    registry.faults.append(move)  # type: ignore[arg-type]
    result = load()
    assert result.ids == set(registry.records)
    assert (result.starts, result.data_version) == (2, "2026-02-02T09:00:05")


def test_disk_too_small_is_said_before(
    registry: ZipRegistry, load: Callable[[], CrawlResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bigfile.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1000})())
    with pytest.raises(ArchiveError, match="GB free"):
        load()


def test_trickle_is_given_up(registry: ZipRegistry, load: Callable[[], CrawlResult]) -> None:
    def trickle() -> httpx.Response:
        class Drip(httpx.SyncByteStream):
            def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
                for _ in range(1000):
                    registry.clock.time += 40
                    yield b"PK"

        return httpx.Response(200, stream=Drip())

    registry.fail_always(trickle, when="download")
    with pytest.raises(NetworkError, match="too slowly"):
        load()


def test_refresh_after_a_first_load(registry: ZipRegistry, archive: Archive, load: Callable[[], CrawlResult]) -> None:
    state = state_after(load(), datetime(2026, 2, 1, tzinfo=UTC))
    registry.data_version = "2026-02-02T09:00:05"
    registry.records["NCT00000081"] = study(81, "2026-02-02")
    result = refresh(registry.client(), archive, Query(everything=True), state, "run-2", rolling_share=0)
    assert result.added == {"NCT00000081"}


def test_from_the_replica(tmp_path: Path, archive: Archive) -> None:
    replica = Replica([study(number) for number in range(1, 41)], faults=["half-body:path=/studies/download"])
    with (
        replica.serve() as server,
        RegistryClient(
            ClientSettings(base_url=server.base_url, requests_per_second=1000), sleep=lambda seconds: None
        ) as client,
    ):
        result = first_load(client, archive, "run-1", tmp_path / "download")
    assert result.ids == set(replica.ids)
    assert len([r for r in server.requests if r.path == "/studies/download"]) == 2

"""The nightly refresh: nothing missed, nothing lingering, few requests."""

from __future__ import annotations

import copy
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson
import pytest

from crawler.archive import Archive
from crawler.client import RegistryClient
from crawler.errors import Incomplete, NetworkError, ProtocolError
from crawler.query import Query
from crawler.records import Record, records
from crawler.refresh import KnownState, RefreshResult, least_recent, refresh
from crawler.replica import Replica
from crawler.settings import ClientSettings
from tests.crawler_fake import FakeRegistry, studies, study

EVERYTHING = Query(everything=True)
FIRST_DAY = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Nights:
    """A registry, an archive, and the state carried from night to night as the knowledge base would."""

    def __init__(self, folder: Path, count: int = 60, query: Query = EVERYTHING) -> None:
        self.registry = FakeRegistry(studies(*range(1, count + 1)))
        self.archive = Archive(folder / "archive")
        self.query = query
        self.state = KnownState()
        self.held: dict[str, str] = {}  # id -> content hash, as a knowledge base would have it
        self.night = 0

    def new_day(self) -> str:
        self.night += 1
        day = FIRST_DAY + timedelta(days=self.night)
        self.registry.data_version = day.strftime("%Y-%m-%dT09:00:05")
        return day.date().isoformat()

    def run(self, rolling_share: float = 1 / 30, **settings: int) -> RefreshResult:
        self.registry.log.clear()
        client = self.registry.client(**{"page_size": 10, **settings})
        result = refresh(client, self.archive, self.query, self.state, f"run-{self.night}", rolling_share=rolling_share)
        self.state = result.next_state(self.state, FIRST_DAY + timedelta(days=self.night))
        for entry in result.entries:
            for found in records(self.archive.read(entry.sha256), entry.kind):
                if isinstance(found, Record) and found.nct_id in result.fetched:
                    self.held[found.nct_id] = found.content_sha256
        for gone in result.removed | result.left:
            self.held.pop(gone, None)
        return result

    def truth(self) -> dict[str, str]:
        page = {"studies": list(self.registry.records.values())}
        return {r.nct_id: r.content_sha256 for r in records(orjson.dumps(page), "page") if isinstance(r, Record)}


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Nights(tmp_path)
    nights.run()
    return nights


def test_first_run_fetches_all(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    result = nights.run()
    assert result.full
    assert result.ids == result.added == result.fetched == set(nights.registry.records)
    assert (nights.state.data_version, nights.state.last_post_date) == ("2026-02-01T09:00:05", "2026-01-05")
    assert nights.held == nights.truth()


def test_nothing_new_is_one_request(nights: Nights) -> None:
    before = nights.state
    result = nights.run()
    assert result.nothing_new
    assert nights.registry.urls() == ["version"]
    assert nights.state == before


def test_changed_new_and_removed_records(nights: Nights) -> None:
    day = nights.new_day()
    nights.registry.records["NCT00000007"] = study(7, day, hasResults=True)
    nights.registry.records["NCT00000099"] = study(99, day)
    del nights.registry.records["NCT00000008"]
    result = nights.run()
    assert result.added == {"NCT00000099"}
    assert result.removed == {"NCT00000008"}
    assert {"NCT00000007", "NCT00000099"} <= result.fetched
    assert nights.held == nights.truth()
    assert nights.state.last_post_date == day


def test_delta_asks_one_day_back(nights: Nights) -> None:
    nights.new_day()
    nights.run()
    delta = nights.registry.log[2].url.params
    assert delta["filter.advanced"] == "AREA[LastUpdatePostDate]RANGE[2026-01-04,MAX]"


def test_delta_keeps_the_query(tmp_path: Path) -> None:
    nights = Nights(tmp_path, query=Query(condition="asthma", advanced="AREA[Phase]PHASE3"))
    nights.run()
    nights.new_day()
    nights.run()
    delta = nights.registry.log[2].url.params
    assert delta["query.cond"] == "asthma"
    assert delta["filter.advanced"].startswith("(AREA[Phase]PHASE3) AND AREA[LastUpdatePostDate]RANGE[")


def test_new_record_with_an_old_post_date_is_found_by_its_id(nights: Nights) -> None:
    nights.new_day()
    nights.registry.records["NCT00000098"] = study(98, "2019-05-05")
    assert nights.run().added == {"NCT00000098"}
    assert nights.held == nights.truth()


def test_removed_record_that_comes_back(nights: Nights) -> None:
    nights.new_day()
    gone = nights.registry.records.pop("NCT00000008")
    assert nights.run().removed == {"NCT00000008"}
    nights.new_day()
    nights.registry.records["NCT00000008"] = gone
    assert nights.run().added == {"NCT00000008"}
    assert nights.held == nights.truth()


def test_record_that_leaves_the_query_is_not_called_removed(tmp_path: Path) -> None:
    nights = Nights(tmp_path, query=Query(condition="asthma"))
    nights.run()
    nights.new_day()
    nights.registry.outside.add("NCT00000008")
    del nights.registry.records["NCT00000009"]
    result = nights.run()
    assert (result.left, result.removed) == ({"NCT00000008"}, {"NCT00000009"})
    assert "NCT00000008" in result.fetched
    assert "NCT00000008" not in nights.state.fetched


def test_silent_change_is_found_within_the_rolling_share(nights: Nights) -> None:
    nights.state = KnownState(data_version="x", last_post_date="2026-01-30", fetched=nights.state.fetched)
    nights.registry.records["NCT00000031"] = study(31, hasResults=True)
    for _ in range(6):
        nights.new_day()
        result = nights.run(rolling_share=1 / 6)
        assert len(result.fetched) == 10
    assert nights.held == nights.truth()


def test_least_recent_first() -> None:
    fetched = {"a": "2026-01-03", "b": "2026-01-01", "c": "2026-01-02", "d": "2025-12-01", "e": "2025-12-02"}
    assert least_recent(fetched, {"a", "b", "c", "d"}, {"d"}, 2) == ["b", "c"]
    assert least_recent(fetched, set(), set(), 5) == []


def test_misdated_record_does_not_hide_the_others(nights: Nights) -> None:
    nights.new_day()
    nights.registry.records["NCT00000097"] = study(97, "2099-01-01")
    nights.registry.records["NCT00000096"] = study(96, "soon")
    nights.run()
    assert nights.state.last_post_date == "2026-02-02"


def test_named_ids_are_all_asked_for_and_aliases_stay(tmp_path: Path) -> None:
    nights = Nights(tmp_path, query=Query(ids=("NCT00000900", "NCT00000001", "NCT00000002")))
    nights.registry.aliases["NCT00000900"] = "NCT00000003"
    nights.run()
    nights.new_day()
    del nights.registry.records["NCT00000002"]
    result = nights.run()
    assert result.ids == {"NCT00000001", "NCT00000003"}
    assert (result.removed, result.not_found) == ({"NCT00000002"}, ("NCT00000002",))


def test_data_that_moves_during_the_refresh(nights: Nights) -> None:
    nights.new_day()

    def move(request: httpx.Request) -> None:
        if "fields=NCTId" in str(request.url):
            nights.registry.faults.remove(move)  # type: ignore[arg-type]
            nights.registry.records["NCT00000095"] = study(95, nights.new_day())

    nights.registry.faults.append(move)  # type: ignore[arg-type]
    result = nights.run()
    assert result.starts == 2
    assert nights.held == nights.truth()


def test_record_that_came_and_went_during_the_refresh_is_called_removed(nights: Nights) -> None:
    nights.registry.records["NCT00000094"] = study(94, nights.new_day())

    def move(request: httpx.Request) -> None:
        if "fields=NCTId" in str(request.url):
            nights.registry.faults.remove(move)  # type: ignore[arg-type]
            nights.new_day()
            del nights.registry.records["NCT00000094"]

    nights.registry.faults.append(move)  # type: ignore[arg-type]
    result = nights.run()
    assert (result.starts, result.removed) == (2, {"NCT00000094"})
    assert nights.held == nights.truth()


def test_the_runs_own_record_is_enough_to_load_it(tmp_path: Path) -> None:
    nights = Nights(tmp_path, query=Query(condition="asthma"))
    nights.run()
    nights.new_day()
    nights.registry.outside.add("NCT00000008")
    del nights.registry.records["NCT00000009"]
    nights.run(rolling_share=0)
    last = [entry for entry in nights.archive.entries("run-1") if entry.kind == "run"][-1]
    assert last.note["state"] == "complete"
    assert (last.note["removed"], last.note["left"]) == (["NCT00000009"], ["NCT00000008"])
    assert (last.note["total"], last.note["fetched"]) == (58, 59)
    assert (last.note["last_post_date"], last.data_version) == ("2026-01-05", "2026-02-02T09:00:05")


def test_first_run_may_take_the_zip(tmp_path: Path) -> None:
    replica = Replica([study(number) for number in range(1, 41)])
    archive = Archive(tmp_path / "archive")
    with replica.serve() as server:
        settings = ClientSettings(base_url=server.base_url, requests_per_second=1000)
        with RegistryClient(settings) as client:
            folder = tmp_path / "download"
            result = refresh(client, archive, EVERYTHING, KnownState(), "run-1", download_folder=folder)
    assert (result.full, result.ids) == (True, set(replica.ids))
    assert result.entries[0].kind == "file"


def test_list_of_ids_with_a_gap_is_never_taken_for_removals(nights: Nights) -> None:
    nights.new_day()
    nights.registry.fail_always(lambda: httpx.Response(200, json={"studies": [], "totalCount": 60}), "fields=NCTId")
    before = nights.state
    with pytest.raises(Incomplete, match="60"):
        nights.run()
    assert nights.state == before


def test_gap_that_passes_is_looked_at_twice(nights: Nights) -> None:
    nights.new_day()
    nights.registry.fail_once(httpx.Response(200, json={"studies": [], "totalCount": 60}), "fields=NCTId")
    assert nights.run().removed == frozenset()


def test_failed_night_is_made_up_for_by_the_next(nights: Nights) -> None:
    day = nights.new_day()
    nights.registry.records["NCT00000007"] = study(7, day, hasResults=True)
    nights.registry.fail_always(lambda: httpx.Response(500), "fields=NCTId")
    with pytest.raises(NetworkError):
        nights.run()
    nights.registry.faults.clear()
    assert not nights.run().nothing_new
    assert nights.held == nights.truth()


def test_budget_shrinks_the_rolling_share_first(tmp_path: Path) -> None:
    nights = Nights(tmp_path, count=900)
    nights.run(page_size=1000)
    nights.new_day()
    result = nights.run(rolling_share=1.0, page_size=1000, daily_requests=6)
    assert len(nights.registry.log) <= 6
    assert 0 < len(result.fetched) <= 900
    nights.new_day()
    with_all = nights.run(rolling_share=1.0, page_size=1000, daily_requests=20)
    assert len(with_all.fetched) == 900


def test_thirty_nights_end_like_a_clean_crawl(tmp_path: Path) -> None:
    """Every night something is added, changed, removed or restored, and something goes wrong."""
    nights = Nights(tmp_path, count=40)
    nights.run()
    gone: dict[str, dict[str, object]] = {}
    faults: list[Callable[[], httpx.Response | Exception]] = [
        lambda: httpx.Response(429, headers={"Retry-After": "1"}),
        lambda: httpx.Response(503),
        lambda: httpx.ReadError("reset"),
        lambda: httpx.Response(403),
        lambda: httpx.Response(200, html="<title>Maintenance</title>"),
        lambda: httpx.Response(200, content=b'{"studies": ['),
        lambda: httpx.Response(400, text="stale"),
    ]
    failed = 0
    for night in range(1, 31):
        day = nights.new_day()
        changed = f"NCT{night:08d}"
        if changed in nights.registry.records:
            nights.registry.records[changed] = study(night, day, hasResults=True)
        nights.registry.records[f"NCT{500 + night:08d}"] = study(500 + night, day)
        if night % 3 == 0:
            gone_id = f"NCT{night + 2:08d}"
            gone[gone_id] = nights.registry.records.pop(gone_id)
        if night % 7 == 0 and gone:
            nights.registry.records.update([gone.popitem()])
        nights.registry.fail_once(faults[night % len(faults)](), "studies?")
        try:
            nights.run()
        except (NetworkError, ProtocolError):
            failed += 1
        assert len(nights.registry.log) < 60
    assert failed > 5
    nights.new_day()
    nights.run()
    assert nights.held == nights.truth()
    assert nights.archive.verify() == []


def test_memory_of_many_ids(tmp_path: Path) -> None:
    """60,000 known ids here; the bound is a tenth of 1 GB for 600,000."""
    count = 60_000
    registry = FakeRegistry({})
    stubs = [
        f'{{"protocolSection":{{"identificationModule":{{"nctId":"NCT{n:08d}"}}}}}}'.encode() for n in range(count)
    ]

    def listing(request: httpx.Request) -> httpx.Response | None:
        params = request.url.params
        if "fields" not in params:
            return None
        start = int(params.get("pageToken", "0"))
        end = start + 1000
        tail = b',"nextPageToken":"%d"' % end if end < count else b""
        total = b',"totalCount":%d' % count if "countTotal" in params else b""
        return httpx.Response(200, content=b'{"studies":[%s]%s%s}' % (b",".join(stubs[start:end]), total, tail))

    registry.faults.append(listing)
    state = KnownState(
        data_version="2026-01-31T09:00:05",
        last_post_date="2026-01-31",
        fetched={f"NCT{n:08d}": "2026-01-01T00:00:00+00:00" for n in range(count)},
    )
    archive = Archive(tmp_path / "archive")
    tracemalloc.start()
    try:
        result = refresh(registry.client(), archive, EVERYTHING, copy.copy(state), "run", rolling_share=0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(result.ids) == count
    assert peak < 100e6

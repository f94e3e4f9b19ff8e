"""A night's refresh over N known ids: seconds, requests and peak memory of the delta and the list of all ids.

    python -m bench.reconcile --ids 600000

The registry is played inside the process and answers at once; nothing is loaded, for memory is the question here.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time

import httpx
import orjson

from crawler.archive import Archive
from crawler.client import RegistryClient
from crawler.query import Query
from crawler.refresh import refresh
from crawler.settings import ClientSettings
from kb.refresh import known_state
from kb.store import Store

DATA_VERSION = "2026-10-05T09:00:05"
PAGE = 1000
EVERYTHING = Query(everything=True)


class ManyIds(httpx.BaseTransport):
    """A registry of `count` studies that differ in nothing but their ids, none of them posted since the last run."""

    def __init__(self, count: int) -> None:
        self.count = count

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        parameters = request.url.params
        if request.url.path.endswith("/version"):
            return _answer({"apiVersion": "2.0.5", "dataTimestamp": DATA_VERSION})
        if request.url.path.endswith("/metadata"):
            return _answer([])
        if "filter.advanced" in parameters:
            return _answer({"studies": [], "totalCount": 0})
        if "filter.ids" in parameters:
            return _answer(
                {"studies": [_study(nct_id) for nct_id in parameters["filter.ids"].split("|")], "totalCount": 0}
            )
        start = int(parameters.get("pageToken", "0"))
        end = min(start + PAGE, self.count)
        page: dict[str, object] = {"studies": [_study(nct(number)) for number in range(start, end)]}
        if start == 0:
            page["totalCount"] = self.count
        if end < self.count:
            page["nextPageToken"] = str(end)
        return _answer(page)


def nct(number: int) -> str:
    """The id of a study by its place from 0."""
    return f"NCT{number + 1:08d}"


def _study(nct_id: str) -> dict[str, object]:
    return {"protocolSection": {"identificationModule": {"nctId": nct_id}}}


def _answer(value: object) -> httpx.Response:
    return httpx.Response(200, content=orjson.dumps(value), headers={"content-type": "application/json"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ids", type=int, default=600_000)
    parser.add_argument("--rolling-share", type=float, default=0.0, help="of the known records, fetched again")
    arguments = parser.parse_args()
    settings = ClientSettings(requests_per_second=1e6)
    with tempfile.TemporaryDirectory(prefix="trialkb-bench-") as folder:
        store = Store(folder)
        _fill(store, settings, arguments.ids)
        print(f"a knowledge base that knows {arguments.ids:,} ids: {_peak():,.0f} MB")
        begun, cpu = time.perf_counter(), _cpu_seconds()
        state = known_state(store, settings, EVERYTHING)
        print(f"what it knows, read: {_peak():,.0f} MB")
        with RegistryClient(settings, ManyIds(arguments.ids)) as client:
            share = arguments.rolling_share
            result = refresh(client, Archive(store.raw), EVERYTHING, state, "bench", rolling_share=share)
    print(f"{len(result.ids):,} ids listed, {len(result.removed):,} removed, {len(result.fetched):,} fetched again")
    seconds, cpu = time.perf_counter() - begun, _cpu_seconds() - cpu
    print(f"{result.requests:,} requests, {seconds:.1f} s, {cpu:.1f} s of CPU")
    print(f"peak memory: {_peak():,.0f} MB")


def _fill(store: Store, settings: ClientSettings, count: int) -> None:
    """A published version that holds nothing but what a refresh asks of it."""
    key = [EVERYTHING.to_json(), settings.base_url]
    with store.lock(), store.build(fresh=True) as build:
        build.con.execute(
            "INSERT INTO meta.queries (query, base_url, data_version, last_post_date) "
            "VALUES (?, ?, '2026-10-02T09:00:05', '2026-10-02')", key,
        )  # fmt: skip
        build.con.execute(
            "INSERT INTO meta.query_studies "
            "SELECT ?, ?, format('NCT{:08d}', number + 1), TIMESTAMP '2026-10-02 15:00:00' FROM range(?) AS t(number)",
            [*key, count],
        )  # fmt: skip
        build.publish()


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

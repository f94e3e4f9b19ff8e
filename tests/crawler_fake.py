"""A registry in a function, for tests without a network: /studies pages, tokens, ids, and scripted faults."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson

from crawler.client import RegistryClient
from crawler.jsontext import Json
from crawler.settings import ClientSettings

BASE = "http://registry.test/api/v2"
Fault = Callable[[httpx.Request], httpx.Response | None]


def study(number: int, posted: str = "2026-01-05", **more: Json) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": f"A trial of number {number}"},
            "statusModule": {"lastUpdatePostDateStruct": {"date": posted}},
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-02-01"}},
        **more,
    }


def studies(*numbers: int) -> dict[str, dict[str, Any]]:
    return {f"NCT{number:08d}": study(number) for number in numbers}


class Pieces(httpx.SyncByteStream):
    """A body on the wire, in pieces, perhaps one that breaks off."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


class FakeRegistry:
    """Answers as the registry does; `faults` are asked first, in order, once for each request they answer."""

    def __init__(self, records: dict[str, dict[str, Any]], data_version: str = "2026-02-01T09:00:05") -> None:
        self.records = records
        self.data_version = data_version
        self.aliases: dict[str, str] = {}
        self.outside: set[str] = set()  # ids that match no condition
        self.faults: list[Fault] = []
        self.log: list[httpx.Request] = []
        self.clock = Clock()

    def client(self, **settings: Json) -> RegistryClient:
        used = {"base_url": BASE, "requests_per_second": 100.0, **settings}
        return RegistryClient(
            ClientSettings(**used),
            transport=httpx.MockTransport(self),
            clock=self.clock,
            sleep=self.clock.sleep,
            chance=random.Random(7),
        )

    def fail_once(self, answer: httpx.Response | Exception, when: str = "") -> None:
        """The next request whose URL contains `when` gets this answer."""

        def fault(request: httpx.Request) -> httpx.Response | None:
            if when not in str(request.url):
                return None
            self.faults.remove(fault)
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.faults.append(fault)

    def fail_always(self, make: Callable[[], httpx.Response | Exception], when: str = "") -> None:
        def fault(request: httpx.Request) -> httpx.Response | None:
            if when not in str(request.url):
                return None
            answer = make()
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.faults.append(fault)

    def urls(self) -> list[str]:
        return [request.url.raw_path.decode().removeprefix("/api/v2/") for request in self.log]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.log.append(request)
        for fault in list(self.faults):
            answer = fault(request)
            if answer is not None:
                return answer
        path = request.url.path.removeprefix("/api/v2/")
        if path == "version":
            return httpx.Response(200, json={"apiVersion": "2.0.5", "dataTimestamp": self.data_version})
        if path == "studies/metadata":
            return httpx.Response(200, json=[{"name": "protocolSection"}])
        if path == "stats/size":
            return httpx.Response(200, json={"totalStudies": len(self.records)})
        if path == "studies":
            return self.page(request.url.params)
        return self.one(path.removeprefix("studies/"))

    def one(self, nct_id: str) -> httpx.Response:
        if nct_id in self.aliases:
            return httpx.Response(301, headers={"Location": f"/api/v2/studies/{self.aliases[nct_id]}"})
        if nct_id not in self.records:
            return httpx.Response(404, text=f"NCT number {nct_id} not found")
        return httpx.Response(200, json=self.records[nct_id])

    def matching(self, params: httpx.QueryParams) -> list[dict[str, Any]]:
        found = list(self.records.values())
        if "filter.ids" in params:
            wanted = params["filter.ids"].split("|")
            found = [self.records[nct_id] for nct_id in wanted if nct_id in self.records]
        if "query.cond" in params:
            found = [s for s in found if s["protocolSection"]["identificationModule"]["nctId"] not in self.outside]
        since = re.search(r"AREA\[LastUpdatePostDate\]RANGE\[([\d-]+),MAX\]", params.get("filter.advanced", ""))
        if since:
            found = [s for s in found if posted(s) >= since[1]]
        return found

    def page(self, params: httpx.QueryParams) -> httpx.Response:
        if any(not re.fullmatch(r"NCT\d{8}", part) for part in params.get("filter.ids", "NCT00000000").split("|")):
            return httpx.Response(400, text="filter.ids has a malformed id")
        found = self.matching(params)
        start, size = 0, int(params.get("pageSize", "10"))
        if "pageToken" in params:
            version, _, at = params["pageToken"].partition("~")
            if version != self.data_version:
                return httpx.Response(400, text="The page token is not valid")
            start = int(at)
        body: dict[str, Any] = {"studies": [self.shown(s, params) for s in found[start : start + size]]}
        if start + size < len(found):
            body["nextPageToken"] = f"{self.data_version}~{start + size}"
        if params.get("countTotal") == "true":
            body["totalCount"] = len(found)
        return httpx.Response(200, content=orjson.dumps(body), headers={"content-type": "application/json"})

    def shown(self, record: dict[str, Any], params: httpx.QueryParams) -> dict[str, Any]:
        if params.get("fields") == "NCTId":
            nct_id = record["protocolSection"]["identificationModule"].get("nctId")
            return {"protocolSection": {"identificationModule": {"nctId": nct_id}}}
        return copy.deepcopy(record)


def posted(record: dict[str, Any]) -> str:
    date: str = record["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"]
    return date

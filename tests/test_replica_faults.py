"""Every fault that the replica can produce, as a client meets it."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator

import httpx
import pytest

from crawler.errors import UsageError
from crawler.replica import Fault, Faults, Replica, faults
from crawler.replica.faults import KINDS
from tests.replica_sample import Client, ids_of, studies

COUNT = 12


@pytest.fixture
def replica() -> Replica:
    return Replica(studies(COUNT))


@pytest.fixture
def client(replica: Replica) -> Iterator[Client]:
    with replica.serve() as server, Client(server.base_url) as client:
        yield client


def statuses(client: Client, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_too_many_requests_with_and_without_retry_after(replica: Replica, client: Client) -> None:
    replica.faults.add("429:retry-after=2")
    replica.faults.add("429:from=2")
    first, second, third = (client.get("/version") for _ in range(3))
    assert (first.status_code, first.headers["Retry-After"]) == (429, "2")
    assert (second.status_code, "Retry-After" in second.headers) == (429, False)
    assert third.status_code == 200


def test_retry_after_may_be_a_date(replica: Replica, client: Client) -> None:
    replica.faults.add("503:retry-after=Sat, 21 Nov 2026 10:00:00 GMT:times=1")
    assert client.get("/version").headers["Retry-After"] == "Sat, 21 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize("status", [403, 418, 500, 502, 503, 504])
def test_statuses(replica: Replica, client: Client, status: int) -> None:
    replica.faults.add(f"{status}:times=2")
    assert statuses(client, "/version", 3) == [status, status, 200]


def test_which_requests_meet_a_fault(replica: Replica, client: Client) -> None:
    replica.faults.add("500:path=/studies/*:from=2:times=2")
    assert statuses(client, "/version", 2) == [200, 200]
    assert statuses(client, "/studies", 2) == [200, 200]
    assert statuses(client, "/studies/NCT1", 4) == [200, 500, 500, 200]
    replica.faults.add("502:having=filter.ids:times=always")
    assert client.get("/studies").status_code == 200
    assert client.get("/studies", filter_ids="NCT00000001").status_code == 502


def test_faults_can_be_taken_back_and_say_whether_they_fired(replica: Replica, client: Client) -> None:
    fault = replica.faults.add("500:times=always")
    idle = replica.faults.add("reset:path=/nowhere")
    assert client.get("/version").status_code == 500
    assert (fault.fired, replica.faults.unfired()) == (1, [idle])
    replica.faults.clear()
    assert client.get("/version").status_code == 200


def test_connection_reset(replica: Replica, client: Client) -> None:
    replica.faults.add("reset")
    with pytest.raises(httpx.ReadError):
        client.get("/version")
    assert client.get("/version").status_code == 200
    assert [request.status for request in replica.requests] == [0, 200]


def test_half_a_body(replica: Replica, client: Client) -> None:
    replica.faults.add("half-body")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        client.get("/studies")
    assert client.get("/studies").status_code == 200


def test_a_body_that_never_ends(replica: Replica, client: Client) -> None:
    replica.faults.add("endless-body:path=/studies")
    received = 0
    with client.http.stream("GET", "/studies", params={"pageSize": 2}) as response:
        for piece in response.iter_raw():
            received += len(piece)
            if received > 20_000:
                break
    assert received > 20_000
    assert client.get("/studies").status_code == 200


def test_an_endless_body_ends_when_the_server_stops(replica: Replica) -> None:
    replica.faults.add("endless-body")
    with replica.serve() as server, Client(server.base_url) as client:
        response = client.http.send(client.http.build_request("GET", "/version"), stream=True)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    with pytest.raises(httpx.TransportError):
        response.read()


@pytest.mark.parametrize("how", ["plain", "truncated", "crc"])
def test_a_gzip_that_lies(replica: Replica, client: Client, how: str) -> None:
    replica.faults.add(f"bad-gzip:how={how}")
    # httpx does not notice all three of them, so the bytes as sent are looked at.
    with client.http.stream("GET", "/studies") as response:
        sent = b"".join(response.iter_raw())
    assert response.headers["Content-Encoding"] == "gzip"
    assert int(response.headers["Content-Length"]) == len(sent)
    with pytest.raises((OSError, EOFError)):
        gzip.decompress(sent)


def test_html_in_place_of_json(replica: Replica, client: Client) -> None:
    replica.faults.add("html:path=/studies")
    response = client.get("/studies")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_slow_answer(replica: Replica, client: Client) -> None:
    replica.faults.add("slow:seconds=0.3")
    began = time.monotonic()
    assert client.get("/version").status_code == 200
    assert time.monotonic() - began >= 0.3
    replica.faults.add("slow:seconds=30")
    with pytest.raises(httpx.ReadTimeout):
        client.http.get("/version", timeout=0.1)


def test_a_stale_token(replica: Replica, client: Client) -> None:
    replica.faults.add("stale-token")
    page = client.page(pageSize=5)
    refused = client.get("/studies", pageSize=5, pageToken=page["nextPageToken"])
    assert (refused.status_code, "stale" in refused.text) == (400, True)
    assert client.get("/studies", pageSize=5, pageToken=page["nextPageToken"]).status_code == 200


def test_a_data_version_that_moves_while_paging(replica: Replica, client: Client) -> None:
    replica.faults.add("version-moves:from=2")
    before = client.json("/version")
    first = client.page(pageSize=4)
    second = client.page(pageSize=4, pageToken=first["nextPageToken"])
    assert client.json("/version") == {**before, "dataTimestamp": "2026-10-05T09:00:05"}
    assert client.get("/studies", pageSize=4, pageToken=second["nextPageToken"]).status_code == 400


def test_a_data_version_that_moves_unnoticed_by_the_tokens(replica: Replica, client: Client) -> None:
    replica.faults.add("version-moves:tokens=keep")
    assert len(client.ids(pageSize=5)) == COUNT
    assert client.json("/version")["dataTimestamp"] == "2026-10-05T09:00:05"


@pytest.mark.parametrize(
    ("fault", "sent", "distinct"),
    [("repeat-ids:count=2", 7, 5), ("omit-ids:count=2", 3, 3), ("shift-ids:count=2", 5, 3), ("omit-ids:count=9", 0, 0)],
)
def test_pages_that_repeat_or_omit_ids(replica: Replica, client: Client, fault: str, sent: int, distinct: int) -> None:
    replica.faults.add(fault)
    page = client.page(pageSize=5, countTotal="true")
    assert (len(page["studies"]), len(set(ids_of(page)))) == (sent, distinct)
    assert page["totalCount"] == COUNT
    assert len(ids_of(client.page(pageSize=5))) == 5


def test_an_alias_redirect(replica: Replica, client: Client) -> None:
    replica.faults.add("alias-redirect:path=/studies/NCT00000001:to=NCT00000002")
    response = client.http.get("/studies/NCT00000001", follow_redirects=True)
    assert response.json()["protocolSection"]["identificationModule"]["nctId"] == "NCT00000002"
    assert [request.status for request in replica.requests] == [301, 200]


def test_a_redirect_loop(replica: Replica, client: Client) -> None:
    replica.faults.add("redirect-loop:path=/studies/NCT1")
    with pytest.raises(httpx.TooManyRedirects):
        client.http.get("/studies/NCT1", params={"fields": "NCTId"}, follow_redirects=True)
    assert client.get("/studies/NCT2").status_code == 200


def test_a_record_with_an_unknown_field(replica: Replica, client: Client) -> None:
    replica.faults.add("unknown-field:count=2")
    records = client.page(pageSize=3)["studies"]
    assert ["replicaUnknownField" in record for record in records] == [True, True, False]


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("null:field=protocolSection.statusModule", None),
        ("wrong-type:field=protocolSection.statusModule", "not of this type"),
        ("wrong-type:field=protocolSection.statusModule.overallStatus", 12345),
    ],
)
def test_a_value_that_is_null_or_of_the_wrong_type(replica: Replica, client: Client, fault: str, value: object) -> None:
    replica.faults.add(f"{fault}:id=NCT00000003:times=always")
    expected = {record["protocolSection"]["identificationModule"]["nctId"]: record for record in studies(COUNT)}
    *_, last = keys = fault.split("field=")[1].split(".")
    node = expected["NCT00000003"]
    for key in keys[:-1]:
        node = node[key]
    node[last] = value
    page = client.page(pageSize=COUNT)
    assert dict(zip(ids_of(page), page["studies"], strict=True)) == expected
    assert client.json("/studies/NCT3") == expected["NCT00000003"]


def test_several_faults_on_one_request(replica: Replica, client: Client) -> None:
    replica.faults.add("slow:seconds=0.1")
    replica.faults.add("omit-ids")
    replica.faults.add("half-body:from=2")
    assert len(client.page(pageSize=5)["studies"]) == 4
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/studies")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "200",
        "42",
        "429:retry-after",
        "429:colour=blue",
        "429:times=0",
        "429:times=many",
        "429:from=-1",
        "slow:seconds=long",
        "omit-ids:count=x",
        "alias-redirect",
        "null",
        "wrong-type",
        "bad-gzip:how=badly",
        "version-moves:tokens=lose",
    ],
)
def test_a_fault_that_cannot_be_meant_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="fault"):
        Faults([text])


def test_a_fault_as_text() -> None:
    fault = Fault.parse("429:retry-after=2:times=3:path=/studies:from=4")
    assert (fault.kind, fault.status, fault.path, fault.first, fault.times) == ("429", 429, "/studies", 4, 3)
    assert fault.options == {"retry-after": "2"}
    assert Replica([], faults=["reset", fault]).faults.unfired()[1] is fault


def test_every_kind_is_described() -> None:
    assert faults.__doc__ is not None
    assert [kind for kind in KINDS if kind not in faults.__doc__] == []

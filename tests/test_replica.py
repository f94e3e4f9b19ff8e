"""The replica answers as the registry does: versions, pages, tokens, single studies, refusals."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crawler.errors import UsageError
from crawler.replica import Replica
from tests.replica_sample import Client, ids_of, studies, study

RECORDS = [*studies(24), study(25, identificationModule__nctIdAliases=["NCT00000900"])]


@pytest.fixture
def client() -> Iterator[Client]:
    with Replica(RECORDS).serve() as server, Client(server.base_url) as client:
        yield client


def test_version_and_size(client: Client) -> None:
    assert client.json("/version") == {"apiVersion": "2.0.5", "dataTimestamp": "2026-10-02T09:00:05"}
    size = client.json("/stats/size")
    assert size["totalStudies"] == 25
    assert len(size["largestStudies"]) == 10
    assert size["largestStudies"][0]["sizeBytes"] >= size["averageSizeBytes"]
    assert sum(part["studiesCount"] for part in size["ranges"]) == 25


def test_the_time_stamp_is_the_one_that_was_given() -> None:
    with Replica([], data_timestamp="2026-11-20T09:00:05").serve() as server, Client(server.base_url) as client:
        assert client.json("/version")["dataTimestamp"] == "2026-11-20T09:00:05"
        assert client.page(countTotal="true") == {"totalCount": 0, "studies": []}
        assert client.json("/stats/size")["totalStudies"] == 0


@pytest.mark.parametrize(("asked", "given"), [(None, 10), (0, 10), (7, 7), (25, 25), (1000, 25), (5000, 25)])
def test_page_size(client: Client, asked: int | None, given: int) -> None:
    assert len(client.page(pageSize=asked)["studies"]) == given


def test_a_page_is_never_larger_than_a_thousand() -> None:
    with Replica(studies(1001)).serve() as server, Client(server.base_url) as client:
        page = client.page(pageSize=2000)
        assert len(page["studies"]) == 1000
        rest = client.page(pageSize=2000, pageToken=page["nextPageToken"])
        assert len(rest["studies"]) == 1
        assert "nextPageToken" not in rest


@pytest.mark.parametrize("size", ["-1", "ten", "1.5", "1e3", "99999999999", "٣"])
def test_a_page_size_that_is_no_number_is_refused(client: Client, size: str) -> None:
    response = client.get("/studies", pageSize=size)
    assert (response.status_code, response.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")


def test_every_study_comes_once_over_the_pages(client: Client) -> None:
    expected = {f"NCT{number:08d}" for number in range(1, 26)}
    assert client.ids(pageSize=4) == expected
    assert client.ids(pageSize=25) == expected


def test_the_last_page_has_no_token_and_the_total_is_on_the_first_only(client: Client) -> None:
    first = client.page(pageSize=20, countTotal="true")
    assert first["totalCount"] == 25
    second = client.page(pageSize=20, countTotal="true", pageToken=first["nextPageToken"])
    assert set(second) == {"studies"}
    assert "totalCount" not in client.page()
    assert "totalCount" not in client.page(countTotal="false")


def test_later_pages_may_change_only_size_total_and_token(client: Client) -> None:
    token = client.page(pageSize=5, sort="LastUpdatePostDate")["nextPageToken"]
    again = client.get("/studies", sort="LastUpdatePostDate", pageSize=7, countTotal="true", pageToken=token)
    assert again.status_code == 200
    assert client.get("/studies", pageToken=token).status_code == 400
    assert client.get("/studies", sort="LastUpdatePostDate", fields="NCTId", pageToken=token).status_code == 400


@pytest.mark.parametrize("token", ["abracadabra", "!!!", "", "A" * 27, "é"])
def test_a_token_of_nobody_is_refused(client: Client, token: str) -> None:
    status = client.get("/studies", pageToken=token).status_code
    assert status == (400 if token else 200)


def test_a_token_goes_stale_with_the_data_version() -> None:
    replica = Replica(RECORDS)
    with replica.serve() as server, Client(server.base_url) as client:
        token = client.page()["nextPageToken"]
        replica.update()
        response = client.get("/studies", pageToken=token)
        assert (response.status_code, "stale" in response.text) == (400, True)
        assert len(client.ids(pageSize=10)) == 25


def test_a_token_outlives_a_restart_over_the_same_data_version_only() -> None:
    with Replica(RECORDS).serve() as server, Client(server.base_url) as client:
        token = client.page()["nextPageToken"]
    with Replica(RECORDS).serve() as server, Client(server.base_url) as client:
        assert client.get("/studies", pageToken=token).status_code == 200
    later = Replica(RECORDS, data_timestamp="2026-10-05T09:00:05")
    with later.serve() as server, Client(server.base_url) as client:
        assert client.get("/studies", pageToken=token).status_code == 400


@pytest.mark.parametrize("name", ["NCT00000007", "nct00000007", "NCT7", "nct007"])
def test_a_study_by_its_number(client: Client, name: str) -> None:
    assert client.json(f"/studies/{name}") == RECORDS[6]


def test_a_study_is_sent_as_it_was_loaded() -> None:
    odd = {"Timestamp": "2024-11-20", **study(1), "unheardOf": [1, None, {"ü": "\u2028"}]}
    with Replica([odd]).serve() as server, Client(server.base_url) as client:
        assert list(client.json("/studies/NCT00000001").items()) == list(odd.items())
        assert client.page()["studies"] == [odd]


def test_an_unknown_study_and_a_malformed_number(client: Client) -> None:
    missing = client.get("/studies/NCT99999999")
    assert (missing.status_code, missing.text) == (404, "NCT number NCT99999999 not found")
    assert missing.headers["Content-Type"].startswith("text/plain")
    for name in ("foo", "NCT", "NCT123456789", "NCT0000000x", "12345678"):
        assert client.get(f"/studies/{name}").status_code == 400


def test_an_obsolete_number_leads_to_the_current_one(client: Client) -> None:
    response = client.get("/studies/nct900", fields="NCTId")
    assert response.status_code == 301
    assert response.headers["Location"] == "/api/v2/studies/NCT00000025?fields=NCTId"
    followed = client.http.get("/studies/NCT00000900", follow_redirects=True)
    assert followed.json() == RECORDS[24]


def test_conditional_get(client: Client) -> None:
    etag = client.get("/studies/NCT1").headers["ETag"]
    same = client.get("/studies/NCT1", headers={"If-None-Match": etag})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
    assert client.get("/studies/NCT1", headers={"If-None-Match": f'"x", W/{etag}'}).status_code == 304
    assert client.get("/studies/NCT2", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/studies", {"colour": "blue"}),
        ("/studies", {"filter.phase": "PHASE3"}),
        ("/studies", {"format": "xml"}),
        ("/studies", {"countTotal": "yes"}),
        ("/studies", {"markupFormat": "html"}),
        ("/studies/NCT1", {"pageSize": "3"}),
        ("/version", {"verbose": "1"}),
        ("/stats/size", {"a": "b"}),
        ("/studies/download", {}),
        ("/studies/download", {"format": "json.zip", "query.cond": "asthma"}),
    ],
)
def test_unknown_parameters_and_values_are_refused_in_plain_text(
    client: Client, path: str, params: dict[str, str]
) -> None:
    response = client.http.get(path, params=params)
    assert (response.status_code, response.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert response.text


def test_a_parameter_given_twice_or_not_in_utf8_is_refused(client: Client) -> None:
    assert client.http.get("/studies?pageSize=1&pageSize=2").status_code == 400
    assert client.http.get("/studies?query.cond=%ff").status_code == 400


@pytest.mark.parametrize("path", ["/", "/study", "/studies/NCT1/extra", "/stats"])
def test_an_unknown_path_answers_an_html_404(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_robots_txt_asks_for_a_second_between_requests(client: Client) -> None:
    assert "Crawl-delay: 1" in client.http.get(f"{client.http.base_url.copy_with(path='/robots.txt')}").text


def test_gzip_only_for_clients_that_accept_it(client: Client) -> None:
    packed = client.get("/studies", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/studies", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])


def test_head_sends_no_body(client: Client) -> None:
    response = client.http.head("/studies")
    assert (response.status_code, response.content) == (200, b"")


def test_the_log_holds_every_request(client: Client) -> None:
    replica = Replica(RECORDS)
    with replica.serve() as server, Client(server.base_url) as client:
        client.get("/version", headers={"User-Agent": "honest/1.0 (me@example.org)"})
        client.page(pageSize=3, query_cond="a b")
        client.get("/studies/NCT99")
    first, second, third = replica.requests
    assert (first.method, first.path, first.params, first.status) == ("GET", "/version", {}, 200)
    assert first.user_agent == "honest/1.0 (me@example.org)"
    assert second.params == {"pageSize": "3", "query.cond": "a b"}
    assert (third.path, third.status) == ("/studies/NCT99", 404)
    assert first.time <= second.time <= third.time


def test_it_listens_on_the_loopback_address_only(client: Client) -> None:
    assert client.http.base_url.host == "127.0.0.1"


def test_it_stops_with_the_block_even_if_a_client_stays_connected() -> None:
    replica = Replica(RECORDS)
    with replica.serve() as server:
        client = Client(server.base_url)
        client.json("/version")
        port = server.port
    with pytest.raises(httpx.TransportError):
        client.json("/version")
    with replica.serve(port) as again:
        assert again.port == port


def test_a_port_that_is_taken_is_a_usage_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="--port"), Replica([]).serve(taken.getsockname()[1]):
            pass


def test_serve_forever_until_interrupted() -> None:
    replica = Replica(RECORDS)
    seen = []

    def ready(server: object) -> None:
        seen.append(server)
        raise KeyboardInterrupt

    replica.serve_forever(0, ready)
    assert len(seen) == 1


def test_records_from_files(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(study(1)))
    (tmp_path / "list.json").write_text(json.dumps([study(2), study(3)]))
    (tmp_path / "page.json").write_text(json.dumps({"studies": [study(4)]}))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.jsonl").write_text(f"{json.dumps(study(5))}\n\n{json.dumps(study(6))}\n")
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as file:
        file.write(json.dumps(study(7)))
    (tmp_path / "README.txt").write_text("not a record")
    assert sorted(Replica(tmp_path).ids) == [f"NCT{number:08d}" for number in range(1, 8)]
    assert sorted(Replica([tmp_path / "a.json", str(tmp_path / "c.jsonl.gz"), study(9)]).ids) == [
        "NCT00000001",
        "NCT00000007",
        "NCT00000009",
    ]


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b"{}", b'{"protocolSection": {"identificationModule": {}}}', b"\xff"]
)
def test_a_file_that_holds_no_record_is_a_usage_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        Replica(path)


def test_a_missing_or_broken_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        Replica(tmp_path / "nothing.jsonl")
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(gzip.compress(b"{}" * 100)[:12])
    with pytest.raises(UsageError, match="cannot be read"):
        Replica(broken)


def test_a_record_that_comes_twice_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="twice"):
        Replica([study(1), study(1)])


def test_real_records_are_served_whole() -> None:
    path = Path(__file__).resolve().parents[2] / "shared" / "data" / "ctgov_v2.jsonl.gz"
    if not path.is_file():
        pytest.skip("the shared records are not beside this checkout")
    with gzip.open(path) as lines:
        expected = {
            record["protocolSection"]["identificationModule"]["nctId"]: record for record in map(json.loads, lines)
        }
    found = {}
    with Replica(path).serve() as server, Client(server.base_url) as client:
        page = client.page(pageSize=1000, countTotal="true")
        assert page["totalCount"] == len(expected)
        found = dict(zip(ids_of(page), page["studies"], strict=True))
        while token := page.get("nextPageToken"):
            page = client.page(pageSize=1000, pageToken=token)
            found |= dict(zip(ids_of(page), page["studies"], strict=True))
    assert found == expected

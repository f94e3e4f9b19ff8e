"""The client: what it asks, what it believes, and what it does when the registry misbehaves."""

from __future__ import annotations

import gzip
import itertools
import random
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.client import MalformedId, RegistryClient
from crawler.errors import BudgetSpent, NetworkError, Offline, ProtocolError, Refused, StaleToken, UsageError
from crawler.query import Query
from crawler.received import nct_id_of
from crawler.retry import retry_after_seconds
from crawler.settings import TLS_MODES, ClientSettings
from crawler.tls import tls_context
from tests.crawler_fake import BASE, FakeRegistry, Pieces, studies, study

EVERYTHING = Query(everything=True)
VERSION_BODY = b'{"apiVersion": "2.0.5", "dataTimestamp": "2026-02-01T09:00:05"}'


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry(studies(*range(1, 26)))


def test_version_names_api_and_data(registry: FakeRegistry) -> None:
    version = registry.client().version()
    assert (version.api_version, version.data_version) == ("2.0.5", "2026-02-01T09:00:05")


def test_user_agent_is_honest(registry: FakeRegistry) -> None:
    registry.client(contact="trials@example.org").version()
    agent = registry.log[0].headers["user-agent"]
    assert agent.startswith("trialkb/")
    assert "trials@example.org" in agent
    assert "Mozilla" not in agent


def test_pages_repeat_every_parameter_and_count_once(registry: FakeRegistry) -> None:
    client = registry.client(page_size=10)
    pages = list(client.pages(Query(condition="asthma", advanced="AREA[Phase]PHASE3"), fields=["NCTId"]))
    assert [len(page.data["studies"]) for page in pages] == [10, 10, 5]
    params = [dict(request.url.params) for request in registry.log]
    assert all(p["query.cond"] == "asthma" and p["filter.advanced"] == "AREA[Phase]PHASE3" for p in params)
    assert all(p["fields"] == "NCTId" and p["pageSize"] == "10" for p in params)
    assert ["countTotal" in p for p in params] == [True, False, False]


def test_body_is_kept_as_received(registry: FakeRegistry) -> None:
    body = b'{ "apiVersion" : "2.0.5", "number": 0.10 }'
    registry.fail_once(httpx.Response(200, content=body))
    assert registry.client().version().received.body == body


def test_ids_are_counted_against_the_total(registry: FakeRegistry) -> None:
    ids, total = registry.client(page_size=10).ids(EVERYTHING)
    assert len(ids) == total == 25


def test_size(registry: FakeRegistry) -> None:
    assert registry.client().size() == 25


def test_study_by_loose_id(registry: FakeRegistry) -> None:
    received = registry.client().study("nct7")
    assert nct_id_of(received.data) == "NCT00000007"


def test_unknown_study_is_refused_once(registry: FakeRegistry) -> None:
    with pytest.raises(Refused, match="NCT number NCT99999999 not found") as caught:
        registry.client().study("NCT99999999")
    assert caught.value.status == 404
    assert len(registry.log) == 1


def test_alias_is_followed(registry: FakeRegistry) -> None:
    registry.aliases["NCT00000900"] = "NCT00000003"
    received = registry.client().study("NCT00000900")
    assert nct_id_of(received.data) == "NCT00000003"
    assert received.url.endswith("/studies/NCT00000003")
    assert received.attempts == 2


def test_redirect_loop_ends(registry: FakeRegistry) -> None:
    registry.aliases |= {"NCT00000901": "NCT00000902", "NCT00000902": "NCT00000901"}
    with pytest.raises(ProtocolError, match="circle"):
        registry.client().study("NCT00000901")
    assert len(registry.log) == 2


def test_endless_chain_of_redirects_ends(registry: FakeRegistry) -> None:
    registry.aliases |= {f"NCT{n:08d}": f"NCT{n + 1:08d}" for n in range(1000, 1100)}
    with pytest.raises(ProtocolError, match="circle"):
        registry.client().study("NCT00001000")
    assert len(registry.log) < 10


@pytest.mark.parametrize(
    "location", ["https://elsewhere.test/api/v2/studies/NCT00000003", "/login", "file:///etc/x", "http://[x", "//"]
)
def test_redirect_elsewhere_is_not_followed(registry: FakeRegistry, location: str) -> None:
    registry.fail_once(httpx.Response(301, headers={"Location": location}))
    with pytest.raises(ProtocolError, match="redirects"):
        registry.client().study("NCT00000003")
    assert len(registry.log) == 1


def test_redirect_of_anything_but_a_study_is_not_followed(registry: FakeRegistry) -> None:
    registry.fail_once(httpx.Response(302, headers={"Location": "/api/v2/studies/NCT00000003"}))
    with pytest.raises(ProtocolError, match="not followed"):
        registry.client().version()


# -- faults that pass ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_retried(registry: FakeRegistry, status: int) -> None:
    registry.fail_once(httpx.Response(status, text="later"))
    assert registry.client().version().received.attempts == 2


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset by peer"),
        httpx.WriteError("broken pipe"),
        httpx.RemoteProtocolError("peer closed connection"),
        httpx.ConnectError("refused"),
    ],
)
def test_broken_connections_are_retried(registry: FakeRegistry, error: Exception) -> None:
    registry.fail_once(error)
    assert registry.client().version().received.attempts == 2


def damaged_bodies() -> dict[str, httpx.Response]:
    packed = gzip.compress(VERSION_BODY)
    zipped = {"content-encoding": "gzip"}
    return {
        "half of the bytes promised": httpx.Response(
            200, stream=Pieces(VERSION_BODY[:20]), headers={"content-length": str(len(VERSION_BODY))}
        ),
        "half, with no promise": httpx.Response(200, stream=Pieces(VERSION_BODY[:20])),
        "reset in the middle": httpx.Response(200, stream=Pieces(VERSION_BODY[:20], httpx.ReadError("reset"))),
        "gzip that is not": httpx.Response(200, stream=Pieces(VERSION_BODY), headers=zipped),
        "gzip cut short": httpx.Response(200, stream=Pieces(packed[:-12]), headers=zipped),
        "gzip with a wrong check sum": httpx.Response(
            200, stream=Pieces(packed[:-8] + bytes(4) + packed[-4:]), headers=zipped
        ),
        "an encoding never asked for": httpx.Response(200, stream=Pieces(b"\x8b"), headers={"content-encoding": "br"}),
        "nothing": httpx.Response(200, stream=Pieces()),
    }


@pytest.mark.parametrize("name", list(damaged_bodies()))
def test_damaged_body_is_asked_for_again(registry: FakeRegistry, name: str) -> None:
    registry.fail_once(damaged_bodies()[name])
    received = registry.client().version().received
    assert received.attempts == 2
    assert received.data["apiVersion"] == "2.0.5"


def test_gzip_that_lies_each_time_is_an_error(registry: FakeRegistry) -> None:
    registry.fail_always(lambda: damaged_bodies()["gzip that is not"])
    with pytest.raises(ProtocolError, match="damaged body"):
        registry.client(max_tries=3).version()
    assert len(registry.log) == 3


def test_sound_gzip_is_read(registry: FakeRegistry) -> None:
    packed = gzip.compress(VERSION_BODY[:30]) + gzip.compress(VERSION_BODY[30:])
    registry.fail_once(httpx.Response(200, stream=Pieces(packed), headers={"content-encoding": "gzip"}))
    assert registry.client().version().received.body == VERSION_BODY


def test_body_that_never_ends(registry: FakeRegistry) -> None:
    def endless() -> httpx.Response:
        return httpx.Response(200, stream=Pieces(*[b" " * 1000] * 5000))

    registry.fail_always(endless)
    with pytest.raises(ProtocolError, match="without end"):
        registry.client(max_body_bytes=100_000).version()
    assert len(registry.log) == 2


def test_gzip_bomb_is_bounded(registry: FakeRegistry) -> None:
    packed = gzip.compress(bytes(50_000_000))
    registry.fail_always(lambda: httpx.Response(200, stream=Pieces(packed), headers={"content-encoding": "gzip"}))
    with pytest.raises(ProtocolError, match="without end"):
        registry.client(max_body_bytes=100_000).version()


def test_body_that_drips(registry: FakeRegistry) -> None:
    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                registry.clock.time += 20
                yield b" "

    registry.fail_always(lambda: httpx.Response(200, stream=Drip()))
    with pytest.raises(ProtocolError, match="without end"):
        registry.client(body_seconds=100).version()


def test_tries_are_bounded(registry: FakeRegistry) -> None:
    registry.fail_always(lambda: httpx.Response(503, text="down for maintenance"))
    with pytest.raises(NetworkError, match="down for maintenance"):
        registry.client(max_tries=4).version()
    assert len(registry.log) == 4


def test_back_off_grows(registry: FakeRegistry) -> None:
    registry.fail_always(lambda: httpx.Response(500))
    with pytest.raises(NetworkError):
        registry.client(max_tries=4).version()
    waits = [seconds for seconds in registry.clock.slept if seconds > 0.5]
    assert len(waits) == 3
    assert 1 <= waits[0] <= 2 <= waits[1] <= 4 <= waits[2] <= 8


# -- faults that do not ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 414])
def test_refusals_are_not_retried(registry: FakeRegistry, status: int) -> None:
    registry.fail_always(lambda: httpx.Response(status, text="No, thank you"))
    with pytest.raises(Refused, match="No, thank you") as caught:
        registry.client().version()
    assert caught.value.status == status
    assert len(registry.log) == 1


def test_403_names_the_doctor(registry: FakeRegistry) -> None:
    registry.fail_once(httpx.Response(403, html="<html><title>Access Denied</title></html>"))
    with pytest.raises(Refused, match=r"Access Denied.*doctor"):
        registry.client().version()


def test_html_in_place_of_json_quotes_its_title(registry: FakeRegistry) -> None:
    page = "<!DOCTYPE html><html><head><title>Scheduled\n Maintenance</title></head><body>…</body></html>"
    registry.fail_once(httpx.Response(200, html=page))
    with pytest.raises(ProtocolError, match="Scheduled Maintenance"):
        registry.client().version()
    assert len(registry.log) == 1


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"apiVersion": 2}', b"null", b'"2.0.5"'])
def test_version_of_a_wrong_type(registry: FakeRegistry, body: bytes) -> None:
    registry.fail_once(httpx.Response(200, content=body))
    with pytest.raises(ProtocolError, match="apiVersion"):
        registry.client().version()


@pytest.mark.parametrize("body", [b"[]", b'{"studies": null}', b'{"studies": [], "nextPageToken": 7}'])
def test_page_of_a_wrong_type(registry: FakeRegistry, body: bytes) -> None:
    registry.fail_once(httpx.Response(200, content=body))
    with pytest.raises(ProtocolError, match="has the API changed"):
        list(registry.client().pages(EVERYTHING))


def test_stale_token(registry: FakeRegistry) -> None:
    pages = registry.client(page_size=10).pages(EVERYTHING)
    next(pages)
    registry.data_version = "2026-02-02T09:00:05"
    with pytest.raises(StaleToken, match="page token is not valid"):
        next(pages)


def test_token_that_comes_again_does_not_loop(registry: FakeRegistry) -> None:
    registry.fail_always(lambda: httpx.Response(200, json={"studies": [study(1)], "nextPageToken": "same"}))
    with pytest.raises(ProtocolError, match="never end"):
        list(registry.client().pages(EVERYTHING))


def test_bad_first_request_is_refused_not_stale(registry: FakeRegistry) -> None:
    registry.fail_once(httpx.Response(400, text="unknown parameter"))
    with pytest.raises(Refused, match="unknown parameter"):
        list(registry.client().pages(EVERYTHING))


# -- offline ---------------------------------------------------------------------------------------------------


def test_offline_is_said_within_seconds(registry: FakeRegistry) -> None:
    registry.fail_always(lambda: httpx.ConnectError("Name or service not known"))
    with pytest.raises(Offline, match="make demo") as caught:
        registry.client().version()
    assert "\n" not in str(caught.value)
    assert sum(registry.clock.slept) < 5
    assert len(registry.log) == 2


def test_connection_lost_later_is_given_all_tries(registry: FakeRegistry) -> None:
    client = registry.client(max_tries=4)
    client.version()
    registry.fail_always(lambda: httpx.ConnectError("Network is unreachable"))
    with pytest.raises(Offline):
        client.version()
    assert len(registry.log) == 1 + 4


def test_tls_failure_names_the_doctor(registry: FakeRegistry) -> None:
    error = httpx.ConnectError("handshake failure")
    error.__cause__ = ssl.SSLError("handshake failure")
    registry.fail_always(lambda: error)
    with pytest.raises(NetworkError, match="doctor"):
        registry.client().version()
    assert len(registry.log) == 1


def test_nothing_listens_on_a_real_socket() -> None:
    with RegistryClient(ClientSettings(base_url="http://127.0.0.1:9/api/v2")) as client, pytest.raises(Offline):
        client.version()


# -- manners ---------------------------------------------------------------------------------------------------


def test_never_faster_than_agreed(registry: FakeRegistry) -> None:
    starts: list[float] = []
    registry.faults.append(lambda request: starts.append(registry.clock.time))  # type: ignore[arg-type,return-value,func-returns-value]
    list(registry.client(page_size=5, requests_per_second=1).pages(EVERYTHING))
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert len(gaps) == 4
    assert min(gaps) >= 1.0
    assert len(set(gaps)) > 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_honoured(registry: FakeRegistry, status: int) -> None:
    registry.fail_once(httpx.Response(status, headers={"Retry-After": "37"}))
    registry.client().version()
    assert max(registry.clock.slept) >= 37


def test_retry_after_as_a_date() -> None:
    now = datetime(2026, 2, 1, 12, 0, 0, tzinfo=UTC)
    assert retry_after_seconds("Sun, 01 Feb 2026 12:01:30 GMT", now) == 90
    assert retry_after_seconds("Sun, 01 Feb 2026 11:00:00 GMT", now) == 0
    assert retry_after_seconds("soon", now) is None
    assert retry_after_seconds("-5", now) is None
    assert retry_after_seconds(None, now) is None


@given(st.text(max_size=60))
def test_retry_after_of_any_text(text: str) -> None:
    seconds = retry_after_seconds(text, datetime(2026, 2, 1, tzinfo=UTC))
    assert seconds is None or seconds >= 0


def test_too_long_a_wait_is_left_to_the_user(registry: FakeRegistry) -> None:
    registry.fail_always(lambda: httpx.Response(429, headers={"Retry-After": "86400"}))
    with pytest.raises(NetworkError, match="86400 s"):
        registry.client().version()
    assert sum(registry.clock.slept) < 1


def test_daily_budget_counts_failed_requests_and_earlier_runs(registry: FakeRegistry) -> None:
    settings = ClientSettings(base_url=BASE, requests_per_second=100, daily_requests=10)
    client = RegistryClient(
        settings,
        httpx.MockTransport(registry),
        used_today=7,
        clock=registry.clock,
        sleep=registry.clock.sleep,
        chance=random.Random(1),
    )
    registry.fail_once(httpx.Response(500))
    client.version()
    client.version()
    with pytest.raises(BudgetSpent, match="10 requests"):
        client.version()
    assert len(registry.log) == 3


# -- many ids --------------------------------------------------------------------------------------------------


def test_by_ids_in_batches() -> None:
    registry = FakeRegistry(studies(*range(1, 701)))
    answers = list(registry.client().by_ids(sorted(registry.records)))
    assert len(registry.log) == 3
    assert sum(len(answer.data["studies"]) for answer in answers if not isinstance(answer, MalformedId)) == 700


@pytest.mark.parametrize("bad", [["NCT1"], ["x", "NCT000000001", ""], []])
def test_malformed_ids_are_named_and_cost_no_other(registry: FakeRegistry, bad: list[str]) -> None:
    answers = list(registry.client().by_ids([*sorted(registry.records)[:12], *bad, *sorted(registry.records)[12:]]))
    named = [answer.nct_id for answer in answers if isinstance(answer, MalformedId)]
    got = [len(answer.data["studies"]) for answer in answers if not isinstance(answer, MalformedId)]
    assert sorted(named) == sorted(bad)
    assert sum(got) == 25


def test_id_that_only_the_registry_finds_malformed_is_bisected(registry: FakeRegistry) -> None:
    def picky(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(400, text="no such range") if "NCT00000013" in str(request.url) else None

    registry.faults.append(picky)
    answers = list(registry.client().by_ids(sorted(registry.records)))
    malformed = [answer for answer in answers if isinstance(answer, MalformedId)]
    assert [(m.nct_id, "no such range" in m.reason) for m in malformed] == [("NCT00000013", True)]
    assert sum(len(answer.data["studies"]) for answer in answers if not isinstance(answer, MalformedId)) == 24
    assert len(registry.log) < 15


def test_registry_that_refuses_all_ids_is_not_asked_for_ever() -> None:
    registry = FakeRegistry(studies(*range(1, 301)))
    registry.fail_always(lambda: httpx.Response(400, text="filter.ids is switched off"), when="filter.ids")
    with pytest.raises(Refused, match="switched off"):
        list(registry.client().by_ids(sorted(registry.records)))
    assert len(registry.log) < 60


# -- settings and queries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", TLS_MODES)
def test_every_tls_mode_verifies_certificates(mode: str) -> None:
    context = tls_context(mode)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.post_handshake_auth is (mode != "stock")
    assert bool(context.options & ssl.OP_NO_TICKET) is (mode == "no_ticket")


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "clinicaltrials.gov"},
        {"tls": "chrome"},
        {"page_size": 1001},
        {"requests_per_second": 0},
        {"max_tries": 0},
        {"daily_requests": 0},
        {"contact": "a\nX-Header: b"},
    ],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ClientSettings(**wrong)


def test_query_parameters() -> None:
    query = Query(condition="B-ALL", intervention="CAR-T", term="china", advanced="AREA[Phase]PHASE1", ids=("nct12",))
    assert query.parameters() == {
        "query.cond": "B-ALL",
        "query.intr": "CAR-T",
        "query.term": "china",
        "filter.advanced": "AREA[Phase]PHASE1",
        "filter.ids": "NCT00000012",
    }
    assert Query(everything=True).parameters() == {}


def test_query_is_remembered() -> None:
    query = Query(condition="Crohn’s", ids=("NCT00000002", "nct1", "NCT00000001"))
    assert query.ids == ("NCT00000001", "NCT00000002")
    assert Query.from_json(query.to_json()) == query
    assert Query.from_json(EVERYTHING.to_json()) == EVERYTHING


@pytest.mark.parametrize("text", ["[]", "{", '{"sponsor": "x"}', "{}"])
def test_stored_query_that_is_none(text: str) -> None:
    with pytest.raises(UsageError):
        Query.from_json(text)


@pytest.mark.parametrize("bad", ["NCT123456789", "ISRCTN123", "", "NCT", "NCT٣٤", "NCT01234567x"])
def test_malformed_ids_are_refused(bad: str) -> None:
    with pytest.raises(UsageError, match="registry id"):
        Query(ids=(bad,))


def test_query_of_nothing_or_too_much() -> None:
    with pytest.raises(UsageError, match="say what to crawl"):
        Query(condition="  ")
    with pytest.raises(UsageError, match="--all"):
        Query(condition="asthma", everything=True)


def test_search_text_of_ids_alone_would_switch_filters_off() -> None:
    with pytest.raises(UsageError, match="--ids"):
        Query(term="NCT00000001, NCT00000002", advanced="AREA[Phase]PHASE3")


def test_long_id_lists_are_cut() -> None:
    query = Query(ids=tuple(f"NCT{n:08d}" for n in range(700)), condition="x")
    parts = list(query.parts())
    assert [len(part.ids) for part in parts] == [300, 300, 100]
    assert all(part.condition == "x" for part in parts)


def test_narrowed_query_keeps_its_own_expression() -> None:
    assert Query(advanced="A OR B").narrowed("C").advanced == "(A OR B) AND C"
    assert EVERYTHING.narrowed("C").parameters() == {"filter.advanced": "C"}

"""The doctor: which TLS setting passes, and whether the data are fresh."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from crawler.doctor import Diagnosis, diagnose, working_days_behind
from crawler.replica import Replica
from crawler.settings import ClientSettings
from tests.crawler_fake import study


def network(*passing: str, date: str | None = None, offline: bool = False) -> Callable[[str], httpx.BaseTransport]:
    """A network that lets only some TLS settings through."""

    def transport(mode: str) -> httpx.BaseTransport:
        def answer(request: httpx.Request) -> httpx.Response:
            if offline:
                raise httpx.ConnectError("Name or service not known")
            if mode not in passing:
                return httpx.Response(403, html="<title>Request blocked</title>")
            headers = {"date": date} if date else {}
            body = {"apiVersion": "2.0.5", "dataTimestamp": "2026-02-01T09:00:05"}
            return httpx.Response(200, json=body, headers=headers)

        return httpx.MockTransport(answer)

    return transport


def ask(transport: Callable[[str], httpx.BaseTransport], tls: str = "stock") -> Diagnosis:
    return diagnose(ClientSettings(tls=tls, contact="a@example.org"), transport, gap_seconds=0)


def test_all_is_well() -> None:
    found = ask(network("stock", "post_handshake", "no_ticket"))
    assert found.healthy
    assert found.advice == ()
    first = found.probes[0]
    assert (first.tls, first.passed, first.data_version) == ("stock", True, "2026-02-01T09:00:05")


def test_setting_that_passes_is_named() -> None:
    found = ask(network("no_ticket"))
    assert not found.healthy
    assert [probe.passed for probe in found.probes] == [False, False, True]
    assert "Request blocked" in found.probes[0].message
    assert found.advice[0].startswith('put tls = "no_ticket"')


def test_setting_in_force_that_passes_needs_no_change() -> None:
    assert ask(network("no_ticket"), tls="no_ticket").advice == ()


def test_refused_everywhere_and_offline_are_told_apart() -> None:
    assert "refuses us" in ask(network()).advice[0]
    assert "no connection" in ask(network(offline=True)).advice[0]


def test_clock_that_is_wrong() -> None:
    found = ask(network("stock", date="Thu, 01 Jan 2015 00:00:00 GMT"))
    assert "clock" in found.advice[0]


def test_missing_contact_is_mentioned() -> None:
    assert "contact" in diagnose(ClientSettings(), network("stock"), gap_seconds=0).advice[0]


def test_against_the_replica() -> None:
    with Replica([study(1)]).serve() as server:
        found = diagnose(ClientSettings(base_url=server.base_url))
    assert found.healthy
    assert all(probe.passed for probe in found.probes)


@pytest.mark.parametrize(
    ("data_version", "now", "behind"),
    [
        ("2026-10-02T09:00:05", "2026-10-02T20:00", 0),  # Friday's, on Friday
        ("2026-10-02T09:00:05", "2026-10-04T23:00", 0),  # on Sunday
        ("2026-10-02T09:00:05", "2026-10-05T10:00", 0),  # on Monday before the new data
        ("2026-10-02T09:00:05", "2026-10-05T16:00", 1),  # on Monday evening
        ("2026-10-02T09:00:05", "2026-10-12T16:00", 6),
        ("2026-10-05T09:00:05", "2026-10-02T16:00", 0),  # from the future
    ],
)
def test_freshness_knows_working_days(data_version: str, now: str, behind: int) -> None:
    assert working_days_behind(data_version, datetime.fromisoformat(now).replace(tzinfo=UTC)) == behind

"""Why does it not connect? Each TLS setting tried once, the clock compared, and what to put in the configuration."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from crawler.client import RegistryClient
from crawler.errors import Offline, TrialkbError
from crawler.received import Received
from crawler.settings import TLS_MODES, ClientSettings

# New data are stamped 09:00 US Eastern, which is 13:00 or 14:00 UTC; an hour later they should be there.
PUBLISHED_BY_UTC_HOUR = 15
# A clock further off than this makes Retry-After dates and the day of a budget wrong.
MAX_SKEW_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Probe:
    """One TLS setting tried: whether the registry answered /version, its data version, or why not."""

    tls: str
    passed: bool
    message: str
    api_version: str | None
    data_version: str | None
    seconds: float
    clock_skew_seconds: float | None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`advice` is one line a problem; empty means that the settings in force work."""

    base_url: str
    tls: str
    probes: tuple[Probe, ...]
    advice: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """True if the TLS setting in force passes."""
        return any(probe.passed and probe.tls == self.tls for probe in self.probes)


def diagnose(
    settings: ClientSettings, transport: Callable[[str], httpx.BaseTransport] | None = None, gap_seconds: float = 1.0
) -> Diagnosis:
    """Try /version once with each TLS setting, politely spaced. Raises nothing of the network: it reports.

    `transport`: makes the transport for a TLS mode, in tests.
    """
    probes: list[Probe] = []
    for mode in TLS_MODES:
        if probes and not settings.loopback:
            time.sleep(gap_seconds)
        probes.append(probe(replace(settings, tls=mode, max_tries=1), transport(mode) if transport else None))
    return Diagnosis(settings.base_url, settings.tls, tuple(probes), tuple(_advice(settings, probes)))


def probe(settings: ClientSettings, transport: httpx.BaseTransport | None = None) -> Probe:
    """One question to /version with the settings as they are."""
    begun = time.monotonic()
    try:
        with RegistryClient(settings, transport) as client:
            version = client.version()
    except TrialkbError as error:
        kind = "offline: " if isinstance(error, Offline) else ""
        return Probe(settings.tls, False, kind + str(error), None, None, time.monotonic() - begun, None)
    seconds = time.monotonic() - begun
    skew = _skew(version.received)
    return Probe(settings.tls, True, "answers", version.api_version, version.data_version, seconds, skew)


def _skew(received: Received) -> float | None:
    """Seconds by which our clock is ahead of the registry's."""
    try:
        theirs = parsedate_to_datetime(received.headers["date"])
    except (KeyError, ValueError, TypeError, IndexError, OverflowError):
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    return (received.received_at - theirs).total_seconds()


def _advice(settings: ClientSettings, probes: list[Probe]) -> list[str]:
    advice: list[str] = []
    passing = [probe.tls for probe in probes if probe.passed]
    if not passing:
        if all(probe.message.startswith("offline: ") for probe in probes):
            advice.append(f"no TLS setting can help: there is no connection to {settings.host} at all")
        else:
            advice.append("no TLS setting passes: the network between here and the registry refuses us, ask its keeper")
    elif settings.tls not in passing:
        advice.append(f'put tls = "{passing[0]}" in the configuration: {settings.tls!r} is refused, this passes')
    for skew in [probe.clock_skew_seconds for probe in probes if probe.clock_skew_seconds is not None][:1]:
        if abs(skew) > MAX_SKEW_SECONDS:
            advice.append(f"this machine's clock is {skew:+.0f} s off the registry's: set it")
    if not settings.contact and not settings.loopback:
        advice.append("set a contact (an e-mail address or a web page): the registry should know whom to write to")
    return advice


def working_days_behind(data_version: str, now: datetime) -> int:
    """How many publications after this data version should have come by now; 0 is fresh.

    The registry publishes Monday to Friday, so a Friday's version is fresh all weekend. US holidays are not known
    here: an alarm should wait for 2. Raises ValueError for a data version that is no date.
    """
    have = date.fromisoformat(data_version[:10])
    now = now.astimezone(UTC)
    due = now.date() if now.hour >= PUBLISHED_BY_UTC_HOUR else now.date() - timedelta(days=1)
    behind = 0
    while due > have:
        behind += due.weekday() < 5
        due -= timedelta(days=1)
    return behind

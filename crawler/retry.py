"""What may be tried again, how long to wait before, and what to say when the tries are used up."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import tenacity

from crawler.errors import NetworkError, Offline, TrialkbError
from crawler.settings import ClientSettings

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
FIRST_WAIT_SECONDS = 2.0
MAX_WAIT_SECONDS = 60.0
# Without any answer so far we are most likely not connected: one more look, then say so within seconds.
TRIES_WHEN_OFFLINE = 2
OFFLINE_WAIT_SECONDS = 1.0


class Again(Exception):
    """One try failed in a way that may pass. `final` is what to raise when it does not.

    `after`: seconds the registry asked us to wait, or None to back off. `tries`: fewer than the setting's, or None.
    """

    def __init__(self, final: TrialkbError, after: float | None = None, tries: int | None = None) -> None:
        super().__init__(str(final))
        self.final = final
        self.after = after
        self.tries = tries


def retrying(settings: ClientSettings, sleep: Callable[[float], None], chance: random.Random) -> tenacity.Retrying:
    """A tenacity runner that repeats on Again alone, a bounded number of times, with jitter."""

    def stop(state: tenacity.RetryCallState) -> bool:
        again = _failure(state)
        return state.attempt_number >= min(settings.max_tries, again.tries or settings.max_tries)

    def wait(state: tenacity.RetryCallState) -> float:
        asked = _failure(state).after
        if asked is not None:
            return asked + chance.uniform(0, 1)
        return backoff_seconds(state.attempt_number, chance)

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Again), stop=stop, wait=wait, sleep=sleep, reraise=True
    )


def backoff_seconds(failures: int, chance: random.Random) -> float:
    """How long to wait after so many failures in a row: doubling up to a minute, with jitter."""
    return min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * float(2 ** (failures - 1))) * chance.uniform(0.5, 1.0)


def _failure(state: tenacity.RetryCallState) -> Again:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Again)
    return error


def transport_failure(error: httpx.TransportError, settings: ClientSettings, connected: bool) -> Exception:
    """What an exception of the transport means: an Again, or at once a NetworkError.

    `connected`: whether this client has had any answer yet; before that a refused connection means offline.
    """
    tls = _cause(error, ssl.SSLError)
    if tls is not None and isinstance(error, httpx.ConnectError):
        return NetworkError(f"TLS with {settings.host} failed ({tls}): `trialkb doctor` tries the other settings")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        final = Offline(
            f"no connection to {settings.host} ({_reason(error)}): check the network; "
            "`make demo` shows everything without one"
        )
        return Again(final) if connected else Again(final, OFFLINE_WAIT_SECONDS, TRIES_WHEN_OFFLINE)
    if isinstance(error, httpx.TimeoutException):
        return Again(NetworkError(f"{settings.host} did not answer in time ({_reason(error)}): run again later"))
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return Again(NetworkError(f"the connection to {settings.host} broke ({_reason(error)}): run again later"))
    return NetworkError(f"{settings.host} cannot be asked: {_reason(error)}")


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After header, which is a number or an HTTP date; None if absent or unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def _reason(error: Exception) -> str:
    return str(error).strip() or type(error).__name__


def _cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        if isinstance(current, kind):
            return current
        seen.add(id(current))
        current = current.__cause__ or current.__context__
    return None

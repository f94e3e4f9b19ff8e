"""Requests to one host: one at a time, never faster than agreed, each answer within bounds, and only what may pass
tried again."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import TypeVar

import httpx

from crawler.errors import NetworkError, ProtocolError
from crawler.pace import Budget, Clock, Pace
from crawler.received import Cut, TooSlow, read_body
from crawler.retry import Again, backoff_seconds, retrying, transport_failure
from crawler.settings import ClientSettings
from crawler.tls import tls_context
from crawler.unpack import TooLarge

# A body without end may be one connection's fault, but it costs too much to look more than twice.
TRIES_WHEN_ENDLESS = 2
_Result = TypeVar("_Result")


class Sender:
    """Sends requests to `settings.host`. Not to be shared between threads.

    `transport` is the one seam for tests and for other ways to the network. `requests` counts every request sent,
    failed ones too. `used_today`: requests that earlier runs made today, for the daily budget.
    """

    def __init__(
        self,
        settings: ClientSettings,
        transport: httpx.BaseTransport | None = None,
        *,
        accept: str = "*/*",
        used_today: int = 0,
        clock: Clock | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.requests = 0
        self.budget = Budget(settings.daily_requests, used_today)
        self._chance = chance or random.Random()
        self._pace = self._paced(settings.requests_per_second)
        self._connected = False
        timeout = httpx.Timeout(settings.read_timeout_seconds, connect=settings.connect_timeout_seconds)
        self._http = httpx.Client(
            transport=transport,
            verify=tls_context(settings.tls) if transport is None else True,
            timeout=timeout,
            follow_redirects=False,
            trust_env=not settings.loopback,
            # Only gzip: its end can be checked, so that a body cut short is known as such.
            headers={"User-Agent": settings.user_agent, "Accept": accept, "Accept-Encoding": "gzip"},
        )
        self.build = self._http.build_request

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def slow_down(self, per_second: float) -> None:
        """From now on at most so many requests a second, counted from the last one."""
        self._pace = self._paced(min(per_second, self.settings.requests_per_second))
        self._pace.wait()

    def _paced(self, per_second: float) -> Pace:
        return Pace(per_second, self.clock.monotonic, self.clock.sleep, self._chance)

    def tried(self, attempt: Callable[[], _Result]) -> _Result:
        """What `attempt` gives, which is repeated where it raises Again, as often as the settings allow.

        Raises the error that the last Again names.
        """
        try:
            return retrying(self.settings, self.clock.sleep, self._chance)(attempt)
        except Again as again:
            raise again.final from again

    def once(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        """One try: the answer, whatever its status, and its decoded body.

        Raises Again where another try may help, and NetworkError, BudgetSpent.
        """
        host = self.settings.host
        with self.stream(request) as response:
            try:
                deadline = self.clock.monotonic() + self.settings.body_seconds
                return response, read_body(response, self.settings.max_body_bytes, deadline, self.clock.monotonic)
            except (Cut, httpx.DecodingError) as error:
                final = ProtocolError(f"{host} sent a damaged body each time ({error}): run again later")
                raise Again(final) from error
            except (TooLarge, TooSlow) as error:
                why = str(error) or f"longer than {self.settings.body_seconds:.0f} s"
                raise Again(
                    ProtocolError(f"{host} sent a body without end ({why})"), tries=TRIES_WHEN_ENDLESS
                ) from error

    @contextlib.contextmanager
    def stream(self, request: httpx.Request) -> Iterator[httpx.Response]:
        """One try at an answer whose body is read by the caller. Raises as `once`, within the `with` block too."""
        self.budget.spend()
        self._pace.wait()
        self.requests += 1
        try:
            response = self._http.send(request, stream=True)
            try:
                self._connected = True
                yield response
            finally:
                response.close()
        except httpx.TransportError as error:
            raise transport_failure(error, self.settings, self._connected) from error
        except (Cut, TooLarge, TooSlow) as error:
            raise Again(NetworkError(f"{self.settings.host} answered {response.status_code} badly")) from error

    def pause(self, failures: int, after: float | None) -> None:
        """Wait before the next try, as long as the host asked for or as so many failures suggest."""
        self.clock.sleep(backoff_seconds(failures, self._chance) if after is None else after)

"""Manners: so many requests a second and so many a day, no more."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.errors import BudgetSpent

# Up to a fifth of the interval is added, so that many installations started by cron at one time drift apart.
JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as a run sees it: seconds that only go on, a way to let them pass, and the date. Tests play it."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Pace:
    """Lets one request start at a time, at least 1/rate seconds after the one before."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        chance: random.Random,
    ) -> None:
        self._interval = 1.0 / per_second
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._next_at = float("-inf")

    def wait(self) -> None:
        """Return when the next request may start."""
        ahead = self._next_at - self._clock()
        if ahead > 0:
            self._sleep(ahead)
        self._next_at = self._clock() + self._interval * (1 + self._chance.uniform(0, JITTER))


class Budget:
    """The day's requests. `used` are those already made today by earlier runs."""

    def __init__(self, daily: int | None, used: int = 0) -> None:
        self.daily = daily
        self.used = used

    @property
    def left(self) -> int | None:
        """Requests still allowed today; None without a budget."""
        return None if self.daily is None else max(0, self.daily - self.used)

    def spend(self) -> None:
        """Count one request. Raises BudgetSpent if there is none left."""
        if self.left == 0:
            raise BudgetSpent(
                f"the day's budget of {self.daily} requests is spent: run again tomorrow, or raise daily_requests"
            )
        self.used += 1

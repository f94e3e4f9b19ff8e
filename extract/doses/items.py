"""One piece of a schedule, a route or a phase, as found in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Item:
    """One piece of a schedule, a route or a phase found in a text. `value` depends on `kind`.

    frequency: (times, every or None, unit or None) · days: list of int · duration, duration_of: (value, unit) ·
    cycle_days, cycles: float · route, phase: code
    """

    kind: str
    start: int
    end: int
    value: Any


# What many rules say: how often of a daily and of a single dose, as in `Item.value`.
DAILY = (1.0, 1.0, "d")
ONCE = (1.0, None, None)

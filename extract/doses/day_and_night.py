"""One amount for the morning and again for the evening: `10 mg in the morning, 10 mg at night` is 10 mg twice a day."""

from __future__ import annotations

import re
from itertools import pairwise

from extract.doses.bound import Bound
from extract.doses.items import DAILY

_MORNING = re.compile(r"[^.;]{0,40}\b(?:morning|breakfast|a\.?m\.?)\b", re.IGNORECASE)
_EVENING = re.compile(r"[^.;\d]{0,40}\b(?:evening|night|bed ?time|dinner|supper|p\.?m\.?)\b", re.IGNORECASE)
_TWICE = (2.0, 1.0, "d")


def add_day_and_night(text: str, bounds: list[Bound]) -> None:
    """Say of such a pair that it is given twice a day; merging makes one dose of it."""
    for first, second in pairwise(bounds):
        a, b = first.amount, second.amount
        if (a.low, a.high, a.unit, a.per) != (b.low, b.high, b.unit, b.per) or first.agent is not second.agent:
            continue
        if first.facts.get("frequency", DAILY) != DAILY or second.facts.get("frequency", DAILY) != DAILY:
            continue
        if _MORNING.match(text, a.end, b.start) and _EVENING.match(text, b.end):
            first.facts["frequency"] = second.facts["frequency"] = _TWICE

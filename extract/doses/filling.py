"""Giving one item of a schedule to what it belongs to."""

from __future__ import annotations

import re
from typing import Any

from extract.doses.bound import Bound
from extract.doses.heads import Head
from extract.doses.items import DAILY, Item
from extract.doses.vocabulary import DAYS_IN

KINDS = ("frequency", "days", "duration", "cycle_days", "cycles", "route")
_TIMES = ("frequency", "days")


def note_ahead(head: Head, item: Item) -> None:
    """Keep what is said before a head's amount: it may hold for what follows in an enumeration."""
    if item.kind in ("days", "frequency") and head.bounds and item.end <= head.bounds[0].amount.start:
        head.ahead.append(item)
    if item.kind == "frequency" and item.end <= head.start:
        head.often = item


_TIMES_REPEATED = re.compile(
    r"\s*(?:x|\*)\s?(?P<count>\d{1,2})(?!\s?(?:d|day|w|week|wk|mo|h|mg|m|cycle|course|\d|-\s?\d|to\s\d)|\.\d|\w)",
    re.IGNORECASE,
)


def repeated_amounts(text: str, items: list[Item]) -> list[Item]:
    """`weekly x 6` lasts six weeks; `every 21 days x 6` is six cycles."""
    found = []
    for item in items:
        match = _TIMES_REPEATED.match(text, item.end) if item.kind == "frequency" else None
        if match is not None and item.value[1] is not None and item.value[2] in ("d", "wk", "mo"):
            count = int(match["count"])
            if is_cycle(item.value):
                found.append(Item("cycles", match.start(), match.end(), float(count)))
            else:
                length = (count * item.value[1] / item.value[0], item.value[2])
                found.append(Item("duration", match.start(), match.end(), length))
    return found


def fill(head: Head, item: Item) -> None:
    """Say an item of a head that stands before it; the last that is said of a kind counts."""
    targets = [bound.facts for bound in head.bounds] or [head.facts]
    for facts in targets:
        if item.kind not in facts:
            facts[item.kind] = item.value
        elif item.kind == "days" and item.start - head.end < 14:
            facts["days"] = sorted({*facts["days"], *item.value})
        elif item.kind == "frequency" and facts["frequency"] == DAILY and _in_a_day(item.value):
            facts["frequency"] = item.value  # "daily on days 2-19 at 400 mg bid", "daily doses, every 8 hours"
        elif item.kind == "frequency" and facts["frequency"][1] is None and item.value[1] is not None:
            facts["frequency"] = item.value  # "once Q2W"
        elif item.kind == "frequency":
            facts.setdefault("second_frequency", item.value)
    for bound in head.earlier if item.kind in ("route", "cycle_days") else ():
        bound.facts.setdefault(item.kind, item.value)
    for bound in head.bounds:
        if item.end > bound.end and item.end - bound.end < 160:
            bound.end = item.end
    head.end = max(head.end, item.end)
    if item.kind in _TIMES:
        head.timed = item.end


def _in_a_day(frequency: tuple[float, float | None, str | None]) -> bool:
    """Whether a frequency says how many times a day, or after how many hours again."""
    return frequency[1:] == DAILY[1:] or frequency[2] == "h"


def fill_missing(head: Head, item: Item, *, sure: bool) -> None:
    """Say of a head what is said before it; `sure` of days that are a label, whatever else is said."""
    for facts in [bound.facts for bound in head.bounds] or [head.facts]:
        if item.kind in KINDS and item.kind not in facts and (sure or not _clashes(item, facts)):
            facts[item.kind] = item.value


def _clashes(item: Item, facts: dict[str, Any]) -> bool:
    """Whether how often or on which days, said before all amounts, cannot be said of one that has the other."""
    if item.kind == "frequency":
        return "days" in facts
    repeated = facts.get("frequency", (1, None, None))[1] is not None
    return item.kind == "days" and len(item.value) == 1 and repeated  # "On day 48, patients begin A 300 mg bid"


def is_timed(bound: Bound) -> bool:
    """Whether it is said how often or on which days an amount is given."""
    return bool("frequency" in bound.facts or "days" in bound.facts or bound.amount.per_time or bound.amount.frequency)


def timed_in_a_day(bound: Bound) -> bool:
    """Whether it is said how often an amount is given, or how much a day."""
    return bool("frequency" in bound.facts or bound.amount.per_time or bound.amount.frequency)


def several_days(item: Item, bound: Bound) -> bool:
    """Whether days said in the next phrase may be those of an amount: one of which no single dose or day is said."""
    every = bound.facts.get("frequency", (1, None, None))[1]
    if bound.amount.kind == "cells" and len(item.value) == 1 and "days" not in bound.facts:
        return every is None  # "a single dose of 1x10^6/kg … Cells are infused on day 0"
    if bound.amount.per_time == "d" and not {"days", "frequency"} & bound.facts.keys() and item.value[-1] < 0:
        return True  # "100 mg/m2 per day for 1 day; day -2"
    return not is_timed(bound) or (len(item.value) > 1 and (every is not None or "frequency" not in bound.facts))


def is_cycle(frequency: tuple[float, float | None, str | None] | None) -> bool:
    """Whether a frequency is that of cycles: "every 3 weeks"."""
    if frequency is None or frequency[1] is None:
        return False
    return frequency[2] == "cycle" or frequency[1] * DAYS_IN.get(str(frequency[2]), 0) >= 14

"""What a schedule implies: a run of days is daily, a day of a cycle is once in it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from extract.doses.items import DAILY, ONCE
from extract.doses.merging import Statement
from extract.doses.vocabulary import NUMBER, TIME_UNITS, number

_IN_DAYS = {"d": 1.0, "wk": 7.0}
_OFTEN = ("h", "d", "wk")  # "monthly (about every 4 weeks)" says one thing twice
_NO_DAY = ((None, None), (1.0, "cycle"), (7.0, "d"))  # no frequency of an amount a day


def complete_schedule(statement: Statement) -> None:
    """Frequency and cycle that follow from the days (rulings 1 and 2 of the guideline)."""
    facts = statement.facts
    days: list[int] = facts.get("days", [])
    frequency = facts.get("frequency")
    if statement.amount.per_time == "d" and len(days) == 1 and days[0] > 0 and not _repeated(facts):
        del facts["days"]  # "1 mg/kg/day on day 1, then tapered": from that day on
        days = []
    by_hours = statement.amount.per_time in ("h", "min") or (frequency is not None and frequency[2] == "h")
    if by_hours and "duration" not in facts:
        _hours_of_rate(statement)
    several = len(days) > 1
    second = facts.pop("second_frequency", None)
    if frequency and statement.amount.per_time == "d" and (is_long(frequency) or frequency[1:] in _NO_DAY):
        if days and is_long(frequency):
            facts.setdefault("cycle_days", interval(frequency))
        frequency = None  # "0.1 mg/kg/day for 28 days of each cycle": so much a day
    if second and is_long(second) and frequency and frequency[2] in _OFTEN and not is_long(frequency):
        facts.setdefault("cycle_days", interval(second))
    if statement.amount.per_time == "wk" and frequency and frequency[2] == "d":
        frequency = None  # "600 IU daily (4200 IU per week)"
    if days and frequency == DAILY and _sum_of_days(statement):
        frequency = None
    if frequency and is_long(frequency) and ("cycles" in facts or days):
        facts.setdefault("cycle_days", interval(frequency))
    if frequency == ONCE and len(days) == 1 and "cycle_days" in facts:
        frequency = None  # "one dose on day 1 of each 21-day cycle"
    if several and frequency and (frequency[2] == "cycle" or _is_of_cycles(frequency, days)):
        frequency = None
    if several and days[0] < 0 and len(_runs(days)) == 1:
        facts.setdefault("duration", (float(len(days)), "d"))  # about a transplant: days that no cycle repeats
    if frequency is None:
        facts.pop("frequency", None)
        if not _sum_of_days(statement):
            _frequency_of_days(statement)


_FOR_HOURS = re.compile(
    r"[^\d.;,]{0,30}?(?:\b(?:for|x|during|over|lasting)\s"
    rf"(?:(?:a|the|about|up to|total|of|period|first|next|approximately)\s)*)"
    rf"(?P<value>{NUMBER})[\s-]?(?P<unit>hours?|hrs?|h|minutes?|mins?)\b",
    re.IGNORECASE,
)


def _hours_of_rate(statement: Statement) -> None:
    """`1 g/h for 24 h`, `20 mg every 6 hours for 48 hours`: hours may be how long something is given."""
    match = _FOR_HOURS.match(statement.source.text.norm, statement.end)
    if match is None:
        return
    value, unit = number(match["value"]), TIME_UNITS[match["unit"].lower()]
    if statement.amount.per_time or (unit == "h" and value > statement.facts["frequency"][1]):
        statement.facts["duration"] = (value, unit)


def _repeated(facts: dict[str, Any]) -> bool:
    return bool({"frequency", "cycle_days", "cycles"} & facts.keys())


def _frequency_of_days(statement: Statement) -> None:
    """How often where only days, a cycle or a few days' length are said."""
    facts = statement.facts
    days = facts.get("days")
    if days and len(days) > 1 and _in_a_row(_runs(days)):
        facts["frequency"] = DAILY
    elif days and len(days) == 1 and "cycle_days" in facts and statement.amount.per_time is None:
        if not _of_first_cycle(statement):
            facts["frequency"] = (1.0, 1.0, "cycle")
    elif (
        days and len(days) == 1 and days[0] > 0 and statement.amount.per_time is None and _of_several_cycles(statement)
    ):
        facts["frequency"] = (1.0, 1.0, "cycle")
    elif not days and statement.amount.role == "loading" and statement.amount.per_time is None:
        facts["frequency"] = ONCE
    elif not days and statement.amount.per_time is None and few_days(facts.get("duration")):
        facts["frequency"] = DAILY


_CYCLE_NAMED = re.compile(
    r"\bC(?P<short>\d{1,2}) ?D\d|\b(?:cycle|course)s? ?#?(?P<number>\d{1,2}"
    r"(?: ?(?:-|,|to|and|&|\+) ?\d{1,2}(?! ?(?:[mun]?g|mcg|mL|IU|U|units?|mc?i|x)\b)|\+| on)?)"
    r"|\b(?P<first>first (?:treatment )?(?:cycle|course))\b"
    r"|\b(?:each|every|all|subsequent|later) (?:\w+ )?(?:cycle|course)",
    re.IGNORECASE,
)


def _of_first_cycle(statement: Statement) -> bool:
    """`Cycle 1: 1 mg on day 1, 2 mg on day 8`, `5 mg C1D1`: in the first cycle alone, as the last one named is."""
    text = statement.source.text.norm
    places = list(_CYCLE_NAMED.finditer(text, statement.segment[0], statement.segment[1]))
    named = [match for match in places if match.start() < statement.end + 16] or places[:1]
    return bool(named) and (named[-1]["first"] is not None or (named[-1]["short"] or named[-1]["number"]) == "1")


_SEVERAL_CYCLES = re.compile(
    r"\b(?:cycle|course)s? ?#?(?P<first>\d{1,2}) ?(?:-|to|through|thru|and|&) ?"
    r"(?!\d+ ?(?:[mun]?g|mcg)\b)(?P<last>\d{1,2})\b",
    re.IGNORECASE,
)


def _of_several_cycles(statement: Statement) -> bool:
    """`Cycles 1-4, day 1`, `day 1 of cycles 2 to 8`: once in each of them."""
    text, (start, end) = statement.source.text.norm, statement.segment
    if "ycle" not in text and "ourse" not in text:
        return False
    match = _SEVERAL_CYCLES.search(text, max(start, statement.start - 30), min(end, statement.end + 24))
    return match is not None and int(match["first"]) < int(match["last"])


def _in_a_row(runs: list[int]) -> bool:
    """Whether runs of days are days on end; `days 1, 2, 8 and 9` are separate ones."""
    return runs[0] > 1 if len(runs) == 1 else min(runs) > 2


def _sum_of_days(statement: Statement) -> bool:
    """`50 mg/m2 on days 1-3 (total 150 mg/m2)`: the total is no daily amount."""
    return statement.amount.role == "total" and statement.agent.kind != "radiation"


def few_days(duration: tuple[float, str] | None) -> bool:
    """Whether a length is one of 2 to 14 days."""
    return duration is not None and duration[1] == "d" and 1 < duration[0] <= 14


def is_long(frequency: tuple[float, float | None, str | None]) -> bool:
    """Whether two weeks or more lie between one time and the next."""
    return frequency[1] is not None and frequency[2] in _IN_DAYS and interval(frequency) >= 14


def _is_of_cycles(frequency: tuple[float, float | None, str | None], days: list[int]) -> bool:
    """Whether it says when the days come again: "days 1, 8 every 3 weeks", not "every 2 weeks on days 1, 15"."""
    return frequency[0] == 1 and is_long(frequency) and any(b - a != interval(frequency) for a, b in pairwise(days))


def interval(frequency: tuple[float, Any, Any]) -> float:
    """The days from one to the next of what is given every so many days or weeks."""
    return float(frequency[1] * _IN_DAYS[frequency[2]])


def _runs(days: list[int]) -> list[int]:
    lengths = [1]
    for previous, day in pairwise(days):
        if day == previous + 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths

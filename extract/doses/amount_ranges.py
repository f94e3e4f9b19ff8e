"""Two amounts that are the ends of one range: `25 mg to 50 mg`, `between 5 and 10 mg`."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from extract.doses.amount import Amount
from extract.doses.numbers import Value

_BETWEEN = re.compile(r"\bbetween\s+(?:approximately\s|about\s)?\Z", re.IGNORECASE)


def between(text: str, items: list[Value]) -> list[Value]:
    """`between 5 and 10 mg` is a range."""
    if len(items) != 2 or items[0].high >= items[1].low:
        return items
    first, second = items
    if not _BETWEEN.search(text, max(0, first.start - 25), first.start):
        return items
    return [replace(first, high=second.high, end=second.end, power=second.power)]


_RANGE_WORD = re.compile(r"\.?\s*(?:-|~|to|up to|through|until)\s*\Z")
_RISING = re.compile(
    r"\b(?:increas\w*|titrat\w*|escalat\w*|decreas\w*|reduc\w*|taper\w*|(?:increments|steps) of|"
    r"(?<!ranging )(?<!range )(?<!doses )from)\b"
    r"[^.;]{0,40}\Z",
    re.IGNORECASE,
)


def joined_ranges(text: str, amounts: list[Amount]) -> list[Amount]:
    """`25 mg to 50 mg` and `25mg-50mg` are one range, unless the text says that the dose changes."""
    found: list[Amount] = []
    steps = _steps(text, amounts)
    for index, amount in enumerate(amounts):
        if found and index not in steps and _is_upper_end(text, found[-1], amount):
            found[-1].high, found[-1].end = amount.high * _factor(amount, found[-1]), amount.end
            found[-1].per = amount.per or found[-1].per
            found[-1].per_time = amount.per_time or found[-1].per_time
            continue
        if found and amount.start < found[-1].end:
            if found[-1].kind == "count" != amount.kind:
                found[-1] = amount  # "2 capsules of 500 mg": one intake of 1000 mg
            continue
        found.append(amount)
    return found


_STEP = re.compile(r"\s?-\s?|\sto\s")


def _steps(text: str, amounts: list[Amount]) -> set[int]:
    """Which amounts are steps, by their place: `100 mg-200 mg-400 mg`."""
    rising = [
        low.unit == high.unit and low.high < high.low and _STEP.fullmatch(text, low.end, high.start) is not None
        for low, high in pairwise(amounts)
    ]
    return {k for i, (a, b) in enumerate(pairwise(rising)) if a and b for k in (i, i + 1, i + 2)}


_IN_UG = {"g": 1e6, "mg": 1e3, "ug": 1.0}


def _factor(upper: Amount, lower: Amount) -> float:
    """What makes the unit of the upper end of a range that of the lower: `500 mg to 1 g`."""
    return 1.0 if upper.unit == lower.unit else _IN_UG[upper.unit] / _IN_UG[lower.unit]


def _is_upper_end(text: str, lower: Amount, upper: Amount) -> bool:
    if lower.unit != upper.unit and not {lower.unit, upper.unit} <= _IN_UG.keys():
        return False
    if lower.low != lower.high or upper.low != upper.high or lower.high >= upper.low * _factor(upper, lower):
        return False
    if lower.per_time and upper.per_time and lower.per_time != upper.per_time:
        return False
    if (lower.per or upper.per) != upper.per or lower.series == upper.series:
        return False
    gap = text[lower.end : upper.start]
    if gap.strip() == "and" and _BETWEEN.search(text, max(0, lower.start - 25), lower.start):
        return True
    if len(gap) > 12 or not _RANGE_WORD.match(gap):
        return False
    return "-" in gap or not _RISING.search(text[max(0, lower.start - 50) : lower.start])

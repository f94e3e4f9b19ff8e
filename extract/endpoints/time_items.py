"""The times in the making, and the pruning of those that say nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from extract.endpoints.time_tokens import Token


@dataclass(slots=True)
class Item:
    """A time in the making, by token positions."""

    relation: str
    low: float
    high: float
    unit: str | None
    first: int
    last: int
    bracket: int = 0  # number of the bracket it stands in, 0 outside
    own_relation: bool = False
    prefixed: bool = False

    @property
    def is_span(self) -> bool:
        return self.relation in ("up_to", "within", "from_to")


def with_shared_starts(items: list[Item], tokens: list[Token]) -> list[Item]:
    """`Baseline to weeks 4, 8 and 12`: each of the later ones is counted from the baseline, too."""
    for left, item in pairwise(items):
        begins = left.relation == "from_to" and not left.low and left.own_relation and left.unit != "h"
        if not begins or item.relation != "at" or item.unit != left.unit or item.high <= left.high:
            continue
        gap = tokens[left.last + 1 : item.first]
        if gap and all(token.name in (",", "and") or token.kind == "unit" for token in gap):
            item.relation, item.low, item.own_relation = "from_to", 0.0, True
    return items


def without_restatements(items: list[Item], tokens: list[Token], openings: list[int]) -> list[Item]:
    """Drop what a bracket only says again ("Day 28 (4 weeks)") and, where it lists the points of a span, the span.

    `openings[n]` is the index of the token that opens bracket n (from 1).
    """
    if len(openings) == 1:
        return items  # there are no brackets
    outside = [item for item in items if not item.bracket]
    dropped: list[Item] = []
    for bracket in sorted({item.bracket for item in items if item.bracket}):
        members = [item for item in items if item.bracket == bracket]
        others = len(items) > len(members)
        dropped += _restated(members, outside, tokens, openings[bracket], others)
    return [item for item in items if not any(item is other for other in dropped)]


def _restated(members: list[Item], outside: list[Item], tokens: list[Token], opening: int, others: bool) -> list[Item]:
    points = [item for item in members if item.relation == "at"]
    starts = all(
        item.prefixed and item.low in (0, 1) for item in members
    )  # "first dose (cycle 1, day 1) up to 40 weeks"
    if len(points) > 1 and outside and not starts and all(item.is_span for item in outside):
        return outside + [item for item in members if item.is_span]
    if any(item.own_relation for item in members):
        return []
    left = next((item for item in outside if item.last == opening - 1), None)
    if left is not None and left.unit is not None:
        if left.unit == "cycle" and members[0].unit != "cycle":
            members[0].relation = left.relation
            return [left]
        return members
    if others and starts:
        return members
    defines_baseline = opening > 0 and tokens[opening - 1].kind == "baseline"
    return members if defines_baseline and len(members) == 1 and members[0].low <= 1 else []


def without_starts(items: list[Item], tokens: list[Token]) -> list[Item]:
    """`From day 1 until progression (up to 2 years)`: day 1 only says from where the span is counted."""
    ends = [item.first for item in items if item.relation == "up_to"]
    if not ends:
        return items
    return [item for item in items if not (_is_start(item, tokens) and any(end > item.last for end in ends))]


def _is_start(item: Item, tokens: list[Token]) -> bool:
    if item.relation != "at" or not item.prefixed or item.low not in (0, 1) or item.unit not in ("d", "cycle"):
        return False
    if item.first and tokens[item.first - 1].name != "from":
        return False
    for token in tokens[item.last + 1 :]:
        if token.name in ("up_to", "to"):
            return True
        if token.name in (",", ";", "and") or token.kind in ("number", "unit"):
            return False
    return False


def without_phases(items: list[Item], tokens: list[Token]) -> list[Item]:
    """`Every 3 months for 2 years, then every 6 months`: how long the first interval holds is no time of its own."""
    if len(items) < 3:
        return items
    intervals = [index for index, item in enumerate(items) if item.relation == "every"]
    if len(intervals) < 2:
        return items
    phases = [index + 1 for index in intervals[:-1] if _is_phase(items, index + 1, tokens)]
    return [item for index, item in enumerate(items) if index not in phases]


def _is_phase(items: list[Item], index: int, tokens: list[Token]) -> bool:
    item, before = items[index], items[index - 1]
    between = tokens[before.last + 1 : item.first]
    if item.relation not in ("up_to", "within", "from_to") or item.bracket != before.bracket:
        return False
    if any(token.name in (",", ";", ".", "(", ")", "and") for token in between):
        return False
    return any(token.text.startswith(("for", "over", "during", "from")) or token.text == "first" for token in between)


def without_cycle_days(items: list[Item], tokens: list[Token]) -> list[Item]:
    """Cycles that only say where days or hours are counted are no times of their own: "28 days cycle 1",
    "2 and 4 hours after the dose, during cycle 3"."""
    if not any(item.unit == "cycle" for item in items):
        return items
    cycles = [item for item in items if item.unit == "cycle" and item.prefixed]
    if any(item.unit in ("min", "h") and item.relation == "at" for item in items):
        dropped = [item for item in cycles if item.low == 1 or _is_within(item, tokens)]
    elif any(item.unit == "d" and item.prefixed and item.relation in ("at", "from_to") for item in items):
        dropped = cycles if all(item.low == 1 for item in cycles) else []
    else:
        ends = {item.last + 1 for item in items if item.unit == "d"}
        dropped = [item for item in cycles if item.low == 1 and item.first in ends]
    return [item for item in items if not any(item is other for other in dropped)]


def _is_within(item: Item, tokens: list[Token]) -> bool:
    return item.first > 0 and tokens[item.first - 1].text in ("on", "during")

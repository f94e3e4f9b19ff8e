"""The times in the making, and the pruning of those that say nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from extract.endpoints.time_tokens import Token
from extract.time_units import in_days

_MAX_WORDS_BETWEEN = 4
_WORDS = ("word", "fill", "between", "keyword")
_SAME = 0.05  # 12 months and 52 weeks are the same time


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
        opens_span = any(item.is_span and item.first > members[-1].last for item in items)
        dropped += _restated(members, outside, tokens, openings[bracket], opens_span=opens_span)
    return [item for item in items if not any(item is other for other in dropped)]


def _restated(
    members: list[Item], outside: list[Item], tokens: list[Token], opening: int, *, opens_span: bool
) -> list[Item]:
    points = [item for item in members if item.relation == "at"]
    # "first dose (cycle 1, day 1) up to 40 weeks"
    starts = all(item.prefixed and item.low in (0, 1) and item.relation == "at" for item in members)
    if len(points) > 1 and outside and not starts and all(item.is_span for item in outside):
        return outside + [item for item in members if item.is_span]
    left = _item_before(outside, tokens, opening)
    if left is not None and len(members) == 1 and _says_again(members[0], left):
        return members
    if left is not None and left.relation == "every" and all(item.relation == "every" for item in members):
        if left.unit == "cycle" and left.high == 1:
            return [left]  # "every cycle (every 2 weeks)"
        return members if members[0].unit == "cycle" else []
    if any(item.own_relation for item in members):
        return []
    if left is not None and left.last < opening - 1 and not _is_first_cycle(left):
        left = None  # words stand between
    if left is not None and left.unit is not None:
        if left.unit == "cycle" and members[0].unit != "cycle":
            members[0].relation = "at" if left.relation == "from_to" else left.relation
            return [left]
        return members
    if opens_span and starts:
        return members
    defines_baseline = opening > 0 and tokens[opening - 1].kind == "baseline"
    return members if defines_baseline and len(members) == 1 and members[0].low <= 1 else []


def _item_before(items: list[Item], tokens: list[Token], opening: int) -> Item | None:
    """The item that stands before a bracket, a few words between them at most: "12 month follow up (1 year)"."""
    found = next((item for item in reversed(items) if item.last < opening), None)
    if found is None or opening - found.last > _MAX_WORDS_BETWEEN:
        return None
    return found if all(token.kind in _WORDS for token in tokens[found.last + 1 : opening]) else None


def _is_first_cycle(item: Item) -> bool:
    """Its length may follow in a bracket: "first cycle of treatment (21 days)"."""
    return item.unit == "cycle" and item.high == 1 and item.relation != "every"


def _says_again(item: Item, left: Item) -> bool:
    """Is the end of one that of the other in another unit?"""
    one, two = in_days(item.high, item.unit), in_days(left.high, left.unit)
    return one is not None and two is not None and item.unit != left.unit and abs(one - two) <= _SAME * abs(two)


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
    phases += _last_phase(items, intervals[-1], tokens)
    return [item for index, item in enumerate(items) if index not in phases]


def _last_phase(items: list[Item], last: int, tokens: list[Token]) -> list[int]:
    """From when the last interval holds: `…, every 6 months for years 4 and 5`, `… every 16 weeks from cycle 13`."""
    phase: list[int] = []
    for index in range(last + 1, len(items)):
        item, before = items[index], items[index - 1]
        if item.relation == "from_to" or item.bracket != before.bracket:
            break
        between = " ".join(token.text for token in tokens[before.last + 1 : item.first])
        opens = item.prefixed and between in ("for", "in", "from", "during", "starting", "starting at")
        if not opens and not (phase and between in ("and", ",", ", and") and item.unit == before.unit):
            break
        phase.append(index)
    return phase


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
        dropped = [item for item in cycles if item.high == 1 or _is_within(item, tokens)]
    elif any(item.unit == "d" and item.prefixed and item.relation in ("at", "from_to") for item in items):
        dropped = cycles if all(item.high == 1 for item in cycles) else []
    else:
        ends = {item.last + 1 for item in items if item.unit == "d"}
        dropped = [item for item in cycles if item.low == 1 and item.first in ends]
    return [item for item in items if not any(item is other for other in dropped)]


def _is_within(item: Item, tokens: list[Token]) -> bool:
    return item.first > 0 and tokens[item.first - 1].text in ("on", "during")

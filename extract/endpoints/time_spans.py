"""Spans: from the point, the baseline or the event on their left to a quantity."""

from __future__ import annotations

from extract.endpoints.time_items import Item
from extract.endpoints.time_numbers import Quantity, span
from extract.endpoints.time_words import AFTER, THROUGH, TimeWords

_LAST = {"last", "final", "end", "completion", "discontinuation", "cessation", "stopping", "finishing"}


def begins(frame: TimeWords, item: Item, keyword: int) -> bool:
    """Does the text say where a span that ends at the item begins, so that it is a range from zero?"""
    return begins_at_baseline(frame, item, keyword) or _ends_after_its_start(frame, item, keyword)


def begins_at_baseline(frame: TimeWords, item: Item, keyword: int) -> bool:
    """`Baseline through 12 weeks`, `baseline up to week 12`, which say where the span begins as `baseline to` does.

    `Baseline up to 12 weeks` says no more than how long.
    """
    before = frame.left_of_bracket(keyword - 1)
    if before < 0 or frame.tokens[before].kind != "baseline" or _is_after_the_last(frame, item):
        return False
    if frame.tokens[before].text.startswith("pre") and frame.tokens[keyword].text in ("until", "till"):
        frame.consumed.add(before)
        return True  # "from pre-dose until 24 hours post-dose"
    if frame.tokens[keyword].text not in THROUGH and (
        not item.prefixed
        or frame.tokens[keyword].text != "up to"
        or (before > 0 and frame.tokens[before - 1].name == "from")
    ):
        return False
    frame.consumed.add(before)
    return True


def _ends_after_its_start(frame: TimeWords, item: Item, keyword: int) -> bool:
    """`From surgery through 7 days after surgery`."""
    words = [token.text for token in frame.tokens[:keyword] if token.kind != "fill"]
    following = [token.text for token in frame.tokens[item.last + 1 :] if token.kind != "fill"]
    if frame.tokens[keyword].text not in THROUGH or "from" not in words or len(following) < 2:
        return False
    start = words[words.index("from") + 1 :]
    return bool(start) and following[0] in AFTER and following[1] == start[0]


def is_dashed_to_baseline(frame: TimeWords, item: Item) -> bool:
    """`Baseline - 30 days`, `baseline-week 12`: from one to the other, unless the dashes go on."""
    dash, following = item.first - 1, item.last + 1
    if dash < 1 or frame.tokens[dash].name != "-" or frame.tokens[dash - 1].kind != "baseline":
        return False
    if following < len(frame.tokens) and frame.tokens[following].name in ("-", ",", "and", "/"):
        return False
    item.relation, item.low, item.own_relation = "from_to", 0.0, True
    frame.consumed.add(dash - 1)
    return True


def end_span(frame: TimeWords, item: Item, keyword: int) -> None:
    """`… to 12 weeks`: from the point, the baseline or the event on the left; without one, up to."""
    item.own_relation = True
    left = _left_operand(frame, keyword)
    if _is_after_the_last(frame, item) and (not isinstance(left, Item) or left.bracket):
        item.relation = "up_to"
        if isinstance(left, Item):
            frame.done.remove(left)  # "first dose (day 1) to 30 days after the last dose"
    elif isinstance(left, Item):
        _merge(frame, left, item)
    elif left is None:
        item.relation = "up_to"
    else:
        item.relation, item.low = "from_to", 0.0


def _is_after_the_last(frame: TimeWords, item: Item) -> bool:
    """`to 30 days after the last dose`: counted from there, not from where the span begins."""
    following = frame.tokens[item.last + 1 : item.last + 4]
    if not following or following[0].text not in AFTER:
        return False
    return any(token.text in _LAST for token in following[1:])


def _left_operand(frame: TimeWords, keyword: int) -> Item | str | None:
    words = False
    for position in range(keyword - 1, -1, -1):
        token = frame.tokens[position]
        point = next((item for item in frame.done if item.last == position), None)
        if point is not None and point.relation == "at" and not _defines_baseline(frame, point):
            return point
        if token.kind == "interval" or token.name == "every":
            return None  # "annually to 5 years"
        if token.kind == "baseline" and position in frame.consumed:
            continue  # "2 weeks pre-op to 6 weeks post-op"
        if token.kind == "baseline":
            frame.consumed.add(position)
            return _called_baseline(frame, position) or "baseline"
        if token.name == "from":
            return "from"
        if token.kind == "mark" and token.name in ",;." and not _from_ahead(frame, position):
            break
        words = words or token.kind in ("word", "keyword", "between", "baseline")
    return "event" if words else None


def _called_baseline(frame: TimeWords, position: int) -> Item | None:
    """The point that a bracket calls the baseline: "day 1 (pre-dose) to day 29"."""
    opening = frame.openings[frame.brackets[position]]
    return next((item for item in frame.done if item.relation == "at" and item.last == opening - 1), None)


def _defines_baseline(frame: TimeWords, point: Item) -> bool:
    """`Baseline (day 1) to week 12`."""
    opening = frame.openings[point.bracket]
    return opening > 0 and frame.tokens[opening - 1].kind == "baseline" and point.low <= 1


def _from_ahead(frame: TimeWords, position: int) -> bool:
    """Is there a `from` to the left, in the same sentence, that a comma does not close?"""
    for token in reversed(frame.tokens[:position]):
        if token.name in ";." or token.kind == "number":
            return False
        if token.name == "from":
            return True
    return False


def _merge(frame: TimeWords, left: Item, item: Item) -> None:
    joined = span(
        Quantity(left.low, left.high, left.unit or "d", left.first, left.last),
        Quantity(item.low, item.high, item.unit or "d", item.first, item.last),
    )
    if joined is None:
        item.relation = "at"
        return
    frame.done.remove(left)
    item.relation, item.low, item.high, item.unit = "from_to", joined.low, joined.high, joined.unit
    item.first, item.bracket = left.first, left.bracket


def join_left(frame: TimeWords, item: Item, keyword: int, text: str) -> None:
    """`from day 0 through 3 years`, `6 weeks … until 3 years`: the point on the left begins the span."""
    if text not in ("until", "till", "untill", "through", "thru", "up to", "an average of", "up until"):
        return
    left = next((i for i in reversed(frame.done) if i.last < keyword and i.relation == "at"), None)
    if left is None or left is not frame.done[-1]:
        return
    if left.bracket != item.bracket:
        if _is_start_in_brackets(frame, left, keyword):
            _merge(frame, left, item)
        return
    between = [token for token in frame.tokens[left.last + 1 : keyword] if token.kind != "baseline"]
    if [token.name for token in between] == ["(", ")"]:
        between = []  # "week -1 (baseline) until week 8"
    if any(token.name in ";.()" for token in between):
        return
    opened = any(token.name == "from" for token in frame.tokens[max(0, left.first - 6) : left.first])
    if opened and left.low in (0, 1) and left.unit == "d":
        frame.done.remove(left)
    elif (
        text in ("until", "till", "through", "thru", "up to")
        and not any(token.name in (",", "and") for token in between)
        and (text != "up to" or not between)
    ) or (
        text in ("until", "till")
        and any(token.text == "after" for token in frame.tokens[max(0, left.first - 2) : left.first])
    ):
        _merge(frame, left, item)


def _is_start_in_brackets(frame: TimeWords, left: Item, keyword: int) -> bool:
    """`From the first dose (Day 0) until week 26`, `from entry (baseline [week 0]) up to week 26`."""
    between = frame.tokens[left.last + 1 : keyword]
    brackets_only = all(token.name == ")" or token.kind == "baseline" for token in between)
    return brackets_only and not left.low and _from_ahead(frame, left.first)


def consume_left(frame: TimeWords, keyword: int) -> None:
    """`Baseline up to 12 months`, `from baseline through week 12`: the baseline only begins the span."""
    for position in range(keyword - 1, -1, -1):
        token = frame.tokens[position]
        if token.kind == "baseline":
            frame.consumed.add(position)
            return
        if token.kind == "mark" and token.name in ",;.":
            return
        if token.name == "and" or token.kind in ("number", "unit"):
            return

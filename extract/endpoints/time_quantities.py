"""Which quantities of a time frame are times: units without a number, and zero points, which are none."""

from __future__ import annotations

from extract.endpoints.time_numbers import Quantity
from extract.endpoints.time_words import AFTER, TimeWords


def implicit(frame: TimeWords, found: list[Quantity]) -> list[Quantity]:
    """Units without a number: "up to a year", "every week", "every other cycle", "in the first year"."""
    added: list[Quantity] = []
    if "unit" not in frame.kinds:
        return added
    taken = {index for q in found for index in range(q.first, q.last + 1)}
    for index, token in enumerate(frame.tokens):
        if token.kind != "unit" or index in taken or not index:
            continue
        value = _implied_value(frame, index)
        if value:
            added.append(Quantity(value, value, token.name, index, index))
    return added


def _implied_value(frame: TimeWords, index: int) -> float | None:
    before, second = frame.tokens[index - 1], frame.tokens[index - 2] if index > 1 else None
    if before.kind == "keyword" and before.name == "every":
        return None if second is not None and second.text == "on" else 1  # "on each day of sampling"
    if before.text in ("other", "alternate") and second is not None and second.name == "every":
        return 2
    if before.kind == "keyword" and before.text.endswith("first"):
        return 1
    if before.text in ("a", "an", "one") and (before.start == 0 if second is None else second.kind == "keyword"):
        return 1
    return None


def is_anchor(frame: TimeWords, quantity: Quantity) -> bool:
    """`two years after day 0 of the first cycle`: what stands straight after "after" is the zero point."""
    if not frame.done and not frame.anchors:
        return False  # nothing stands before it
    position, after = quantity.first - 1, _is_origin(frame, quantity)
    position -= after  # the word "from"
    while position >= 0 and (
        frame.tokens[position].kind in ("fill", "between")
        or frame.tokens[position].text in AFTER
        or frame.tokens[position].text.endswith("first")
    ):
        after = after or frame.tokens[position].text in AFTER
        position -= 1
    if position >= 0 and frame.tokens[position].name == "-" and after:
        position -= 1
    left = any(item.last == position for item in frame.done) or any(q.last == position for q in frame.anchors)
    of_day = quantity.unit == "cycle" and not quantity.prefixed and frame.tokens[position + 1].text == "of"
    if left and (after or of_day):
        frame.anchors.append(quantity)
        return True
    return False


def _is_origin(frame: TimeWords, quantity: Quantity) -> bool:
    """`48 months from day 0`, at the end of the text."""
    begins = quantity.prefixed and quantity.unit == "d" and quantity.low in (0, 1)
    at_end = quantity.first > 0 and quantity.last + 1 == len(frame.tokens)
    return begins and at_end and frame.tokens[quantity.first - 1].name == "from"

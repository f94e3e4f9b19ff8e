"""How the quantities of a time frame are meant: points, spans, intervals, and what they are counted from."""

from __future__ import annotations

from extract.endpoints.time_baselines import add_baselines
from extract.endpoints.time_before import count_back
from extract.endpoints.time_items import (
    Item,
    with_shared_starts,
    without_cycle_days,
    without_phases,
    without_restatements,
    without_starts,
)
from extract.endpoints.time_numbers import Quantity, quantities
from extract.endpoints.time_quantities import implicit, is_anchor
from extract.endpoints.time_relations import relate, relate_range
from extract.endpoints.time_tokens import Token
from extract.endpoints.time_words import TimeWords


def read_items(tokens: list[Token]) -> list[Item]:
    """Points, spans and intervals in the order of the text."""
    frame = TimeWords(tokens)
    found = quantities(tokens)
    if added := implicit(frame, found):
        found = sorted([*found, *added], key=lambda q: q.first)
    for quantity in found:
        if not is_anchor(frame, quantity):
            _add(frame, quantity)
    _add_intervals(frame)
    add_baselines(frame)
    items = with_shared_starts(sorted(frame.done, key=lambda item: item.first), tokens)
    items = without_phases(without_restatements(items, tokens, frame.openings), tokens)
    return without_starts(without_cycle_days(items, tokens), tokens)


def _add(frame: TimeWords, quantity: Quantity) -> None:
    item = Item("at", quantity.low, quantity.high, quantity.unit, quantity.first, quantity.last,
                 frame.brackets[quantity.first], prefixed=quantity.prefixed)  # fmt: skip
    count_back(frame, item)
    following = frame.tokens[item.last + 1].text if item.last + 1 < len(frame.tokens) else ""
    if following in ("interval", "intervals"):
        item.relation, item.own_relation = "every", True  # "at 3-month intervals"
    elif quantity.range:
        relate_range(frame, item)
    else:
        relate(frame, item)
    frame.done.append(item)


def _add_intervals(frame: TimeWords) -> None:
    if "interval" not in frame.kinds:
        return
    for index, token in enumerate(frame.tokens):
        if token.kind == "interval":
            frame.done.append(Item("every", token.value, token.value, token.name, index, index, frame.brackets[index]))

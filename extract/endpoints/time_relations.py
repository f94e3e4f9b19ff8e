"""How a quantity is meant: a point, the end of a span, an interval, by the words before it."""

from __future__ import annotations

from extract.endpoints.time_before import negate_before
from extract.endpoints.time_items import Item
from extract.endpoints.time_spans import (
    begins,
    begins_at_baseline,
    consume_left,
    end_span,
    is_dashed_to_baseline,
    join_left,
)
from extract.endpoints.time_words import THROUGH, UNTIL, TimeWords

_AVERAGE = {"average", "average of", "an average of", "mean of", "median of"}


def relate_range(frame: TimeWords, item: Item) -> None:
    """`8-10 weeks`, with "up to" or "every" before it, or as the end of a span ("to discharge (8-10 days)")."""
    item.relation, item.own_relation = "from_to", True
    keyword = frame.keyword_before(item.first)
    name = frame.tokens[keyword].name if keyword is not None else ""
    named = item.prefixed and keyword is not None and frame.tokens[keyword].text not in UNTIL | THROUGH
    if name in ("every", "within") or (name == "up_to" and not named):  # "during weeks 8-10" names them
        item.relation = name
    elif keyword is None:
        pending = Item("at", item.high, item.high, item.unit, item.first, item.last, item.bracket)
        _relate_pending(frame, pending)
        if pending.relation == "from_to":
            item.low = pending.low
    negate_before(frame, item)


def relate(frame: TimeWords, item: Item) -> None:
    """A single quantity, by the relation before it, the words behind it, or a span that is still open."""
    keyword = frame.keyword_before(item.first)
    before = negate_before(frame, item)
    if before:
        if keyword is not None and frame.tokens[keyword].name in ("up_to", "within") and item.relation == "at":
            item.relation, item.high, item.own_relation = "from_to", 0.0, True
        return
    if keyword is None:
        if not is_dashed_to_baseline(frame, item):
            _relate_pending(frame, item)
        return
    name = frame.tokens[keyword].name
    item.own_relation = True
    if name in ("up_to", "within", "every"):
        item.relation = name
        if name == "up_to" and begins(frame, item, keyword):
            item.relation, item.low = "from_to", 0.0
        elif item.prefixed and frame.tokens[keyword].text in _AVERAGE:
            item.relation = "at"  # "average of weeks 10, 11 and 12"
        elif name == "up_to":
            consume_left(frame, keyword)
            join_left(frame, item, keyword, frame.tokens[keyword].text)
    elif name == "to":
        end_span(frame, item, keyword)
    else:
        item.own_relation = name == "at" and frame.tokens[keyword].text in ("at", "by")
        _relate_pending(frame, item, keyword)


def _relate_pending(frame: TimeWords, item: Item, keyword: int | None = None) -> None:
    """A bare number at the end of a span: "from enrolment to the end of treatment at 2 years", "until death or 5
    years", "through study completion (about 2 years)"."""
    stop = keyword if keyword is not None else frame.left_stop(item.first)
    if stop < 0:
        return
    token = frame.tokens[stop]
    if token.name == "(" and not frame.follows_item(stop):
        _inherit(frame, item, stop)
    elif token.name == "and" and stop > 1 and _between_baseline(frame, stop):
        item.relation, item.low, item.own_relation = "from_to", 0.0, True
        frame.consumed.add(stop - 1)
    elif (token.name == "and" and token.text == "or") or token.name == ",":
        earlier = frame.open_relation(stop)
        if (
            earlier is not None
            and frame.tokens[earlier].text in UNTIL
            and (token.name != "," or _or_follows(frame, stop))
        ):
            item.relation = "up_to"
    elif token.kind == "keyword" and token.text == "at":
        _inherit(frame, item, stop)


def _between_baseline(frame: TimeWords, conjunction: int) -> bool:
    before = frame.tokens[conjunction - 1]
    return before.kind == "baseline" and frame.tokens[conjunction - 2].text == "between"


def _or_follows(frame: TimeWords, comma: int) -> bool:
    return comma + 1 < len(frame.tokens) and frame.tokens[comma + 1].text == "or"


def _inherit(frame: TimeWords, item: Item, stop: int) -> None:
    earlier = frame.open_relation(stop)
    if earlier is None:
        return
    token = frame.tokens[earlier]
    counted = any(point.bracket and point.last == earlier - 2 for point in frame.done)  # "visit 2 (week 0) to …"
    if token.name == "to" and (
        counted or any(t.name == "from" or t.kind == "baseline" for t in frame.tokens[:earlier])
    ):
        end_span(frame, item, earlier)
    elif token.name == "up_to" and (frame.tokens[stop].name == "(" or token.text in UNTIL | THROUGH):
        item.relation = "up_to"
        if token.name == "up_to" and begins_at_baseline(frame, item, earlier):
            item.relation, item.low = "from_to", 0.0
        consume_left(frame, earlier)
    elif token.name == "within":
        item.relation = "within"

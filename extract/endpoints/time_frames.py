"""Times of an outcome measure from its time frame.

`Baseline, week 12` gives two points; `up to 2 years` a span; `every 3 months for 2 years` both; `until progression` an
event without a number. Numbers stay in the unit as written (the two ends of a range in the unit of the first). Time
frames repeat a lot between trials, so readings are kept in a bounded cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from extract.endpoints.anchors import anchor_after, anchor_from
from extract.endpoints.time_events import event_segments, is_event, start_segments
from extract.endpoints.time_items import Item
from extract.endpoints.time_reading import read_items
from extract.endpoints.time_tokens import Token, tokenise
from extract.time_units import in_days

_MAX_LENGTH = 2000  # a time frame is a line; what comes after is prose


@dataclass(slots=True)
class Time:
    """One time; `start:end` are its characters in the text read."""

    relation: str
    low: float | None
    high: float | None
    unit: str | None
    anchor: str | None
    start: int
    end: int


@lru_cache(maxsize=16384)
def read_time_frame(text: str) -> tuple[Time, ...]:
    """The times of a normalised time frame, in the order of the text; empty where it states none."""
    text = text[:_MAX_LENGTH]
    tokens = tokenise(text)
    items = read_items(tokens)
    times = [_time(text, tokens, item) for item in items]
    starts = start_segments(text, tokens, items) if _lists_points(items) else []
    times += [Time("at", 0.0, 0.0, None, "baseline", a, b) for a, b in starts]
    if not [item for item in items if item.is_span]:
        events = [segment for segment in event_segments(text, tokens, items) if segment not in starts]
        times += [Time("through_event", None, None, None, text[a:b], a, b) for a, b in events]
    if not times and is_event(text):
        return (Time("through_event", None, None, None, anchor_from(text), 0, len(text)),)
    if len(times) < 2:
        return tuple(times)
    return tuple(_distinct(sorted(times, key=lambda time: (time.start, time.end))))


def _lists_points(items: list[Item]) -> bool:
    """Are there points after zero, and none at zero?"""
    return any(item.relation == "at" and item.unit and item.high > 0 for item in items) and not any(
        item.low <= 0 for item in items
    )


_PROSE = re.compile(
    r"\b(?:at|to|through|until|within|up to|after|over|for|during|by|in)\b|\b(?:week|month|day|year)s? \d",
    re.IGNORECASE,
)

_UNTIL_ZERO = re.compile(r"(\w+) (?:to|till|until|untill|up to) (?:the )?\1", re.IGNORECASE)


@lru_cache(maxsize=4096)
def read_times_in_prose(text: str) -> tuple[Time, ...]:
    """The times that a title or description names with a preposition or as "week 12"; fewer words count than in a
    time frame, because prose holds durations that are no time of assessment."""
    text = text[:_MAX_LENGTH]
    if not _PROSE.search(text):
        return ()
    tokens = tokenise(text)
    items: list[Item] = []
    for item in read_items(tokens):
        told = item.prefixed or _introduced(tokens, item) or bool(items and _goes_on(tokens, items[-1], item))
        if told and item.relation != "every" and (item.unit is not None or _introduced_by_at(tokens, item)):
            items.append(item)
    return tuple(_distinct(_time(text, tokens, item) for item in items))


def _introduced(tokens: list[Token], item: Item) -> bool:
    """Does a relation or a preposition stand before the item?"""
    return item.relation != "at" or (item.first > 0 and tokens[item.first - 1].kind in ("keyword", "fill"))


def _introduced_by_at(tokens: list[Token], item: Item) -> bool:
    """`at baseline`."""
    return item.first > 0 and tokens[item.first - 1].text == "at"


def _goes_on(tokens: list[Token], before: Item, item: Item) -> bool:
    """Does an item go on with the list of the one before: "at 5, 19 and 33 minutes"?"""
    between = tokens[before.last + 1 : item.first]
    return bool(between) and all(token.name in (",", "and", "&", "/", "-") for token in between)


def _time(text: str, tokens: list[Token], item: Item) -> Time:
    start, end = tokens[item.first].start, tokens[item.last].end
    anchor = "baseline" if item.unit is None else anchor_after(text, end)
    if anchor is None and (item.is_span or item.relation == "every"):
        anchor = anchor_from(text)
    relation, high = item.relation, item.high
    if anchor is not None and item.low == high and item.low is not None and item.low < 0:
        until = _UNTIL_ZERO.fullmatch(anchor)
        if until is not None:  # "12 months before enrolment until enrolment"
            relation, high, anchor = "from_to", 0.0, until[1]
    return Time(relation, item.low, high, item.unit, anchor, start, end)


def _distinct(times: Iterable[Time]) -> list[Time]:
    seen: dict[tuple[object, ...], Time] = {}
    for time in times:
        if time.low is None:
            key: tuple[object, ...] = (time.relation, time.anchor)
        elif not time.low and not time.high:
            key = (0.0, 0.0)
        else:
            days = in_days(time.low, time.unit), in_days(time.high, time.unit)
            key = (time.relation, time.low, time.high, time.unit)
            if days[1] is not None:
                key = (time.relation, round(days[0] or 0, 3), round(days[1], 3))
        if key not in seen:
            seen[key] = time
    return list(seen.values())

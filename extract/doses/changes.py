"""Schedules of what changes or follows: how often an amount is increased is not how often it is given."""

from __future__ import annotations

import re

from extract.doses.beside import is_of_another_thing
from extract.doses.heads import Head
from extract.doses.items import Item
from extract.lower import holds_any

_THEN = re.compile(r"\bfollowed by\b", re.IGNORECASE)
_STEP_BY = re.compile(
    r"\b(?:increas|titrat|escalat|rais|decreas|reduc|taper)\w*\s"
    r"(?:(?:\w+\s){0,3}?(?:by|of|in (?:steps|increments) of)\s|(?:in\s)?[\d.,-]+\s?(?:m?g|mcg|units?)\b)"
    r"(?:[^.;]|\.\d)*\Z",
    re.IGNORECASE,
)
# "Increased every 4 weeks", "gradually increased to 5 mg every 4 weeks", "increased to 5 mg, 10 mg and 20 mg weekly"
_CHANGED = r"\b(?:increas|titrat|up-?titrat|escalat|decreas|taper)\w*"
_STEP_AT = re.compile(
    rf"{_CHANGED}(?:\s(?:gradually|stepwise|up|down|upwards|as tolerated|in steps|incrementally))?\s\Z"
    rf"|\b(?:gradual|stepwise|step-wise|progressive|incremental|slow)(?:ly)?(?:\sdose)?\s{_CHANGED[2:]}"
    rf"(?:\s\w+)?\s(?:from|to)\s[^.;]*\Z|{_CHANGED}\sto\s(?:[\d.]+\s?\w+,\s){{1,6}}(?:[\d.]+\s?\w+,?\s)?(?:and|then)\s"
    r"(?:then\s)?[\d.]+\s?\w+\s\Z|\bthen by\s[\d.]+\s?\w+\s\Z",
    re.IGNORECASE,
)
_OF_STEPS = re.compile(
    r"\s(?:dos(?:e|age)\s)?(?:increments?|titrations?|up-?titrations?|escalations?|increases?|steps?)\b", re.IGNORECASE
)
_THEN_AT_ONCE = re.compile(r"\bfollowed by (?:an? |the )?\Z", re.IGNORECASE)
# "A 500 mg/m2, followed by a single infusion of cells"
_THEN_INFUSION = re.compile(r"\bfollowed by (?:an? |the |one )?(?:single |one-time )\Z", re.IGNORECASE)
_CHANGES = ("creas", "titrat", "escalat", "taper", "then by")  # nothing of the above holds without one of these


def is_of_change(text: str, start: int, item: Item) -> bool:
    """Whether days, weeks or months say how often the amount changes, not how often it is given."""
    if item.kind != "frequency" or item.value[1] is None or item.value[1:] == (1.0, "d"):
        return False
    before = text[max(start, item.start - 90) : item.start]
    return holds_any(before.lower(), _CHANGES) and _STEP_AT.search(before) is not None


def is_of_what_follows(text: str, head: Head, item: Item) -> bool:
    """`10 mg followed by a titration phase for 8 weeks`, `400 mg followed by quarterly maintenance`.

    So is how often the amount changes: `5 mg/d and increased by 5 mg every week`; and `10 mg + oral antidepressant`.
    """
    if item.kind == "route":
        return is_of_another_thing(text, item) or _THEN_INFUSION.search(text, head.end, item.start) is not None
    if item.kind == "frequency" and (_STEP_BY.search(text, head.end, item.start) or _OF_STEPS.match(text, item.end)):
        return True
    if item.kind == "duration":
        return _THEN.search(text, head.end, item.start) is not None
    return item.kind == "frequency" and _THEN_AT_ONCE.search(text, head.end, item.start) is not None

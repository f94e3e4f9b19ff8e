"""Amounts in brackets that only say again what stands before them: in another unit, as an element, in pieces."""

from __future__ import annotations

import re

from extract.doses.amount import Amount
from extract.doses.vocabulary import NUMBER_WORDS

_CONVERTED = re.compile(r"\s?\(\s?(?:=|~|i\.e\.,?\s|(?:equivalent|equal) to\s|about\s|approximately\s)?\s?\Z")
# "325 mg tablets (65 mg of elemental iron)": what the element weighs in it is no second dose
_ELEMENT_AFTER = re.compile(
    r"\s(?:of\s)?(?:elemental\s)?(?:iron|calcium|magnesium|zinc|potassium|phosphorus|lithium)(?:\selement|\sion)?\s?\)",
    re.IGNORECASE,
)
_ELEMENT_BEFORE = re.compile(
    r"\s?(?:[a-z]+\s){0,2}?(?:[a-z]+)?\s?"
    r"\((?:=|~|i\.e\.,?\s|(?:equivalent|equal|corresponding) to\s|contain\w+\s)?\s?\Z",
    re.IGNORECASE,
)
_MEASURES = frozenset(("mass", "activity", "substance", "radiation"))


def without_conversions(text: str, amounts: list[Amount]) -> list[Amount]:
    """`250 ug (8 MIU)`, `7.4 GBq (200 mCi)`: what is in brackets is the same amount in another unit."""
    kept: list[Amount] = []
    for amount in amounts:
        before = kept[-1] if kept else None
        converted = (
            before is not None
            and text.startswith(")", amount.end)
            and before.unit != amount.unit
            and (before.per, before.per_time) == (amount.per, amount.per_time)
            and {before.kind, amount.kind} <= _MEASURES
            and (before.kind != amount.kind or before.kind in ("activity", "radiation"))
            and _CONVERTED.fullmatch(text, before.end, amount.start)
        )
        whole = next((one for one in reversed(kept[-2:]) if one.kind != "count"), None)
        restated = whole is not None and (_weighs_element(text, whole, amount) or _is_parts(text, whole, amount))
        if not converted and not restated:
            kept.append(amount)
    return kept


def _weighs_element(text: str, before: Amount, amount: Amount) -> bool:
    """Whether an amount in brackets is what an element weighs in the amount of its salt before it."""
    if amount.kind != "mass" or before.kind != "mass":
        return False
    if not _ELEMENT_AFTER.match(text, amount.end):
        return False
    return _ELEMENT_BEFORE.fullmatch(text, before.end, amount.start) is not None


_IN_BRACKETS = re.compile(
    r"[^.;()]{0,60}\((?:\w+\s){0,3}?"
    r"(?:(?P<count>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|twelve)\b[^.;()\d]{0,30})?\Z",
    re.IGNORECASE,
)
# "120 mg tablet (80 mg + 40 mg tablets)"
_SUM_OF_PIECES = re.compile(r"[^.;()]{0,40}\((?:(?:\w+\s)?[\d.,]+\s?[mu]?g\s?(?:\+|and|plus)\s?)*\Z")
_PIECES_IN_SUM = re.compile(r"\((?P<pieces>[^()]*?\d[^()]*)\)")
_TIMES_AFTER = re.compile(r"\s?[x*]\s?(?P<count>\d{1,2})\b")
_ON_DAYS = re.compile(r"[^.;()]{0,40}\b(?:days?|weeks?|apart|every|daily|morning|evening|am|pm)\b", re.IGNORECASE)


def _is_parts(text: str, whole: Amount, part: Amount) -> bool:
    """`240 mg (two 120 mg injections)`, `20 mg (2 x 10 mg tablets)`: in brackets, of what pieces it is made."""
    if whole.kind not in ("mass", "activity") or (whole.unit, whole.per) != (part.unit, part.per):
        return False
    if part.low != part.high or part.per_time or part.frequency or part.start - whole.end > 100:
        return False
    if _SUM_OF_PIECES.fullmatch(text, whole.end, part.start) and _adds_up(text, whole, part):
        return True
    opening = _IN_BRACKETS.fullmatch(text, whole.end, part.start)
    if opening is None or _ON_DAYS.match(text, part.end):
        return False
    after = _TIMES_AFTER.match(text, part.end)
    pieces = after["count"] if after is not None else opening["count"]
    count = 1.0 if pieces is None else float(NUMBER_WORDS.get(pieces.lower()) or pieces)
    return part.low in (whole.low, whole.high) or part.low * count in (whole.low, whole.high)


def _adds_up(text: str, whole: Amount, part: Amount) -> bool:
    """Whether the amounts in brackets, of which this is one, make the amount before them."""
    bracket = _PIECES_IN_SUM.search(text, whole.end)
    if bracket is None or not bracket.start() < part.start < bracket.end():
        return False
    pieces = [float(number) for number in re.findall(r"\d+(?:\.\d+)?(?=\s?[mu]?g\b)", bracket["pieces"])]
    return len(pieces) > 1 and abs(sum(pieces) - whole.low) < 1e-9

"""Reading the limit that a criterion sets on a quantity: comparison, numbers, unit.

Names, units and the words around numbers are data (`extract/data/quantities.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from extract.criteria.comparisons import (
    AFTER_HIGH,
    AFTER_LOW,
    NUMBER_WORDS,
    OPERATOR,
    comparison_before,
    sides,
    sign_of,
)
from extract.criteria.names import DATA, QUANTITIES, UNITS, Mention, Quantity
from extract.vocabulary import any_of

_CONTEXT = DATA["context"]
_GAP_TO_FIRST, _GAP_TO_NEXT, _GAP_TO_BARE = 70, 60, 40  # how far a number may stand from the name, in characters
# 1,000 or 1.5 or .5. The first character stands before what must not be in front of it: it is looked for faster.
_NUMBER = re.compile(
    r"[.\d](?<![\w.,^].)(?<!\)-.)(?<![a-z]-.)(?:(?<=\d)(?:\d{0,2}(?:,\d{3})+|\d*(?:[.,]\d+)?)|(?<=[.])\d+)(?!\d)"
)
_WORD_OR_NUMBER = re.compile(rf"{_NUMBER.pattern}|(?<![a-z])(?:{'|'.join(NUMBER_WORDS)})(?![a-z-])")
_ROMAN = re.compile(r"(?<![a-z])(?:iv|iii|ii|i|v)(?![a-z])")
_ROMAN_VALUES = {"i": 1.0, "ii": 2.0, "iii": 3.0, "iv": 4.0, "v": 5.0}
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_JOIN = re.compile(r"\s*(?:--?|to|through|or|and/or|and|/|,|up to)\s*(?:<=|<)?\s*")
_CHAIN_GAP = re.compile(rf"[\s,;/()&+-]*(?:{any_of(_CONTEXT['between_names'])}|[(),/\s])*[\s,/()&+-]*")
_LOST_SUPERSCRIPT = re.compile(r"(?:x|\*)\s?10(\d{1,2})(?=\s?/)")
_CONDITION = re.compile(rf"[^.;\n]{{0,50}}?\b{any_of(_CONTEXT['condition_after'])}\b")
_ALTERNATIVE = re.compile(any_of(_CONTEXT["alternative_before"]) + r"\Z")
_OTHER_BEFORE = re.compile(rf"\b{any_of(_CONTEXT['other_before'])}\W{{0,3}}(?:[<>=]+\s?)?\Z")
_OTHER_AFTER = re.compile(rf"\s*-?\s*{any_of(_CONTEXT['other_after'])}")
_IN_FRONT = re.compile(rf"(?P<number>{_NUMBER.pattern})[^.;,]{{0,15}}?(?P<sign><=?)\s*\Z")
_FOLD_ABOVE = re.compile(r"\b(?:greater|higher|more|above|over)\b")
_STOP = re.compile(r"[.;](?=\s|$)|\n\s*\n")
_SLASH_PAIR = re.compile(r"(\d{2,3})\s?/\s?(\d{2,3})")
_SLASH_SECOND = re.compile(r"\s?/\s?(\d{2,3})(?!\d)")


@dataclass(slots=True)
class Value:
    """What is said of a quantity: the span, the sign (or `range`, `=`) and the figures."""

    start: int
    end: int
    operator: str
    low: float | None
    high: float | None
    unit: str | None
    flags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Limit:
    """A quantity, where it is named, and what is said of it."""

    quantity: Quantity
    start: int
    value: Value


def read_limits(low: str, start: int, end: int, mentions: list[Mention]) -> list[Limit]:
    """The limits that the criterion `low[start:end]` sets on the quantities that it mentions."""
    kept: dict[tuple[str, int, int], Limit] = {}  # "neutrophils (ANC) of 1.0" names it twice and means it once
    for first, last in _chains(low, mentions):
        stop = mentions[last + 1].start if last + 1 < len(mentions) else end
        for limit in _limits_of(low, start, mentions[first : last + 1], stop):
            kept.setdefault((limit.quantity.name, limit.value.start, limit.value.end), limit)
    return list(kept.values())


def _chains(low: str, mentions: list[Mention]) -> Iterator[tuple[int, int]]:
    """Names in a row, which share the value behind the last: "AST and ALT of at most 3 x ULN"."""
    first = 0
    while first < len(mentions):
        last = first
        while last + 1 < len(mentions) and _CHAIN_GAP.fullmatch(low, mentions[last].end, mentions[last + 1].start):
            last += 1
        yield first, last
        first = last + 1


def _limits_of(low: str, start: int, chain: list[Mention], stop: int) -> Iterator[Limit]:
    by_quantity = {mention.quantity.name: mention for mention in reversed(chain)}
    for mention in sorted(by_quantity.values(), key=lambda mention: mention.start):
        quantity = mention.quantity
        values = list(_values(low, chain[-1].end, stop, quantity, (max(start, mention.start - 30), mention.start)))
        below = _value_in_front(low, start, mention.start, quantity)
        if below is not None:
            values.insert(0, below)
        if not values and quantity.before:
            values = list(_values_before(low, start, mention.start, quantity))
        for value in values:
            if quantity.pair:
                yield from _both_pressures(low, quantity, mention, value)
            elif len(chain) > 1 and quantity.name == "diastolic_blood_pressure":
                yield Limit(quantity, mention.start, _second_of_pair(low, value))
            else:
                yield Limit(quantity, mention.start, value)


def _values(low: str, position: int, stop: int, quantity: Quantity, in_front: tuple[int, int]) -> Iterator[Value]:
    """The first value after the name, and further ones in brackets or after "or".

    `in_front`: what stands before the name, where a comparison may stand, too ("minimum platelets").
    """
    value = _next_value(low, position, min(stop, position + _GAP_TO_FIRST), stop, quantity)
    first = True
    while value is not None:
        compared = comparison_before(low, *in_front) if value.operator == "=" else None
        if compared and value.low is not None:
            value.operator = compared[0]
            value.low, value.high = sides(value.operator, value.low)
        opens_alternative = low[value.end : value.end + 2].strip()[:1] in ("(", ",")
        if _CONDITION.match(low, value.end, stop) and (not first or not opens_alternative):
            value.flags.append("conditional")
        yield value
        position, first, operator = value.end, False, value.operator
        value = _next_value(low, position, min(stop, position + _GAP_TO_NEXT), stop, quantity)
        if value is None or not (
            _ends_range(low, operator, position, value)
            or (value.operator != "=" and _ALTERNATIVE.search(low, position, value.start))
        ):
            return  # the end, another matter, or the same said again in another unit


def _ends_range(low: str, operator: str, position: int, value: Value) -> bool:
    """Whether a value is the other end of the one before: "above 130 and below 160"."""
    opposite = operator[0] + value.operator[0] in ("><", "<>")
    return opposite and low[position : value.start].strip(" ,)") in ("and", "but", "", "and also")


def _next_value(low: str, position: int, near: int, stop: int, quantity: Quantity) -> Value | None:
    """The first number from `position` that can be this quantity's, with its comparison and unit."""
    sentence_end = _STOP.search(low, position, near)
    near = sentence_end.start() if sentence_end else near
    pattern = _WORD_OR_NUMBER if quantity.words else _NUMBER
    if quantity.roman and _ROMAN.search(low, position, near):
        pattern = _ROMAN
    after = position
    for match in pattern.finditer(low, position, stop):
        if match.start() >= near:
            break
        if match.start() < after:
            continue
        value = _value_at(low, position, match, stop, quantity, pattern)
        if value is not None:
            return value
        partner = _partner(low, match.end(), stop, pattern)
        after = partner.end() if partner else after
    return _limit_of_normal(low, position, near) if "[ULN]" in quantity.units else None


def _partner(low: str, position: int, stop: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
    join = _JOIN.match(low, position, stop)
    return pattern.match(low, join.end(), stop) if join else None


def _limit_of_normal(low: str, position: int, near: int) -> Value | None:
    """Once the limit, without a number: "at most the upper limit of normal"."""
    reach = near + 40
    if low.find("uln", position, reach) < 0 and low.find("upper", position, reach) < 0:
        return None
    for match in OPERATOR.finditer(low, position, near):
        unit = UNITS["[ULN]"].match(low, match.end(), reach)
        if unit and ("limit" in unit.group() or "uln" in unit.group() or "upper" in unit.group()):
            sign = sign_of(match.group())
            return Value(match.start(), unit.end(), sign, *sides(sign, 1.0), "[ULN]")
    return None


def _value_at(
    low: str, position: int, match: re.Match[str], stop: int, quantity: Quantity, pattern: re.Pattern[str]
) -> Value | None:
    """The value whose (first) number is `match`, None if it is not this quantity's."""
    compared = comparison_before(low, max(position, match.start() - 45), match.start())
    sign, start = compared if compared else (None, match.start())
    number, second = _figure(match.group()), None
    unit, end = _unit_at(low, match.end(), stop, quantity)
    join = _JOIN.match(low, end, stop)
    upper = pattern.match(low, join.end(), stop) if join else None
    if join and upper and _may_join(join.group().strip(), sign, quantity):
        upper_unit, upper_end = _unit_at(low, upper.end(), stop, quantity)
        if unit is None or upper_unit in (None, unit):
            second, end, unit = _figure(upper.group()), upper_end, upper_unit or unit
    if not _plausible(quantity, number, second, unit):
        return None
    if unit is None and _is_bare_other(low, position, match, stop, quantity, sign):
        return None
    flags = ["lost_superscript"] if _LOST_SUPERSCRIPT.search(low, match.end(), end) else []
    if sign is None and unit == "[ULN]" and _FOLD_ABOVE.search(low, match.end(), end):
        sign = ">"  # "5-fold greater than the upper limit"
    if sign is None:
        sign, end = _sign_after(low, end, stop)
    if second is not None and sign in (None, ">=", ">"):
        smaller, larger = min(number, second), max(number, second)
        return Value(start, end, "range" if smaller < larger else "=", smaller, larger, unit, flags)
    if sign is None:
        return Value(start, end, "=", number, number, unit, flags)
    return Value(start, end, sign, *sides(sign, number), unit, flags)


def _sign_after(low: str, position: int, stop: int) -> tuple[str | None, int]:
    """The comparison behind a number ("9 g/dL or higher") and where it ends."""
    for sign, pattern in ((">=", AFTER_LOW), ("<=", AFTER_HIGH)):
        match = pattern.match(low, position, stop)
        if match:
            return sign, match.end()
    return None, position


def _may_join(word: str, sign: str | None, quantity: Quantity) -> bool:
    if word in ("-", "--", "to", "through", "up to"):
        return sign in (None, ">=", ">")
    if word in ("or", "and", ",", "and/or"):
        return sign is None and (quantity.whole or (word == "and" and quantity.bare is not None))
    return word == "/" and bool(quantity.pair)


def _figure(text: str) -> float:
    if text in _ROMAN_VALUES:
        return _ROMAN_VALUES[text]
    if text in NUMBER_WORDS:
        return float(NUMBER_WORDS[text])
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def _unit_at(low: str, position: int, stop: int, quantity: Quantity) -> tuple[str | None, int]:
    """The unit right after a number, if the quantity comes in it, and where it ends."""
    for unit in quantity.units:
        match = UNITS[unit].match(low, position, stop)
        if match and match.group().strip():
            return unit, match.end()
    return None, position


def _plausible(quantity: Quantity, number: float, second: float | None, unit: str | None) -> bool:
    if quantity.whole and not number.is_integer():
        return False
    if unit is not None:
        return True
    if quantity.bare is None:
        return False
    low, high = quantity.bare
    return low <= number <= high and (second is None or low <= second <= high)


def _is_bare_other(
    low: str, position: int, match: re.Match[str], stop: int, quantity: Quantity, sign: str | None
) -> bool:
    """Whether a number without a unit belongs to something else: "grade 3", "5 tablets", or far from the name."""
    if sign is None and match.start() - position > _GAP_TO_BARE:
        return True
    other = _OTHER_BEFORE.search(low, max(position, match.start() - 20), match.start())
    if other and not (quantity.whole and other.group().startswith("grade")):
        return True
    return match.group() in NUMBER_WORDS or _OTHER_AFTER.match(low, match.end(), stop) is not None


def _values_before(low: str, start: int, position: int, quantity: Quantity) -> Iterator[Value]:
    """A value in front of the name: "5 % or more blasts"."""
    for match in _NUMBER.finditer(low, max(start, position - 25), position):
        value = _value_at(low, max(start, position - 45), match, position, quantity, _NUMBER)
        if value is not None and value.unit is not None:
            yield value
            return


def _value_in_front(low: str, start: int, position: int, quantity: Quantity) -> Value | None:
    """The lower end in front of the name: "90 mmHg <= systolic < 140 mmHg"."""
    if low[max(start, position - 2) : position].strip() not in ("<", "<=", "="):
        return None
    match = _IN_FRONT.search(low, max(start, position - 30), position)
    if match is None:
        return None
    unit, end = _unit_at(low, match.end("number"), match.start("sign"), quantity)
    number = _figure(match["number"])
    if low[end : match.start("sign")].strip() or not _plausible(quantity, number, None, unit):
        return None
    return Value(match.start(), match.end(), ">=" if "=" in match["sign"] else ">", number, None, unit)


def _second_of_pair(low: str, value: Value) -> Value:
    """Of "systolic/diastolic below 90/50" the second figure."""
    second = _SLASH_SECOND.match(low, value.end)
    if second is None:
        return value
    figure = float(second[1])
    figures = (figure, figure) if value.operator == "=" else sides(value.operator, figure)
    return Value(value.start, second.end(), value.operator, *figures, value.unit, value.flags)


def _both_pressures(low: str, quantity: Quantity, mention: Mention, value: Value) -> Iterator[Limit]:
    """The two quantities that "above 160/100 mmHg" limits."""
    slash = _SLASH_PAIR.search(low, value.start, value.end)
    if slash is None:
        return
    compared = comparison_before(low, max(0, slash.start() - 30), slash.start())
    sign = compared[0] if compared else value.operator if value.operator in ("<", "<=", ">", ">=") else "="
    for name, text in zip(quantity.pair, slash.groups(), strict=True):
        figure = float(text)
        figures = (figure, figure) if sign == "=" else sides(sign, figure)
        yield Limit(
            QUANTITIES[name], mention.start, Value(value.start, value.end, sign, *figures, value.unit, value.flags)
        )

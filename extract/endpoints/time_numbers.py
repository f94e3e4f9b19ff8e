"""From the tokens of a time frame to its quantities: numbers with units, single or as ranges.

"Weeks 2, 4 and 8", "6 weeks, 3, 6 and 12 months", "Day -5 to -3", "4-8-12 months": numbers without a unit take it
from the neighbours that they are listed with.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from extract.endpoints.time_tokens import Token
from extract.time_units import convert, in_days

DAYS_A_YEAR = 365
_LATE = 14

_LINKS = {",", "/", "-", "&", ";"}
_RANGE_WORDS = {"through", "thru", "until", "untill", "till", "up to", "up through", "up until"}


@dataclass(slots=True)
class Quantity:
    """A number or a range with its unit; `first` and `last` are the indices of its tokens."""

    low: float
    high: float
    unit: str
    first: int
    last: int
    prefixed: bool = False
    range: bool = False


@dataclass(slots=True)
class _Number:
    value: float
    index: int
    first: int
    last: int
    prefix: Token | None = None
    suffix: Token | None = None
    unit: str | None = None


def quantities(tokens: list[Token]) -> list[Quantity]:
    """The quantities in the order of the text. Numbers that no unit belongs to are left out."""
    numbers = _numbers(tokens)
    links = [_link(tokens, a, b) for a, b in pairwise(numbers)]
    _share_units(numbers, links)
    return _join(tokens, numbers, links)


def _numbers(tokens: list[Token]) -> list[_Number]:
    found: list[_Number] = []
    taken = -1  # last token that belongs to a number already
    for index, token in enumerate(tokens):
        if token.kind != "number" or (token.glued and tokens[index - 1].kind == "word"):
            continue  # "CS1" is a name
        number = _Number(token.value, index, index, index)
        _sign_and_prefix(tokens, number, taken)
        _suffix(tokens, number)
        unit = number.prefix or number.suffix
        number.unit = unit.name if unit is not None else None
        taken = number.last
        found.append(number)
    return found


def _sign_and_prefix(tokens: list[Token], number: _Number, taken: int) -> None:
    index = number.index - 1
    dash = index >= 0 and tokens[index].name == "-"
    if dash and not tokens[number.index].glued:
        dash = index > 0 and tokens[index - 1].name == "(" and tokens[index].glued  # "(- 48 hours to day 0)"
    if dash:
        index -= 1
    before = tokens[index] if index >= 0 else None
    if (
        before is not None
        and before.kind == "mark"
        and before.name in ":.+"
        and index
        and tokens[index - 1].kind == "unit"
    ):
        index -= 1
        before = tokens[index]
    if before is not None and before.kind == "unit" and index > taken:
        number.prefix, number.first = before, index
        # "Week-12" is week 12, but "Day-7" and "Week -1" are before zero.
        if dash and (not tokens[number.index - 1].glued or before.name in ("d", "h")) and not _is_late(tokens, number):
            number.value = -number.value
    elif dash and (before is None or _opens_negative(before, tokens[number.index - 1])):
        number.value = -number.value
        number.first = number.index - 1


def _is_late(tokens: list[Token], number: _Number) -> bool:
    """`at day-28`: a day so late, named by itself, is not before zero."""
    if number.value < _LATE or not tokens[number.index - 1].glued:
        return False
    return number.first > 0 and tokens[number.first - 1].text in ("at", "by", "until", "up to", "on", "within")


def _opens_negative(before: Token, dash: Token) -> bool:
    if before.text.startswith("bas"):
        return False  # "baseline -12 weeks"
    return before.kind == "mark" or (not dash.glued and before.kind not in ("number", "unit", "letter"))


def _suffix(tokens: list[Token], number: _Number) -> None:
    index = number.index + 1
    if index < len(tokens) and (tokens[index].name == "-" or tokens[index].text in ("th", "st", "nd", "rd")):
        index += 1
    elif index < len(tokens) and tokens[index].name == "." and tokens[index].glued:
        index += 1  # "3. month"
    elif number.prefix is None and _is_stray_comma(tokens, index):
        index += 1
    while index < len(tokens) and tokens[index].kind == "between" and index < number.index + 4:
        index += 1
    if index < len(tokens) and tokens[index].text in ("a", "an") and tokens[number.index].text == "half":
        index += 1  # "half an hour"
    if index >= len(tokens) or tokens[index].kind not in ("unit", "letter"):
        return
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if number.prefix is not None and following is not None and following.kind == "number":
        return  # "Day 1 week 4": the unit belongs to what follows
    if tokens[index].kind == "unit" and following is not None and following.glued and following.kind == "number":
        return  # "3 M6"
    number.suffix, number.last = tokens[index], index


def _is_stray_comma(tokens: list[Token], index: int) -> bool:
    """`3, 6 and 12, months`."""
    if index + 1 >= len(tokens) or tokens[index].name != "," or not tokens[index + 1].plural:
        return False
    return index + 2 == len(tokens) or tokens[index + 2].kind != "number"


def _link(tokens: list[Token], a: _Number, b: _Number) -> str | None:
    """How two neighbouring numbers hang together: `range`, `list`, or not at all."""
    between = _without_remark(tokens[a.last + 1 : b.first])
    if not between:
        return "list" if bool(a.unit) == bool(b.unit) else None  # "4, 8 12 and 26 weeks"
    names = [token.name for token in between]
    if names == ["-"] or [t.name for t in between] == ["to"]:
        return "range"
    if len(between) == 1 and between[0].text in _RANGE_WORDS and a.prefix is not None and between[0].text != "up to":
        return "range"
    if names == ["and"] and a.first and tokens[a.first - 1].text == "between":
        return "range"
    if all(
        token.name in _LINKS or token.name in ("and", "to") or token.text in ("then", "at", "up to")
        for token in between
    ):
        return "list"
    if names == ["and", "every"] and a.first and tokens[a.first - 1].name == ",":
        return "list"  # "3, 6, 12 and every 6 months"
    return None


def _without_remark(between: list[Token]) -> list[Token]:
    """`Months 4 (first arm) and 7`: the bracket behind the first number does not part it from the second."""
    if len(between) < 3 or between[0].name != "(":
        return between
    closing = next((index for index, token in enumerate(between) if token.name == ")"), 0)
    if not closing or any(token.kind == "baseline" for token in between[:closing]):
        return between
    return between[closing + 1 :]


def _share_units(numbers: list[_Number], links: list[str | None]) -> None:
    for index, number in enumerate(numbers):
        if number.unit is None:
            left = _left_prefix(numbers, links, index)
            right = _right_suffix(numbers, links, index)
            if left is not None and (right is None or left.plural or left.name == right.name):
                number.unit = left.name
                number.prefix = left
            elif right is not None:
                number.unit = right.name
            else:
                number.unit = _left_unit(numbers, links, index)


def _left_prefix(numbers: list[_Number], links: list[str | None], index: int) -> Token | None:
    while index > 0 and links[index - 1] is not None:
        index -= 1
        if numbers[index].prefix is not None:
            return numbers[index].prefix
        if numbers[index].suffix is not None:
            return None
    return None


def _right_suffix(numbers: list[_Number], links: list[str | None], index: int) -> Token | None:
    while index < len(links) and links[index] is not None:
        index += 1
        if numbers[index].prefix is not None:
            return None
        if numbers[index].suffix is not None:
            return numbers[index].suffix
    return None


def _left_unit(numbers: list[_Number], links: list[str | None], index: int) -> str | None:
    while index > 0 and links[index - 1] is not None:
        index -= 1
        if numbers[index].unit is not None:
            return numbers[index].unit
    return None


def _join(tokens: list[Token], numbers: list[_Number], links: list[str | None]) -> list[Quantity]:
    found: list[Quantity] = []
    index = 0
    while index < len(numbers):
        number = numbers[index]
        joined = _range(numbers, links, index) or _sum(tokens, numbers, index)
        if joined is not None:
            found.append(joined)
            index += 2
            continue
        if number.unit is not None:
            found.append(
                Quantity(number.value, number.value, number.unit, number.first, number.last, number.prefix is not None)
            )
        index += 1
    return found


def _range(numbers: list[_Number], links: list[str | None], index: int) -> Quantity | None:
    """Two numbers with one dash or `to` between them; three in a row ("4-8-12 months") are points."""
    if index >= len(links) or links[index] != "range":
        return None
    chained = (index > 0 and links[index - 1] == "range") or (index + 1 < len(links) and links[index + 1] == "range")
    a, b = numbers[index], numbers[index + 1]
    if chained or a.unit is None or b.unit is None:
        return None
    return span(
        Quantity(a.value, a.value, a.unit, a.first, a.last, a.prefix is not None),
        Quantity(b.value, b.value, b.unit, b.first, b.last, b.prefix is not None),
    )


def span(a: Quantity, b: Quantity) -> Quantity | None:
    """The range from one quantity to another, in the first one's unit; None where it would run backwards."""
    unit = a.unit if a.low != 0 else b.unit
    if unit == "d" and b.unit == "mo" and b.high % 12 == 0:
        high: float | None = b.high / 12 * DAYS_A_YEAR  # "14 days to 12 months": people count 365, not 12 times 30
    else:
        high = convert(b.high, b.unit, unit)
    if high is None or (in_days(a.low, a.unit) or a.low) >= (in_days(b.high, b.unit) or b.high):
        return None
    return Quantity(a.low, round(high, 4), unit, a.first, b.last, a.prefixed, range=True)


def _sum(tokens: list[Token], numbers: list[_Number], index: int) -> Quantity | None:
    """`20 months and 6 days`, `2 years 10 months`, `Day 13+48 hours`: one time in two units."""
    if index + 1 >= len(numbers):
        return None
    a, b = numbers[index], numbers[index + 1]
    between = [token.name for token in tokens[a.last + 1 : b.first]]
    if a.unit is None or b.unit is None or b.prefix is not None or a.unit == b.unit:
        return None
    if between == ["and"]:
        alone = len(numbers) == 2 and a.prefix is None
    else:
        alone = between in (["+"], []) and b.suffix is not None and (a.prefix is None or between == ["+"])
    one, two = in_days(a.value, a.unit), in_days(b.value, b.unit)
    unit_length = in_days(1, a.unit)
    if not alone or one is None or two is None or unit_length is None or (between != ["+"] and two >= unit_length):
        return None
    added = convert(b.value, b.unit, a.unit)
    if added is None:
        return None
    if a.value == 0:
        return Quantity(b.value, b.value, b.unit, a.first, b.last)
    # Days of a month are counted by their true length, months of a year by twelfths.
    value = round(a.value + (added if (a.unit, b.unit) == ("a", "mo") else two / unit_length), 4)
    if (a.unit, b.unit) == ("a", "mo"):
        return Quantity(a.value * 12 + b.value, a.value * 12 + b.value, "mo", a.first, b.last)
    return Quantity(value, value, a.unit, a.first, b.last, a.prefix is not None)

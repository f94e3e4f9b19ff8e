"""Amounts: numbers with a unit, and what the number is counted against (per kg, per m², per day).

`find_amounts` reads every amount in a text, dose or not; `context` and `binding` decide which are doses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from operator import attrgetter
from typing import Any

from extract.doses.amount import Amount
from extract.doses.areas import areas_under_curve
from extract.doses.counts import counted, holds_pieces, read_strength
from extract.doses.denominators import is_per_body, read_behind_agent, read_denominators
from extract.doses.indexes import ends_with_index_word
from extract.doses.numbers import Value, find_values, values
from extract.doses.scanning import openings
from extract.doses.vocabulary import NUMBER_WORDS, one_of, read_toml
from extract.doses.worded import worded
from extract.lower import lowered

_CELLS_AFTER = re.compile(
    rf"\s*(?:\((?:\+/-|\u00b1)?\s?\d+\s?%\)\s*)?(?:of\s+)?(?:(?!and\b|or\b|to\b|in\b|on\b|at\b|day)[A-Za-z0-9+/.'-]{{1,30}}\s){{0,6}}?{one_of('cell_noun')}"
    r"(?:(?:\s+(?!and\b|or\b|to\b|in\b|on\b|at\b|day)[A-Za-z+-]+){0,2}?\s+cells?)?(?![\w])",
    re.IGNORECASE,
)
_CELLS_NEXT = re.compile(rf"\s+{one_of('cell_noun')}\b(?!\s?/|\s(?:per|in|copies))", re.IGNORECASE)
_NOT_CELLS = re.compile(
    r"\s*(?:/\s?(?:L|ml|ul|l|mm|mcl|dl)\b|per (?:lit|micro|ml|milli)|copies|/cm|eq/)", re.IGNORECASE
)
_HYPHENATED_WORD = re.compile(r"[A-Za-z]\d{0,3}-\Z")  # "CI-994", "BAY60-4552"
_MULTIPLIED = re.compile(r"(?:[A-Za-z)]|m\^?2)\s?[xX*]\s?\Z")
_WHOLE_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.000")  # of units: nobody states thousandths of one
_CODE_NUMBER = re.compile(r"0\d")  # "AB 0243 tablets": no amount is printed so
_TOLERANCE = re.compile(r"(?:\+/-|\u00b1)\s*$")


Unit = tuple[str, str, float, int]  # code, kind, factor, where it ends


@cache
def _units() -> dict[str, tuple[re.Pattern[str], list[dict[str, Any]]]]:
    """By first letter, in lower case: a pattern over the units that begin with it, a group each, and their entries."""
    by_letter: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for entry in read_toml("units.toml")["unit"]:
        spellings, exact = entry.get("spellings", ["(?!)"]), entry.get("exact", [])
        pattern = "|".join(["(?i:" + "|".join(spellings) + ")", *exact])
        pattern = f"({pattern})" if pattern[-1] == "%" else f"((?:{pattern})(?![A-Za-z0-9]))"
        for letter in sorted({letter for part in [*entry.get("spellings", []), *exact] for letter in _letters(part)}):
            by_letter.setdefault(letter, []).append((pattern, entry))
    return {
        letter: (re.compile("|".join(pattern for pattern, _ in parts)), [entry for _, entry in parts])
        for letter, parts in by_letter.items()
    }


def _letters(spelling: str) -> set[str]:
    return {"%"} if spelling[0] == "%" else {opening[0].lower() for opening in openings(spelling)}


_BEFORE_UNIT = re.compile(r"(?:\*\s)?[\s-]{0,2}(?:/\s?(?=m?c?g/(?:m|kg)))?(\S?)")  # "25/mg/m2" has a stroke too many
_PER_SQUARE_METRE = re.compile(r"\s?/\s?m\^?2(?!\w|\.\d)")


def _read_unit(text: str, position: int) -> Unit | None:
    """The unit that follows a number which ends at `position`."""
    opening = _BEFORE_UNIT.match(text, position)
    known = _units().get(opening[1].lower()) if opening is not None else None
    if opening is None or known is None:
        return None
    match = known[0].match(text, opening.start(1))
    if match is None:
        return None
    entry = known[1][(match.lastindex or 1) - 1]
    return entry["code"], entry["kind"], float(entry.get("factor", 1)), match.end()


def _unit_left_out(text: str, number: re.Match[str]) -> Unit | None:
    """`Carmustine 150/m2`: what is counted against the body's surface without a unit is counted in mg."""
    if number.group().isdigit() and _PER_SQUARE_METRE.match(text, number.end()):
        return "mg", "mass", 1.0, number.end()
    return None


def find_amounts(text: str, *, cells: bool = False) -> list[Amount]:
    """All amounts in a normalised text, in order.

    `cells` says that a bare power of ten may be read as a number of cells (the text is about a cell product).
    """
    found: list[Amount] = []
    low = lowered(text)
    pieces = holds_pieces(low)
    for match in find_values(text):
        end = match.end()
        if text.startswith(")", end):
            end = _behind_bracket(text, match)
        unit = _read_unit(text, end)
        if unit is None and text.startswith(("/", " /"), end):
            unit = _unit_left_out(text, match)
        if unit is None and match.end() - match.start() < 6 and match.group().isdigit():
            continue  # a short number that no unit follows: a year, a count, a day
        if _CODE_NUMBER.match(text, match.start()):
            continue
        items = values(match)
        if unit is not None and unit[1] == "count":
            items = _fraction(text, match) or items
        if len(items) > 1 and (cells or (unit is not None and unit[0] == "{cells}")):
            _read_lost_powers(text, items)
        if items and items[0].low != items[0].high:
            items = _after_its_number(text, items)
        if len(items) > 1:
            items = _between(text, _trimmed(text, items))
        elif items and _PHASE_BEFORE.search(text, max(0, match.start() - 8), match.start()):
            items = []  # "the dose found in phase 1 mg/kg"
        if items:
            new = _with_unit(text, items, _unit_at(text, items[-1], end, cells, unit), len(found), pieces)
            named = (
                new
                and new[0].kind == "count"
                and _HYPHENATED_WORD.search(text[max(0, match.start() - 5) : match.start()])
            )
            found += [] if named else new  # "CI-994 capsules"
    found += areas_under_curve(text)
    found += worded(text, low)
    if pieces:
        found += counted(low, found)
    found.sort(key=attrgetter("start"))
    return _without_conversions(text, _joined_ranges(text, found))


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


def _without_conversions(text: str, amounts: list[Amount]) -> list[Amount]:
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
_TIMES_AFTER = re.compile(r"\s?[x*]\s?(?P<count>\d{1,2})\b")
_ON_DAYS = re.compile(r"[^.;()]{0,40}\b(?:days?|weeks?|apart|every|daily|morning|evening|am|pm)\b", re.IGNORECASE)


def _is_parts(text: str, whole: Amount, part: Amount) -> bool:
    """`240 mg (two 120 mg injections)`, `20 mg (2 x 10 mg tablets)`: in brackets, of what pieces it is made."""
    if whole.kind not in ("mass", "activity") or (whole.unit, whole.per) != (part.unit, part.per):
        return False
    if part.low != part.high or part.per_time or part.frequency or part.start - whole.end > 100:
        return False
    opening = _IN_BRACKETS.fullmatch(text, whole.end, part.start)
    if opening is None or _ON_DAYS.match(text, part.end):
        return False
    after = _TIMES_AFTER.match(text, part.end)
    pieces = after["count"] if after is not None else opening["count"]
    count = 1.0 if pieces is None else float(NUMBER_WORDS.get(pieces.lower()) or pieces)
    return part.low in (whole.low, whole.high) or part.low * count in (whole.low, whole.high)


_SPELLED_BEFORE = re.compile(r"[a-z]\s?\(\Z", re.IGNORECASE)


def _behind_bracket(text: str, number: re.Match[str]) -> int:
    """Where the unit may stand: after the number, or after its bracket in `fifty (50) mg`."""
    start, end = number.span()
    return end + 1 if _SPELLED_BEFORE.search(text, max(0, start - 3), start) else end


_FRACTION = re.compile(r"(?P<whole>\d?)(?P<part>[13])/(?P<of>[24])")
_WHOLE_BEFORE = re.compile(r"(?<![\w.,/-])([1-9])\s\Z")


def _fraction(text: str, number: re.Match[str]) -> list[Value]:
    """`1/2` and `1 1/2` of pieces; none where the number is no fraction."""
    match = _FRACTION.fullmatch(number.group())
    if match is None:
        return []
    before = _WHOLE_BEFORE.search(text, max(0, number.start() - 3), number.start())
    whole = float(match["whole"] or (before[1] if before is not None else 0))
    value = whole + float(match["part"]) / float(match["of"])
    return [Value(value, value, before.start() if before is not None else number.start(), number.end())]


def _trimmed(text: str, items: list[Value]) -> list[Value]:
    """Without the numbers that belong to a word before them ("Day 1, 100 mg", "VP-16, 100 mg", "8 Gy x 3; 24 Gy")."""
    before = text[max(0, items[0].start - 30) : items[0].start]
    if _HYPHENATED_WORD.search(before) or _MULTIPLIED.search(before):
        return items[1:]
    if ends_with_index_word(before):
        return items[-1:]
    return items


_PHASE_BEFORE = re.compile(r"\bphase\s\Z", re.IGNORECASE)
_APART = re.compile(r"(\d+)(?: - |- | -| ?< ?| to )")


def _after_its_number(text: str, items: list[Value]) -> list[Value]:
    """`Level 1 - 300 mg` is no range from 1, nor `on day 2 to 400 mg` or `stratum 4 < 300 mg`."""
    first = items[0]
    if (number := _APART.match(text, first.start, first.end)) is None:
        return items
    if not ends_with_index_word(text[max(0, first.start - 30) : first.start]):
        return items
    return [replace(first, low=first.high, start=number.end()), *items[1:]]


_BETWEEN = re.compile(r"\bbetween\s+(?:approximately\s|about\s)?\Z", re.IGNORECASE)


def _between(text: str, items: list[Value]) -> list[Value]:
    """`between 5 and 10 mg` is a range."""
    if len(items) != 2 or items[0].high >= items[1].low:
        return items
    first, second = items
    if not _BETWEEN.search(text, max(0, first.start - 25), first.start):
        return items
    return [replace(first, high=second.high, end=second.end, power=second.power)]


def _with_unit(text: str, items: list[Value], read: Unit, series: int, pieces: bool) -> list[Amount]:
    unit, kind, factor, end = read
    if not unit:
        return []
    amounts = []
    for item in items:
        if item.high == 0:
            continue
        amount = Amount(item.low * factor, item.high * factor, unit, kind, item.start, item.end, series=series)
        amount.flags = list(item.flags)
        amount.joined_by = item.joined_by
        amounts.append(amount)
    if not amounts:
        return []
    last = amounts[-1]
    last.end = end
    if text[:end].endswith(("lpm", "LPM", "Lpm")):
        last.per_time = "min"
    read_denominators(text, last)
    if last.per is None and last.kind in ("mass", "substance", "activity"):
        read_behind_agent(text, last)
    read_strength(text, amounts, pieces)
    for amount in amounts[:-1]:
        amount.flags.append("unit_inherited")
        amount.per, amount.per_time, amount.frequency = last.per, last.per_time, last.frequency
        amount.concentration = last.concentration
        amount.role = last.role
    if len(amounts) > 1 and not any(amount.joined_by == "slash" for amount in amounts):
        for amount in amounts:
            amount.role = "level" if amount.role == "dose" else amount.role
    if _TOLERANCE.search(text[max(0, amounts[0].start - 5) : amounts[0].start]):
        return []
    return amounts


def _unit_at(text: str, value: Value, position: int, cells: bool, unit: Unit | None) -> Unit:
    """The unit of a number: what follows it, or cells where a power of ten counts them. Its code is "" for none."""
    if unit is not None:
        if unit[0] == "[IU]" and _WHOLE_THOUSANDS.fullmatch(text, value.start, value.end):
            value.low = value.high = value.low * 1000
        lost = unit[0] == "{cells}" and not value.power and value.high < 1e4
        return _lost_power(text, value, unit[3]) if lost else unit
    if 1e4 <= value.high < 1e5 and not value.power and (match := _CELLS_NEXT.match(text, position)):
        return "{cells}", "cells", 1.0, match.end()
    if value.power or value.high >= 1e5:
        if value.power and is_per_body(text, position):
            return "{cells}", "cells", 1.0, position
        if match := _CELLS_AFTER.match(text, position):
            known = not _NOT_CELLS.match(text, match.end())
            return ("{cells}", "cells", 1.0, match.end()) if known else ("", "", 1.0, position)
        if cells and value.power and value.low >= 1e3 and not _NOT_CELLS.match(text, position):
            return "{cells}", "cells", 1.0, position
    return "", "", 1.0, position


def _lost_power(text: str, value: Value, end: int) -> Unit:
    """`106 cells/kg`, `2.106 cells/kg`: nobody gives a hundred cells."""
    if _read_lost_power(text, value):
        return "{cells}", "cells", 1.0, end
    return "", "", 1.0, end


_LOST_POWER = re.compile(r"(?:(?P<times>\d{1,3})[.*])?10(?P<power>[5-9]|1[0-3])")


def _read_lost_powers(text: str, items: list[Value]) -> None:
    """Read `1.106, 5.106 and 10.106` as levels of cells: all have the same power."""
    matches = [_LOST_POWER.fullmatch(text, item.start, item.end) for item in items]
    if len({match["power"] if match is not None and match["times"] else "" for match in matches} - {""}) != 1:
        return
    if all(match is not None and match["times"] for match in matches):
        for item in items:
            item.power = _read_lost_power(text, item)


def _read_lost_power(text: str, value: Value) -> bool:
    """Read `106` and `2.106` as powers of ten; False where a number can be none."""
    match = _LOST_POWER.fullmatch(text, value.start, value.end)
    if match is None or value.low != value.high:
        return False
    value.low = value.high = float(f"{match['times'] or 1}e{match['power']}")
    value.flags.append("lost_superscript")
    return True


_RANGE_WORD = re.compile(r"\.?\s*(?:-|to|up to|through|until)\s*\Z")
_RISING = re.compile(
    r"\b(?:increas\w*|titrat\w*|escalat\w*|decreas\w*|reduc\w*|taper\w*|(?:increments|steps) of|"
    r"(?<!ranging )(?<!range )(?<!doses )from)\b"
    r"[^.;]{0,40}\Z",
    re.IGNORECASE,
)


def _joined_ranges(text: str, amounts: list[Amount]) -> list[Amount]:
    """`25 mg to 50 mg` and `25mg-50mg` are one range, unless the text says that the dose changes."""
    found: list[Amount] = []
    steps = _steps(text, amounts)
    for index, amount in enumerate(amounts):
        if found and index not in steps and _is_upper_end(text, found[-1], amount):
            found[-1].high, found[-1].end = amount.high * _factor(amount, found[-1]), amount.end
            found[-1].per = amount.per or found[-1].per
            found[-1].per_time = amount.per_time or found[-1].per_time
            continue
        if found and amount.start < found[-1].end:
            if found[-1].kind == "count" != amount.kind:
                found[-1] = amount  # "2 capsules of 500 mg": one intake of 1000 mg
            continue
        found.append(amount)
    return found


_STEP = re.compile(r"\s?-\s?|\sto\s")


def _steps(text: str, amounts: list[Amount]) -> set[int]:
    """Which amounts are steps, by their place: `100 mg-200 mg-400 mg`."""
    rising = [
        low.unit == high.unit and low.high < high.low and _STEP.fullmatch(text, low.end, high.start) is not None
        for low, high in pairwise(amounts)
    ]
    return {k for i, (a, b) in enumerate(pairwise(rising)) if a and b for k in (i, i + 1, i + 2)}


_IN_UG = {"g": 1e6, "mg": 1e3, "ug": 1.0}


def _factor(upper: Amount, lower: Amount) -> float:
    """What makes the unit of the upper end of a range that of the lower: `500 mg to 1 g`."""
    return 1.0 if upper.unit == lower.unit else _IN_UG[upper.unit] / _IN_UG[lower.unit]


def _is_upper_end(text: str, lower: Amount, upper: Amount) -> bool:
    if lower.unit != upper.unit and not {lower.unit, upper.unit} <= _IN_UG.keys():
        return False
    if lower.low != lower.high or upper.low != upper.high or lower.high >= upper.low * _factor(upper, lower):
        return False
    if lower.per_time and upper.per_time and lower.per_time != upper.per_time:
        return False
    if (lower.per or upper.per) != upper.per or lower.series == upper.series:
        return False
    gap = text[lower.end : upper.start]
    if gap.strip() == "and" and _BETWEEN.search(text, max(0, lower.start - 25), lower.start):
        return True
    if len(gap) > 12 or not _RANGE_WORD.match(gap):
        return False
    return "-" in gap or not _RISING.search(text[max(0, lower.start - 50) : lower.start])

"""Amounts: numbers with a unit, and what the number is counted against (per kg, per m², per day).

`find_amounts` reads every amount in a text, dose or not; `context` and `binding` decide which are doses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from operator import attrgetter

from extract.doses.amount import Amount
from extract.doses.amount_ranges import between, joined_ranges
from extract.doses.areas import areas_under_curve
from extract.doses.counts import counted, holds_pieces, read_strength
from extract.doses.denominators import is_per_body, read_behind_agent, read_denominators
from extract.doses.indexes import ends_with_index_word
from extract.doses.numbers import Value, find_values, values
from extract.doses.parts import name_parts
from extract.doses.restated import without_conversions
from extract.doses.unit_reading import Unit, read_unit, unit_left_out
from extract.doses.vocabulary import one_of
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
# "18 million men", "3 million new cases a year": what a disease's frequency is told by
_PEOPLE = re.compile(
    r"\s(?:new |adult |estimated |annual |US |American )?(?:(?:wo)?men|people|persons|patients|individuals|adults"
    r"|children|americans|cases|deaths|births|infections|hospitali\w+|visits|procedures|surgeries|fractures|dollars"
    r"|usd|euros|residents|inhabitants|population)\b",
    re.IGNORECASE,
)
_HYPHENATED_WORD = re.compile(r"[A-Za-z]\d{0,3}-\Z")  # "CI-994", "BAY60-4552"
# A name may end in x: "Lovenox 40/60 mg".
_MULTIPLIED = re.compile(
    r"(?:(?:[A-Za-z)]|m\^?2)(?:\s?\*|\s[xX])|(?:\)|m\^?2|\d\s?(?:c?Gy|m?c?g|ug|IU|m[lL]))[xX])\s?\Z"
)
_WHOLE_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.000")  # of units: nobody states thousandths of one
_CODE_NUMBER = re.compile(r"0\d")  # "AB 0243 tablets": no amount is printed so
_TOLERANCE = re.compile(r"(?:(?<![\w.,])(?P<value>\d+(?:\.\d+)?)\s?)?(?:\+/-|\u00b1)\s*\Z")


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
        unit = read_unit(text, end)
        if unit is None and text.startswith(("/", " /"), end):
            unit = unit_left_out(text, match)
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
            items = between(text, _trimmed(text, items))
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
    found = without_conversions(text, joined_ranges(text, found))
    name_parts(low, found)
    return found


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
    """Without the numbers that belong to a word before them ("Day 1, 100 mg", "VP-16, 100 mg", "(ZX 154, 10 mg)")."""
    before = text[max(0, items[0].start - 30) : items[0].start]
    if _HYPHENATED_WORD.search(before) or _MULTIPLIED.search(before):
        return items[1:]
    if ends_with_index_word(before):
        return items[-1:]
    if items[0].low > max(_LEAST_CODE, items[1].high) and text[items[0].end] == "," and _CODE.search(before):
        return items[1:]
    return items


_CODE = re.compile(r"\((?!(?:IV|SC|PO|IM|BID|QD|TID|AUC)\b)[A-Z]{2,5}\s\Z")  # "A (ZX 154, 10 mg/kg)"
_LEAST_CODE = 99


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
    if last.per is None and last.kind in ("mass", "substance", "activity", "volume", "cells"):
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
    tolerance = _TOLERANCE.search(text, max(0, amounts[0].start - 12), amounts[0].start)
    return amounts if tolerance is None else _with_tolerance(amounts[0], tolerance)


def _with_tolerance(amount: Amount, match: re.Match[str]) -> list[Amount]:
    """`85 ± 15 U/kg` is 70 to 100; where the amount stands before with its unit, what may be off is none."""
    if not match["value"] or float(match["value"]) <= amount.high:
        return []
    middle = float(match["value"])
    amount.low, amount.high, amount.start = middle - amount.high, middle + amount.high, match.start("value")
    amount.flags.append("plus_minus")
    return [amount]


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
        if (
            cells
            and value.power
            and value.low >= 1e3
            and not (_NOT_CELLS.match(text, position) or _PEOPLE.match(text, position))
        ):
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

"""Amounts: numbers with a unit, and what the number is counted against (per kg, per m², per day).

`find_amounts` reads every amount in a text, dose or not; `context` and `binding` decide which are doses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from operator import attrgetter
from typing import Any

from extract.doses.numbers import Value, find_values, values
from extract.doses.scanning import Scanner, openings
from extract.doses.vocabulary import NUMBER_WORDS, TIME_UNITS, one_of, read_toml
from extract.lower import holds_any, lowered

Frequency = tuple[float, float | None, str | None]


@dataclass(slots=True)
class Amount:
    """An amount as printed. `series` numbers amounts that share one printed unit ("1, 3 and 10 mg")."""

    low: float
    high: float
    unit: str
    kind: str
    start: int
    end: int
    per: str | None = None
    per_time: str | None = None
    frequency: Frequency | None = None
    role: str = "dose"
    series: int = -1
    joined_by: str = ""
    concentration: bool = False
    decoy: str = ""
    flags: list[str] = field(default_factory=list)


_BODY_WEIGHT = (
    r"(?:\s*(?:of\s+)?\(?(?:(?:ideal|actual|lean|adjusted|total|recipient|patient|dry|estimated|real|current|the)['s]*[\s-]*)*"
    r"(?:body[\s-]*(?:weight|wt|mass)|\bbw\b|bodyweight|b\.w\.|\bweight\b|ffm|lbm)\)?)?"
)
_PER_KG = rf"(?:kg|kilograms?|kgs){_BODY_WEIGHT}"
_PER_M2 = (
    r"(?:m\s?\^?\s?2|m\(2\)|sq\.?\s?m(?:et(?:er|re)s?)?|square[\s-]met(?:er|re)s?|bsa|m\s?sq(?:uared)?|meters? squared?"
    r"|m \(2\))(?!\d)(?:\s*(?:of\s+)?\(?\s?body[\s-]surface(?:[\s-]area)?\)?|\s?\(?bsa\)?)?"
)
_FRACTION = r"fractions?|fx|fr|f\b|exposure"
_CONCENTRATION = (
    r"(?:\d+(?:\.\d+)?\s*)?(?:m[lL]|d[lL]|L|l|u[lL]|cc|c\.c\.|ml|millilit(?:er|re)s?|lit(?:er|re)s?|decilit(?:er|re)s?|mm\s?\^?3|mm\s?\^?2"
    r"|cm\s?\^?[23]|cm|mcl|mmol|microlit(?:er|re)s?|mm3|cubic|100 ?g|g\b|gm|gram|mg\b|field|high[- ]power|"
    r"HPF|creatinine|\d+ ?g)"
)
_TIME = (
    r"(?:(?P<n>\d+(?:\.\d+)?)[\s-]*)?(?P<time>days?|die|d|hours?|hrs?|hr|h|minutes?|mins?|min|weeks?|wks?|wk|"
    r"w|months?|mo|years?|yr|night)"
)
_DENOMINATOR = re.compile(
    rf"\s*(?:/|\bper\b|\beach\b|\ba\b(?=\s*(?:day|week|night|month))|\ban\b(?=\s*hour))\s*(?:of\s+)?(?:the\s+)?"
    rf"(?:(?P<kg>{_PER_KG})|(?P<m2>{_PER_M2})|(?P<fraction>{_FRACTION})|(?P<strength>{one_of('strength_denominator')})"
    rf"|(?P<skipped>(?:\w+\s)?{one_of('skipped_denominator')}s?)|(?P<concentration>{_CONCENTRATION})|{_TIME})(?![A-Za-z])"
    r"|(?<=kg)[.*\u2022](?P<rate>min|h|hr|d|day)(?![a-z])"
    r"|[\s.*\u2022]*(?P<inverse>kg|m|min|h|hr|d|day|wk)\^?\s?-(?P<power>[12])(?!\d)",
    re.IGNORECASE,
)
_LIST_OF_AMOUNTS = re.compile(r"(?<=mg)\s?/\s?\d+(?:\.\d+)?\s?mg\b|(?<=ug)\s?/\s?\d+(?:\.\d+)?\s?ug\b", re.IGNORECASE)
# "1000 mg/4 ml im": so much is given, in 4 ml.
_VOLUME_OF_SEVERAL = re.compile(r"\s?/\s?(?:[2-9]|1[\d.]|0?\.)[\d.]*\s?m", re.IGNORECASE)
_GIVEN_NEXT = re.compile(
    r"\)?,?\s*(?:i\.?m\b|i\.?v\b|s\.?c\b|inject|intra|subcut|every|once|twice|daily|weekly)", re.IGNORECASE
)
_IN_PARENTHESES = re.compile(
    r"\s*\((?:mg|ug|mcg|g|ml|IU|U|Gy|cGy|mg/kg|mg/m\^?2|mcg/kg|mg/day|VP|vg|CFU|PFU|AUC)\)", re.IGNORECASE
)
_CELLS_AFTER = re.compile(
    rf"\s*(?:\((?:\+/-|\u00b1)?\s?\d+\s?%\)\s*)?(?:of\s+)?(?:(?!and\b|or\b|to\b|in\b|on\b|at\b|day)[A-Za-z0-9+/.'-]{{1,30}}\s){{0,6}}?{one_of('cell_noun')}"
    r"(?:\s+cells?)?(?![\w])",
    re.IGNORECASE,
)
_NOT_CELLS = re.compile(
    r"\s*(?:/\s?(?:L|ml|ul|l|mm|mcl|dl)\b|per (?:lit|micro|ml|milli)|copies|/cm|eq/)", re.IGNORECASE
)
_AUC = re.compile(
    r"\bAUC(?:\s?\([Aa]rea [^()]{5,40}\))?(?:[\s(:=)\[\]\\-]|\bof\b|\btarget(?:ed)?\b|\bequal to\b|"
    r"\bdose\b)*(?P<low>\d{1,2}(?:\.\d+)?)"
    r"(?:\s*(?:-|to|or|/)\s*(?P<high>\d{1,2}(?:\.\d+)?))?(?![\d.]*\d|\s?-\s?(?:inf|t\b|24)|\s?(?:h|hr|hours?)\b)"
    r"(?:\s*\(?mg/m[lL](?:[\s./*x]*min(?:ute)?s?)?\)?)?(?:\s*\(?min[*.]?mg/m[lL]\)?)?",
)
_AUC_WORDS = re.compile(
    r"area under (?:the )?(?:concentration[- ])?(?:time[- ])?(?:the )?curve\s*(?:\\?[(\[]AUC\\?[)\]])?\s*(?:[=:]|of|"
    r"to|target)*\s*(?P<low>\d{1,2}(?:\.\d+)?)"
    r"(?:\s*(?:-|to)\s*(?P<high>\d{1,2}(?:\.\d+)?))?(?![\d.]*\d|\s?-)",
    re.IGNORECASE,
)
_AUC_BEHIND = re.compile(
    r"(?<![\w.,-])(?P<low>\d(?:\.\d)?)(?:\s?-\s?(?P<high>\d(?:\.\d)?))?\s?AUC\b(?!\s?(?:\d|of\b|inf|[(_-]))"
)
# "2 placebo capsules"; a figure right before the form is read with the other amounts.
_NO_AGENT = (
    r"(?:m[gl]|mcg|ug|g|iu|units?|kg|x|times|days?|weeks?|months?|years?|hours?|or|and|to|of|in|for|with|per|different|types?|"
    r"kinds?|parts?|groups?|arms?|sets?|dose|level|other|additional)\b"
)
_FIGURED = re.compile(
    rf"(?P<count>[1-9])(?<![\w.,/^-].)\s(?:(?!{_NO_AGENT})[a-z][\w-]+\s){{1,2}}?"
    r"(?P<unit>tablets?|capsules?|pills?|sachets?|patch(?:es)?)\b"
)
_COUNTED = Scanner(
    [
        r"(?P<count>a half|half|one|two|three|four|five|six|seven|eight|ten|one-half|"
        r"1/2)(?:\s?\(\d+\))?[\s-]+(?:(?!mg|days?|weeks?)[\w-]+\s){0,2}?"
        r"(?P<unit>tablets?|capsules?|caplets?|pills?|sachets?|puffs?|drops?|patch(?:es)?|inhalations?|sprays?|applications?|lozenges?|softgels?)\b",
    ]
)
# What countable forms begin with: a text without any of these needs none of the patterns about tablets and the like.
_FORMS = ("tab", "cap", "pill", "sachet", "puff", "drop", "patch", "inhal", "spray", "appl", "loze", "softg", "actuat")
_COUNT_BEFORE = re.compile(
    r"(?<![\w.])(?P<count>\d{1,2}|one|two|three|four|five|six)\s*(?:x|\*|of(?: the)?|tablets? of|"
    r"capsules? of|tablets? x|-)?\s*(?:\(\s*)?$",
    re.IGNORECASE,
)
_PIECES_AFTER = re.compile(
    r"\s*(?:[,:x*]|\(|per (?:puff|actuation)[,:]?)?\s*(?P<count>\d{1,2}|one|two|three|four)\s+"
    r"(?:puffs|inhalations|actuations|sprays)\b",
    re.IGNORECASE,
)
_FORM_AFTER = re.compile(
    r"\s*-?(?:(?!and\b|or\b|of\b)[A-Za-z-]+\s){0,2}?(?:tablets?|capsules?|tabs?|caps?|pills?|caplets?|softgels?|sachets?)\b",
    re.IGNORECASE,
)
_COUNT_OF_AGENT = re.compile(
    r"(?<![\w.,/-])(?P<count>[2-6]|two|three|four|five|six)\s+(?:[A-Za-z][\w-]{3,}\s+){1,2}$", re.IGNORECASE
)
# "0.5 g of ethanol per kg": so much by weight, though the agent stands between.
_PER_AFTER_AGENT = re.compile(
    rf"\s*of\s+(?:[A-Za-z][\w-]*\s+){{1,3}}?(?:per\s|/\s?)(?:(?P<kg>{_PER_KG})|(?P<m2>{_PER_M2}))(?![A-Za-z])",
    re.IGNORECASE,
)
_TABLETS_OF = re.compile(
    r"(?P<count>\d{1,2}|one|two|three|four)\s+(?:tablets?|capsules?|pills?)\s+(?:of\s+)?(?:\w+\s+)?\(?$", re.IGNORECASE
)
_INDEX_WORD = re.compile(
    r"\b(?:days?|d|weeks?|cycles?|visits?|arms?|groups?|cohorts?|parts?|phases?|grades?|stages?|months?|courses?|types?|periods?|steps?|"
    r"hours?|study|table|figure|no|number|version|level|age|aged|part)\b\.?[\s\d,&+-]*(?:\b(?:to|and|through)\b[\s\d,&+-]*)*$",
    re.IGNORECASE,
)
_HYPHENATED_WORD = re.compile(r"[A-Za-z]-\Z")
_ELEMENT = re.compile(r"\s(?:Gd|I|Fe|Ca|Mg|elemental \w+)(?=\s?/\s?(?:kg|m))")
_TOLERANCE_AFTER = re.compile(r"\s*\(\s*\+/-\s*\d{1,2}\s*%\)(?=\s*/)")
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


_BEFORE_UNIT = re.compile(r"[\s-]{0,2}(\S?)")


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


def find_amounts(text: str, *, cells: bool = False) -> list[Amount]:
    """All amounts in a normalised text, in order.

    `cells` says that a bare power of ten may be read as a number of cells (the text is about a cell product).
    """
    found: list[Amount] = []
    low = lowered(text)
    pieces = holds_any(low, _FORMS)
    for match in find_values(text):
        unit = _read_unit(text, match.end())
        if unit is None and match.end() - match.start() < 6 and match.group().isdigit():
            continue  # a short number that no unit follows: a year, a count, a day
        items = values(match)
        if len(items) > 1:
            items = _between(text, _trimmed(text, items))
        if items:
            new = _with_unit(text, items, _unit_at(text, items[-1], match.end(), cells, unit), len(found), pieces)
            named = (
                new
                and new[0].kind == "count"
                and _HYPHENATED_WORD.search(text[max(0, match.start() - 2) : match.start()])
            )
            found += [] if named else new  # "CI-994 capsules"
    found += _areas_under_curve(text)
    if pieces:
        found += _counted(low, found)
    found.sort(key=attrgetter("start"))
    return _joined_ranges(text, found)


def _trimmed(text: str, items: list[Value]) -> list[Value]:
    """Without the numbers that belong to a word before them ("Day 1, 100 mg", "VP-16, 100 mg")."""
    before = text[max(0, items[0].start - 30) : items[0].start]
    if _HYPHENATED_WORD.search(before):
        return items[1:]
    if _INDEX_WORD.search(before):
        return items[-1:]
    return items


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
    _read_denominators(text, last)
    if last.per is None and last.kind == "mass" and (match := _PER_AFTER_AGENT.match(text, last.end)) is not None:
        last.per = "kg" if match["kg"] else "m2"
    _read_strength(text, last, pieces)
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
        lost = unit[0] == "{cells}" and not value.power and value.high < 1e4
        return _lost_power(text, value, unit[3]) if lost else unit
    if value.power or value.high >= 1e5:
        per = _DENOMINATOR.match(text, position)
        if value.power and per and (per["kg"] or per["m2"]):
            return "{cells}", "cells", 1.0, position
        if match := _CELLS_AFTER.match(text, position):
            known = not _NOT_CELLS.match(text, match.end())
            return ("{cells}", "cells", 1.0, match.end()) if known else ("", "", 1.0, position)
        if cells and value.power and value.low >= 1e3 and not _NOT_CELLS.match(text, position):
            return "{cells}", "cells", 1.0, position
    return "", "", 1.0, position


def _lost_power(text: str, value: Value, end: int) -> Unit:
    """`106 cells/kg`: nobody gives a hundred cells."""
    digits = text[value.start : value.end]
    if re.fullmatch(r"10(?:[5-9]|1[0-3])", digits) and value.low == value.high:
        value.low = value.high = 10.0 ** int(digits[2:])
        value.flags.append("lost_superscript")
        return "{cells}", "cells", 1.0, end
    return "", "", 1.0, end


def _read_denominators(text: str, amount: Amount) -> None:
    if match := _IN_PARENTHESES.match(text, amount.end):
        amount.end = match.end()
    if (match := _TOLERANCE_AFTER.match(text, amount.end)) is not None:
        amount.end = match.end()
    if (match := _ELEMENT.match(text, amount.end)) is not None:
        amount.end = match.end()
    for _ in range(4):
        match = _DENOMINATOR.match(text, amount.end)
        if match is None or (match["inverse"] and match["inverse"] == "m" and match["power"] != "2"):
            return
        if match["concentration"] and _LIST_OF_AMOUNTS.match(text, amount.end):
            return
        _apply_denominator(amount, match)
        amount.end = match.end()
        if match := _IN_PARENTHESES.match(text, amount.end):
            amount.end = match.end()


def _apply_denominator(amount: Amount, match: re.Match[str]) -> None:
    inverse = (match["inverse"] or "").lower()
    if match["kg"] or inverse == "kg":
        amount.per = "kg"
    elif match["m2"] or inverse == "m":
        amount.per = "m2"
    elif match["fraction"]:
        amount.role = "fraction" if amount.kind == "radiation" else amount.role
    elif match["strength"]:
        amount.role = "strength"
    elif match["concentration"]:
        amount.concentration = not (
            _VOLUME_OF_SEVERAL.match(match.group()) and _GIVEN_NEXT.match(match.string, match.end())
        )
    elif match["time"] or match["rate"] or inverse:
        unit = TIME_UNITS[(match["time"] or match["rate"] or inverse).lower()]
        count = float(match["n"]) if match["n"] else 1.0
        if count == 24 and unit == "h":
            unit, count = "d", 1.0
        if count == 1 and unit in ("d", "h", "min", "wk"):
            amount.per_time = unit
        elif unit != "min":
            amount.frequency = (1.0, count, unit)


def _read_strength(text: str, amount: Amount, pieces: bool) -> None:
    """`two 5 mg tablets` and `2 x 250 mg` are one intake of the whole mass."""
    if amount.kind not in ("mass", "activity") or amount.concentration or amount.per:
        return
    before = text[max(0, amount.start - 40) : amount.start]
    if not pieces and not before.rstrip().endswith(("x", "*")):
        return
    form = _FORM_AFTER.match(text, amount.end)
    match = (
        _TABLETS_OF.search(before)
        or (form and _count_of_agent(before))
        or ((form or before.rstrip().endswith(("x", "*"))) and _COUNT_BEFORE.search(before))
    )
    if not match and (puffs := _PIECES_AFTER.match(text, amount.end)):
        amount.low, amount.high = (bound * _count(puffs["count"]) for bound in (amount.low, amount.high))
        amount.end, amount.role = puffs.end(), "dose"
    if not match:
        return
    count = _count(match["count"])
    if 1 < count <= 12:
        amount.low, amount.high = amount.low * count, amount.high * count
        amount.start -= len(before) - match.start()


def _count_of_agent(before: str) -> re.Match[str] | None:
    """`2 zanfluril` before `100 mg capsules`, but not `Day 2 zanfluril`."""
    match = _COUNT_OF_AGENT.search(before)
    return match if match is not None and not _INDEX_WORD.search(before[: match.start()]) else None


def _count(word: str) -> float:
    return float(word) if word.isdigit() else NUMBER_WORDS[word.lower()]


def _areas_under_curve(text: str) -> list[Amount]:
    found: list[Amount] = []
    if "AUC" not in text and "curve" not in text:
        return found
    for pattern in (_AUC, _AUC_WORDS, _AUC_BEHIND):
        for match in pattern.finditer(text):
            low = float(match["low"])
            high = float(match["high"] or low)
            if 1 <= low <= 10 and low <= high <= 10:
                found.append(Amount(low, high, "{AUC}", "auc", match.start(), match.end()))
    return found


# By the first four letters, else by the first.
_FORM_CODES = {
    "puff": "{puff}", "drop": "{drop}", "patc": "{patch}", "inha": "{puff}", "spra": "{puff}", "appl": "{application}",
    "capl": "{tablet}", "loze": "{tablet}", "soft": "{capsule}",
    "t": "{tablet}", "p": "{tablet}", "c": "{capsule}", "s": "{sachet}",
}  # fmt: skip


def _counted(low: str, known: list[Amount]) -> list[Amount]:
    taken = {amount.start for amount in known}
    found = []
    for match in [*(match for _, match in _COUNTED.find(low)), *_figured(low)]:
        word, unit = match["count"], match["unit"]
        count = 0.5 if "half" in word or word == "1/2" else _count(word)
        code = _FORM_CODES.get(unit[:4]) or _FORM_CODES[unit[0]]
        if match.start() not in taken:
            found.append(Amount(count, count, code, "count", match.start(), match.end()))
    return found


def _figured(low: str) -> Iterator[re.Match[str]]:
    """`2 placebo capsules`, but not `on day 2 placebo capsules`."""
    for match in _FIGURED.finditer(low):
        if not _INDEX_WORD.search(low, max(0, match.start() - 30), match.start()):
            yield match


_RANGE_WORD = re.compile(r"\s*(?:-|to|up to|through|until)\s*\Z")
_RISING = re.compile(
    r"\b(?:increas\w*|titrat\w*|escalat\w*|decreas\w*|reduc\w*|taper\w*|from)\b[^.;]{0,40}\Z", re.IGNORECASE
)


def _joined_ranges(text: str, amounts: list[Amount]) -> list[Amount]:
    """`25 mg to 50 mg` and `25mg-50mg` are one range, unless the text says that the dose changes."""
    found: list[Amount] = []
    for amount in amounts:
        if found and _is_upper_end(text, found[-1], amount):
            found[-1].high, found[-1].end = amount.high, amount.end
            found[-1].per = amount.per or found[-1].per
            found[-1].per_time = amount.per_time or found[-1].per_time
            continue
        if found and amount.start < found[-1].end:
            if found[-1].kind == "count" != amount.kind:
                found[-1] = amount  # "2 capsules of 500 mg": one intake of 1000 mg
            continue
        found.append(amount)
    return found


def _is_upper_end(text: str, lower: Amount, upper: Amount) -> bool:
    if lower.unit != upper.unit or lower.low != lower.high or upper.low != upper.high or lower.high >= upper.low:
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

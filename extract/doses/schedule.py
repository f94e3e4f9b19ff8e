"""Schedules: how often, on which days, for how long, in which cycles."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

from extract.doses.vocabulary import NUMBER_WORDS, TIME_UNITS, read_toml

UPPER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")  # str.lower() may change lengths


@dataclass(slots=True)
class Item:
    """One piece of a schedule, a route or a phase found in a text. `value` depends on `kind`.

    frequency: (times, every or None, unit or None) · days: list of int · duration: (value, unit) ·
    cycle_days, cycles: float · route, phase: code
    """

    kind: str
    start: int
    end: int
    value: Any


_NUMBER = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_UNIT = (
    r"(?:minutes?|mins?|min|hours?|hrs?|hr|h|days?|d|nights?|mornings?|evenings?|weeks?|wks?|wk|w|months?|"
    r"mos?|mo|years?|yrs?|cycles?)(?![a-z])"
)
_SHORT = r"(?:hrs?|h|days?|d|wks?|wk|weeks?|w|months?|mo|m|min)"
_ADVERB = r"\b(?:daily|weekly|monthly|yearly|annually|hourly|nightly)\b"
_MULTIPLE = (
    rf"(?:twice|thrice|{_NUMBER}\s*(?:or\s+{_NUMBER}\s+)?(?:times|time|x)|"
    rf"{_NUMBER}\s?-\s?{_NUMBER}\s*times|2x|3x|4x|x\s?[2-4])"
)
_PLACEHOLDERS = {"NUM": _NUMBER, "UNIT": _UNIT, "SHORT": _SHORT, "ADVERB": _ADVERB, "TIMES": _MULTIPLE}


def number(text: str) -> float:
    """A count in digits or words."""
    text = text.lower().strip()
    if text in NUMBER_WORDS:
        return NUMBER_WORDS[text]
    digits = re.search(r"\d+(?:\.\d+)?", text)
    return float(digits.group()) if digits else 1.0


@cache
def _frequencies() -> tuple[re.Pattern[str], list[dict[str, Any]]]:
    entries = read_toml("frequencies.toml")["frequency"]
    parts = []
    for index, entry in enumerate(entries):
        pattern = entry["pattern"]
        for name, expression in _PLACEHOLDERS.items():
            pattern = re.sub(rf"\b{name}\b", expression.replace("\\", "\\\\"), pattern)
        for group in ("n", "m", "unit"):
            pattern = pattern.replace(f"(?P<{group}>", f"(?P<{group}{index}>")
        parts.append(f"{_guard(entry['pattern'])}{pattern}(?P<f{index}>)")
    return re.compile(r"(?<![\w/])(?:" + "|".join(parts) + ")"), entries


def _guard(pattern: str) -> str:
    """What a frequency that begins with a number or an adverb can begin with: fails sooner than the whole."""
    if pattern.startswith(("(?P<m>", "(?P<n>")):
        return r"(?=\d|on|tw|th|fo|fi|si|se|ei|ni|te|x)"
    return "(?=da|we|mo|ye|an|ho|ni)" if pattern.startswith("(?P<unit>ADVERB") else ""


_LIMIT = re.compile(r"\b(?:no|not)\b[^.;,]{0,12}\bmore than\s*\Z|\bnot exceed\w*\s*\Z", re.IGNORECASE)


def find_frequencies(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Every "how often" in the text; a single administration is (1, None, None)."""
    pattern, entries = _frequencies()
    found = []
    for match in pattern.finditer(text.translate(UPPER), start, end):
        if _LIMIT.search(text, max(0, match.start() - 30), match.start()):
            continue
        index = int((match.lastgroup or "f0")[1:])  # the empty group at the end of each alternative
        found.append(Item("frequency", match.start(), match.end(), _frequency(match, index, entries[index])))
    return found


def _frequency(match: re.Match[str], index: int, entry: dict[str, Any]) -> tuple[float, float | None, str | None]:
    times, every, unit = entry["times"], entry["every"], entry["unit"]
    if times == "m":
        times = _times(match[f"m{index}"])
    if every == 0:
        return float(times), None, None
    if every == "n":
        every = number(match[f"n{index}"])
    if unit == "unit":
        unit = TIME_UNITS[match[f"unit{index}"].lower()]
    return float(times), float(every), str(unit)


def _times(text: str) -> float:
    text = text.lower()
    if text.startswith("twice"):
        return 2.0
    if text.startswith("thrice"):
        return 3.0
    return number(re.split(r"\s|(?<=\d)x|-", text.removeprefix("x").strip())[0])


_NOT_PER = "".join(
    f"(?<!{word})" for word in ("/", "/ ", "per ", r"\ba ", "each ", "every ", "one ", "same ", "other ", "q ")
)
_DAY_WORD = rf"(?:study\s)?{_NOT_PER}(?:\b(?:days?|dys?)\b|(?<![\w-])[dD](?=\s?-?\d)|\bC\dD(?=\d)|\bD(?=\s?\d))"
_INTEGER = r"(?:-?\s?\d{1,3}|(?:one|two|three|four|five|six|seven|eight)\b)"
_DAY_RANGE_TO = r"\s*(?:-|to|through|thru|until|up to|\.\.\.?)\s*"
_DAY_LIST_SEPARATOR = r"\s*(?:,\s*and\s|,\s*&|,|and|&|\+|/|;\s?(?=d))\s*"
_DAY_VALUE = (
    rf"(?:{_DAY_WORD}\s*)?\(?{_INTEGER}\)?(?![\d.]*\s*(?:mg|mcg|ug|g\b|ml|IU|Gy|%|x\s?10|cycles|h\b|hours|"
    rf"weeks|minutes|courses|patients)|\s?-\s?(?!d\s?-?\d)[a-z])(?:\s?(?:st|nd|rd|th)\b)?\*?"
)
_DAYS = re.compile(
    rf"(?<![\w])(?<!\b\d )(?<!\b\d\d )(?<!\d-){_DAY_WORD}\s*[#:]?\s*{_DAY_VALUE}"
    rf"(?:(?:{_DAY_RANGE_TO}|{_DAY_LIST_SEPARATOR}){_DAY_VALUE})*",
    re.IGNORECASE,
)
_AFTER_ROUTE = re.compile(
    rf"\b(?:IV|PO|IM|SC|SQ|IT|[Pp]ush|[Bb]olus)\b\s*(?P<days>{_INTEGER}(?:(?:{_DAY_RANGE_TO}|{_DAY_LIST_SEPARATOR}){_INTEGER}\*?)*)(?![\d.]*\s*(?:mg|mcg|ug|g\b|ml|IU|Gy|%|x|times|hours?|h\b|min|weeks?|days?|cycles|doses))"
)
_PIECE = re.compile(
    rf"(?P<range>{_DAY_RANGE_TO}(?={_DAY_WORD}|\(?{_INTEGER}))|(?P<list>{_DAY_LIST_SEPARATOR})|{_DAY_WORD}|(?P<value>{_INTEGER})|.",
    re.IGNORECASE,
)


def find_days(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Days on which something is given, ranges listed in full."""
    found = []
    for match in _DAYS.finditer(text, start, end):
        days = read_days(match.group())
        if days and len(days) == 1:
            days = _single_day(text, match, days[0])
        if days:
            found.append(Item("days", match.start(), match.end(), days))
    for match in _AFTER_ROUTE.finditer(text, start, end):
        if not any(item.start < match.end() and match.start("days") < item.end for item in found):
            days = read_days(match["days"])
            if days and (len(days) > 1 or re.search(r"[,-]|$", text[match.end() :][:1])):
                found.append(Item("days", match.start("days"), match.end(), days))
    return sorted(found, key=lambda item: item.start)


_STARTING = re.compile(
    r"\b(?:beginning|starting|begins?|starts?|started|commenc\w+|initiated)(?: from| on|"
    r" at)?(?: study)?\s*\Z|\bfrom(?: study)?\s*\Z",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"\b(?:through|until|till|up to|by|before|after|prior to|to|following|than|since|within|post)(?: study)?\s*\Z",
    re.IGNORECASE,
)
_FOR_DAYS = re.compile(
    r"[^.;]{0,40}?\bfor (?P<count>\d{1,2}|two|three|four|five|six|seven) (?:consecutive )?days", re.IGNORECASE
)


def _single_day(text: str, match: re.Match[str], day: int) -> list[int]:
    """`beginning on day 4 for 3 days` is days 4 to 6; a mere beginning or end is no list of days."""
    before = text[max(0, match.start() - 24) : match.start()]
    if _STARTING.search(before):
        length = _FOR_DAYS.match(text, match.end())
        return list(range(day, day + int(number(length["count"])))) if length else []
    return [] if _ENDING.search(before) else [day]


_DAY_TOKEN = re.compile(
    r"(?P<number>\b(?:one|two|three|four|five|six|seven|eight)\b)|(?P<to>\bto\b|\bthrough\b|\bthru\b|"
    r"\buntil\b|\bup to\b|\.\.\.?)"
    r"|(?P<value>\d+)|(?P<minus>-)|(?P<sep>,|\band\b|&|\+|/|;)|(?P<word>[A-Za-z]+)",
    re.IGNORECASE,
)


def read_days(text: str) -> list[int]:
    """`-5 to -3` → [-5, -4, -3]; `1, 8-10 and 15` → [1, 8, 9, 10, 15]."""
    days: list[int] = []
    pending_range = negative = False
    previous = ""
    for match in _DAY_TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "to":
            pending_range = True
        elif kind == "minus":
            # A dash after a number is a range; after a word, a separator or another dash it is a sign.
            if previous == "value":
                pending_range = True
            else:
                negative = True
        elif kind in ("value", "number"):
            kind, digits = "value", int(number(match.group()))
            value = -digits if negative else digits
            if pending_range and days and days[-1] < value <= days[-1] + 400:
                days += range(days[-1] + 1, value + 1)
            elif pending_range and days and days[-1] < 0 < value and -value > days[-1]:
                days += range(days[-1] + 1, -value + 1)  # "day -5-3" means -5 to -3
            elif pending_range and days and value < 0 and not negative:
                days.append(value)
            else:
                days.append(value)
            pending_range = negative = False
        previous = kind if kind != "word" else previous if pending_range else kind
        if kind == "sep":
            pending_range = False
    unique = sorted(set(days))
    return unique if len(unique) <= 400 and all(abs(day) <= 1100 for day in unique) else []


_DURATION = re.compile(
    rf"(?:\b(?:for|during|lasting|duration of|period of|total of|up to|within|course of|over(?: a)?|"
    rf"continued for|x|\*)\s*(?:a\s+|an\s+|the\s+)?(?:total(?: duration| treatment period)? (?:of )?|"
    rf"period of |maximum of |max(?:imum)?(?: of)? |up to |additional |about |approximately |at least |"
    rf"first |next |another |further |subsequent )*)"
    rf"(?P<value>{_NUMBER})(?:\s*(?:-|to|or)\s*(?P<high>{_NUMBER}))?(?:\s?\(\d+\))?[\s-]*(?:consecutive |"
    rf"continuous |successive |more |full |calendar |additional )?(?P<unit>days?|d|weeks?|wks?|wk|w|"
    rf"months?|mos?|years?|yrs?|hours?|hrs?|h)(?![a-z])(?!\s*(?:cycle|apart|interval|before|prior|"
    rf"after (?:the )?last))",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    rf"\b(?P<value>{_NUMBER})[\s-](?P<unit>day|week|month|year)s?[\s-](?:treatment|course|period|duration|"
    rf"regimen|double[- ]blind|open[- ]label|of treatment|study treatment|therapy|of (?:daily|once|twice))",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|through|to|up to)\s+(?P<unit>week|month|day|year)\s+(?P<value>\d{1,3})\b", re.IGNORECASE
)
_INFUSION_TIME = re.compile(
    r"\bover(?: a| about| approximately)*\s*$|\binfus\w+ (?:for|over)\s*$|\bwithin\s*$", re.IGNORECASE
)
_CYCLE_DAYS = re.compile(
    rf"\b(?:(?P<a>{_NUMBER})[\s-]?(?P<au>days?|d|weeks?|wks?|wk|w|"
    rf"months?)(?:\s?\([^)]{{0,12}}\))?[\s-]*(?:(?:treatment|dosing|chemotherapy|study)\s)?(?:cycles?|"
    rf"courses?|a cycle|as (?:a|one|1) (?:cycle|course)|(?:is|was|constitutes?|for|=) (?:a|one|1|"
    rf"each) (?:cycle|course))"
    rf"|(?:cycles?|courses?)(?: length)?(?: \w+)?(?:\s(?:of|is|was|lasts?|every|repeated every|"
    rf"repeats? every|will be repeated every|are repeated every|length|"
    rf"duration))*\s*[=:(]?\s*(?P<b>{_NUMBER})[\s-]?(?P<bu>days?|d|weeks?|wks?|wk|w|months?)\b"
    rf"|repeat(?:s|ed|ing)?(?:\s\w+)?\s(?:every|each|q)\s?(?P<c>{_NUMBER})[\s-]?(?P<cu>days?|d|weeks?|wks?|wk|w)\b"
    rf"|every\s(?P<e>{_NUMBER})[\s-](?P<eu>days?|weeks?)[\s-](?:\([^)]*\)\s)?(?:as (?:a|one|1)|per|"
    rf"for (?:one|1|a)|=|is a|(?:was|were) (?:a|one))\s(?:cycle|course)"
    rf"|weekly for (?P<g>{_NUMBER}) weeks? (?:followed by|with|then) (?:a |an )?(?:(?P<h>{_NUMBER})|"
    rf"rest)?[\s-]?(?:weeks?)?\s?(?:of )?(?:rest|off|break)?)",
    re.IGNORECASE,
)
_CYCLES = re.compile(
    rf"\b(?:(?:(?:for|total(?: of)?|up to|maximum(?: of)?|max(?:imum)?|x|complete|receive|least|"
    rf"repeated for|additional|until|to|of)\s+)(?:(?:a|the|up to|total of|maximum of|another|additional|"
    rf"about|first)\s+)*"
    rf"(?P<a>{_NUMBER})(?:\s*(?:-|to|or)\s*(?P<b>{_NUMBER}))?(?:\s(?:treatment|consecutive|planned|additional|\d+-(?:week|day)|three-week|four-week|21-day|28-day|14-day))*\s(?:cycles?|courses?)(?!\s?\d)"
    rf"|(?P<c>{_NUMBER})(?:\s?-\s?(?P<d>{_NUMBER}))?\s(?:treatment\s)?cycles\b|x\s?(?P<e>\d{{1,2}})\scycles?)",
    re.IGNORECASE,
)


def find_durations(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """How long the treatment lasts; the time of a single infusion is left out."""
    found = []
    for match in _DURATION.finditer(text, start, end):
        unit = TIME_UNITS[match["unit"].lower()]
        if unit == "h" or _INFUSION_TIME.search(text[max(0, match.start() - 14) : match.start("value")]):
            continue
        found.append(Item("duration", match.start(), match.end(), (number(match["high"] or match["value"]), unit)))
    for pattern in (_LENGTH, _UNTIL):
        for match in pattern.finditer(text, start, end):
            found.append(
                Item(
                    "duration", match.start(), match.end(), (number(match["value"]), TIME_UNITS[match["unit"].lower()])
                )
            )
    return sorted(found, key=lambda item: item.start)


_IN_DAYS = {"d": 1.0, "wk": 7.0, "mo": 30.0}


_CYCLE_WORD = re.compile(r"[cC]ycle|[cC]ourse|CYCLE|[rR]epeat|eekly for")


def find_cycles(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Cycle lengths in days and numbers of cycles."""
    found: list[Item] = []
    if _CYCLE_WORD.search(text, start, end) is None:
        return found
    for match in _CYCLE_DAYS.finditer(text, start, end):
        if match["g"]:
            weeks = number(match["g"]) + (number(match["h"]) if match["h"] else 1)
            found.append(Item("cycle_days", match.start(), match.end(), weeks * 7))
            continue
        for name in "abce":
            if match[name]:
                days = number(match[name]) * _IN_DAYS[TIME_UNITS[match[name + "u"].lower()]]
                found.append(Item("cycle_days", match.start(), match.end(), days))
    for match in _CYCLES.finditer(text, start, end):
        value = next(match[name] for name in "badce" if match[name])
        found.append(Item("cycles", match.start(), match.end(), number(value)))
    return sorted(found, key=lambda item: item.start)


@cache
def _phases() -> tuple[re.Pattern[str], list[str]]:
    # As with routes: alternatives that begin with a letter and end with an empty group are found fastest.
    parts, codes = [], []
    for entry in read_toml("phases.toml")["phase"]:
        for pattern in [*entry["patterns"], *(f"{label}(?=\\s?\\d?\\s?:)" for label in entry["labels"])]:
            parts.append(f"{pattern}()")
            codes.append(entry["code"])
    return re.compile("|".join(parts)), codes


_LABEL_NUMBER = re.compile(r"\s?(\d)\s?:")


def find_phases(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Names of phases of the treatment; a number in a label is kept ("ind2:" is `induction 2`)."""
    pattern, codes = _phases()
    lowered = text.translate(UPPER)
    found = []
    for match in pattern.finditer(lowered, start, end):
        if match.start() and (lowered[match.start() - 1].isalnum() or lowered[match.start() - 1] == "-"):
            continue
        code = codes[(match.lastindex or 1) - 1]
        label = _LABEL_NUMBER.match(lowered, match.end())
        found.append(Item("phase", match.start(), match.end(), f"{code} {label[1]}" if label else code))
    return found


def find_schedule(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """All schedule items within `start:end` of the text, in order."""
    items = [
        *find_frequencies(text, start, end),
        *find_days(text, start, end),
        *find_durations(text, start, end),
        *find_cycles(text, start, end),
        *find_phases(text, start, end),
    ]
    items.sort(key=lambda item: (item.start, item.kind))
    return items

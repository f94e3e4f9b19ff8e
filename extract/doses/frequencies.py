"""How often: `twice daily`, `q8h`, `every 3 weeks`, a single dose."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import Any

from extract.doses.items import DAILY, Item
from extract.doses.scanning import Scanner
from extract.doses.vocabulary import NUMBER, TIME_UNITS, number, read_toml
from extract.lower import lowered

_UNIT = (
    r"(?:minutes?|mins?|min|hours?|hrs?|hr|h|days?|d|nights?|mornings?|evenings?|weeks?|wks?|wk|w|months?|"
    r"mos?|mo|years?|yrs?|cycles?)(?![a-z])"
)
_SHORT = r"(?:hrs?|h|days?|d|wks?|wk|weeks?|w|months?|mo|m|min)"
_ADVERB = r"\b(?:daily|weekly|monthly|yearly|annually|hourly|nightly)\b"
# "three (3) times": a number may be said twice.
_NUMBER = rf"{NUMBER}(?:\s?\({NUMBER}\))?"
_MULTIPLE = (
    rf"(?:twice|thrice|{_NUMBER}[\s-]*(?:or\s+{NUMBER}\s+)?(?:times|time|x)|"
    rf"{NUMBER}\s?-\s?{NUMBER}\s*times|2x|3x|4x|x\s?[2-4])"
)
_WEEKDAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs|r)?s?"
_PLACEHOLDERS = {
    "NUM": _NUMBER, "UNIT": _UNIT, "SHORT": _SHORT, "ADVERB": _ADVERB, "TIMES": _MULTIPLE, "WEEKDAY": _WEEKDAY,
}  # fmt: skip


# What no pattern begins with, though it opens like one: a number that a unit of mass, a percent sign or the like
# follows ("2 single doses" are told apart by their number), a length of time that is no interval, "quality".
_NO_FREQUENCY = (
    r"(?:\d{2,}(?:\.\d+)?|\d\.\d+|[015-9])\s?(?:m[gcl]|[unk]?g|%|[,;:)/]|patients|subjects|of\b|and\b|to\b)"
    r"|\d+(?:\.\d+)?(?:\s?[,;:)]|\.(?!\d)|\Z|[\s-]?(?:weeks?|months?|minutes?|min|hours?|years?)\b"
    r"(?! (?:apart|doses|injections|infusions|administrations)|"
    r" (?:(?:treatment|dosing|dose|injection|infusion) )?interval))"
    r"|qu[ei]|qua(?:[ln]|r(?!terly))"
)


@cache
def _frequencies() -> tuple[Scanner, list[dict[str, Any]]]:
    entries = read_toml("frequencies.toml")["frequency"]
    patterns = []
    for index, entry in enumerate(entries):
        pattern = entry["pattern"]
        for name, expression in _PLACEHOLDERS.items():
            pattern = re.sub(rf"\b{name}\b", expression.replace("\\", "\\\\"), pattern)
        for group in ("n", "m", "unit"):
            pattern = pattern.replace(f"(?P<{group}>", f"(?P<{group}{index}>")
        patterns.append(pattern)
    return Scanner(patterns, before=r"\w", unless=_NO_FREQUENCY), entries


_LIMIT = re.compile(r"\b(?:no|not)\b[^.;,]{0,12}\bmore than(?:\s\w+){0,3}\s*\Z|\bnot exceed\w*\s*\Z", re.IGNORECASE)


# After a number of doses: they are given at several times that are no interval.
_SPREAD = re.compile(
    r"(?:[^.;]|\.\d){0,60}?\b(?:at|in|on) (?:week|month|visit)s? \d+ ?(?:,|and\b|&)"
    r"|[^.;,]{0,12}?\bover (?:a period of )?\d+ (?:weeks|months)",
    re.IGNORECASE,
)


# "in 2-4 divided doses", "in two or three divided doses": so many parts that nothing is said of how often
_RANGE_BEFORE = re.compile(r"(?:\b\d|\btwo|\bthree|\bfour)\s?(?:-|to|or)\s?\Z", re.IGNORECASE)


def _is_of_a_range(text: str, match: re.Match[str]) -> bool:
    if "divided" not in match.group() or match.group().startswith("divided"):
        return False
    return _RANGE_BEFORE.search(text, max(0, match.start() - 10), match.start()) is not None


_GROUP_BEFORE = re.compile(r"\b(?:group|arm)s?[\s:(\"'-]{1,3}\Z", re.IGNORECASE)
_GROUP_AFTER = re.compile(r"\)?\s(?:group|arm)\b", re.IGNORECASE)


def _names_group(text: str, match: re.Match[str]) -> bool:
    """Whether letters are what a group is called: "group BD" of bupivacaine and dexmedetomidine."""
    if match.end() - match.start() > 3:
        return False
    before = _GROUP_BEFORE.search(text, max(0, match.start() - 9), match.start())
    return before is not None or _GROUP_AFTER.match(text, match.end()) is not None


def find_frequencies(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Every "how often" in the text; a single administration is (1, None, None)."""
    scanner, entries = _frequencies()
    found: list[Item] = []
    for index, match in scanner.find(lowered(text), start, end):
        value = _frequency(match, index, entries[index])
        if 0 in value:
            continue  # "every 0 days"
        limit = _LIMIT.search(text, max(0, match.start() - 30), match.start())
        spread = value[1] is None and _SPREAD.match(text, match.end())
        if limit or spread or _names_group(text, match) or _is_of_a_range(text, match):
            continue
        item = Item("frequency", match.start(), match.end(), value)
        if found and _on_days_of_week(text, found[-1], item):
            item = Item("frequency", found.pop().start, item.end, value)
        found.append(item)
    return found


_AND_SO = re.compile(r"[\s,()]*(?:(?:for|on)\s)?\Z")


def _on_days_of_week(text: str, daily: Item, item: Item) -> bool:
    """`once daily, 5 days a week` is five times a week."""
    return (
        daily.value == DAILY
        and item.value[0] > 1
        and item.value[1:] == (1.0, "wk")
        and _AND_SO.match(text, daily.end, item.start) is not None
    )


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

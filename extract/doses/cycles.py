"""How long a treatment lasts, how long its cycles are and how many: `extract/data/treatment_lengths.toml`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from extract.doses.items import Item
from extract.doses.scanning import Scanner
from extract.doses.vocabulary import NUMBER, TIME_UNITS, number, read_toml
from extract.lower import holds_any, lowered

_UNIT = r"(?:days?|d|weeks?|wks?|wk|w|months?|mos?|years?|yrs?|hours?|hrs?|h)(?![a-z])"
_NUMBER = rf"{NUMBER}(?:\s?\({NUMBER}\))?"  # "six (6)"
_MOST_YEARS = 15
_SHORTEST_CYCLE = 5  # days; "cycle 1 day 1" is none
_IN_DAYS = {"d": 1.0, "wk": 7.0, "mo": 30.0}


def find_durations(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """How long the treatment lasts; the time of a single infusion is left out."""
    low = lowered(text)
    found = [
        Item("duration", match.start(), match.end(), length)
        for needed, scanner in _duration_scanners()
        if holds_any(low, needed)
        for _, match in scanner.find(low, start, end)
        if (length := _length(low, match)) is not None
    ]
    return sorted(found, key=lambda item: item.start)


def _length(low: str, match: re.Match[str]) -> tuple[float, str] | None:
    named = match.groupdict()
    if named.get("from") is not None:
        weeks = int(match["value"]) - int(match["from"]) + 1
        return (float(weeks), "wk") if weeks > 1 else None
    value, unit = number(named.get("high") or match["value"]), TIME_UNITS[match["unit"]]
    if unit == "h" or (unit == "a" and value > _MOST_YEARS):  # "adults over 50 years"
        return None
    infused = "fractions" not in named and _infusion_time(unit).search(
        low, max(0, match.start() - 14), match.start("value")
    )
    if infused or _until().search(low, max(0, match.start() - 110), match.start()):
        return None
    return value, unit


def find_cycles(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Cycle lengths in days and numbers of cycles."""
    low = lowered(text)
    if not holds_any(low, _cycle_words()):
        return []
    found = [
        Item("cycle_days", at, to, days)
        for at, to, named in _matches("cycle_days", low, start, end)
        if (days := _days(named)) >= _SHORTEST_CYCLE
    ]
    found += [
        Item("cycles", at, to, number(named.get("high") or named["value"]))
        for at, to, named in _matches("cycles", low, start, end)
    ]
    return sorted(found, key=lambda item: item.start)


def _days(named: dict[str, str]) -> float:
    """The length of a cycle; none lasts hours or years ("a 2-year course"): 0."""
    if "on" in named:
        return _length_in_days(named, "on") + _length_in_days(named, "off")
    return number(named["value"]) * _IN_DAYS.get(TIME_UNITS[named["unit"]], 0.0)


def _length_in_days(named: dict[str, str], part: str) -> float:
    return number(named[part]) * _IN_DAYS[TIME_UNITS[named[f"{part}_unit"]]]


def _matches(kind: str, low: str, start: int, end: int) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Where any pattern of a kind matches, and its groups that took part."""
    for match in _any_of(kind).finditer(low, start, end):
        named = {name.rstrip("0123456789"): said for name, said in match.groupdict().items() if said}
        yield match.start(), match.end(), named


@cache
def _any_of(kind: str) -> re.Pattern[str]:
    patterns = [
        re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>{index}>", _pattern(entry)) for index, entry in enumerate(_rules()[kind])
    ]
    return re.compile(rf"\b(?:{'|'.join(patterns)})")


@cache
def _duration_scanners() -> list[tuple[tuple[str, ...], Scanner]]:
    """A scanner for each pattern of a duration, and the words one of which its texts have."""
    return [
        (tuple(entry.get("holds", [""])), Scanner([_pattern(entry)], before=entry.get("not_after", r"\w")))
        for entry in _rules()["duration"]
    ]


def _pattern(entry: dict[str, Any]) -> str:
    """A pattern with its names in capitals replaced by what they stand for."""
    known = {"NUM": _NUMBER, "UNIT": _UNIT}
    words: dict[str, list[str]] = _rules()["words"]
    return re.sub(
        r"[A-Z]{2,}(?:_[A-Z]+)*",
        lambda name: known.get(name.group()) or f"(?:{'|'.join(words[name.group()])})",
        entry["pattern"],
    )


@cache
def _infusion_time(unit: str) -> re.Pattern[str]:
    words = _rules()["infusion_time"]
    return re.compile(rf"\b(?:{'|'.join([*words['before'], *(words['before_days'] if unit == 'd' else [])])})\s*\Z")


@cache
def _until() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_rules()['until']['words'])})[^.;]*\Z")


@cache
def _cycle_words() -> tuple[str, ...]:
    return tuple(_rules()["holds"])


def _rules() -> dict[str, Any]:
    return read_toml("treatment_lengths.toml")

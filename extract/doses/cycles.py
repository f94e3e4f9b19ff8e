"""How long a treatment lasts, how long its cycles are and how many: `extract/data/treatment_lengths.toml`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from extract.doses.items import Item
from extract.doses.scanning import Scanner
from extract.doses.vocabulary import DAYS_IN, NUMBER, TIME_UNITS, number, read_toml
from extract.lower import holds_any, lowered

_UNIT = r"(?:days?|d|weeks?|wks?|wk|w|months?|mos?|years?|yrs?|hours?|hrs?|h)(?![a-z])"
_NUMBER = rf"{NUMBER}(?:\s?\({NUMBER}\))?"  # "six (6)"
_MOST_YEARS = 15
_SHORTEST_CYCLE = 5  # days; "cycle 1 day 1" is none


def find_durations(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """How long the treatment lasts; the time of a single infusion is left out.

    The length in "7 days of A" is of kind `duration_of`: it is that of what follows, if anything is given there.
    """
    low = lowered(text)
    found = [
        Item("duration_of" if match[0].endswith(" of") else "duration", match.start(), match.end(), length)
        for needed, scanner in _duration_scanners()
        if holds_any(low, needed)
        for _, match in scanner.find(low, start, end)
        if (length := _length(low, match)) is not None
    ]
    return sorted(found, key=lambda item: item.start)


_LAST_DAY = ("to day", "through day", "until day", "up to day")
_FIRST_DAY = re.compile(r"\bday (?:[2-9]|\d\d) \Z")


def _length(low: str, match: re.Match[str]) -> tuple[float, str] | None:
    named = _said(match)
    if "from" in named:
        weeks = int(named["value"]) - int(named["from"]) + 1
        return (float(weeks), "wk") if weeks > 1 else None
    value, unit = number(named.get("high") or named["value"]), TIME_UNITS[named["unit"]]
    if unit == "h" or (unit == "a" and value > _MOST_YEARS):  # "adults over 50 years"
        return None
    before = low[max(0, match.start() - 110) : match.start()]
    if unit == "d" and match[0].startswith(_LAST_DAY) and _FIRST_DAY.search(before):
        return None  # "from day 3 to day 7"
    opening = low[max(0, match.start() - 14) : match.end()]
    if "fractions" not in named and _infusion_time(unit).search(opening[: opening.rfind(named["value"])]):
        return None
    return None if "til" in before and _until().search(before) else (value, unit)


_CYCLE_NUMBER = re.compile(r"\s\d+(?:\s?(?:-|to|and|&|,)\s?\d|\W*\Z)")


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
        if not _CYCLE_NUMBER.match(low, to)  # "day 1 cycles 2-3"
    ]
    return sorted(found, key=lambda item: item.start)


def _days(named: dict[str, str]) -> float:
    """The length of a cycle; none lasts hours or years ("a 2-year course"): 0."""
    if "on" in named:
        return _length_in_days(named, "on") + _length_in_days(named, "off")
    return number(named["value"]) * DAYS_IN.get(TIME_UNITS[named["unit"]], 0.0)


def _length_in_days(named: dict[str, str], part: str) -> float:
    return number(named[part]) * DAYS_IN[TIME_UNITS[named[f"{part}_unit"]]]


def _matches(kind: str, low: str, start: int, end: int) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Where any pattern of a kind matches, and its groups that took part."""
    for _, match in _any_of(kind).find(low, start, end):
        yield match.start(), match.end(), _said(match)


def _said(match: re.Match[str]) -> dict[str, str]:
    """The groups that took part, by their names."""
    return {name.rstrip("0123456789"): said for name, said in match.groupdict().items() if said}


@cache
def _any_of(kind: str) -> Scanner:
    return Scanner(_numbered(entry, index) for index, entry in enumerate(_rules()[kind]))


def _numbered(entry: dict[str, Any], index: int) -> str:
    """A pattern whose groups are told apart from those of the others."""
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>{index}>", _pattern(entry))


@cache
def _duration_scanners() -> list[tuple[tuple[str, ...], Scanner]]:
    """Scanners of durations, each with the words one of which its texts have; most patterns share one."""
    entries: list[dict[str, Any]] = _rules()["duration"]
    shared = [_numbered(entry, index) for index, entry in enumerate(entries) if "not_after" not in entry]
    own = [
        (tuple(entry["holds"]), Scanner([_numbered(entry, index)], before=entry["not_after"]))
        for index, entry in enumerate(entries)
        if "not_after" in entry
    ]
    return [(("",), Scanner(shared)), *own]


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

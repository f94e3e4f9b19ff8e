"""Words of other forms in the registry's own values: dates, ages, counts, enumerations."""

from __future__ import annotations

import datetime
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier", "february feb februar février fevrier", "march mar märz mars",
            "april apr avril avr", "may mai", "june jun juni juin", "july jul juli juillet",
            "august aug août aout", "september sep sept septembre", "october oct oktober okt octobre",
            "november nov novembre", "december dec dezember dez décembre decembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
# No value is longer; a pattern must not be let loose on what a broken file puts in its place.
_LONGEST = 300
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ]\d{2}:\d{2}.*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?")
_MONTH_DAY = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})\s*,\s*(\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})\.?(?:st|nd|rd|th)?[\s-]+([^\W\d]+)\.?,?[\s-]+(\d{4})")
_MONTH_YEAR = re.compile(r"([^\W\d]+)\.?,?[\s-]+(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:\s+\d{1,2}:\d{2}.*)?")
_SERIAL = re.compile(r"[2-6]\d{4}")
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([^\W\d]+)", re.UNICODE)
_NUMBER = re.compile(r"\d[\d,. \u00a0']*\d|\d")


@cache
def vocabulary() -> dict[str, Any]:
    """The tables of `data/values.toml`: what other forms call the registry's values."""
    return tomllib.loads(files("crawler.readers").joinpath("data/values.toml").read_text(encoding="utf-8"))


def date(text: str, day_first: bool | None = None) -> tuple[str | None, str | None]:
    """(date as the registry writes it: `2025`, `2025-07` or `2025-07-18`; a flag where the text leaves something open).

    `day_first` says how 03/04/2025 is meant; None: it is not known, and the date stays empty with `date_ambiguous`.
    """
    text = " ".join(text[:_LONGEST].split())
    if not text:
        return None, None
    if match := _ISO.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return _made(match[1], match[2], match[3]), None
    for pattern, order in ((_MONTH_DAY, (3, 1, 2)), (_DAY_MONTH, (3, 2, 1)), (_MONTH_YEAR, (2, 1, None))):
        match = pattern.fullmatch(text)
        month = _MONTHS.get(match[order[1] or 0].lower()) if match else None
        if match and month:
            return _made(match[order[0] or 0], str(month), match[order[2]] if order[2] else None), None
    if match := _SLASHED.fullmatch(text):
        return _slashed(match, day_first)
    if _SERIAL.fullmatch(text):
        return _of_serial(int(text)), "date_from_spreadsheet"
    return None, "date_unreadable"


def _slashed(match: re.Match[str], day_first: bool | None) -> tuple[str | None, str | None]:
    first, second = int(match[1]), int(match[3])
    if match[2] == ".":
        day_first = True
    if first == second or first > 12 or second > 12:
        day, month = (first, second) if first > 12 or (first == second) else (second, first)
    elif day_first is None:
        return None, "date_ambiguous"
    else:
        day, month = (first, second) if day_first else (second, first)
    found = _made(match[4], str(month), str(day))
    return found, None if found else "date_unreadable"


def _of_serial(number: int) -> str:
    # A spreadsheet counts days from 1899-12-30.
    return (datetime.date(1899, 12, 30) + datetime.timedelta(days=number)).isoformat()


def _made(year: str, month: str | None, day: str | None) -> str | None:
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return f"{year}-{int(month):02d}"
    return f"{year}-{int(month):02d}-{int(day):02d}" if 1 <= int(day) <= 31 else None


def short(text: str) -> str:
    """As much of a text as a value can have."""
    return text[:_LONGEST]


def age(text: str) -> str | None:
    """An age as the registry writes it (`18 Years`); None where no limit is stated or none can be read."""
    text = text[:_LONGEST]
    match = _AGE.search(text)
    unit = vocabulary()["age_units"].get(match[2].lower()) if match else None
    if match is None or unit is None:
        return f"{text.strip()} Years" if re.fullmatch(r"\s*\d{1,3}\s*", text) else None
    number = match[1].removesuffix(".0")
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def count(text: str) -> int | None:
    """The first whole number in a text: `1,200 participants` is 1200. None if there is none or it is no count."""
    match = _NUMBER.search(text[:_LONGEST])
    digits = (
        re.sub(r"[^\d]", "", match[0]) if match and re.fullmatch(r"\d{1,3}([,. '\u00a0]\d{3})*|\d+", match[0]) else ""
    )
    return int(digits) if digits and len(digits) < 9 else None


def in_brackets(text: str) -> tuple[str, str]:
    """(`Double`, `Participant, Investigator`) of `Double (Participant, Investigator)`; without brackets the second
    is empty."""
    before, _, inside = text.strip().partition("(")
    return (before.rstrip(), inside[:-1]) if inside.endswith(")") else (text, "")


def without_brackets(text: str) -> str:
    """A text without the brackets that it ends with: `July 2020 (Actual)` is `July 2020`."""
    text = text.rstrip()
    before, bracket, inside = text[:-1].rpartition("(")
    return before.rstrip() if text.endswith(")") and bracket and ")" not in inside else text


_GROUPS = {"P": "FG", "B": "BG", "O": "OG", "E": "EG"}
_GROUP = re.compile(r"([PBOE])(\d+)")


def result_group(text: str) -> str:
    """A group of results: named by its table in the old form (P1), by its module in today's (FG000)."""
    match = _GROUP.fullmatch(text)
    return f"{_GROUPS[match[1]]}{int(match[2]) - 1:03d}" if match else text


def yes_no(text: str) -> bool | None:
    """True or False for what says yes or no, in the languages of `values.toml`."""
    word = text.strip().strip(".").lower()
    if word in vocabulary()["yes"]:
        return True
    return False if word in vocabulary()["no"] else None


def code(text: str, table: str = "") -> str:
    """A value of one of the registry's enumerations: by the table of that name, else in capitals with underscores."""
    plain = " ".join(text.split()).lower()
    known: dict[str, str] = vocabulary().get(table, {})
    return known[plain] if plain in known else re.sub(r"[^A-Z0-9]+", "_", plain.upper()).strip("_")


def known_code(text: str, table: str) -> str | None:
    """As `code`, but None for what the table neither names nor gives."""
    known: dict[str, str] = vocabulary()[table]
    found = code(text, table)
    return found if found in known.values() else None


def phases(text: str) -> list[str]:
    """`Phase 1/Phase 2`, `PHASE1|PHASE2`, `Phase I/II`, `N/A` as the registry's list of phases."""
    plain = text[:_LONGEST].strip().lower()
    if plain in vocabulary()["no_phase"]:
        return ["NA"]
    found: list[str] = []
    if "early" in plain and re.search(r"phase\s*_?1|phase\s*i\b|early_phase1", plain):
        found.append("EARLY_PHASE1")
        plain = re.sub(r"early[\s_]*phase[\s_]*(1|i\b)(?:\s*\(.*?\))?", "", plain)
    if re.search(r"phase\s*0\b", plain):
        found.append("EARLY_PHASE1")
    for match in re.finditer(
        r"(?<![a-z0-9])(iv|iii|ii|i|[1-4])(?:[ab](?![a-z]))?(?![a-z0-9])",
        re.sub(r"phase_?(?=[1-4iv])", "phase ", plain),
    ):
        number = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}.get(match[1], match[1])
        if f"PHASE{number}" not in found:
            found.append(f"PHASE{number}")
    return found

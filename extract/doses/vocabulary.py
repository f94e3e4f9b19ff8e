"""The data files of the dose extractor, read once.

Every file is under `extract/data/` so that a clinician can correct it; nothing here knows a drug or a unit.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

NUMBER_WORDS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0,
    "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "half": 0.5, "once": 1.0, "twice": 2.0,
    "thrice": 3.0, "single": 1.0, "first": 1.0, "second": 2.0, "third": 3.0, "thirty": 30.0, "fourteen": 14.0,
}  # fmt: skip

TIME_UNITS = {
    "min": "min", "mins": "min", "minute": "min", "minutes": "min",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "hourly": "h",
    "d": "d", "day": "d", "days": "d", "daily": "d", "night": "d", "nightly": "d", "morning": "d", "evening": "d",
    "die": "d",
    "w": "wk", "wk": "wk", "wks": "wk", "week": "wk", "weeks": "wk", "weekly": "wk",
    "m": "mo", "mo": "mo", "mos": "mo", "mth": "mo", "month": "mo", "months": "mo", "monthly": "mo",
    "y": "a", "yr": "a", "yrs": "a", "year": "a", "years": "a", "yearly": "a", "annually": "a",
    "cycle": "cycle", "cycles": "cycle", "course": "cycle", "fraction": "fraction", "fractions": "fraction",
}  # fmt: skip

# For lengths of treatment and of cycles: no dates are reckoned, so a month is 30 days.
DAYS_IN = {"d": 1.0, "wk": 7.0, "mo": 30.0}

# A count in digits or words, as a regular expression.
NUMBER = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"


def number(text: str) -> float:
    """A count in digits or words."""
    text = text.lower().strip()
    if text in NUMBER_WORDS:
        return NUMBER_WORDS[text]
    digits = re.search(r"\d+(?:\.\d+)?", text)
    return float(digits.group()) if digits else 1.0


@cache
def read_toml(name: str) -> dict[str, Any]:
    """The contents of `extract/data/<name>`."""
    return tomllib.loads((files("extract") / "data" / name).read_text(encoding="utf-8"))


@cache
def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a tab-separated file under `extract/data/`; lines that begin with # are comments."""
    lines = (files("extract") / "data" / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]


def words(name: str) -> list[str]:
    """The words of one list of `dose_words.toml`; each is a regular expression."""
    found: list[str] = read_toml("dose_words.toml")[name]["words"]
    return found


def one_of(name: str) -> str:
    """One list of `dose_words.toml` as a group of alternatives."""
    return "(?:" + "|".join(words(name)) + ")"


def one_of_lower(name: str) -> str:
    """The same for texts in lower case, over which a search is much faster than one in any letter case."""
    return re.sub(r"(?<!\\)[A-Z]", lambda letter: letter.group().lower(), one_of(name))

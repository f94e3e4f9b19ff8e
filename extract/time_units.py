"""Units of time: their words, their length in days, and conversion between them.

The table is `data/time_units.toml`. A year is 365.25 days and a month a twelfth of it (30.4375 days); a treatment
cycle has no length, so that `in_days` gives None for it.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(files("extract.data").joinpath("time_units.toml").read_text(encoding="utf-8"))

DAYS_PER_UNIT: dict[str, float] = {code: unit["days"] for code, unit in _TABLE["units"].items() if "days" in unit}
"""Length of each unit (`s min h d wk mo a`) in days."""

UNIT_WORDS: dict[str, str] = {word: code for code, unit in _TABLE["units"].items() for word in unit["words"]}
"""Lower-case word → unit, e.g. `weeks` → `wk`."""

UNIT_LETTERS: dict[str, str] = {letter: code for code, unit in _TABLE["units"].items() for letter in unit["letters"]}
"""Single letters that are units only where glued to a number, e.g. `D28`, `12m`."""

INTERVALS: dict[str, tuple[float, str]] = {word: (count, code) for word, (count, code) in _TABLE["intervals"].items()}
"""Words that name an interval, e.g. `weekly` → (1, `wk`)."""

NUMBER_WORDS: dict[str, float] = _TABLE["numbers"]
ORDINAL_WORDS: dict[str, float] = _TABLE["ordinals"]

_USUAL: dict[tuple[str, str], float] = {
    (key.split(".")[0], key.split(".")[1]): factor for key, factor in _TABLE["usual"].items()
}


def in_days(value: float | None, unit: str | None) -> float | None:
    """`value` in days; None where the value or the length of its unit is unknown (cycles)."""
    if value is None:
        return None
    if value == 0:
        return 0.0
    length = DAYS_PER_UNIT.get(unit or "")
    return None if length is None else value * length


def convert(value: float, unit: str, target: str) -> float | None:
    """`value` in another unit, as people count (a year = 12 months = 52 weeks = 365 days); None if impossible."""
    if unit == target:
        return value
    if (unit, target) in _USUAL:
        return value * _USUAL[unit, target]
    if (target, unit) in _USUAL:
        return value / _USUAL[target, unit]
    days = in_days(value, unit)
    return None if days is None or target not in DAYS_PER_UNIT else days / DAYS_PER_UNIT[target]

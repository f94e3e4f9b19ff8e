"""The unit that follows a number, as `units.toml` spells it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extract.doses.scanning import openings
from extract.doses.vocabulary import read_toml

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


def read_unit(text: str, position: int) -> Unit | None:
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


def unit_left_out(text: str, number: re.Match[str]) -> Unit | None:
    """`Carmustine 150/m2`: what is counted against the body's surface without a unit is counted in mg."""
    if number.group().isdigit() and _PER_SQUARE_METRE.match(text, number.end()):
        return "mg", "mass", 1.0, number.end()
    return None

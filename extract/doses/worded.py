"""Masses and volumes whose number is a word: `one gram`, `fifteen milliliters`, `half a liter`."""

from __future__ import annotations

import re

from extract.doses.amount import Amount
from extract.doses.denominators import read_denominators
from extract.lower import holds_any
from extract.sentences import find_all

_NUMBERS = {
    "half a": 0.5, "one-half": 0.5, "one and a half": 1.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20,
    "twenty-five": 25, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "one hundred": 100, "five hundred": 500,
}  # fmt: skip
_UNITS = {"gram": ("g", "mass"), "liter": ("L", "volume"), "litre": ("L", "volume")}
_PARTS = {"milli": "m", "micro": "u"}
_STEMS = tuple(_UNITS)
_COUNT = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_WORDED = re.compile(
    rf"(?<![\w-])(?P<count>{_COUNT})[\s-](?:\(\d+\)\s)?(?P<part>milli|micro)?(?P<unit>gram|liter|litre)(?:me)?s?\b"
)
_BEFORE = re.compile(rf"(?<![\w-])(?:{_COUNT})[\s-](?:\(\d+\)\s)?(?:milli|micro)?\Z")
_LONGEST = 30


def worded(text: str, low: str) -> list[Amount]:
    """Every such amount in a text; `low` is the text in lower case."""
    if not holds_any(low, _STEMS):
        return []
    found = []
    for match in _WORDED.finditer(low):
        unit, kind = _UNITS[match["unit"]]
        number = float(_NUMBERS[match["count"]])
        code = _PARTS.get(match["part"] or "", "") + unit
        amount = Amount(number, number, code, kind, match.start(), match.end())
        read_denominators(text, amount)
        found.append(amount)
    return found


def worded_like(low: str) -> list[int]:
    """Where a text in lower case may have such an amount."""
    return [end for end in find_all(low, _STEMS) if _BEFORE.search(low, max(0, end - _LONGEST), end)]

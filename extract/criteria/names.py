"""The quantities of the data file, their names and units, and where a text names one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from extract.vocabulary import load_toml, phrase_pattern

DATA = load_toml("quantities.toml")
_NOT_AFTER = re.compile(DATA["names_not"]["after"])
_FIRST_WORD = re.compile(r"[a-z][a-z0-9]*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity: its one unit, the units it comes in with their factor, and what may stand without a unit.

    `whole` numbers only (a grade), also `roman`; the number may stand `before` the name; `pair` names the two
    quantities of "160/100".
    """

    name: str
    unit: str | None
    units: dict[str, float]
    bare: tuple[float, float] | None = None
    whole: bool = False
    roman: bool = False
    before: bool = False
    words: bool = False
    pair: tuple[str, ...] = ()


@dataclass(slots=True)
class Mention:
    """A place where a text names a quantity."""

    quantity: Quantity
    start: int
    end: int


def _quantity(row: dict[str, Any]) -> Quantity:
    bare = row.get("bare")
    return Quantity(
        name=row["name"],
        unit=row.get("unit"),
        units={unit: float(factor) for unit, factor in row.get("units", {}).items()},
        bare=(float(bare[0]), float(bare[1])) if bare else None,
        whole=row.get("whole", False),
        roman=row.get("roman", False),
        before=row.get("before", False),
        words=row.get("words", False),
        pair=tuple(row.get("pair", ())),
    )


QUANTITIES = {row["name"]: _quantity(row) for row in DATA["quantity"]}
_BY_NAME = {name: QUANTITIES[row["name"]] for row in DATA["quantity"] for name in row["names"]}
UNITS = {unit: re.compile(rf"\s*-?\s*(?:{pattern})") for unit, pattern in DATA["unit_words"].items()}


def _names_by_first_word() -> dict[str, re.Pattern[str]]:
    groups: dict[str, list[str]] = {}
    for name in _BY_NAME:
        first = _FIRST_WORD.match(name)
        groups.setdefault(first.group() if first else name, []).append(name)
    return {first: re.compile(rf"(?:{phrase_pattern(names)})(?![a-z0-9])") for first, names in groups.items()}


_NAMES = _names_by_first_word()


def find_mentions(low: str) -> list[Mention]:
    """Where a text (in lower case) names a quantity, ascending; of names that overlap the longest."""
    places = []
    for word in set(_FIRST_WORD.findall(low)) & _NAMES.keys():
        position = low.find(word)
        while position >= 0:
            if not low[position - 1 : position].isalpha():
                places.append((position, _NAMES[word]))
            position = low.find(word, position + 1)
    places.sort(key=lambda place: place[0])
    mentions: list[Mention] = []
    done = -1
    for position, pattern in places:
        match = pattern.match(low, position) if position >= done else None
        if match and not _NOT_AFTER.match(low, match.end()):
            done = match.end()
            mentions.append(Mention(_BY_NAME[" ".join(match.group().split())], position, done))
    return mentions


def quantity_named(label: str) -> Quantity | None:
    """The quantity that a label such as "Life expectancy" is the name of."""
    return _BY_NAME.get(label.lower())

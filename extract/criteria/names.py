"""The quantities of the data file, their names and units, and where a text names one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any, NamedTuple

from extract.lower import holds_any
from extract.vocabulary import load_toml, phrase_pattern

DATA = load_toml("quantities.toml")
_NOT_AFTER = re.compile(DATA["names_not"]["after"])
_LETTERS = re.compile(r"[a-z]+")
_ONLY_LETTERS = "".join(chr(code) if chr(code) in ascii_lowercase else " " for code in range(128))  # for texts in ASCII


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


class _Group(NamedTuple):
    """Names that begin with the same letters: what to look for first, what must stand in a text, the pattern of all.

    `alone` finds the letter that they begin with where it is only one.
    """

    beginning: str
    needs: tuple[str, ...]
    pattern: re.Pattern[str]
    alone: re.Pattern[str] | None


def _names_by_letters() -> dict[str, _Group]:
    """The letters that names begin with → those names."""
    groups: dict[str, list[str]] = {}
    for name in _BY_NAME:
        letters = _LETTERS.match(name)
        groups.setdefault(letters.group() if letters else name, []).append(name)
    return {letters: _group(names) for letters, names in groups.items()}


def _group(names: list[str]) -> _Group:
    beginning = _common_beginning(names).split(" ")[0]
    # A single letter ("c peptide") stands everywhere; what comes behind it does not.
    needs = tuple(re.split("[ -]", name)[-1] for name in names) if len(beginning) == 1 else ()
    alone = re.compile(rf"{beginning}(?=[\s-])(?<![^\W\d_]{beginning})") if len(beginning) == 1 else None
    return _Group(beginning, needs, re.compile(rf"(?:{phrase_pattern(names)})(?![a-z0-9])"), alone)


def _common_beginning(names: list[str]) -> str:
    first, last = min(names), max(names)  # what these two share, all share
    shared = [a == b for a, b in zip(first, last, strict=False)]
    return first[: [*shared, False].index(False)]


_NAMES = _names_by_letters()
_LETTERS_OF_NAMES = frozenset(_NAMES)


def find_mentions(low: str) -> list[Mention]:
    """Where a text (in lower case) names a quantity, ascending; of names that overlap the longest."""
    mentions: list[Mention] = []
    done = -1
    for position, letters in sorted(_places(low)):
        match = _NAMES[letters].pattern.match(low, position) if position >= done else None
        if match and not _NOT_AFTER.match(low, match.end()):
            done = match.end()
            mentions.append(Mention(_BY_NAME[" ".join(match.group().split())], position, done))
    return mentions


def _places(low: str) -> list[tuple[int, str]]:
    """Where a name may begin, with the letters that it begins with."""
    places = []
    for letters in _LETTERS_OF_NAMES.intersection(_words(low)):
        beginning, needs, _, alone = _NAMES[letters]
        if alone is not None:
            if holds_any(low, needs):
                places += [(found.start(), letters) for found in alone.finditer(low)]
            continue
        position = low.find(beginning)
        while position >= 0:
            if not low[position - 1 : position].isalpha():
                places.append((position, letters))
            position = low.find(beginning, position + 1)
    return places


def _words(low: str) -> list[str]:
    """The runs of letters. To blank the rest and cut at blanks is faster than the pattern."""
    return low.translate(_ONLY_LETTERS).split() if low.isascii() else _LETTERS.findall(low)


def quantity_named(label: str) -> Quantity | None:
    """The quantity that a label such as "Life expectancy" is the name of."""
    return _BY_NAME.get(label.lower())

"""Comparisons: the signs and words before and after a number that say at least, below, or more."""

from __future__ import annotations

import re

from extract.criteria.names import DATA
from extract.vocabulary import any_of, load_toml, phrase_pattern

_AGES = load_toml("ages.toml")  # comparisons are worded alike for ages and for laboratory values
_SIGNS = {"low_in": ">=", "low_ex": ">", "high_in": "<=", "high_ex": "<"}
_OPERATORS = {phrase: sign for side, sign in _SIGNS.items() for phrase in _AGES["before"][side]}
_LAST_WORDS = frozenset(phrase.split()[-1] for phrase in _OPERATORS)
_LONGEST = max(len(phrase.split()) for phrase in _OPERATORS)
_FILLERS = frozenset(DATA["comparisons"]["fillers"])
_BLANKS = " \t\n:("
_OPENING = str.maketrans("([,", "   ")  # "(no greater than": the bracket is no part of the word
NUMBER_WORDS: dict[str, int] = _AGES["numbers"]
OPERATOR = re.compile(phrase_pattern(_OPERATORS))
AFTER_LOW = re.compile(rf"[\s,)]*{any_of(DATA['comparisons']['after_low'])}(?!\s+than)")
AFTER_HIGH = re.compile(rf"[\s,)]*{any_of(DATA['comparisons']['after_high'])}(?!\s+than)")


def sign_of(phrase: str) -> str:
    """The sign that a phrase found by `OPERATOR` stands for."""
    return _OPERATORS[" ".join(phrase.split())]


def sides(sign: str, number: float) -> tuple[float | None, float | None]:
    """(low, high) of a one-sided limit."""
    return (number, None) if sign.startswith(">") else (None, number)


def comparison_before(low: str, start: int, end: int) -> tuple[str, int] | None:
    """The sign of the comparison that ends right before `end`, and where it begins.

    Looking the last words up is much faster than an alternation of all comparisons tied to the end.
    """
    tail = low[start:end].translate(_OPENING).rstrip(_BLANKS)
    for _ in range(3):
        cut = len(tail)
        while cut and tail[cut - 1] in "<>=/":
            cut -= 1
        if tail[cut:] in _OPERATORS:
            return _OPERATORS[tail[cut:]], start + cut
        words = tail.split()[-_LONGEST:]
        if not words:
            return None
        if words[-1] in _LAST_WORDS:
            for count in range(len(words), 0, -1):
                sign = _OPERATORS.get(" ".join(words[-count:]))
                if sign:
                    return sign, start + _begin_of(tail, words[-count:])
        if words[-1] not in _FILLERS:
            return None
        tail = tail[: -len(words[-1])].rstrip(_BLANKS)
    return None


def _begin_of(tail: str, words: list[str]) -> int:
    position = len(tail)
    for word in reversed(words):
        position = tail.rfind(word, 0, position)
    return position

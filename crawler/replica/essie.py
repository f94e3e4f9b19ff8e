"""The subset of the Essie expression syntax that the replica understands, as a tree that scores a study.

    words               lung cancer                     every word, anywhere in the area
    phrase              "lung cancer"                   the words in this order
    operators           a AND b, a OR b, NOT a, ( )     upper case; NOT before AND before OR
    one field or area   AREA[Phase]PHASE3, AREA[ConditionSearch](asthma OR copd)
    range               AREA[EnrollmentCount]RANGE[10,MAX], on dates, numbers and ages; MIN and MAX are open ends
    absent              AREA[StartDate]MISSING
    number of items     AREA[Phase:size]2
    whole value         AREA[Condition]COVERAGE[FullMatch]"lung cancer"; also StartsWith, EndsWith, Contains
    everything          ALL, but a value after AREA[...], since AREA[Sex]ALL asks for that sex

`EXPANSION[...]` is read and changes nothing, since the replica knows no synonyms; no inflections are known either.
A date word stands for its whole period: AREA[StartDate]2022 finds 2022-05-01. In a range a partial date counts as
its first day at the lower end and its last day at the upper end; a study's partial date counts as its first day.
A study that lacks the field is in no range. Neighbouring words without quotes belong together after AREA[...].
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

_TOKEN = re.compile(
    r'\s*(?:(?P<phrase>"[^"]*")|(?P<open>\()|(?P<close>\))|'
    r"(?P<op>(?:AREA|RANGE|EXPANSION|COVERAGE|COVER|SEARCH)\[[^\]]*\])|(?P<word>[^\s()\"]+))"
)
_OPERATOR = re.compile(r"([A-Z]+)\[([^\]]*)\]")
_KEYWORDS = {"AND", "OR", "NOT", "(", ")", "MISSING", "ALL"}
_COVERAGES = {"FullMatch", "StartsWith", "EndsWith", "Contains"}
_EXPANSIONS = {"None", "Term", "Concept", "Relaxation", "Lossy"}
MAX_DEPTH = 100


class BadExpression(ValueError):
    """The expression cannot be read. The message says where."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words to be found in the area's fields; those of a phrase in one field and in this order."""

    area: str
    text: str
    is_phrase: bool = False
    coverage: str = "Contains"


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included; MIN and MAX are open."""

    area: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The study lacks the field."""

    area: str


@dataclass(frozen=True, slots=True)
class All:
    """Every study."""


@dataclass(frozen=True, slots=True)
class Not:
    """Studies that do not match."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """Studies that match every part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Studies that match any part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Parts that must hold for one and the same item of a list, such as one location."""

    piece: str
    part: Node


Node = Term | Range | Missing | All | Not | And | Or | Search


def parse(text: str, area: str) -> Node:
    """The tree of an expression whose bare words belong to `area`. Raises BadExpression."""
    reader = _Reader(_tokens(text), area)
    tree = reader.either(area)
    if reader.peek() is not None:
        _fail(f"unexpected {reader.peek()!r}")
    return tree


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    stripped = text.rstrip()
    while place < len(stripped):
        match = _TOKEN.match(stripped, place)
        if match is None:
            _fail(f"cannot read {stripped[place : place + 20].strip()!r}")
        found.append(match.group().strip())
        place = match.end()
    if not found:
        _fail("it is empty")
    return found


def _fail(message: str) -> NoReturn:
    raise BadExpression(message)


@dataclass(slots=True)
class _Reader:
    tokens: list[str]
    area: str
    place: int = 0
    depth: int = field(default=0)

    def peek(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            _fail("it ends where a term is expected")
        self.place += 1
        return token

    def either(self, area: str) -> Node:
        parts = [self.every(area)]
        while self.peek() == "OR":
            self.take()
            parts.append(self.every(area))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def every(self, area: str) -> Node:
        parts = [self.single(area)]
        while (token := self.peek()) not in (None, "OR", ")"):
            if token == "AND":
                self.take()
            parts.append(self.single(area))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def single(self, area: str) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            _fail("it is nested too deeply")
        try:
            return self._single(self.take(), area)
        finally:
            self.depth -= 1

    def _single(self, token: str, area: str) -> Node:
        if token == "NOT":
            return Not(self.single(area))
        if token == "(":
            return self._group(area)
        if token in ("AND", "OR", ")"):
            _fail(f"unexpected {token!r}")
        if operator := _OPERATOR.fullmatch(token):
            return self._operator(operator[1], operator[2].strip(), area)
        if token == "MISSING":
            return Missing(area)
        if token == "ALL" and area == self.area:
            return All()
        if token.startswith('"'):
            return Term(area, token.strip('"'), is_phrase=True)
        return Term(area, " ".join([token, *self._more_words()]))

    def _more_words(self) -> list[str]:
        start = self.place
        while (token := self.peek()) and token not in _KEYWORDS and token[0] != '"' and not _OPERATOR.fullmatch(token):
            self.place += 1
        return self.tokens[start : self.place]

    def _group(self, area: str) -> Node:
        tree = self.either(area)
        if self.peek() != ")":
            _fail("a parenthesis is not closed")
        self.take()
        return tree

    def _operator(self, name: str, inner: str, area: str) -> Node:
        if name == "AREA":
            return self.single(inner)
        if name == "RANGE":
            return _range(inner, area)
        if name == "SEARCH":
            return Search(inner, self.single(area))
        if name == "EXPANSION" and inner in _EXPANSIONS:
            return self.single(area)
        if name in ("COVERAGE", "COVER") and inner in _COVERAGES:
            return self._covered(inner, self.single(area))
        _fail(f"{name}[{inner}] is not known")

    def _covered(self, coverage: str, part: Node) -> Node:
        if not isinstance(part, Term):
            _fail(f"COVERAGE[{coverage}] must stand before a word or a phrase")
        return Term(part.area, part.text, part.is_phrase, coverage)


def _range(inner: str, area: str) -> Range:
    low, comma, high = (part.strip() for part in inner.partition(","))
    if not comma or not low or not high or "," in high:
        _fail(f"RANGE[{inner}] needs two ends, such as RANGE[2024-01-01,MAX]")
    return Range(area, low, high)

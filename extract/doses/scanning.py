"""Looking for many patterns at once, tried only where a word opens like one of them.

An alternation of a hundred patterns is tried in full at every letter that any of them can begin with. Most words
open with letters that none has: a `Scanner` looks for the openings first, and tries only the patterns that
have the one found.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

DIGITS = "0123456789"
_LITERAL = re.compile(r"\\[.+*]|[a-zA-Z0-9 +-]")
_OPTIONAL = ("?", "*", "{")
_LENGTH = 4  # of openings
_MANY = 5  # first letters


def openings(pattern: str) -> set[str]:
    """The first characters that a match of `pattern` can have, up to four.

    Knows what the data files use: literals, `(?:…)`, named groups, looking ahead or behind, `\\b` and `\\d` at the
    start. Raises ValueError where a pattern begins with anything else.
    """
    pattern = pattern.removeprefix(r"\b")
    if pattern.startswith(r"\d"):
        return set(DIGITS)
    if pattern.startswith("("):
        return _of_group(pattern)
    first, rest = _literal(pattern)
    if rest.startswith(_OPTIONAL):
        raise ValueError(f"the pattern {pattern!r} must begin with a letter or a digit that is not optional")
    while len(first) < _LENGTH and not rest.startswith("+") and (following := _LITERAL.match(rest)) is not None:
        rest = rest[following.end() :]
        if rest.startswith(_OPTIONAL):
            break
        first += following.group()[-1]
    return {first}


def _literal(pattern: str) -> tuple[str, str]:
    match = _LITERAL.match(pattern)
    if match is None:
        raise ValueError(f"the pattern {pattern!r} must begin with a letter or a digit")
    return match.group()[-1], pattern[match.end() :]


def _of_group(pattern: str) -> set[str]:
    alternatives, rest = _split_group(pattern)
    if pattern.startswith(("(?=", "(?!", "(?<!", "(?<=")):
        return openings(rest)
    found = set().union(*(openings(part + rest) for part in alternatives))
    return found | openings(rest[1:]) if rest.startswith("?") else found


def _split_group(pattern: str) -> tuple[list[str], str]:
    """The alternatives of the group that a pattern begins with, and what follows it."""
    depth, start, in_class = 0, 0, False
    alternatives: list[str] = []
    index = 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "\\":
            index += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "(":
            depth += 1
            if depth == 1:
                opened = re.match(r"\((?:\?(?:P<\w+>|<?[=!]|:))?", pattern[index:])
                assert opened is not None
                index = start = index + opened.end()
                continue
        elif sign == "|" and depth == 1:
            alternatives.append(pattern[start:index])
            start = index + 1
        elif sign == ")":
            depth -= 1
            if not depth:
                return [*alternatives, pattern[start:index]], pattern[index + 1 :]
        index += 1
    raise ValueError(f"the pattern {pattern!r} has a bracket that is not closed")


class Scanner:
    """Many patterns over one text; each match says which pattern it is of. Patterns may not hold unnamed groups.

    `before` is a character class that must not stand before a match, `after` what must follow it; of several
    patterns that match in one place the first wins. `unless` is what no pattern matches, not worth trying.
    """

    def __init__(self, patterns: Iterable[str], *, before: str = r"\w", after: str = "", unless: str = "") -> None:
        by_opening: dict[str, list[str]] = {}
        for index, pattern in enumerate(patterns):
            for opening in openings(pattern):
                by_opening.setdefault(opening, []).append(f"{pattern}{after}(?P<p{index}>)")
        # "int" is tried where a text has "intr", and "in" as well: an opening takes the patterns of its beginnings.
        self._tried = {
            opening: re.compile("|".join(_in_order(by_opening.get(opening[: k + 1], []) for k in range(len(opening)))))
            for opening in by_opening
        }
        found = set(by_opening)
        opening, never = f"({_starts(found)})", f"(?!{unless})" if unless else ""
        # Where most words can open a match, what stands before one is looked for first: the engine finds one set of
        # characters many times faster than it tries alternatives, and most letters stand within a word.
        common = before != "" and sum(letter.islower() for letter in {opening[0] for opening in found}) > _MANY
        self._next = re.compile(
            f"{_other_than(before)}(?={opening}){never}" if common else f"({_starts(found, before)})"
        )
        self._first = re.compile(never + opening) if common else None  # at the start of a text nothing stands before

    def find(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[tuple[int, re.Match[str]]]:
        """Every match within `start:end` that does not overlap an earlier one, with the number of its pattern."""
        done = start
        starts: Iterable[re.Match[str]] = self._next.finditer(text, start - 1 if start else 0, end)
        if not start and self._first is not None and (first := self._first.match(text, 0, end)) is not None:
            starts = chain((first,), starts)
        for found in starts:
            position = found.start(1)
            if position < done:
                continue
            match = self._tried[found[1]].match(text, position, end)
            if match is not None and match.end() > position:
                done = match.end()
                yield int((match.lastgroup or "p0")[1:]), match


@cache
def _other_than(characters: str) -> str:
    """A class of all characters but those of a class, as ranges: the engine looks for them faster than for `\\W`."""
    matches = re.compile(f"[{characters}]").match
    others = [code for code in range(0x10000) if not matches(chr(code))]
    jumps = [k for k in range(1, len(others)) if others[k] != others[k - 1] + 1]
    ranges = zip([0, *jumps], [*jumps, len(others)], strict=True)
    return "[" + "".join(f"\\u{others[a]:04x}-\\u{others[b - 1]:04x}" for a, b in ranges) + "]"


def _in_order(groups: Iterable[list[str]]) -> list[str]:
    parts = dict.fromkeys(chain.from_iterable(groups))
    return sorted(parts, key=lambda part: int(part.rpartition("(?P<p")[2][:-2]))


def _starts(found: Iterable[str], before: str = "") -> str:
    """A pattern for the longest opening that stands in a place, one alternative a first letter."""
    behind = f"(?<![{before}].)" if before else ""
    return "|".join(re.escape(first) + behind + _longest(branch) for first, branch in sorted(_tree(found).items()))


def _longest(branch: dict[str, Any]) -> str:
    parts = [re.escape(letter) + _longest(longer) for letter, longer in sorted(branch.items()) if letter]
    if len(parts) == 1 and "" not in branch:
        return parts[0]
    joined = "(?:" + "|".join(parts) + ")" if parts else ""
    return f"{joined}?" if parts and "" in branch else joined


def _tree(words: Iterable[str]) -> dict[str, Any]:
    """Words by their letters; an empty word marks where one ends."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for letter in word:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    return tree


def any_word(words: Iterable[str]) -> str:
    """A pattern for any of many literal words, shared beginnings together: much faster than a plain list."""
    return _branches(_tree(words))


def _branches(tree: dict[str, Any]) -> str:
    if "" in tree:
        return ""  # a shorter word ends here: no need to look further
    parts = [re.escape(letter) + _branches(branch) for letter, branch in sorted(tree.items())]
    return parts[0] if len(parts) == 1 else "(?:" + "|".join(parts) + ")"

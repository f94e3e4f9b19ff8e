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
from itertools import accumulate, chain
from typing import Any

DIGITS = "0123456789"
_LENGTH = 4  # of openings
_FEW = 4  # characters of a class after which an opening goes on
_CLASSES = {r"\d": DIGITS, r"\s": " "}
_NO_WIDTH = ("(?=", "(?!", "(?<!", "(?<=")
_BLANK = re.compile(r"\s")
_QUANTIFIER = re.compile(r"([?*+]|\{[\d,]*\})?\??")
_MAY_BE_NONE = ("?", "*", "{0", "{,")


def openings(pattern: str) -> set[str]:
    """The first characters that a match of `pattern` can have, up to four; a blank stands for any kind of blank.

    Knows what the data files use: literals, groups, small classes, `\\b`, `\\d`, `\\s`, what may be left out, looking
    ahead or behind. Raises ValueError where a pattern may begin with anything else.
    """
    found = _beginnings(f"(?:{pattern})", _LENGTH)
    if "" in found:
        raise ValueError(f"the pattern {pattern!r} must begin with a letter or a digit that is not optional")
    return found


def _beginnings(pattern: str, room: int) -> set[str]:
    """The first characters of its matches, up to `room`; those that end sooner may go on with anything."""
    if not pattern or not room:
        return {""}
    if pattern.startswith(r"\b"):
        return _beginnings(pattern[2:], room)
    if pattern.startswith(_NO_WIDTH):
        return _beginnings(_split_group(pattern)[1], room)
    if pattern.startswith("("):
        alternatives, rest = _split_group(pattern)
        quantifier, rest = _quantifier(rest)
        follows = rest if quantifier in ("", "?") else "."
        found = set().union(*(_beginnings(part + follows, room) for part in alternatives))
    else:
        characters, rest = _characters(pattern)
        quantifier, rest = _quantifier(rest)
        goes_on = quantifier in ("", "?") and len(characters) <= _FEW
        following = _beginnings(rest, room - 1) if goes_on else {""}
        found = {character + more for character in characters for more in following} or {""}
    return found | _beginnings(rest, room) if quantifier.startswith(_MAY_BE_NONE) else found


def _quantifier(rest: str) -> tuple[str, str]:
    match = _QUANTIFIER.match(rest)
    assert match is not None
    return match[1] or "", rest[match.end() :]


def _characters(pattern: str) -> tuple[str, str]:
    """The characters that a pattern can begin with, none where they are too many, and what follows them."""
    if pattern[0] == "[":
        end = pattern.index("]", 2)
        members, negated = pattern[1:end], pattern[1] == "^"
        for written, meant in _CLASSES.items():
            members = members.replace(written, meant)
        plain = not negated and "\\" not in members and "-" not in members.strip("-")
        return members if plain else "", pattern[end + 1 :]
    written, rest = (pattern[:2], pattern[2:]) if pattern[0] == "\\" else (pattern[0], pattern[1:])
    if written in _CLASSES:
        return _CLASSES[written], rest
    literal = not written[-1].isalnum() if len(written) > 1 else written not in ".^$|)?*+{"
    return written[-1] if literal else "", rest


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


class _Tried(dict[str, re.Pattern[str]]):
    """The patterns that are tried where an opening stands, as one. Another kind of blank in it is as a space.

    "int" is tried where a text has "intr", and "in" as well: an opening takes the patterns of its beginnings.
    """

    def __init__(self, by_opening: dict[str, dict[int, str]]) -> None:
        super().__init__()
        made: dict[tuple[int, ...], re.Pattern[str]] = {}  # many openings have the same patterns
        for opening in by_opening:
            patterns = {k: part for head in accumulate(opening) for k, part in by_opening.get(head, {}).items()}
            numbers = tuple(sorted(patterns))
            if numbers not in made:
                made[numbers] = re.compile("|".join(patterns[number] for number in numbers))
            self[opening] = made[numbers]

    def __missing__(self, opening: str) -> re.Pattern[str]:
        found = self[opening] = self[_BLANK.sub(" ", opening)]
        return found


class Scanner:
    """Many patterns over one text; each match says which pattern it is of. Patterns may not hold unnamed groups.

    `before` is a character class that must not stand before a match, `after` what must follow it; of several
    patterns that match in one place the first wins. `unless` is what no pattern matches, not worth trying.
    """

    def __init__(self, patterns: Iterable[str], *, before: str = r"\w", after: str = "", unless: str = "") -> None:
        by_opening: dict[str, dict[int, str]] = {}
        for index, pattern in enumerate(patterns):
            for opening in openings(pattern):
                by_opening.setdefault(opening, {})[index] = f"{pattern}{after}(?P<p{index}>)"
        self._tried = _Tried(by_opening)
        firsts = {opening[0] for opening in by_opening}
        opening, never = f"(?=({_starts(by_opening)}))", f"(?!{unless})" if unless else ""
        # Where words in small letters can open a match, what stands before one is looked for first: the engine finds
        # one set of characters many times faster than it tries alternatives, and most letters stand within a word.
        common = before != "" and any(letter.islower() for letter in firsts)
        behind = f"(?<![{before}].)" if before else ""
        self._next = re.compile(
            f"{_other_than(before)}{opening}{never}" if common else f"{_any_of(firsts)}{behind}(?<={opening}.)"
        )
        self._first = re.compile(opening + never) if common else None  # at the start of a text nothing stands before

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


def _any_of(characters: Iterable[str]) -> str:
    return "[" + "".join(map(re.escape, sorted(characters))) + "]"


@cache
def _other_than(characters: str) -> str:
    """A class of all characters but those of a class, as ranges: the engine looks for them faster than for `\\W`."""
    matches = re.compile(f"[{characters}]").match
    others = [code for code in range(0x10000) if not matches(chr(code))]
    jumps = [k for k in range(1, len(others)) if others[k] != others[k - 1] + 1]
    ranges = zip([0, *jumps], [*jumps, len(others)], strict=True)
    return "[" + "".join(f"\\u{others[a]:04x}-\\u{others[b - 1]:04x}" for a, b in ranges) + "]"


def _starts(found: Iterable[str]) -> str:
    """A pattern for the longest opening that stands in a place."""
    return _longest(_tree(found))


def _longest(branch: dict[str, Any]) -> str:
    parts = [_sign(letter) + _longest(longer) for letter, longer in sorted(branch.items()) if letter]
    if len(parts) == 1 and "" not in branch:
        return parts[0]
    joined = "(?:" + "|".join(parts) + ")" if parts else ""
    return f"{joined}?" if parts and "" in branch else joined


def _sign(letter: str) -> str:
    return r"\s" if letter == " " else re.escape(letter)


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

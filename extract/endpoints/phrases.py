"""Phrase books: find many short phrases in a text in one pass over its words.

Phrases are written as a clinician would write them, with a few signs of their own:

- `word*` any word that begins so, `a|b` one or the other, `[a b|c]` the same where one of them has several words,
  `(word)` may be left out, `(a b|c)` too, `..` up to four words between;
- a word of one or two capitals (`OS`, `CR`) matches only as capitals, longer abbreviations in any case;
  `=WORD` forces capitals (`=AIM`);
- case, plural s (but not of an abbreviation), possessive 's, hyphens and slashes do not matter.

A trie over words, walked in plain Python, costs a microsecond or two a title: far less than an alternation of some
thousand patterns and less than building a spaCy `Doc` of the same title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Generic, TypeVar

Payload = TypeVar("Payload")

MAX_GAP = 4
_WORD = re.compile(r"[^\W_]+(?:'s(?![^\W_]))?")
_BREAK = re.compile(r"[.;:()]")
_ITEM = re.compile(r"\([^)]*\)|\[[^\]]*\]|\S+")


@dataclass(frozen=True, slots=True)
class Match(Generic[Payload]):
    """A phrase found: characters `start:end`, the number of its words, whether they stand side by side, its payload."""

    start: int
    end: int
    words: int
    contiguous: bool
    payload: Payload


class _Node(Generic[Payload]):
    __slots__ = ("gap", "next", "payloads")

    def __init__(self) -> None:
        self.next: dict[str, _Node[Payload]] = {}
        self.gap: _Node[Payload] | None = None
        self.payloads: list[Payload] = []


class PhraseBook(Generic[Payload]):
    """A set of phrases, each with a payload; see the module's docstring for how phrases are written."""

    def __init__(self) -> None:
        self._root: _Node[Payload] = _Node()
        self._prefixes: set[str] = set()
        self._lengths: list[int] = []
        self._symbols = lru_cache(maxsize=16384)(self._make_symbols)

    def add(self, phrase: str, payload: Payload) -> None:
        """Add a phrase. Raises ValueError where it holds no word."""
        for words in _variants(phrase):
            if not words or words[0] == "..":
                raise ValueError(f"a phrase must begin with a word: {phrase!r}")
            node = self._root
            for word in words:
                node = self._step(node, word)
            node.payloads.append(payload)
        self._lengths = sorted({len(prefix) for prefix in self._prefixes})
        self._symbols.cache_clear()

    def find(self, text: str) -> list[Match[Payload]]:
        """All phrases in the text, overlapping ones included, in the order of their first words."""
        tokens = [(self._symbols(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]
        found: list[Match[Payload]] = []
        root = self._root.next
        for index, (symbols, _, _) in enumerate(tokens):
            for symbol in symbols:
                node = root.get(symbol)
                if node is not None:
                    self._walk(node, tokens, index, index, 1, text, found)
        return found

    def _walk(
        self,
        node: _Node[Payload],
        tokens: list[tuple[tuple[str, ...], int, int]],
        first: int,
        last: int,
        words: int,
        text: str,
        found: list[Match[Payload]],
    ) -> None:
        for payload in node.payloads:
            found.append(Match(tokens[first][1], tokens[last][2], words, words == last - first + 1, payload))
        if node.next and last + 1 < len(tokens):
            for symbol in tokens[last + 1][0]:
                following = node.next.get(symbol)
                if following is not None:
                    self._walk(following, tokens, first, last + 1, words + 1, text, found)
        if node.gap is not None:
            self._leap(node.gap, tokens, first, last, words, text, found)

    def _leap(
        self,
        node: _Node[Payload],
        tokens: list[tuple[tuple[str, ...], int, int]],
        first: int,
        last: int,
        words: int,
        text: str,
        found: list[Match[Payload]],
    ) -> None:
        for index in range(last + 1, min(last + 2 + MAX_GAP, len(tokens))):
            if _BREAK.search(text, tokens[index - 1][2], tokens[index][1]):
                return
            for symbol in tokens[index][0]:
                following = node.next.get(symbol)
                if following is not None:
                    self._walk(following, tokens, first, index, words + 1, text, found)

    def _step(self, node: _Node[Payload], word: str) -> _Node[Payload]:
        if word == "..":
            node.gap = node.gap or _Node()
            return node.gap
        if word.endswith("*"):
            self._prefixes.add(word[:-1])
        return node.next.setdefault(word, _Node())

    def _make_symbols(self, token: str) -> tuple[str, ...]:
        token = token.removesuffix("'s")
        lower = token.lower()
        symbols = [lower]
        if singular(lower) != lower:
            symbols.append(singular(lower))
        if token != lower:
            symbols.append("=" + token)
            if token.endswith("s"):
                symbols.append("=" + token[:-1])
        symbols += [lower[:n] + "*" for n in self._lengths if n <= len(lower) and lower[:n] in self._prefixes]
        return tuple(symbols)


def singular(word: str) -> str:
    """A lower-case word without the plural s, good enough to compare two words that went through it."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 2 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _variants(phrase: str) -> list[list[str]]:
    """Every way to read a phrase: options taken or left out, one of each set of alternatives."""
    slots: list[list[list[str]]] = []
    for item in _ITEM.findall(phrase):
        if item == "..":
            slots.append([[".."]])
        elif item.startswith("("):
            slots.append([[], *_alternatives(item[1:-1])])
        elif item.startswith("["):
            slots.append(_alternatives(item[1:-1]))
        else:
            slots.append(_alternatives(item))
    return [[word for part in choice for word in part] for choice in product(*slots)]


def _alternatives(item: str) -> list[list[str]]:
    return [_words(alternative) for alternative in item.split("|")]


def _words(item: str) -> list[str]:
    if item.startswith("="):
        return ["=" + word for word in _WORD.findall(item)]
    words = []
    for match in _WORD.finditer(item):
        word = match.group().removesuffix("'s")
        if item[match.end() : match.end() + 1] == "*":
            words.append(word.lower() + "*")
        elif word.isupper() and word.isalpha():
            words.append("=" + word if len(word) <= 2 else word.lower())
        else:
            words.append(singular(word.lower()))
    return words

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
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

Payload = TypeVar("Payload")

MAX_GAP = 4
_MAX_KNOWN = 50_000
_WORD = re.compile(r"[^\W_]+(?:'s(?![^\W_]))?")
_WRITTEN = re.compile(r"[^\W_]+(?:\*[^\W_]*)*(?:'s(?![^\W_]))?")
_BREAK = re.compile(r"[.;:()]")
_ITEM = re.compile(r"\([^)]*\)|\[[^\]]*\]|\S+")


@dataclass(slots=True)
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


@dataclass(frozen=True, slots=True)
class _Word(Generic[Payload]):
    """A word's symbols (edges of the trie that it may take) and the nodes where phrases that begin with it start."""

    symbols: tuple[str, ...]
    roots: tuple[_Node[Payload], ...]


class _Walk(Generic[Payload]):
    """One walk of a text's words through the trie."""

    def __init__(self, words: list[str], known: dict[str, _Word[Payload]], text: str) -> None:
        self.words = words
        self.known = known
        self.text = text
        self.spans: list[tuple[int, int]] = []  # characters of each word
        self.found: list[tuple[int, int, int, Payload]] = []  # first word, last word, words matched

    def matches(self) -> list[Match[Payload]]:
        """What was found, by characters."""
        self._measure()
        spans = self.spans
        return [
            Match(spans[first][0], spans[last][1], words, words == last - first + 1, payload)
            for first, last, words, payload in self.found
        ]

    def visit(self, node: _Node[Payload], first: int, last: int, words: int) -> None:
        """Take what ends at the word `last` and go on from there; `words` of the phrase have been matched."""
        for payload in node.payloads:
            self.found.append((first, last, words, payload))
        following = last + 1
        if following == len(self.words):
            return
        if node.next:
            edges = node.next
            for symbol in self.known[self.words[following]].symbols:
                if symbol in edges:
                    self.visit(edges[symbol], first, following, words + 1)
        if node.gap is not None:
            self._leap(node.gap, first, last, words)

    def _leap(self, node: _Node[Payload], first: int, last: int, words: int) -> None:
        self._measure()
        edges = node.next
        for index in range(last + 1, min(last + 2 + MAX_GAP, len(self.words))):
            if _BREAK.search(self.text, self.spans[index - 1][1], self.spans[index][0]):
                return
            for symbol in self.known[self.words[index]].symbols:
                if symbol in edges:
                    self.visit(edges[symbol], first, index, words + 1)

    def _measure(self) -> None:
        if not self.spans:
            self.spans = [match.span() for match in _WORD.finditer(self.text)]


class PhraseBook(Generic[Payload]):
    """A set of phrases, each with a payload; see the module's docstring for how phrases are written."""

    def __init__(self) -> None:
        self._root: _Node[Payload] = _Node()
        self._prefixes: set[str] = set()
        self._lengths: list[int] = []
        self._known: dict[str, _Word[Payload]] = {}  # what is known of the words met so far: they repeat
        self._starting: set[str] = set()  # those of them that begin a phrase

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
        self._known.clear()
        self._starting.clear()

    def add_all(self, phrases: Iterable[str], payload: Payload) -> None:
        """Add several phrases that stand for the same."""
        for phrase in phrases:
            self.add(phrase, payload)

    def find(self, text: str) -> list[Match[Payload]]:
        """All phrases in the text, overlapping ones included, in the order of their first words."""
        words = _WORD.findall(text)
        distinct = set(words)
        known = self._known
        if not distinct <= known.keys():
            self._learn(distinct)
        starting = distinct & self._starting
        if not starting:
            return []
        walk = _Walk(words, known, text)
        for index, word in enumerate(words):
            if word in starting:
                for node in known[word].roots:
                    walk.visit(node, index, index, 1)
        return walk.matches() if walk.found else []

    def _learn(self, words: set[str]) -> None:
        """Keep the symbols of words met for the first time; forget all when there are too many."""
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
            self._starting.clear()
        for word in [word for word in words if word not in self._known]:
            symbols = self._symbols(word)
            roots = tuple(node for symbol in symbols if (node := self._root.next.get(symbol)) is not None)
            self._known[word] = _Word(symbols, roots)
            if roots:
                self._starting.add(word)

    def _step(self, node: _Node[Payload], word: str) -> _Node[Payload]:
        if word == "..":
            node.gap = node.gap or _Node()
            return node.gap
        if word.endswith("*"):
            self._prefixes.add(word[:-1])
        return node.next.setdefault(word, _Node())

    def _symbols(self, token: str) -> tuple[str, ...]:
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
    for match in _WRITTEN.finditer(item):
        word = match.group().removesuffix("'s")
        if "*" in word:  # "randomi*ed" is read as "randomi*"
            words.append(word.split("*")[0].lower() + "*")
        elif word.isupper() and word.isalpha():
            words.append("=" + word if len(word) <= 2 else word.lower())
        else:
            words.append(singular(word.lower()))
    return words

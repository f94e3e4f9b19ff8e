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
from collections.abc import Callable, Iterable
from itertools import product
from math import prod
from typing import Generic, TypeVar

Payload = TypeVar("Payload")

MAX_GAP = 4
_MAX_KNOWN = 50_000
_MOST_VARIANTS = 5_000  # of one phrase
_PREFIX_KEY = 3  # letters by which beginnings of words are looked up
_WORD = re.compile(r"[^\W_]+(?:'s(?![^\W_]))?")
_WRITTEN = re.compile(r"[^\W_]+(?:\*[^\W_]*)*(?:'s(?![^\W_]))?")
_BLANKED = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))  # for texts in ASCII
_BREAK = re.compile(r"[.;:()]")
_NO_SYMBOLS: frozenset[str] = frozenset()
_ITEM = re.compile(r"\([^)]*\)|\[[^\]]*\]|\S+")


Match = tuple[int, int, int, bool, Payload]
"""A phrase found: first character, end, the number of its words, whether they stand side by side, its payload."""


class _Node(Generic[Payload]):
    __slots__ = ("gap", "next", "payloads")

    def __init__(self) -> None:
        self.next: dict[str, _Node[Payload]] = {}
        self.gap: _Node[Payload] | None = None
        self.payloads: list[Payload] = []


class _Word(Generic[Payload]):
    """A word's symbols (those that are an edge of the trie) and the nodes where phrases that begin with it start.

    `after` are the symbols of which the next word must have one for any of those phrases; None where it need not.
    """

    __slots__ = ("after", "roots", "symbols")

    def __init__(self, symbols: tuple[str, ...], roots: tuple[_Node[Payload], ...]) -> None:
        self.symbols = symbols
        self.roots = roots
        self.after: frozenset[str] | None = _NO_SYMBOLS
        if roots:
            at_once = [node for node in roots if node.payloads or node.gap is not None]
            self.after = None if at_once else frozenset([symbol for node in roots for symbol in node.next])


class _Known(dict[str, _Word[Payload]]):
    """What is known of the words met so far: they repeat. A word met for the first time is looked up in the book."""

    def __init__(self, learn: Callable[[str], _Word[Payload]]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, word: str) -> _Word[Payload]:
        if len(self) > _MAX_KNOWN:
            self.clear()
        found = self[word] = self._learn(word)
        return found


class _Walk(Generic[Payload]):
    """One walk of a text's words through the trie."""

    __slots__ = ("found", "starts", "text", "tokens", "words")

    def __init__(self, tokens: list[str], words: list[_Word[Payload]], text: str) -> None:
        self.tokens = tokens
        self.words = words
        self.text = text
        self.starts: list[int] = []  # where each word begins
        self.found: list[tuple[int, int, int, Payload]] = []  # first word, last word, words matched

    def matches(self) -> list[Match[Payload]]:
        """What was found, by characters."""
        self._measure(max([last for _, last, _, _ in self.found]))
        starts, tokens = self.starts, self.tokens
        return [
            (starts[first], starts[last] + len(tokens[last]), words, words == last - first + 1, payload)
            for first, last, words, payload in self.found
        ]

    def visit(self, node: _Node[Payload], first: int, last: int, words: int) -> None:
        """Take what ends at the word `last` and go on from there; `words` of the phrase have been matched."""
        for payload in node.payloads:
            self.found.append((first, last, words, payload))
        following = last + 1
        if following == len(self.words):
            return
        edges = node.next
        if edges:
            for symbol in self.words[following].symbols:
                if symbol in edges:
                    self.visit(edges[symbol], first, following, words + 1)
        if node.gap is not None:
            self._leap(node.gap, first, last, words)

    def _leap(self, node: _Node[Payload], first: int, last: int, words: int) -> None:
        edges = node.next
        for index, word in enumerate(self.words[last + 1 : last + 2 + MAX_GAP], last + 1):
            for symbol in word.symbols:
                if symbol in edges:
                    if self._is_broken(last, index):
                        return
                    self.visit(edges[symbol], first, index, words + 1)

    def _is_broken(self, first: int, last: int) -> bool:
        """Whether a sentence or bracket begins or ends between two words of a gap."""
        self._measure(last)
        # Words hold none of those signs, so that it does not matter if the search goes through words in between.
        return _BREAK.search(self.text, self.starts[first] + len(self.tokens[first]), self.starts[last]) is not None

    def _measure(self, last: int) -> None:
        """See where the words begin, up to the word `last`."""
        starts, tokens, find = self.starts, self.tokens, self.text.find
        known = len(starts)
        position = starts[-1] + len(tokens[known - 1]) if starts else 0
        for token in tokens[known : last + 1]:  # no letter stands between two words, so that each is found where it is
            position = find(token, position)
            starts.append(position)
            position += len(token)


class PhraseBook(Generic[Payload]):
    """A set of phrases, each with a payload; see the module's docstring for how phrases are written."""

    def __init__(self) -> None:
        self._root: _Node[Payload] = _Node()
        self._edges: set[str] = set()  # the symbols that an edge of the trie has
        self._prefixes: dict[str, list[str]] = {}  # by their first letters
        self._known: _Known[Payload] = _Known(self._learn)
        self._unused: _Word[Payload] = _Word((), ())  # any word that is in no phrase

    def add(self, phrase: str, payload: Payload) -> None:
        """Add a phrase. Raises ValueError where it holds no word, or more variants than anybody means."""
        for words in _variants(phrase):
            if not words or words[0] == "..":
                raise ValueError(f"a phrase must begin with a word: {phrase!r}")
            node = self._root
            for word in words:
                node = self._step(node, word)
            node.payloads.append(payload)
        self._known.clear()

    def add_all(self, phrases: Iterable[str], payload: Payload) -> None:
        """Add several phrases that stand for the same."""
        for phrase in phrases:
            self.add(phrase, payload)

    def find(self, text: str) -> list[Match[Payload]]:
        """All phrases in the text, overlapping ones included, in the order of their first words."""
        tokens = _tokens(text)
        words = list(map(self._known.__getitem__, tokens))
        walk: _Walk[Payload] | None = None
        for index, word in enumerate(words):
            if not word.roots:
                continue
            after = word.after
            if after is not None and (index + 1 == len(words) or after.isdisjoint(words[index + 1].symbols)):
                continue
            walk = walk or _Walk(tokens, words, text)
            for node in word.roots:
                walk.visit(node, index, index, 1)
        return walk.matches() if walk is not None and walk.found else []

    def _learn(self, word: str) -> _Word[Payload]:
        symbols = self._symbols(word)
        if not symbols:
            return self._unused
        first = self._root.next
        return _Word(symbols, tuple([first[symbol] for symbol in symbols if symbol in first]))

    def _step(self, node: _Node[Payload], word: str) -> _Node[Payload]:
        if word == "..":
            node.gap = node.gap or _Node()
            return node.gap
        if word.endswith("*") and word not in self._edges:
            self._prefixes.setdefault(word[:_PREFIX_KEY].rstrip("*"), []).append(word)
        self._edges.add(word)
        return node.next.setdefault(word, _Node())

    def _symbols(self, token: str) -> tuple[str, ...]:
        """The symbols of a word that are edges of the trie: itself, without plural s, in capitals, beginnings."""
        edges = self._edges
        if token.endswith("'s"):
            token = token[:-2]
        lower = token.lower()
        symbols = [lower] if lower in edges else []
        if lower.endswith("s"):
            single = singular(lower)
            if single != lower and single in edges:
                symbols.append(single)
        if token != lower:
            symbols += [capitals for capitals in _capitals(token) if capitals in edges]
        for key in (lower[:1], lower[:2], lower[:_PREFIX_KEY]) if len(lower) >= _PREFIX_KEY else _beginnings(lower):
            if key in self._prefixes:  # few beginnings of words are
                symbols += [prefix for prefix in self._prefixes[key] if lower.startswith(prefix[:-1])]
        return tuple(symbols)


def _beginnings(word: str) -> list[str]:
    return [word[:size] for size in range(1, len(word) + 1)]


def _tokens(text: str) -> list[str]:
    """The words of a text. Blanking what is no word and cutting at blanks is twice as fast as the pattern."""
    if text.isascii() and "'" not in text:
        return text.translate(_BLANKED).split()
    return _WORD.findall(text)


def _capitals(token: str) -> tuple[str, ...]:
    return ("=" + token, "=" + token[:-1]) if token.endswith("s") else ("=" + token,)


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
    if (count := prod(map(len, slots))) > _MOST_VARIANTS:
        raise ValueError(f"a phrase of {count:,} variants; put long lists in [brackets]: {phrase[:80]!r}")
    return [[word for part in choice for word in part] for choice in product(*slots)]


def _alternatives(item: str) -> list[list[str]]:
    return [_words(alternative) for alternative in item.split("|")]


def _is_abbreviation(word: str) -> bool:
    """`DFS`, `iDFS`, `AEs`, whose last letter is no plural s, or one that matters."""
    return sum(letter.isupper() for letter in word) > 1


def _words(item: str) -> list[str]:
    if item.startswith("="):
        return ["=" + word for word in _WORD.findall(item)]
    words = []
    for match in _WRITTEN.finditer(item):
        word = match.group().removesuffix("'s")
        if "*" in word:  # "randomi*ed" is read as "randomi*"
            words.append(word.split("*")[0].lower() + "*")
        elif word.isupper() and word.isalpha() and len(word) <= 2:
            words.append("=" + word)
        else:
            words.append(word.lower() if _is_abbreviation(word) else singular(word.lower()))
    return words

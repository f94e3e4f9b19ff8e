"""The names of regimens, found in one scan."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import Any

from extract.doses.scanning import Scanner, openings
from extract.doses.vocabulary import read_toml

_Names = tuple[Scanner, list[dict[str, Any]]]


@cache
def _named() -> tuple[list[str], _Names, _Names]:
    """How names in small letters begin, a scanner for all names, and one for the others, which looks at capitals only.

    With each go the entries of `regimens.toml` in the order of its names.
    """
    named = [(name, entry) for entry in read_toml("regimens.toml")["regimen"] for name in entry["names"]]
    small = {
        name: sorted({opening.partition(" ")[0] for opening in openings(name) if opening[0].islower()})
        for name, _ in named
    }
    heads = sorted({opening for found in small.values() for opening in found})
    return heads, _scanner(named), _scanner([(name, entry) for name, entry in named if not small[name]])


def _scanner(named: list[tuple[str, dict[str, Any]]]) -> _Names:
    scanner = Scanner([name for name, _ in named], before=r"\w/-", after=r"(?!\w|/\w|-\w)")
    return scanner, [entry for _, entry in named]


def _any_word_begins(text: str, heads: list[str]) -> bool:
    for head in heads:
        position = text.find(head)
        while position > 0 and text[position - 1].isalnum():
            position = text.find(head, position + 1)
        if position >= 0:
            return True
    return False


def find_names_in(texts: list[str]) -> list[list[tuple[int, int, dict[str, Any]]]]:
    """What `find_names` finds in each text; all are searched as one, since most hold no name."""
    found: list[list[tuple[int, int, dict[str, Any]]]] = [[] for _ in texts]
    names = find_names("\0".join(texts))
    if names:
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        for start, end, entry in names:
            index = bisect_right(starts, start) - 1
            found[index].append((start - starts[index], end - starts[index], entry))
    return found


def find_names(text: str) -> list[tuple[int, int, dict[str, Any]]]:
    """Where regimens are named, with their entries of `regimens.toml`."""
    heads, every, capital = _named()
    # Nearly every letter of a text is a small one: they are looked at only where a name in small letters may stand.
    scanner, meanings = every if _any_word_begins(text, heads) else capital
    return [(match.start(), match.end(), meanings[index]) for index, match in scanner.find(text)]

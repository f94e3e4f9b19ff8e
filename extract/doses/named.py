"""The names of regimens, found in one scan."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import Any

from extract.doses.scanning import Scanner
from extract.doses.vocabulary import read_toml


@cache
def _named() -> tuple[Scanner, list[dict[str, Any]]]:
    """A scanner for all names, and the entries of `regimens.toml` in the order of their names."""
    patterns: list[str] = []
    meanings: list[dict[str, Any]] = []
    for entry in read_toml("regimens.toml")["regimen"]:
        for name in entry["names"]:
            patterns.append(name)
            meanings.append(entry)
    return Scanner(patterns, before=r"\w/+-", after=r"(?![\w+]|/\w|-\w)"), meanings


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
    scanner, meanings = _named()
    return [(match.start(), match.end(), meanings[index]) for index, match in scanner.find(text)]

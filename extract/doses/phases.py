"""Names of the phases of a treatment."""

from __future__ import annotations

import re
import sys
from functools import cache, lru_cache

from extract.doses.items import Item
from extract.doses.scanning import Scanner
from extract.doses.vocabulary import read_toml
from extract.lower import lowered


@cache
def _phases() -> tuple[Scanner, list[str]]:
    patterns, codes = [], []
    for entry in read_toml("phases.toml")["phase"]:
        for pattern in [*entry["patterns"], *(f"{label}(?=\\s?\\d?\\s?:)" for label in entry["labels"])]:
            patterns.append(pattern)
            codes.append(entry["code"])
    return Scanner(patterns, before=r"\w-"), codes


_LABEL_NUMBER = re.compile(r"\s?(\d)\s?:")


def find_phases(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Names of phases of the treatment; a number in a label is kept ("ind2:" is `induction 2`)."""
    scanner, codes = _phases()
    low = lowered(text)
    found = []
    for index, match in scanner.find(low, start, end):
        label = _LABEL_NUMBER.match(low, match.end())
        code = codes[index]
        found.append(Item("phase", match.start(), match.end(), f"{code} {label[1]}" if label else code))
    return found


@cache
def _dosings() -> list[tuple[re.Pattern[str], str]]:
    entries = read_toml("phases.toml")["dosing"]
    return [(re.compile(rf"\b(?:{'|'.join(entry['patterns'])})\b", re.IGNORECASE), entry["code"]) for entry in entries]


@lru_cache(maxsize=1_000)
def find_dosing(label: str) -> str | None:
    """Whether an arm's label says that it gets single doses or repeated ones: the same amount is another dose then."""
    found = {code for pattern, code in _dosings() if pattern.search(label)}
    return found.pop() if len(found) == 1 else None

"""Routes of administration."""

from __future__ import annotations

import re
import sys
from functools import cache

from extract.doses.schedule import UPPER, Item
from extract.doses.vocabulary import read_toml


@cache
def _routes() -> tuple[re.Pattern[str], list[str], re.Pattern[str], list[str]]:
    # Every alternative begins with a letter and ends with an empty group of its own: so the engine can look for
    # the few possible first letters, and the number of the last group says which alternative it was.
    entries = read_toml("routes.toml")["route"]
    words = [(pattern, entry["code"]) for entry in entries for pattern in entry["patterns"]]
    exact = [(pattern, entry["code"]) for entry in entries for pattern in entry.get("exact", [])]
    return (
        re.compile("|".join(f"{pattern}(?![a-z])()" for pattern, _ in words)),
        [code for _, code in words],
        re.compile("|".join(f"{pattern}()" for pattern, _ in exact)),
        [code for _, code in exact],
    )


def find_routes(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Every route named within `start:end` of the text, in order."""
    pattern, codes, exact, exact_codes = _routes()
    lowered = text.translate(UPPER)
    found = [
        Item("route", match.start(), match.end(), codes[(match.lastindex or 1) - 1])
        for match in pattern.finditer(lowered, start, end)
        if not (match.start() and lowered[match.start() - 1].isalnum())
    ]
    found += [
        Item("route", match.start(), match.end(), exact_codes[(match.lastindex or 1) - 1])
        for match in exact.finditer(text, start, end)
    ]
    return sorted(found, key=lambda item: item.start)

"""The names of regimens, as one pattern."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extract.doses.vocabulary import read_toml


@cache
def named_regimen_pattern() -> tuple[re.Pattern[str], list[dict[str, Any]]]:
    """One pattern over all names, an empty group ending each, and the entries of `regimens.toml` in that order."""
    parts: list[str] = []
    meanings: list[dict[str, Any]] = []
    for entry in read_toml("regimens.toml")["regimen"]:
        for name in entry["names"]:
            parts.append(name + r"(?![\w+]|/\w|-\w)()")
            meanings.append(entry)
    return re.compile("|".join(parts)), meanings


def find_names(text: str) -> list[tuple[int, int, dict[str, Any]]]:
    """Where regimens are named, with their entries of `regimens.toml`."""
    pattern, meanings = named_regimen_pattern()
    return [
        (match.start(), match.end(), meanings[(match.lastindex or 1) - 1])
        for match in pattern.finditer(text)
        if not (match.start() and (text[match.start() - 1].isalnum() or text[match.start() - 1] in "/+-_"))
    ]

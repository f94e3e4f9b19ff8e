"""The names of regimens, as one pattern."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extract.doses.vocabulary import read_toml


@cache
def named_regimen_pattern() -> tuple[re.Pattern[str], list[dict[str, Any]]]:
    """One pattern over all names with a group for each, and the entries of `regimens.toml` in the groups' order."""
    parts: list[str] = []
    meanings: list[dict[str, Any]] = []
    for entry in read_toml("regimens.toml")["regimen"]:
        for name in entry["names"]:
            parts.append(f"({name})")
            meanings.append(entry)
    return re.compile(r"(?<![\w/+-])(?:" + "|".join(parts) + r")(?![\w+]|/\w|-\w)"), meanings

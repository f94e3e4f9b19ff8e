"""Texts in lower case, and the cheap test before a pattern."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


def lowered(text: str) -> str:
    """The text in lower case, code point for code point."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@lru_cache(maxsize=32)  # the fields of one study
def lower_text(text: str) -> str:
    """The same, kept for the extractors that read the same fields."""
    return lowered(text)


def holds_any(text: str, stems: Iterable[str]) -> bool:
    """Whether one of the stems stands in the text."""
    for stem in stems:  # noqa: SIM110  a generator would take longer than the search
        if stem in text:
            return True
    return False

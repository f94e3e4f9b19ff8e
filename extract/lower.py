"""Texts in lower case, kept for the extractors that read the same fields, and the cheap test before a pattern."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from extract.sentences import lowered


@lru_cache(maxsize=32)  # the fields of one study
def lower_text(text: str) -> str:
    """The text in lower case, code point for code point."""
    return lowered(text)


def holds_any(text: str, stems: Iterable[str]) -> bool:
    """Whether one of the stems stands in the text."""
    for stem in stems:  # noqa: SIM110  a generator would take longer than the search
        if stem in text:
            return True
    return False

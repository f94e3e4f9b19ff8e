"""What a product is made of: `one capsule contains: 50 mg of A, 50 mg of B`. Its parts are not what a trial gives."""

from __future__ import annotations

import re
from functools import lru_cache

from extract.doses.vocabulary import one_of
from extract.lower import holds_any, lowered

_BEGINS = re.compile(
    rf"\b{one_of('product')}\b(?:\s\([^()]*\))?\s(?:(?:will|that|which|also)\s)*{one_of('is_made_of')}\b\s?:?"
    r"|\bcomposed of\b\s?:?|\bcomposition (?:will )?(?:includes?|is|of)\b\s?:?",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\)|;|\.(?=\s+[A-Z]|\Z)")
_PART = re.compile(r"\d\s?(?:m?g|mcg|ug|m[lL]|IU|%)(?![A-Za-z])")
_LONGEST = 500


def is_part(text: str, position: int) -> bool:
    """Whether an amount stands among several of which a product is made."""
    return any(start <= position < end for start, end in _lists(text))


@lru_cache(maxsize=500)
def _lists(text: str) -> list[tuple[int, int]]:
    """Where a text lists the parts of a product, with an amount of two of them or more."""
    if not holds_any(lowered(text), ("contain", "consist", "compos")):
        return []
    found = []
    for match in _BEGINS.finditer(text):
        stop = _ENDS.search(text, match.end(), match.end() + _LONGEST)
        end = stop.start() if stop is not None else min(len(text), match.end() + _LONGEST)
        if len(_PART.findall(text, match.end(), end)) > 1:
            found.append((match.end(), end))
    return found

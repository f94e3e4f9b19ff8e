"""Numbers that belong to a word before them: `day 1`, `arm 2`, `phase 3`."""

from __future__ import annotations

import re

from extract.doses.vocabulary import one_of

_INDEX_WORD = re.compile(
    rf"\b{one_of('index_word')}\b\.?[\s\d,&+-]*(?:\b(?:to|and|through)\b[\s\d,&+-]*)*$", re.IGNORECASE
)


def ends_with_index_word(text: str) -> bool:
    """Whether a number after this text would number a day, an arm or the like."""
    return _INDEX_WORD.search(text) is not None

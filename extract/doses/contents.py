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
_SIGN = re.compile(r"[();]|\.(?=\s+[A-Z]|\Z)")
_PART = re.compile(r"(?<!doses of )(?<![\d.,])\d[\d.,]*\s?(?:m?g|mcg|ug|m[lL]|IU|%)(?![A-Za-z])")
_LONGEST = 500


# "200 mg of A and 100 mg of daidzein": a name, known or not
_NAMED = re.compile(
    r"(?:\sof)?\s(?!tablets?|capsules?|pills?|daily|once|twice|powder|given|taken|active|each)[a-z][\w-]{3,}",
    re.IGNORECASE,
)


def is_named_part(text: str, start: int, end: int) -> bool:
    """Whether an amount stands among several of which a product is made, with the name of what it is of behind it."""
    return _NAMED.match(text, end) is not None and any(first <= start < last for first, last in _lists(text))


def is_part(text: str, position: int) -> bool:
    """Whether an amount stands among several of which a product is made."""
    return any(start <= position < end for start, end in (*_lists(text), *_sums(text)))


_SUM = re.compile(r"(?P<total>\d[\d.]*) ?mg ?\((?P<parts>[^()]{8,80})\)", re.IGNORECASE)
_SUMMAND = re.compile(r"(\d[\d.]*) ?mg(?!/)", re.IGNORECASE)


@lru_cache(maxsize=500)
def _sums(text: str) -> list[tuple[int, int]]:
    """Where brackets hold the parts of the mass before them: "960 mg (A 800 mg + B 160 mg)"."""
    found = []
    for match in _SUM.finditer(text) if "mg (" in text else ():
        parts = [float(part) for part in _SUMMAND.findall(match["parts"]) if part.count(".") < 2]
        if len(parts) > 1 and match["total"].count(".") < 2 and abs(sum(parts) - float(match["total"])) < 0.01:
            found.append(match.span("parts"))
    return found


@lru_cache(maxsize=500)
def _lists(text: str) -> list[tuple[int, int]]:
    """Where a text lists the parts of a product, with an amount of two of them or more."""
    if not holds_any(lowered(text), ("contain", "consist", "compos")):
        return []
    found = []
    for match in _BEGINS.finditer(text):
        end = _end(text, match.end())
        if len(_PART.findall(text, match.end(), end)) > 1:
            found.append((match.end(), end))
    return found


def _end(text: str, start: int) -> int:
    """Where a list ends: with its sentence, or with the bracket in which it stands."""
    open_brackets = 0
    for sign in _SIGN.finditer(text, start, start + _LONGEST):
        open_brackets += {"(": 1, ")": -1}.get(sign[0], 0)
        if open_brackets < 0 or (sign[0] in ".;" and not open_brackets):
            return sign.start()
    return min(len(text), start + _LONGEST)

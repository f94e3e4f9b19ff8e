"""The zero point of a time: "12 weeks after surgery", "from randomisation until …", "8 hours post-dose"."""

from __future__ import annotations

import re

_ENDS = r"(?:to|until|till|through|thru|up|and|or|for|at|assessed|as|in|over)\b"
_COUNTED = r"(?:days?|weeks?|months?|years?|hours?|cycles?) -?\d"  # a time itself, no zero point
_AFTER = re.compile(
    r"\s*(?:[-)]|\([^)]*\))?\s*(?:the )?(?:after|post|following|since|from|of|past)[\s-]*"
    r"(?:the |a |an |each |start of the )?"
    rf"(?P<anchor>[\w'/+&-]+(?: (?!{_ENDS}|(?:then|with|during|before)\b)[\w'/+&-]+){{0,6}})",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\s*(?:before|prior to|pre|preceding)[\s-]*(?:the |start of the )?(?P<anchor>[\w-]+(?: (?!and\b)[\w-]+){0,3})",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:from|since|starting (?:at|from|on)|between)\s+(?:the )?(?:(?:date|time|day) of (?:the )?)?"
    rf"(?P<anchor>(?!up\b|\d|{_COUNTED})[a-z][\w'/-]*(?: (?!{_ENDS})[\w'()/-]+){{0,7}})",
    re.IGNORECASE,
)
_LEADING = re.compile(
    rf"\s*(?P<anchor>(?!(?:up|every|from|time|assessed)\b|{_COUNTED})"
    r"[a-z][a-z' -]{2,40}?) (?:to|until|through|up to) ",
    re.IGNORECASE,
)
_WORDS_AHEAD = re.compile(r"[ )-]*(?:\(|[a-z])", re.IGNORECASE)
_NO_ANCHOR = {"op", "operative", "study", "the", "this", "and", "start", "each", "treatment period", "age", "life"}
_GLUED = {  # what stands for the zero point in "post…" written as one word
    "op": "surgery", "operative": "surgery", "operatively": "surgery", "operation": "surgery", "surgical": "surgery",
    "partum": "birth", "natal": "birth", "menstrual": None,
}  # fmt: skip


def anchor_after(text: str, end: int) -> str | None:
    """The anchor named straight after a quantity that ends at `end`; None if none is."""
    if not _WORDS_AHEAD.match(text, end):
        return None
    match = _AFTER.match(text, end) or _BEFORE.match(text, end)
    return _clean(match["anchor"]) if match is not None else None


def anchor_from(text: str) -> str | None:
    """The anchor of a span, named by "from …" or in front of "to", "until", "up to"."""
    match = _FROM.search(text) or _LEADING.match(text)
    return _clean(match["anchor"]) if match is not None else None


def _clean(anchor: str) -> str | None:
    anchor = anchor.split("(")[0].strip(" -,.;:()").removeprefix("the ")
    first = anchor.split(" ", 1)[0].lower()
    if first in _GLUED:
        return _GLUED[first]
    if anchor.lower() in _NO_ANCHOR or anchor.isdigit() or not anchor:
        return None
    return anchor.lower() if anchor.istitle() else anchor

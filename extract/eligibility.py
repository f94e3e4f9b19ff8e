"""Where the eligibility criteria speak of inclusion and where of exclusion.

The registry holds both in one field under headings that sponsors word freely.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from extract.lower import lower_text
from extract.sentences import find_all

INCLUSION, EXCLUSION, OTHER = "inclusion", "exclusion", "other"

# Of the text in lower case: where case does not matter, the engine is much faster without ignoring it.
_LINE = re.compile(
    r"[ \t]*(?:[*#>_-]+[ \t]*)?(?:(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)][ \t]*)?"
    r"(?P<text>[^\n:.;]{0,60}?\b(?P<kind>in|ex)clu(?:sion(?:s|ary)?|ded)\b[^\n:.;]{0,70}?)[ \t]*(?P<colon>:|\r?$)",
    re.MULTILINE,
)
_INLINE = re.compile(
    r"\b(?P<kind>[Ii]n|[Ee]x)clusion [Cc]rit[a-z]+(?: \([^)\n]{1,30}\)| [\w ]{1,30})?(?:[ \t]*:|\.(?=[ \t]+[A-Z]))"
    r"|\b(?P<loud>IN|EX)CLUSION CRITERIA\b"
)
# Older records have these in place of inclusion and exclusion; what stands below them is wanted.
_CHARACTERISTICS = re.compile(r"(?:PATIENT|DISEASE) CHARACTERISTICS:")
_SENTENCE = re.compile(
    r"\b(?:appl(?:y|ies)|meet|meets|met|fulfil\w*|period|before|from|prior to|at|after|is|are not|not an|confirm|"
    r"within|since|until|according|month|months|year|week|weeks|day|days|will|has|have|had|use|if|by)\b|[<>=%]"
)
_SAYS_EXCLUDED = re.compile(r"\b(?:will be|are|is|must be|be) (?:in|ex)cluded\b")
_NON_INCLUSION = re.compile(r"\bnon?[ -]?inclu")
_BOTH = re.compile(r"inclu\w+\W+(?:and|or|&|/)?\W*exclu")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its span, its text, and the kind of the criteria below it."""

    start: int
    end: int
    text: str
    kind: str


class Sections:
    """The headings of an eligibility text, in order."""

    def __init__(self, headings: list[Heading]) -> None:
        self.headings = headings
        self._starts = [heading.start for heading in headings]

    def at(self, position: int) -> Heading | None:
        """The heading under which `position` stands, None before the first."""
        index = bisect_right(self._starts, position) - 1
        return self.headings[index] if index >= 0 else None


@lru_cache(maxsize=4)  # ages and criteria ask for the sections of the same text
def read_sections(norm: str) -> Sections:
    """Find the inclusion and exclusion headings of a normalised eligibility text."""
    headings: list[Heading] = []
    low = lower_text(norm)
    done = 0
    for position in find_all(low, ("clusion", "cluded", "t characteristics:", "e characteristics:")):
        if position < done:
            continue
        heading = _heading(norm, low, position)
        if heading is not None:
            headings.append(heading)
            done = heading.end
    return Sections(headings)


def _heading(norm: str, low: str, position: int) -> Heading | None:
    """The heading whose word stands at `position`: a line of its own, or within a line before a colon."""
    label = _CHARACTERISTICS.match(norm, max(0, position - 6))
    if label is not None:
        return Heading(label.start(), label.end(), label.group().rstrip(":"), OTHER)
    line = _LINE.match(low, low.rfind("\n", 0, position) + 1)
    if line is not None and line.end() > position and _is_heading(line):
        start, end, stop, word = line.start("text"), line.end(), line.end("text"), line["kind"]
    else:
        inline = _INLINE.match(norm, position - 2)
        if inline is None or (
            inline.group().endswith(".") and norm[: inline.start()].rstrip(" \t")[-1:] not in ("", "\n")
        ):
            return None
        start, end, word = *inline.span(), (inline["kind"] or inline["loud"]).lower()
        stop = end
    text = low[start:stop]
    excluding = word == "ex" or _NON_INCLUSION.search(text) is not None
    kind = OTHER if _BOTH.search(text) else EXCLUSION if excluding else INCLUSION
    return Heading(start, end, norm[start:stop].strip(" \t\r:"), kind)


def _is_heading(line: re.Match[str]) -> bool:
    text, colon = line["text"], bool(line["colon"].strip())
    if colon and _SAYS_EXCLUDED.search(text):
        rest = line.string[line.end() : line.end() + 3]
        return not rest.strip(" \t") or rest.lstrip(" \t")[0] in "\r\n"
    if _SENTENCE.search(text) or (not colon and "cluded" in text):
        return False
    return len(text.split()) <= (12 if colon else 7)

"""Which phase of the treatment an amount belongs to."""

from __future__ import annotations

import re

from extract.doses.bound import Bound
from extract.doses.items import Item

_HEADING = re.compile(r"[^.;]{0,90}:\s*\Z")


_LATER = re.compile(r"\b(?:after|following|prior to|before|until|post|completion of|since)\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:after|following|since|completion of|end of|post)[\s-]+(?:\w+[\s-]+){0,3}\Z", re.IGNORECASE)
_WITH = re.compile(
    r"[\s\w-]{0,30}\b(?:with|consist\w*|includ\w*|compris\w*|of|using|by)\b|\s*(?:\w+\s)?\(|\s*:", re.IGNORECASE
)


def _is_past(text: str, phase: Item) -> bool:
    """`After induction, …` is not said of what follows; `after lymphodepletion with A 30 mg` is."""
    return bool(_PAST.search(text[max(0, phase.start - 40) : phase.start])) and not _WITH.match(text, phase.end)


def set_phases(text: str, bounds: list[Bound], items: list[Item], current: str | None) -> str | None:
    """The phase of each amount: the last one named before it in its phrase, else after it, else the heading's."""
    phases = [item for item in items if item.kind == "phase"]
    for bound in bounds:
        before = [p for p in phases if p.start < bound.amount.start and not _is_past(text, p)]
        after = [
            p for p in phases if p.start > bound.amount.start and not _LATER.search(text[bound.amount.end : p.start])
        ]
        value = before[-1].value if before else after[0].value if after else current
        if value:
            bound.facts["phase"] = value
    return current


def heading_phase(text: str, segment: tuple[int, int], items: list[Item]) -> str | None:
    """The phase that a heading ("Conditioning:") names for what follows."""
    phases = [item.value for item in items if item.kind == "phase"]
    phrase = text[segment[0] : segment[1]]
    return phases[-1] if phases and (len(phrase) < 60 or _HEADING.match(phrase)) else None

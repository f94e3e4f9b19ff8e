"""Which class an outcome measure belongs to.

The title decides; the description only where the title says nothing or nothing certain. Among the phrases found the
highest rank wins, within a rank the one named first (the guideline's rule for composites), and a phrase inside a longer
one does not count. What a title says of its patients ("in patients with …") or of the treatment ("effect of … on …")
counts less than what it says of the outcome.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from extract.endpoints.phrases import Match
from extract.endpoints.vocabulary import ClassRule, class_book

OTHER = "other"
CERTAIN = 3
_DESCRIPTION_LENGTH = 600

_ASIDE = re.compile(
    r"\b(?:(?:in|among|of|for) (?:[\w-]+ ){0,3}?(?:patients|participants|subjects|people|persons|adults|children|women|men"
    r"|individuals|survivors|neonates|infants|newborns|volunteers|males|females|adolescents|donors)(?: (?:with|who|undergoing|receiving|treated|having|on|that)\b.*)?"
    r"|(?:effects?|impact|influence|efficacy|effectiveness) of (?=.{3,100}? (?:on|in) )(?P<cause>.{3,100}?) (?:on|in) )",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Classified:
    """A class with the words that gave it; `where` is `measure`, `description` or, for `other`, None."""

    name: str
    where: str | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """The candidates of one text, best first: (rank, match)."""

    candidates: tuple[tuple[float, Match[ClassRule]], ...]
    fields: frozenset[str]


def classify(measure: str, description: str, in_field: Callable[[str], bool]) -> Classified:
    """The class of an outcome from its normalised measure and description.

    `in_field(name)` says whether the trial belongs to a field of medicine of `endpoint_fields.toml`; it is asked only
    where a phrase depends on it.
    """
    title = _best(_read(measure), in_field)
    if title is not None and title[0] >= CERTAIN:
        return _classified(title[1], "measure")
    detail = _best(_read(description[:_DESCRIPTION_LENGTH]), in_field) if description else None
    if detail is not None and detail[0] >= (CERTAIN if title is not None else 1):
        return _classified(detail[1], "description")
    if title is not None:
        return _classified(title[1], "measure")
    return Classified(OTHER)


def _classified(match: Match[ClassRule], where: str) -> Classified:
    if match.payload.name == OTHER:
        return Classified(OTHER)
    return Classified(match.payload.name, where, match.start, match.end)


def _best(reading: _Reading, in_field: Callable[[str], bool]) -> tuple[float, Match[ClassRule]] | None:
    member = {name: in_field(name) for name in reading.fields}
    allowed = [
        (rank, match)
        for rank, match in reading.candidates
        if match.payload.field is None or member[match.payload.field]
    ]
    if not allowed:
        return None
    outer = [(rank, match) for rank, match in allowed if not any(_inside(match, other) for _, other in allowed)]
    return max(outer, key=lambda pair: (pair[0], -pair[1].start, pair[1].end, pair[1].payload.field is not None))


def _inside(match: Match[ClassRule], other: Match[ClassRule]) -> bool:
    return other.contiguous and other.words > match.words and other.start <= match.start and match.end <= other.end


@lru_cache(maxsize=4096)
def _read(text: str) -> _Reading:
    matches = class_book().find(text)
    asides = [m.span("cause") if m["cause"] else m.span() for m in _ASIDE.finditer(text)] if matches else []
    candidates = []
    for match in matches:
        aside = any(start <= match.start and match.end <= end for start, end in asides)
        candidates.append((match.payload.rank - (2 if aside else 0), match))
    return _Reading(tuple(candidates), frozenset(m.payload.field for m in matches if m.payload.field))

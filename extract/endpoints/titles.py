"""What the words of a title or a description stand for: classes, instruments, metrics, found in one pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from extract.endpoints.phrases import Match
from extract.endpoints.vocabulary import ClassRule, Instrument, Metric, instrument_book, title_book

_LENGTH = 400  # of a description; what the outcome is stands at its beginning
_ASIDE_PENALTY = 2

_ASIDES = (
    # "… in patients with heart failure": about the patients
    re.compile(
        r"\b(?:in|among|of|for) (?:[\w-]+ ){0,5}?(?:patients|participants|subjects|people|persons|adults|children|women|men"
        r"|individuals|survivors|neonates|infants|newborns|volunteers|males|females|adolescents|donors)\b"
        r"(?: (?:with|who|undergoing|receiving|treated|having|on|that)\b.*)?",
        re.IGNORECASE,
    ),
    # "Effect of exercise on HbA1c": about the treatment
    re.compile(
        r"(?:effects?|impact|influence|efficacy|effectiveness) of (?=.{3,100}? (?:on|in) )(?:.{3,100}?) (?:on|in) ",
        re.IGNORECASE,
    ),
)


@dataclass(frozen=True, slots=True)
class TitleReading:
    """A text's candidates for the class with their ranks, its instrument with the rank, and its metric."""

    candidates: tuple[tuple[float, Match[ClassRule]], ...] = ()
    fields: frozenset[str] = frozenset()  # the fields of medicine that candidates depend on
    instrument: Instrument | None = None
    metric: str | None = None


_NOTHING = TitleReading()


@lru_cache(maxsize=8192)
def read_title(text: str) -> TitleReading:
    """Read a normalised title, or the beginning of a description."""
    classes: list[Match[ClassRule]] = []
    instruments: list[tuple[int, int, int, Instrument]] = []
    metrics: list[tuple[int, str]] = []
    text = text[:_LENGTH]
    for match in title_book().find(text):
        meaning = match.payload
        if isinstance(meaning, ClassRule):
            classes.append(Match(match.start, match.end, match.words, match.contiguous, meaning))
        elif isinstance(meaning, Instrument):
            instruments.append((-meaning.rank, match.start, -match.end, meaning))
        else:
            metrics.append((meaning.order, meaning.name))
    if not (classes or instruments or metrics):
        return _NOTHING
    return TitleReading(
        _ranked(text, classes),
        frozenset(match.payload.field for match in classes if match.payload.field),
        min(instruments, key=lambda item: item[:3])[3] if instruments else None,
        min(metrics)[1] if metrics else None,
    )


@lru_cache(maxsize=8192)
def read_instrument(text: str) -> Instrument | None:
    """Only the instrument of a description: most descriptions are read for nothing else."""
    found = instrument_book().find(text[:_LENGTH])
    if not found:
        return None
    return min(found, key=lambda match: (-match.payload.rank, match.start, -match.end)).payload


def _ranked(text: str, matches: list[Match[ClassRule]]) -> tuple[tuple[float, Match[ClassRule]], ...]:
    if all(match.payload.name == matches[0].payload.name for match in matches):
        return tuple((match.payload.rank, match) for match in matches)
    asides = [found.span() for pattern in _ASIDES for found in pattern.finditer(text)]
    ranked = []
    for match in matches:
        aside = any(start <= match.start and match.end <= end for start, end in asides)
        ranked.append((match.payload.rank - (_ASIDE_PENALTY if aside else 0), match))
    return tuple(ranked)

"""What the words of a title or a description stand for: classes, instruments, metrics, found in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extract.endpoints.phrases import Match
from extract.endpoints.vocabulary import ClassRule, Instrument, Metric, instrument_book, manner_book, title_book
from extract.lower import lowered

LENGTH_READ = 400  # of a description; what the outcome is stands at its beginning
_INSTRUMENT_LENGTH = 300
_ASIDE_PENALTY = 2

_PEOPLE = (
    "patients|participants|subjects|people|persons|adults|children|women|men|individuals|survivors|neonates|infants"
    "|newborns|volunteers|males|females|adolescents|donors"
)
# Any of those words holds one of these.
_PEOPLE_STEMS = (
    "patient", "participant", "subject", "people", "person", "adult", "child", "men", "individual", "survivor",
    "neonate", "infant", "newborn", "volunteer", "male", "adolescent", "donor",
)  # fmt: skip
_COUNTS = (
    "number", "numbers", "proportion", "proportions", "percentage", "percentages", "percent", "%", "rate", "rates",
    "incidence", "frequency", "count", "share",
)  # fmt: skip
_NOT_COUNTED = "".join(f"(?<!{word} )" for word in _COUNTS)
# "… in patients with heart failure", "abilities of patients with a prosthesis": about the patients;
# but "number of patients with heart failure" is about heart failure.
# Both begin with a character that is no letter, which the engine looks for faster than for the edge of a word.
_PATIENTS = re.compile(
    rf"\W(?:in|among|for|{_NOT_COUNTED}of) (?:(?!(?:in|of|for|among|on|with|to|and)\b)[\w-]+ ){{0,5}}?(?:{_PEOPLE})\b"
    r"(?: (?:with|who|undergoing|receiving|treated|having|on|that|experiencing|suffering|diagnosed|between|weighing)"
    r"\b[^:;(]*)?"
)
# "Effect of exercise on HbA1c": about the treatment
_TREATMENT = re.compile(
    r"(?:effects?|impact|influence|efficacy|effectiveness) of (?=.{3,100}? (?:on|in) )(?:.{3,100}?) (?:on|in) "
)


@dataclass(slots=True)
class Candidate:
    """A class that a phrase at `start:end` stands for, with its rank after penalties."""

    name: str
    rank: int
    start: int
    end: int
    field: str | None
    words: int
    contiguous: bool


@dataclass(slots=True)
class TitleReading:
    """What a text says: candidates for the class, the best where no field of medicine matters, instrument, metric."""

    candidates: Sequence[Candidate] = ()
    fields: frozenset[str] = frozenset()  # the fields of medicine that the best of them depends on
    best: Candidate | None = None
    instrument: Instrument | None = None
    metric: str | None = None


_NOTHING = TitleReading()


@lru_cache(maxsize=16384)
def read_title(text: str) -> TitleReading:
    """Read a normalised title."""
    return _read(text[:LENGTH_READ], LENGTH_READ)


@lru_cache(maxsize=1024)  # descriptions repeat within a study, less often beyond it
def read_description(text: str) -> TitleReading:
    """Read the beginning of a normalised description."""
    return _read(text[:LENGTH_READ], _INSTRUMENT_LENGTH)


@lru_cache(maxsize=4096)
def read_manner(text: str) -> tuple[Instrument | None, str | None]:
    """Only the instrument and the metric that the beginning of a description names."""
    instruments: list[Match[Instrument]] = []
    metrics: list[tuple[int, str]] = []
    for start, end, words, contiguous, meaning in manner_book().find(text[:LENGTH_READ]):
        if isinstance(meaning, Metric):
            metrics.append((meaning.order, meaning.name))
        elif end <= _INSTRUMENT_LENGTH:
            instruments.append((start, end, words, contiguous, meaning))
    return _instrument(instruments), min(metrics)[1] if metrics else None


def _read(text: str, reach: int) -> TitleReading:
    """All that a text says; instruments count only up to `reach`."""
    classes: list[Match[ClassRule]] = []
    instruments: list[Match[Instrument]] = []
    metrics: list[tuple[int, str]] = []
    for start, end, words, contiguous, meaning in title_book().find(text):
        if isinstance(meaning, ClassRule):
            classes.append((start, end, words, contiguous, meaning))
        elif isinstance(meaning, Metric):
            metrics.append((meaning.order, meaning.name))
        elif end <= reach:
            instruments.append((start, end, words, contiguous, meaning))
    if not (classes or instruments or metrics):
        return _NOTHING
    candidates = _candidates(text, classes) if classes else ()
    fields, best = _settled(candidates)
    return TitleReading(
        candidates,
        fields,
        best,
        _instrument(instruments),
        min(metrics)[1] if metrics else None,
    )


def _settled(candidates: Sequence[Candidate]) -> tuple[frozenset[str], Candidate | None]:
    """The fields of medicine that the best candidate depends on, and the best where it depends on none."""
    fields = frozenset([item.field for item in candidates if item.field is not None])
    best = _best(candidates)
    if len(fields) == 1 and best is not None and best is _best([item for item in candidates if item.field is None]):
        return frozenset(), best  # the best in the field and out of it
    return fields, best if not fields else None


@lru_cache(maxsize=4096)
def read_instrument(text: str) -> Instrument | None:
    """Only the instrument of a description: most descriptions are read for nothing else."""
    return _instrument(instrument_book().find(text[:_INSTRUMENT_LENGTH]))


def _instrument(found: list[Match[Instrument]]) -> Instrument | None:
    """The highest rank, then the one named first, then the longest."""
    return min(found, key=_instrument_order)[4] if found else None


def _instrument_order(match: Match[Instrument]) -> tuple[int, int, int]:
    start, end, _, _, instrument = match
    return -instrument.rank, start, -end


def best_candidate(reading: TitleReading, in_field: Callable[[str], bool]) -> Candidate | None:
    """The class that a text stands for, in a study of which `in_field` tells the fields of medicine."""
    if not reading.fields:
        return reading.best
    return best_of(reading.candidates, in_field)


def best_of(candidates: Sequence[Candidate], in_field: Callable[[str], bool]) -> Candidate | None:
    """The best of some candidates, without those of fields of medicine that the study is not of."""
    return _best([item for item in candidates if item.field is None or in_field(item.field)])


def _best(candidates: Sequence[Candidate]) -> Candidate | None:
    """The highest rank, then the one named first, then the longest; what stands inside a longer one is left out."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    longer = [item for item in candidates if item.contiguous and item.words > 1]
    best: Candidate | None = None
    best_key: tuple[int, int, int, bool] = (-9, 0, 0, False)
    for item in candidates:
        key = (item.rank, -item.start, item.end, item.field is not None)
        if key > best_key and not any(_inside(item, other) for other in longer):
            best, best_key = item, key
    return best


def _inside(item: Candidate, other: Candidate) -> bool:
    return other.words > item.words and other.start <= item.start and item.end <= other.end


def _candidates(text: str, matches: list[Match[ClassRule]]) -> list[Candidate]:
    first = matches[0][4].name if matches else ""
    asides: list[tuple[int, int]] = []
    for match in matches:
        if match[4].name != first:  # of one class only it does not matter what is an aside
            asides = _asides(text)
            break
    candidates = []
    for start, end, words, contiguous, rule in matches:
        rank = rule.rank
        for aside_start, aside_end in asides:
            if aside_start <= start and end <= aside_end:
                rank -= _ASIDE_PENALTY
                break
        candidates.append(Candidate(rule.name, rank, start, end, rule.field, words, contiguous))
    return candidates


def _asides(text: str) -> list[tuple[int, int]]:
    """Where a text speaks of its patients or of the treatment; a span may begin a character early."""
    low = lowered(text)
    padded = " " + low
    spans: list[tuple[int, int]] = []
    if " of " in padded and (" on " in low or " in " in low):  # the cheap tests first
        spans += [found.span() for found in _TREATMENT.finditer(low)]
    for stem in _PEOPLE_STEMS:
        if stem in low:
            spans += [(found.start(), found.end() - 1) for found in _PATIENTS.finditer(padded)]
            break
    return spans

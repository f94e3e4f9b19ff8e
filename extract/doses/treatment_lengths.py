"""How long a treatment lasts, and its cycles, by what a record says outside the phrases with amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.doses.cycles import find_cycles, find_durations
from extract.doses.texts_about import prose
from extract.doses.vocabulary import DAYS_IN, one_of_lower
from extract.lower import holds_any
from extract.study import Study

_OTHER_LENGTH = re.compile(rf"\b{one_of_lower('other_length')}\b")
_TREATMENT = re.compile(rf"\b{one_of_lower('treatment_time')}\b")
_TREATED = ("treat", "medication", "study drug")
_MOMENT = re.compile(rf"\b{one_of_lower('moment')}\b")
_PHRASE = re.compile(r"[^.;\n]+")
_DAYS_OR_YEARS = {**DAYS_IN, "a": 365.0}


def lengths_in(text: str) -> Iterator[tuple[float, str]]:
    """Lengths from two weeks to two years of the phrases that speak of no other time than the treatment's."""
    low = text.lower()
    for phrase in _PHRASE.finditer(low) if "week" in low or "month" in low or "day" in low or "year" in low else ():
        found = find_durations(low, phrase.start(), phrase.end())
        if found and not _OTHER_LENGTH.search(low, phrase.start(), phrase.end()):
            yield from (i.value for i in found if 14 <= i.value[0] * _DAYS_OR_YEARS[i.value[1]] <= 800)


class TreatmentLengths:
    """How long a study's treatment lasts by the phrases that speak of it, whatever is given; looked for once."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._found: set[tuple[float, str]] | None = None

    def __call__(self) -> set[tuple[float, str]]:
        if self._found is None:
            self._found = {length for text in prose(self.study) for length in self._in(text.lower())}
        return self._found

    def _in(self, low: str) -> Iterator[tuple[float, str]]:
        for phrase in _PHRASE.finditer(low) if holds_any(low, _TREATED) else ():
            said = phrase.group()
            if holds_any(said, _TREATED) and _TREATMENT.search(said) and not _MOMENT.search(said):
                yield from lengths_in(said)


_MAX_CYCLE = 56.0


def cycle_length(study: Study) -> float | None:
    """The one length of a cycle that the record states, in days."""
    texts = [*prose(study), *(i.description.text.norm[:600] for i in study.interventions if i.description is not None)]
    found = {item.value for text in texts for item in find_cycles(text) if item.kind == "cycle_days"}
    length = found.pop() if len(found) == 1 else None
    return length if length is not None and 7 <= length <= _MAX_CYCLE else None

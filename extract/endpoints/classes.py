"""Which class an outcome measure belongs to.

The title decides; the description only where the title says nothing or nothing certain. Among the phrases found the
highest rank wins, within a rank the one named first (the guideline's rule for composites), and a phrase inside a longer
one does not count. What a title says of its patients ("in patients with …") or of the treatment ("effect of … on …")
counts less than what it says of the outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from extract.endpoints.phrases import Match
from extract.endpoints.titles import TitleReading, read_title
from extract.endpoints.vocabulary import ClassRule

OTHER = "other"
CERTAIN = 3


@dataclass(frozen=True, slots=True)
class Classified:
    """A class with the words that gave it; `where` is `measure`, `description` or, for `other`, None."""

    name: str
    where: str | None = None
    start: int = 0
    end: int = 0


def classify(measure: str, description: str, in_field: Callable[[str], bool]) -> Classified:
    """The class of an outcome from its normalised measure and description.

    `in_field(name)` says whether the trial belongs to a field of medicine of `endpoint_fields.toml`; it is asked only
    where a phrase depends on it.
    """
    title = _best(read_title(measure), in_field)
    if title is not None and title[0] >= CERTAIN:
        return _classified(title[1], "measure")
    detail = _best(read_title(description), in_field) if description else None
    if detail is not None and detail[0] >= (CERTAIN if title is not None else 1):
        return _classified(detail[1], "description")
    if title is not None:
        return _classified(title[1], "measure")
    return Classified(OTHER)


def _classified(match: Match[ClassRule], where: str) -> Classified:
    if match.payload.name == OTHER:
        return Classified(OTHER)
    return Classified(match.payload.name, where, match.start, match.end)


def _best(reading: TitleReading, in_field: Callable[[str], bool]) -> tuple[float, Match[ClassRule]] | None:
    allowed = reading.candidates
    if reading.fields:
        member = {name: in_field(name) for name in reading.fields}
        allowed = tuple(c for c in allowed if c[1].payload.field is None or member[c[1].payload.field])
    if not allowed:
        return None
    outer = [(rank, match) for rank, match in allowed if not any(_inside(match, other) for _, other in allowed)]
    return max(outer, key=lambda pair: (pair[0], -pair[1].start, pair[1].end, pair[1].payload.field is not None))


def _inside(match: Match[ClassRule], other: Match[ClassRule]) -> bool:
    return other.contiguous and other.words > match.words and other.start <= match.start and match.end <= other.end

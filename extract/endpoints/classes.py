"""Which class an outcome measure belongs to.

The title decides; the description only where the title says nothing or nothing certain. Among the phrases found the
highest rank wins, within a rank the one named first (the guideline's rule for composites), and a phrase inside a longer
one does not count. What a title says of its patients ("in patients with …") or of the treatment ("effect of … on …")
counts less than what it says of the outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from extract.endpoints.titles import Candidate, best_candidate, best_of, read_description, read_title
from extract.endpoints.vocabulary import endpoint_classes, umbrellas

OTHER = "other"
CERTAIN = 3
_NEAR = 100  # characters from the beginning of a description


@dataclass(slots=True)
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
    title = best_candidate(read_title(measure), in_field)
    if title is not None and title.rank >= CERTAIN:
        closer = _closer(title, description, in_field) if description else None
        return _classified(closer, "description") if closer else _classified(title, "measure")
    detail = best_candidate(read_description(description), in_field) if description else None
    if detail is not None and _counts(detail, titled=title is not None):
        return _classified(detail, "description")
    return _classified(title, "measure") if title is not None else Classified(OTHER)


def classify_description(description: str, in_field: Callable[[str], bool]) -> Classified | None:
    """The class that the beginning of a normalised description names for certain, if it does."""
    detail = best_candidate(read_description(description), in_field)
    if detail is None or detail.rank <= CERTAIN or detail.start >= _NEAR:
        return None
    return _classified(detail, "description")


def _closer(title: Candidate, description: str, in_field: Callable[[str], bool]) -> Candidate | None:
    """What the description names where the title names only the group ("pharmacokinetics": Cmax)."""
    parent = umbrellas().get(title.name) if title.rank == CERTAIN else None
    if parent is None:
        return None
    candidates = read_description(description).candidates
    detail = best_of([item for item in candidates if endpoint_classes()[item.name].parent == parent], in_field)
    named = detail is not None and detail.name != title.name and _counts(detail, titled=True)
    return detail if named else None


def _counts(detail: Candidate, *, titled: bool) -> bool:
    """A description is prose: the less a phrase says, the nearer to the beginning it must stand."""
    if detail.rank > CERTAIN:
        return True
    return detail.start < _NEAR and (detail.rank == CERTAIN or not titled)


def _classified(candidate: Candidate, where: str) -> Classified:
    if candidate.name == OTHER:
        return Classified(OTHER)
    return Classified(candidate.name, where, candidate.start, candidate.end)

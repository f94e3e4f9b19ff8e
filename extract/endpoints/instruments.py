"""Which instrument judged an outcome (RECIST 1.1, HAM-D, VAS …) and how it is summarised (change, rate, incidence …)."""

from __future__ import annotations

from functools import lru_cache

from extract.endpoints.vocabulary import instrument_book, metric_book

_DESCRIPTION_LENGTH = 600


def find_instrument(measure: str, description: str) -> str | None:
    """The instrument named in the title, else in the beginning of the description."""
    title = _instrument(measure)
    if title is not None and title[0] > 1:
        return title[1]
    detail = _instrument(description[:_DESCRIPTION_LENGTH]) if description else None
    if detail is not None and (title is None or detail[0] > title[0]):
        return detail[1]
    return title[1] if title is not None else None


def find_metric(measure: str, description: str) -> str | None:
    """How the outcome is summarised, as its title says, else the beginning of its description."""
    return _metric(measure) or (_metric(description[:200]) if description else None)


@lru_cache(maxsize=4096)
def _instrument(text: str) -> tuple[int, str] | None:
    found = instrument_book().find(text)
    if not found:
        return None
    best = max(found, key=lambda match: (match.payload.rank, -match.start, match.end))
    return best.payload.rank, best.payload.name


@lru_cache(maxsize=4096)
def _metric(text: str) -> str | None:
    return min((match.payload for match in metric_book().find(text)), default=(0, None))[1]

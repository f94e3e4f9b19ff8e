"""Which instrument judged an outcome (RECIST 1.1, HAM-D, VAS …) and how it is summarised (change, rate …)."""

from __future__ import annotations

from extract.endpoints.titles import read_instrument, read_title


def find_instrument(measure: str, description: str) -> str | None:
    """The instrument named in the title, else in the beginning of the description.

    A generic scale of the title (visual analogue scale) gives way to a proper instrument of the description.
    """
    title = read_title(measure).instrument
    if title is not None and title.rank > 1:
        return title.name
    detail = read_instrument(description) if description else None
    if detail is not None and (title is None or detail.rank > title.rank):
        return detail.name
    return title.name if title is not None else None


def find_metric(measure: str, description: str) -> str | None:
    """How the outcome is summarised, as its title says, else the beginning of its description."""
    return read_title(measure).metric or (read_title(description).metric if description else None)

"""Which instrument judged an outcome (RECIST 1.1, HAM-D, VAS …) and how it is summarised (change, rate …)."""

from __future__ import annotations

from extract.endpoints.titles import read_instrument, read_manner, read_title


def find_instrument_and_metric(measure: str, description: str) -> tuple[str | None, str | None]:
    """The instrument and the metric that the title names, else the beginning of the description.

    A generic scale of the title (visual analogue scale) gives way to a proper instrument of the description.
    """
    title = read_title(measure)
    if not description or (title.metric and title.instrument and title.instrument.rank > 1):
        return title.instrument.name if title.instrument else None, title.metric
    metric = title.metric
    if metric:
        detail = read_instrument(description)  # most descriptions are read for nothing else
    else:
        detail, metric = read_manner(description)
    if detail is not None and (title.instrument is None or detail.rank > title.instrument.rank):
        return detail.name, metric
    return title.instrument.name if title.instrument else None, metric

"""Eligibility criteria as rows, with the quantities that they limit.

A grammar over characters is used rather than spaCy: it is enough, and tokenising every criterion would cost more than
the whole extraction.
"""

from __future__ import annotations

from bisect import bisect_left

from extract.criteria.limits import Limit, read_limits
from extract.criteria.names import Mention, find_mentions, quantity_named
from extract.criteria.outline import Item, read_outline
from extract.criteria.washouts import counted_times, read_washouts
from extract.eligibility import EXCLUSION
from extract.facts import Criterion, CriterionValue, evidence
from extract.lower import lower_text
from extract.study import Field, Study

__all__ = ["extract_criteria"]


def extract_criteria(study: Study) -> list[Criterion]:
    """Every eligibility criterion of a study, in order, with its nesting and its values."""
    field = study.eligibility_criteria
    if field is None:
        return []
    text = field.text
    low = lower_text(text.norm)
    mentions = find_mentions(low)
    times = counted_times(low)
    starts = [mention.start for mention in mentions]
    found = []
    heading, labelled = None, None
    for index, item in enumerate(read_outline(text)):
        criterion = Criterion(
            criterion_no=index + 1,
            kind=item.kind,
            level=item.level,
            parent_no=None if item.parent is None else item.parent + 1,
            heading=item.heading,
            evidence=evidence(field, item.start, item.end),
        )
        first = bisect_left(starts, item.start)
        named = first < len(starts) and starts[first] < item.end  # most criteria name no quantity
        within = mentions[first : bisect_left(starts, item.end)] if named else []
        if item.heading != heading:
            heading = item.heading
            labelled = quantity_named((heading or "").rpartition(" / ")[2])
        if labelled and (not within or within[0].quantity is not labelled):
            within = [Mention(labelled, item.start, item.start), *within]  # "Life expectancy:" and below "At least …"
        limits = read_limits(low, item.start, item.end, within) if within else []
        first = bisect_left(times, item.start)
        if first < len(times) and times[first] < item.end:
            limits += _washouts_beside(low, item, times[first : bisect_left(times, item.end)], limits)
        if limits:
            limits.sort(key=_where)
            criterion.values = [_value(field, limit) for limit in limits]
        found.append(criterion)
    return found


def _where(limit: Limit) -> int:
    return limit.value.start


def _washouts_beside(low: str, item: Item, times: list[int], limits: list[Limit]) -> list[Limit]:
    """Washouts, where the time is not already a quantity's ("life expectancy of 3 months")."""
    taken = [(limit.value.start, limit.value.end) for limit in limits]
    return [
        washout
        for washout in read_washouts(low, item.start, item.end, times, excluding=item.kind == EXCLUSION)
        if not any(washout.value.start < b and a < washout.value.end for a, b in taken)
    ]


def _value(field: Field, limit: Limit) -> CriterionValue:
    quantity, value = limit.quantity, limit.value
    unitless = quantity.unit is None and value.unit is None  # a score or a class is its own measure
    factor = 1.0 if unitless else quantity.units.get(value.unit or "", 0.0)
    canonical = quantity.unit if factor else None
    start = min(limit.start, value.start)
    return CriterionValue(
        name=quantity.name,
        operator=value.operator,
        low=value.low,
        high=value.high,
        unit=value.unit,
        canonical_low=_scaled(value.low, factor),
        canonical_high=_scaled(value.high, factor),
        canonical_unit=canonical,
        evidence=evidence(field, start, max(value.end, start + 1), value.flags),
    )


def _scaled(number: float | None, factor: float) -> float | None:
    return None if number is None or not factor else round(number * factor, 6)

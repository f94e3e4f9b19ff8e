"""The extractor's public function: one `Endpoint` for every registered outcome."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from extract.endpoints.classes import Classified, classify, classify_description
from extract.endpoints.instruments import find_instrument_and_metric
from extract.endpoints.time_frames import Time, read_time_frame, read_times_in_prose
from extract.endpoints.titles import LENGTH_READ
from extract.endpoints.vocabulary import endpoint_classes, field_book
from extract.facts import Endpoint, EndpointTime, Evidence, evidence
from extract.lower import holds_any
from extract.study import Field, Outcome, Study
from extract.time_units import in_days

TITLE_TIME_DIFFERS = "title_time_differs"
"""Flag of an endpoint whose title names a time that the time frame does not hold."""

_TITLE_TIME = re.compile(
    r"\b(?:week|month|day|year)s? (\d+)|\b(?:at|after|to) (\d+)[ -](?:weeks?|months?|days?|years?)\b"
)
_TIME_STEMS = ("week", "month", "day", "year")  # tried before the pattern
_IN_PARTS = ("lab_safety", "vital_signs_ecg")  # of many tests, so that one title is often registered in parts
_DIGIT = re.compile(r"[0-9]")
_SAME = 0.05  # 12 months and 52 weeks are the same time


def extract_endpoints(study: Study) -> list[Endpoint]:
    """One endpoint per registered outcome, in the registry's order; what has no class is `other`."""
    in_field = _field_test(study)
    parts = _parts(study.outcomes, in_field)
    return [_endpoint(outcome, in_field, parts.get(id(outcome))) for outcome in study.outcomes]


def _parts(outcomes: Sequence[Outcome], in_field: Callable[[str], bool]) -> dict[int, Classified]:
    """What the descriptions name of outcomes that share one title ("pain and function": ODI; SF-36), by `id`.

    Only where they name different classes: a title that stands there once for every visit says what it is. So does
    one of safety tests ("laboratory tests, continued").
    """
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.description is not None:
            groups.setdefault(outcome.measure.raw, []).append(outcome)
    parts: dict[int, Classified] = {}
    for group in groups.values():
        if len(group) > 1 and not _is_of_safety_tests(group[0], in_field):
            named = {id(item): classify_description(_description(item), in_field) for item in group}
            found = {key: part for key, part in named.items() if part is not None}
            if len({part.name for part in found.values()}) > 1:
                parts.update(found)
    return parts


def _is_of_safety_tests(outcome: Outcome, in_field: Callable[[str], bool]) -> bool:
    return classify(outcome.measure.text.norm, "", in_field).name in _IN_PARTS


def _description(outcome: Outcome) -> str:
    return outcome.description.text.norm[:LENGTH_READ] if outcome.description is not None else ""


def _endpoint(outcome: Outcome, in_field: Callable[[str], bool], part: Classified | None) -> Endpoint:
    measure = outcome.measure.text.norm
    description = _description(outcome)
    classified = part or classify(measure, description, in_field)
    instrument, metric = find_instrument_and_metric(measure, description)
    times = _times(outcome)
    return Endpoint(
        outcome_type=outcome.outcome_type,
        outcome_no=outcome.outcome_no,
        measure=outcome.measure.raw,
        endpoint=classified.name,
        endpoint_label=endpoint_classes()[classified.name].label,
        instrument=instrument,
        metric=metric,
        times=times,
        evidence=_class_evidence(outcome, classified, [TITLE_TIME_DIFFERS] if _title_differs(outcome, times) else []),
    )


def _class_evidence(outcome: Outcome, classified: Classified, flags: list[str]) -> Evidence:
    if classified.where == "description" and outcome.description is not None:
        return evidence(outcome.description, classified.start, classified.end, flags)
    if classified.where is None:
        return evidence(outcome.measure, 0, len(outcome.measure.text.norm), flags)
    return evidence(outcome.measure, classified.start, classified.end, flags)


def _title_differs(outcome: Outcome, times: list[EndpointTime]) -> bool:
    """Does the title name a time ("response at day 28") that its time frame ("4 months") does not hold?"""
    measure = outcome.measure.text.norm
    if outcome.time_frame is None or not times or not _DIGIT.search(measure):
        return False
    lower = measure.lower()
    found = _TITLE_TIME.search(lower) if holds_any(lower, _TIME_STEMS) else None
    if found is None or (found[1] or found[2]) in outcome.time_frame.text.norm:
        return False
    days = {in_days(time.high, time.unit) for time in times}
    return any(
        (own := in_days(time.high, time.unit)) is not None
        and not any(day is not None and abs(own - day) <= _SAME * day for day in days)
        for time in read_times_in_prose(measure)
    )


def _times(outcome: Outcome) -> list[EndpointTime]:
    """Times of the time frame; of the measure, then the description, where the time frame has none."""
    if outcome.time_frame is not None:
        times = read_time_frame(outcome.time_frame.text.norm)
        if times:
            return [_endpoint_time(outcome.time_frame, time) for time in times]
    for source in (outcome.measure, outcome.description):
        if source is not None:
            times = read_times_in_prose(source.text.norm)
            if times:
                return [_endpoint_time(source, time) for time in times]
    return []


def _endpoint_time(source: Field, time: Time) -> EndpointTime:
    return EndpointTime(
        relation=time.relation,
        low=time.low,
        high=time.high,
        unit=time.unit,
        anchor=time.anchor,
        evidence=evidence(source, time.start, time.end),
    )


def _field_test(study: Study) -> Callable[[str], bool]:
    """A test whether the study is of a field of medicine; its conditions and brief title are read on first use."""
    known: set[str] | None = None

    def in_field(name: str) -> bool:
        nonlocal known
        if known is None:
            title = study.brief_title.raw if study.brief_title is not None else ""
            text = " ; ".join([*study.conditions, title])
            known = {field for *_, field in field_book().find(text)}
        return name in known

    return in_field

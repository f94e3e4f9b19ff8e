"""The extractor's public function: one `Endpoint` for every registered outcome."""

from __future__ import annotations

from collections.abc import Callable

from extract.endpoints.classes import Classified, classify
from extract.endpoints.instruments import find_instrument, find_metric
from extract.endpoints.time_frames import Time, read_time_frame, read_times_in_prose
from extract.endpoints.vocabulary import endpoint_classes, field_book
from extract.facts import Endpoint, EndpointTime, Evidence, evidence
from extract.study import Field, Outcome, Study


def extract_endpoints(study: Study) -> list[Endpoint]:
    """One endpoint per registered outcome, in the registry's order; what has no class is `other`."""
    in_field = _field_test(study)
    return [_endpoint(outcome, in_field) for outcome in study.outcomes]


def _endpoint(outcome: Outcome, in_field: Callable[[str], bool]) -> Endpoint:
    measure = outcome.measure.text.norm
    description = outcome.description.text.norm if outcome.description is not None else ""
    classified = classify(measure, description, in_field)
    return Endpoint(
        outcome_type=outcome.outcome_type,
        outcome_no=outcome.outcome_no,
        measure=outcome.measure.raw,
        endpoint=classified.name,
        endpoint_label=endpoint_classes()[classified.name].label,
        instrument=find_instrument(measure, description),
        metric=find_metric(measure, description),
        times=_times(outcome),
        evidence=_class_evidence(outcome, classified),
    )


def _class_evidence(outcome: Outcome, classified: Classified) -> Evidence:
    if classified.where == "description" and outcome.description is not None:
        return evidence(outcome.description, classified.start, classified.end)
    if classified.where is None:
        return evidence(outcome.measure, 0, len(outcome.measure.text.norm))
    return evidence(outcome.measure, classified.start, classified.end)


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
    """A test whether the study is of a field of medicine; its conditions and titles are read on first use."""
    known: set[str] | None = None

    def in_field(name: str) -> bool:
        nonlocal known
        if known is None:
            titles = [title.text.norm for title in (study.brief_title, study.official_title) if title is not None]
            text = " ; ".join([*study.conditions, *titles])
            known = {match.payload for match in field_book().find(text)}
        return name in known

    return in_field

"""The facts that extraction gives: one class a table of the schema `extracted`.

Field names are the tables' column names. A number that the text does not state is None. `nct_id`, the running
numbers (`dose_no`, `age_no`, …) where they only count, and `extractor_version` are added when rows are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.study import Field
from extract.text import quote_flags


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Where a fact stands: the field's JSON path, code points in the raw field, and exactly that slice."""

    source_field: str
    start_char: int
    end_char: int
    quote: str
    flags: list[str] = field(default_factory=list)


def evidence(source: Field, start: int, end: int, flags: list[str] | None = None) -> Evidence:
    """Evidence for the span `start:end` of a field's *normalised* text, blanks at its ends left out."""
    text = source.text
    norm = text.norm
    while start < end and norm[start].isspace():
        start += 1
    while end > start and norm[end - 1].isspace():
        end -= 1
    if text.norm is not text.raw:
        start, end = text.raw_span(start, end)
    quote = source.raw[start:end]
    found = quote_flags(quote) if text.norm is not text.raw else []  # nothing in it was normalised
    return Evidence(
        source_field=source.path,
        start_char=start,
        end_char=end,
        quote=quote,
        flags=list(dict.fromkeys([*flags, *found])) if flags else found,
    )


@dataclass(slots=True, kw_only=True)
class Dose:
    """One distinct planned amount of an agent. `unit` in UCUM, in the text's own scale."""

    dose_no: int
    agent: str
    agent_key: str
    intervention_no: int | None = None
    amount_low: float | None = None
    amount_high: float | None = None
    unit: str
    per: str | None = None
    per_time: str | None = None
    role: str = "dose"
    route: str | None = None
    frequency_times: float | None = None
    frequency_every: float | None = None
    frequency_every_unit: str | None = None
    days: list[int] | None = None
    duration_value: float | None = None
    duration_unit: str | None = None
    cycle_days: float | None = None
    cycles: float | None = None
    arm_nos: list[int] = field(default_factory=list)  # becomes extracted.dose_arms
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class ArmAgent:
    """An agent given in an arm, with or without an amount."""

    arm_no: int
    agent: str
    agent_key: str
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class RegimenStep:
    """One thing given within a regimen, in order. Days relative to day 0 (or day 1 of the cycle)."""

    agent_key: str
    dose_no: int | None = None
    start_day: int | None = None
    end_day: int | None = None
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class Regimen:
    """What an arm gives together in one phase. `regimen` is its name where it has one (`FC`, `R-CHOP`)."""

    arm_no: int
    regimen: str | None
    phase: str
    start_day: int | None = None
    end_day: int | None = None
    cycle_days: float | None = None
    cycles: float | None = None
    steps: list[RegimenStep] = field(default_factory=list)  # becomes extracted.regimen_steps
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class AgeRange:
    """The ages *allowed*, also where an exclusion criterion states them. None means no limit stated."""

    min_value: float | None = None
    min_unit: str | None = None
    min_inclusive: bool | None = None
    max_value: float | None = None
    max_unit: str | None = None
    max_inclusive: bool | None = None
    cohort: str | None = None
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class EndpointTime:
    """One time of an outcome measure; `low` = `high` for a point, both None for `through_event`."""

    relation: str
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    anchor: str | None = None
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """A registered outcome measure with its class. There is one for every registered outcome."""

    outcome_type: str
    outcome_no: int
    measure: str
    endpoint: str
    endpoint_label: str
    instrument: str | None = None
    metric: str | None = None  # rate, change, time_to_event, incidence, mean …
    times: list[EndpointTime] = field(default_factory=list)  # becomes extracted.endpoint_times
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class DesignStatistic:
    """A number of the planned analysis; percentages as fractions."""

    kind: str
    value: float
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class DoseFacts:
    """What the dose extractor gives of one study."""

    doses: list[Dose] = field(default_factory=list)
    arm_agents: list[ArmAgent] = field(default_factory=list)
    regimens: list[Regimen] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CriterionValue:
    """A quantity that a criterion limits, as worded (an exclusion is not turned).

    `operator` is `>=`, `>`, `<=`, `<`, `=` or `range`; `unit` is UCUM in the text's own scale, `[ULN]` for multiples of
    the upper limit of normal; the canonical figures are the same in the quantity's one unit, None where it is unknown.
    """

    name: str
    operator: str
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    canonical_low: float | None = None
    canonical_high: float | None = None
    canonical_unit: str | None = None
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class Criterion:
    """One eligibility criterion. `kind` is inclusion | exclusion | other (under no heading that says which).

    `level` is 0 for a criterion of its own, 1 for one nested below `parent_no`, and so on.
    """

    criterion_no: int
    kind: str
    level: int
    parent_no: int | None = None
    heading: str | None = None
    values: list[CriterionValue] = field(default_factory=list)  # becomes extracted.criterion_values
    evidence: Evidence

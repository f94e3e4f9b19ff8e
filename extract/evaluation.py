"""How well the extractors read: their facts against annotated records, one row of precision, recall and F1 a measure.

Annotations have the form of `crawler/sample/expected`: one object a record with doses, ages, arms and endpoints.
Amounts are compared in one unit per dimension, so that 1 g is 1000 mg; "300 mg/d" and "300 mg once a day" are alike.
A whole fact is an amount with the right agent, frequency, route, days and arms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from extract.extractors import StudyFacts, read_study
from extract.facts import AgeRange, Dose, Endpoint
from extract.study import Study
from extract.time_units import in_days

Json = Mapping[str, Any]

_SCALES = {
    "kg": ("mass", 1e6), "g": ("mass", 1e3), "mg": ("mass", 1.0), "ug": ("mass", 1e-3), "ng": ("mass", 1e-6),
    "L": ("volume", 1e3), "mL": ("volume", 1.0), "Gy": ("radiation", 1.0), "cGy": ("radiation", 0.01),
    "MBq": ("activity", 1.0), "mCi": ("activity", 37.0), "mmol": ("moles", 1.0),
}  # fmt: skip
_FORMS = frozenset(
    [
        "injection",
        "injections",
        "tablet",
        "tablets",
        "capsule",
        "capsules",
        "oral",
        "solution",
        "hydrochloride",
        "hcl",
        "sodium",
        "sulfate",
        "phosphate",
        "acetate",
        "mesylate",
        "maleate",
        "citrate",
        "tartrate",
        "cells",
        "cell",
        "therapy",
        "infusion",
        "infusions",
        "vaccine",
        "the",
        "of",
        "and",
        "for",
        "drug",
        "treatment",
        "intravenous",
        "iv",
        "dose",
        "single",
        "autologous",
    ]
)
SLOTS = ("frequency", "route", "days", "duration", "cycle_days", "arms")
WHOLE = ("frequency", "route", "days", "arms")


@dataclass(slots=True)
class Measure:
    """Counts of one measure: facts right, facts given, facts expected."""

    right: int = 0
    given: int = 0
    expected: int = 0

    def add(self, right: int, given: int, expected: int) -> None:
        """Add the counts of one record."""
        self.right += right
        self.given += given
        self.expected += expected

    @property
    def precision(self) -> float:
        """Share of what was given that is right."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """Share of what was expected that was given."""
        return self.right / self.expected if self.expected else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.given + self.expected) if self.given + self.expected else 0.0


@dataclass(slots=True)
class Evaluation:
    """Every measure by name, and one line for each error."""

    measures: dict[str, Measure] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, name: str, right: int, given: int, expected: int) -> None:
        """Add a record's counts to a measure."""
        self.measures.setdefault(name, Measure()).add(right, given, expected)


def evaluate(records: Iterable[Json], annotations: Mapping[str, Json]) -> Evaluation:
    """Read the annotated ones among the records and compare; an annotated record that is missing counts as missed."""
    result = Evaluation()
    left = dict(annotations)
    for record in records:
        study = Study.from_record(record)
        expected = left.pop(study.nct_id, None)
        if expected is not None:
            _compare(study, read_study(study), expected, result)
    for nct_id, expected in left.items():
        result.errors.append(f"{nct_id} is annotated but not among the records")
        _compare(Study(nct_id, {}), StudyFacts(), expected, result)
    return result


def _compare(study: Study, facts: StudyFacts, expected: Json, result: Evaluation) -> None:
    labels = {arm.arm_no: arm.label.raw for arm in study.arms}
    _compare_doses(study.nct_id, facts.doses.doses, labels, expected, result)
    _compare_ages(study.nct_id, facts.ages, expected, result)
    _compare_arms(study.nct_id, facts, labels, expected, result)
    _compare_endpoints(study.nct_id, facts.endpoints, expected, result)


# -- doses -----------------------------------------------------------------------------------------------------


def _compare_doses(
    nct_id: str, given: list[Dose], labels: Mapping[int, str], expected: Json, result: Evaluation
) -> None:
    wanted, aliases = expected["doses"], expected.get("aliases", [])
    pairs = _pairs(wanted, given, labels, aliases)
    bound = [(i, j) for i, j, same_agent in pairs if same_agent]
    slots = [_slots(wanted[i], given[j], labels) for i, j in bound]
    result.add("dose: amount", len(pairs), len(given), len(wanted))
    result.add("dose: amount + agent", len(bound), len(given), len(wanted))
    result.add("dose: whole fact", sum(all(s[name] for name in WHOLE) for s in slots), len(given), len(wanted))
    for name in SLOTS:
        result.add(f"of bound doses, {name} right", sum(s[name] for s in slots), len(slots), len(slots))
    met, used = {i for i, _, _ in pairs}, {j for _, j, _ in pairs}
    for i, want in enumerate(wanted):
        if i not in met:
            result.errors.append(
                f"{nct_id} dose missed: {want['agent']} {want['low']} {want['unit']} «{want['text'][:90]}»"
            )
    for j, dose in enumerate(given):
        if j not in used:
            quote = dose.evidence.quote[:90]
            result.errors.append(f"{nct_id} dose false: {dose.agent} {dose.amount_low} {dose.unit} «{quote}»")
    for i, j, same_agent in pairs:
        if not same_agent:
            result.errors.append(f"{nct_id} dose agent: {wanted[i]['agent']!r} was read as {given[j].agent!r}")


def _pairs(
    wanted: list[Json], given: list[Dose], labels: Mapping[int, str], aliases: list[list[str]]
) -> list[tuple[int, int, bool]]:
    """One-to-one pairs with the same amount, those that agree in most other respects first."""
    candidates = []
    for i, want in enumerate(wanted):
        for j, dose in enumerate(given):
            if _amount_of(want) == _amount(dose):
                agent = any(_same_agent(want["agent"], name, aliases) for name in (dose.agent, dose.agent_key))
                candidates.append((-10 * agent - sum(_slots(want, dose, labels).values()), i, j, agent))
    pairs, met, used = [], set(), set()
    for _, i, j, agent in sorted(candidates):
        if i not in met and j not in used:
            met.add(i)
            used.add(j)
            pairs.append((i, j, agent))
    return pairs


def _amount_of(want: Json) -> tuple[object, ...]:
    daily, _ = _daily(want.get("per_time"), _frequency_of(want))
    return _scaled(want["low"], want["high"], want["unit"], want.get("per"), daily)


def _amount(dose: Dose) -> tuple[object, ...]:
    daily, _ = _daily(dose.per_time, _frequency(dose))
    return _scaled(dose.amount_low, dose.amount_high, dose.unit, dose.per, daily)


def _scaled(low: float | None, high: float | None, unit: str, *more: str | None) -> tuple[object, ...]:
    dimension, factor = _SCALES.get(unit, (unit, 1.0))
    ends = (None if end is None else f"{end * factor:.6g}" for end in (low, high))
    return (*ends, dimension, *(part or None for part in more))


Frequency = tuple[float, float | None, str | None]


def _frequency_of(want: Json) -> Frequency | None:
    said = want.get("frequency")
    return (said["times"], said["every"], said["every_unit"]) if said and said.get("times") is not None else None


def _frequency(dose: Dose) -> Frequency | None:
    if dose.frequency_times is None:
        return None
    return dose.frequency_times, dose.frequency_every, dose.frequency_every_unit


def _daily(per_time: str | None, frequency: Frequency | None) -> tuple[str | None, Frequency | None]:
    if per_time == "d" and (frequency is None or (frequency[0] == 1 and frequency[2] == "d")):
        return None, (1, 1, "d")
    return per_time, frequency


def _rate(frequency: Frequency | None, cycle_days: float | None) -> object:
    """Times a day, `once`, or None if it is not stated."""
    if frequency is None:
        return None
    times, every, unit = frequency
    if every is None or unit is None:
        return "once"
    length = cycle_days if unit == "cycle" and cycle_days else in_days(1, unit)
    return round(times / (every * length), 2) if length else (times, every, unit)


def _slots(want: Json, dose: Dose, labels: Mapping[int, str]) -> dict[str, bool]:
    rates = {
        _rate(_daily(want.get("per_time"), _frequency_of(want))[1], want.get("cycle_days")),
        _rate(_daily(dose.per_time, _frequency(dose))[1], dose.cycle_days),
    }
    single_day = len(want.get("days") or []) == 1
    said = want.get("duration") or {}
    return {
        "frequency": len(rates) == 1 or (single_day and rates == {"once", None}),
        "route": (want.get("route") or None) == dose.route,
        "days": sorted(want.get("days") or []) == sorted(dose.days or []),
        "duration": in_days(said.get("value"), said.get("unit")) == in_days(dose.duration_value, dose.duration_unit),
        "cycle_days": want.get("cycle_days") == dose.cycle_days,
        "arms": set(want.get("arms") or []) == {labels[number] for number in dose.arm_nos},
    }


def _words(name: str) -> set[str]:
    words = set(re.findall(r"[a-z0-9]+", name.lower()))
    return (words - _FORMS) or words


def _same_agent(one: str, other: str, aliases: Iterable[Iterable[str]]) -> bool:
    if _alike(one, other):
        return True
    return any(all(any(_alike(name, alias) for alias in group) for name in (one, other)) for group in aliases)


def _alike(one: str, other: str) -> bool:
    a, b = _words(one), _words(other)
    return bool(a and b) and (a <= b or b <= a)


# -- ages, arms, endpoints -------------------------------------------------------------------------------------


def _compare_ages(nct_id: str, given: list[AgeRange], expected: Json, result: Evaluation) -> None:
    wanted = {
        (*_bound(a["min"], a.get("min_unit") or a.get("unit"), a.get("min_incl")),
         *_bound(a["max"], a.get("max_unit") or a.get("unit"), a.get("max_incl")))
        for a in expected["ages"]
    }  # fmt: skip
    found = {
        (*_bound(a.min_value, a.min_unit, a.min_inclusive), *_bound(a.max_value, a.max_unit, a.max_inclusive))
        for a in given
    }
    result.add("age: range with inclusivity", len(wanted & found), len(found), len(wanted))
    result.errors += [f"{nct_id} age missed: {age}" for age in sorted(wanted - found, key=str)]
    result.errors += [f"{nct_id} age false: {age}" for age in sorted(found - wanted, key=str)]


def _bound(value: float | None, unit: str | None, inclusive: bool | None) -> tuple[float | None, bool | None]:
    days = in_days(value, unit or "a")
    return (None, None) if days is None else (round(days, 1), bool(inclusive))


def _compare_arms(
    nct_id: str, facts: StudyFacts, labels: Mapping[int, str], expected: Json, result: Evaluation
) -> None:
    aliases = expected.get("aliases", [])
    wanted = [(arm["label"], agent) for arm in expected["arms"] for agent in arm["agents"]]
    # In the scorer's order: where one name holds another, it decides which of them is taken first.
    given = sorted({(labels[item.arm_no], item.agent, item.agent_key) for item in facts.doses.arm_agents})
    left = list(given)
    for label, agent in wanted:
        for candidate in left:
            if candidate[0] == label and any(_same_agent(agent, name, aliases) for name in candidate[1:]):
                left.remove(candidate)
                break
        else:
            result.errors.append(f"{nct_id} arm agent missed: {agent} in «{label}»")
    result.errors += [f"{nct_id} arm agent false: {agent} in «{label}»" for label, agent, _ in left]
    result.add("arm: agents", len(given) - len(left), len(given), len(wanted))
    named = {(arm["label"], _squashed(name)) for arm in expected["arms"] for name in arm.get("regimen_names", [])}
    found = {(labels[r.arm_no], _squashed(r.regimen)) for r in facts.doses.regimens if r.regimen}
    result.add("arm: named regimens", len(named & found), len(found), len(named))


def _squashed(name: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", name.lower())


def _compare_endpoints(nct_id: str, given: list[Endpoint], expected: Json, result: Evaluation) -> None:
    by_place = {(item.outcome_type, item.outcome_no): item for item in given}
    for want in expected["endpoints"]:
        place = (want["role"], want["ordinal"] + 1)
        found = by_place.get(place)
        accepted = {want["class"], *want.get("also", [])}
        right = found is not None and found.endpoint in accepted
        result.add("endpoint: class", right, 1, 1)
        if not right:
            read = found.endpoint if found else None
            result.errors.append(f"{nct_id} endpoint class: {place} is {want['class']}, read as {read}")
        wanted_times = set(_times((t["low"], t["high"], t["unit"]) for t in want["times"]))
        found_times = set(_times((t.low, t.high, t.unit) for t in found.times)) if found else set()
        result.add("endpoint: times", len(wanted_times & found_times), len(found_times), len(wanted_times))
        if wanted_times:
            result.add("endpoint: all times right", wanted_times == found_times, 1, 1)
            result.add("endpoint: horizon", _horizon(wanted_times) == _horizon(found_times), 1, 1)
            if wanted_times != found_times:
                times = f"{sorted(wanted_times, key=str)}, read as {sorted(found_times, key=str)}"
                result.errors.append(f"{nct_id} endpoint times: {place} are {times}")


def _times(times: Iterable[tuple[float | None, float | None, str | None]]) -> Iterator[tuple[object, ...]]:
    """(from, to) in days; baseline is day 0; a bare word for an event without a number."""
    for low, high, unit in times:
        if low is None and high is None:
            yield ("event",)
        elif not low and not high:
            yield (0.0, 0.0)
        elif unit == "cycle" or unit is None:
            yield (low, high, unit)
        else:
            yield tuple(None if days is None else round(days, 3) for days in (in_days(low, unit), in_days(high, unit)))


def _horizon(times: Iterable[tuple[object, ...]]) -> float | None:
    ends = [time[1] for time in times if len(time) == 2 and isinstance(time[1], float)]
    return max(ends, default=None)

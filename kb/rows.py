"""From extracted facts to rows of the tables in `extracted`.

Tables are built column by column from the facts themselves: a row as an object of its own, thousands a second, would
take several times as long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate, chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from extract.facts import AgeRange, Dose, Endpoint, Regimen
from extract.study import Study
from extract.time_units import convert, in_days
from extract.version import extractor_version
from kb.schema import Table, tables

if TYPE_CHECKING:
    from extract.extractors import StudyFacts

_OF_EVIDENCE = ("source_field", "start_char", "end_char", "quote", "flags")


class _Gathered:
    """The rows of one table: facts, or None for each where there are none, and the columns that facts do not have."""

    __slots__ = ("added", "facts")

    def __init__(self) -> None:
        self.facts: list[Any] = []
        self.added: dict[str, list[Any]] = defaultdict(list)


class FactRows:
    """Rows of every table of `extracted`, gathered study by study and handed over as Arrow tables."""

    def __init__(self) -> None:
        self._gathered: dict[str, _Gathered] = defaultdict(_Gathered)
        # The same in every row.
        self._constant = {
            "extractor_version": extractor_version(),
            "extracted_at": datetime.now(UTC).replace(tzinfo=None),
        }

    def add(self, study: Study, facts: StudyFacts) -> None:
        """Add everything that was read from a study."""
        labels = {arm.arm_no: arm.label.raw for arm in study.arms}
        nct_id = study.nct_id
        self._doses(nct_id, facts.doses.doses, labels)
        agents = facts.doses.arm_agents
        self._add("arm_agents", nct_id, agents, arm_label=[labels[agent.arm_no] for agent in agents])
        self._regimens(nct_id, facts.doses.regimens, labels)
        self._ages(nct_id, facts.ages)
        self._endpoints(nct_id, facts.endpoints)
        statistics = facts.design_statistics
        self._add("design_statistics", nct_id, statistics, stat_no=_numbers(statistics))
        self._add("criteria", nct_id, facts.criteria)
        for criterion in facts.criteria:
            values = criterion.values
            if values:
                key = [criterion.criterion_no] * len(values)
                self._add("criterion_values", nct_id, values, criterion_no=key, value_no=_numbers(values))
        self._add("extractions", nct_id, facts.extractions)

    def tables(self) -> dict[str, pa.Table]:
        """The rows gathered so far, by table name."""
        known = tables("extracted")
        return {name: _arrow(known[name], found, self._constant) for name, found in self._gathered.items()}

    def _add(self, table: str, nct_id: str, facts: Sequence[Any], **added: Iterable[Any]) -> None:
        """Add facts with the columns that they do not have themselves, a value for each fact."""
        if facts:
            gathered = self._gathered[table]
            gathered.facts += facts
            gathered.added["nct_id"] += [nct_id] * len(facts)
            for name, values in added.items():
                gathered.added[name] += values

    def _doses(self, nct_id: str, doses: list[Dose], labels: dict[int, str]) -> None:
        self._add("doses", nct_id, doses)
        arms = [(dose.dose_no, arm_no) for dose in doses for arm_no in dose.arm_nos]
        self._add(
            "dose_arms",
            nct_id,
            [None] * len(arms),
            dose_no=[dose_no for dose_no, _ in arms],
            arm_no=[arm_no for _, arm_no in arms],
            arm_label=[labels[arm_no] for _, arm_no in arms],
        )

    def _regimens(self, nct_id: str, regimens: list[Regimen], labels: dict[int, str]) -> None:
        """Each regimen with its running number within its arm."""
        count: dict[int, int] = defaultdict(int)
        for regimen in regimens:
            arm_no = regimen.arm_no
            count[arm_no] += 1
            self._add("regimens", nct_id, [regimen], regimen_no=[count[arm_no]], arm_label=[labels[arm_no]])
            steps = regimen.steps
            self._add(
                "regimen_steps",
                nct_id,
                steps,
                arm_no=[arm_no] * len(steps),
                regimen_no=[count[arm_no]] * len(steps),
                step_no=_numbers(steps),
            )

    def _ages(self, nct_id: str, ages: list[AgeRange]) -> None:
        lowest = [_years(age.min_value, age.min_unit) for age in ages]
        highest = [_years(age.max_value, age.max_unit) for age in ages]
        self._add("ages", nct_id, ages, age_no=_numbers(ages), min_years=lowest, max_years=highest)

    def _endpoints(self, nct_id: str, endpoints: list[Endpoint]) -> None:
        self._add("endpoints", nct_id, endpoints)
        for endpoint in endpoints:
            times = endpoint.times
            self._add(
                "endpoint_times",
                nct_id,
                times,
                outcome_type=[endpoint.outcome_type] * len(times),
                outcome_no=[endpoint.outcome_no] * len(times),
                time_no=_numbers(times),
                low_days=[in_days(time.low, time.unit) for time in times],
                high_days=[in_days(time.high, time.unit) for time in times],
            )


def _numbers(facts: Sequence[Any]) -> range:
    return range(1, len(facts) + 1)


def _years(value: float | None, unit: str | None) -> float | None:
    return None if value is None else convert(value, unit or "a", "a")


def _arrow(table: Table, gathered: _Gathered, constant: dict[str, Any]) -> pa.Table:
    facts = gathered.facts
    evidence: list[Any] = list(map(attrgetter("evidence"), facts)) if "evidence" in _slots(facts[0]) else []
    schema = table.arrow_schema
    columns = []
    for field in schema:
        name = field.name
        if name in constant:
            columns.append(pa.repeat(pa.scalar(constant[name], field.type), len(facts)))
        elif name in gathered.added:
            columns.append(pa.array(gathered.added[name], field.type))
        else:
            source = evidence if name in _OF_EVIDENCE else facts
            values = list(map(attrgetter(name), source))
            columns.append(_flags(values) if name == "flags" else pa.array(values, field.type))
    return pa.table(columns, schema=schema)


def _slots(fact: Any) -> tuple[str, ...]:  # noqa: ANN401  any of the classes in extract.facts, or None
    return getattr(fact, "__slots__", ())


def _flags(values: list[list[str]]) -> pa.Array:
    """Lists that are nearly all empty, which Arrow takes long to make one by one."""
    ends = pa.array(accumulate(map(len, values), initial=0), pa.int32())
    return pa.ListArray.from_arrays(ends, pa.array(chain.from_iterable(values), pa.string()))

"""From extracted facts to rows of the tables in `extracted`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from extract.facts import AgeRange, Criterion, Dose, Endpoint, EndpointTime, Regimen
from extract.study import Study
from extract.time_units import convert, in_days
from extract.version import extractor_version
from kb.schema import Table, tables

if TYPE_CHECKING:
    from extract.extractors import StudyFacts

Row = dict[str, Any]


class FactRows:
    """Rows of every table of `extracted`, gathered study by study and handed over as Arrow tables."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._version = extractor_version()
        self._now = datetime.now(UTC).replace(tzinfo=None)

    def add(self, study: Study, facts: StudyFacts) -> None:
        """Add everything that was read from a study."""
        labels = {arm.arm_no: arm.label.raw for arm in study.arms}
        for table, rows in _study_rows(facts, labels):
            for row in rows:
                self._add(table, study.nct_id, row)

    def tables(self) -> dict[str, pa.Table]:
        """The rows gathered so far, by table name."""
        return {name: _arrow(tables("extracted")[name], rows) for name, rows in self._rows.items() if rows}

    def _add(self, table: str, nct_id: str, row: Row) -> None:
        evidence = row.pop("evidence", None)
        if evidence is not None:
            row["source_field"] = evidence.source_field
            row["start_char"] = evidence.start_char
            row["end_char"] = evidence.end_char
            row["quote"] = evidence.quote
            row["flags"] = evidence.flags
        row["nct_id"] = nct_id
        row["extractor_version"] = self._version
        row["extracted_at"] = self._now
        self._rows[table].append(row)


def _study_rows(facts: StudyFacts, labels: dict[int, str]) -> Iterable[tuple[str, Iterable[Row]]]:
    yield "doses", (_plain(dose) for dose in facts.doses.doses)
    yield "dose_arms", (row for dose in facts.doses.doses for row in _dose_arms(dose, labels))
    yield "arm_agents", (_plain(agent) | {"arm_label": labels[agent.arm_no]} for agent in facts.doses.arm_agents)
    numbered = list(_numbered(facts.doses.regimens))
    yield "regimens", (_regimen(regimen, number, labels) for regimen, number in numbered)
    yield "regimen_steps", (row for regimen, number in numbered for row in _regimen_steps(regimen, number))
    yield "ages", (_age(age, number) for number, age in enumerate(facts.ages, start=1))
    yield "endpoints", (_plain(endpoint) for endpoint in facts.endpoints)
    yield "endpoint_times", (row for endpoint in facts.endpoints for row in _endpoint_times(endpoint))
    yield "design_statistics", (_plain(s) | {"stat_no": n} for n, s in enumerate(facts.design_statistics, start=1))
    yield "criteria", (_plain(criterion) for criterion in facts.criteria)
    yield "criterion_values", (row for criterion in facts.criteria for row in _criterion_values(criterion))
    yield "extractions", (_plain(extraction) for extraction in facts.extractions)


def _plain(fact: Any) -> Row:  # noqa: ANN401  any of the classes in extract.facts
    return {name: getattr(fact, name) for name in fact.__slots__}


def _dose_arms(dose: Dose, labels: dict[int, str]) -> Iterable[Row]:
    for arm_no in dose.arm_nos:
        yield {"dose_no": dose.dose_no, "arm_no": arm_no, "arm_label": labels[arm_no]}


def _numbered(regimens: Iterable[Regimen]) -> Iterable[tuple[Regimen, int]]:
    """Each regimen with its running number within its arm."""
    count: dict[int, int] = defaultdict(int)
    for regimen in regimens:
        count[regimen.arm_no] += 1
        yield regimen, count[regimen.arm_no]


def _regimen(regimen: Regimen, number: int, labels: dict[int, str]) -> Row:
    return _plain(regimen) | {"regimen_no": number, "arm_label": labels[regimen.arm_no]}


def _regimen_steps(regimen: Regimen, number: int) -> Iterable[Row]:
    for step_no, step in enumerate(regimen.steps, start=1):
        yield _plain(step) | {"arm_no": regimen.arm_no, "regimen_no": number, "step_no": step_no}


def _age(age: AgeRange, number: int) -> Row:
    years = {
        "min_years": _years(age.min_value, age.min_unit),
        "max_years": _years(age.max_value, age.max_unit),
    }
    return _plain(age) | years | {"age_no": number}


def _years(value: float | None, unit: str | None) -> float | None:
    return None if value is None else convert(value, unit or "a", "a")


def _endpoint_times(endpoint: Endpoint) -> Iterable[Row]:
    for number, time in enumerate(endpoint.times, start=1):
        key = {"outcome_type": endpoint.outcome_type, "outcome_no": endpoint.outcome_no, "time_no": number}
        yield _plain(time) | key | _days(time)


def _criterion_values(criterion: Criterion) -> Iterable[Row]:
    for number, value in enumerate(criterion.values, start=1):
        yield _plain(value) | {"criterion_no": criterion.criterion_no, "value_no": number}


def _days(time: EndpointTime) -> Row:
    return {"low_days": in_days(time.low, time.unit), "high_days": in_days(time.high, time.unit)}


def _arrow(table: Table, rows: list[Row]) -> pa.Table:
    columns = [[row.get(column.name) for row in rows] for column in table.columns]
    schema = table.arrow_schema
    return pa.table(
        [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )

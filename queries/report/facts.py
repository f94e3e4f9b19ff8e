"""What a report is made of: the chosen trials and the facts to be compared, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands: the field's JSON path and code points in its raw text."""

    source_field: str
    start: int
    end: int
    quote: str


@dataclass(slots=True)
class Evidence:
    """A place in a trial with the facts that were read there. `anchor` is its id on the page."""

    anchor: str
    nct_id: str
    place: Place
    facts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """Rows of the views for the chosen trials; a row with evidence has its anchor under `evidence`."""

    found: int
    trials: list[Row]
    doses: list[Row]
    ages: list[Row]
    endpoints: list[Row]
    regimens: list[Row]
    evidence: dict[tuple[str, Place], Evidence]


_CHOSEN = """
CREATE OR REPLACE TEMP TABLE reported AS
SELECT nct_id FROM compare.trials
WHERE nct_id IN (SELECT nct_id FROM compare.study_ids(condition_term := $1, agent_term := $2))
ORDER BY (doses IS NOT NULL) DESC, start_date DESC NULLS LAST, nct_id LIMIT $3
"""
_HERE = "nct_id IN (SELECT nct_id FROM reported)"
_TRIALS = f"SELECT * FROM compare.trials WHERE {_HERE} ORDER BY start_date NULLS LAST, nct_id"
_DOSES = f"""
SELECT nct_id, dose_no, agent, amount, schedule, role, route, canonical_low, canonical_high, canonical_unit, dimension,
    string_agg(arm_label, ' | ' ORDER BY arm_no) AS arms, any_value(source_field) AS source_field,
    any_value(start_char) AS start_char, any_value(end_char) AS end_char, any_value(quote) AS quote
FROM compare.doses WHERE {_HERE} GROUP BY ALL ORDER BY nct_id, dose_no
"""
_AGES = f"""
SELECT nct_id, age_no, cohort, coalesce(ages, registered_ages) AS ages, registered_ages, agreement,
    coalesce(min_years, registered_min_years) AS low, coalesce(max_years, registered_max_years) AS high,
    source_field, start_char, end_char, quote
FROM compare.ages WHERE {_HERE} ORDER BY nct_id, age_no
"""
_ENDPOINTS = f"""
SELECT nct_id, outcome_no, measure, endpoint_label, instrument, times, horizon_days, time_frame,
    source_field, start_char, end_char, quote
FROM compare.endpoints WHERE {_HERE} AND outcome_type = 'primary' ORDER BY nct_id, outcome_no
"""
_REGIMENS = f"SELECT * FROM compare.regimens WHERE {_HERE} AND regimen IS NOT NULL ORDER BY nct_id, arm_no"


def gather(con: duckdb.DuckDBPyConnection, condition: str | None, agent: str | None, limit: int) -> Facts:
    """The facts of at most `limit` trials about a condition and giving an agent (None: any); newest first."""
    matching = "SELECT count(*) FROM compare.study_ids(condition_term := $1, agent_term := $2)"
    found = con.execute(matching, [condition, agent]).fetchall()[0][0]
    con.execute(_CHOSEN, [condition, agent, limit])
    facts = Facts(
        found=found,
        trials=_rows(con, _TRIALS),
        doses=_rows(con, _DOSES),
        ages=_rows(con, _AGES),
        endpoints=_rows(con, _ENDPOINTS),
        regimens=_rows(con, _REGIMENS),
        evidence={},
    )
    for row in facts.doses:
        _cite(facts, row, " ".join(filter(None, (row["agent"], row["amount"], row["schedule"]))))
    for row in facts.ages:
        _cite(facts, row, "Ages: " + ": ".join(filter(None, (row["cohort"], row["ages"]))))
    for row in facts.endpoints:
        shown = " ".join(filter(None, (row["endpoint_label"], row["times"])))
        _cite(facts, row, f"Primary endpoint: {shown}")
    return facts


def _cite(facts: Facts, row: Row, fact: str) -> None:
    """Give the row the anchor of its evidence; one place is shown once for all facts that were read there."""
    row["evidence"] = None
    if not row["quote"]:
        return
    place = Place(row["source_field"], row["start_char"], row["end_char"], row["quote"])
    key = (row["nct_id"], place)
    if key not in facts.evidence:
        facts.evidence[key] = Evidence(f"e{len(facts.evidence) + 1}", row["nct_id"], place)
    item = facts.evidence[key]
    if fact not in item.facts:
        item.facts.append(fact)
    row["evidence"] = item.anchor


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

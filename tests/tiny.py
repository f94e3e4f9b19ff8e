"""A knowledge base of a few rows that a test writes itself: registry and extracted facts, then the views on top."""

from __future__ import annotations

from typing import Any

import duckdb

import queries
from kb.schema import create_schema

Row = dict[str, Any]


def tiny(**tables: list[Row]) -> duckdb.DuckDBPyConnection:
    """A knowledge base in memory. Tables are named `ctgov_studies=[{…}]`; columns left out are NULL."""
    con = duckdb.connect()
    create_schema(con)
    for name, rows in tables.items():
        insert(con, name.replace("_", ".", 1), rows)
    queries.install(con)
    return con


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    """Add rows to a table such as `extracted.doses`."""
    for row in rows:
        marks = ", ".join("?" for _ in row)
        con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def studies(*ids: str, **columns: Any) -> list[Row]:
    """Rows of ctgov.studies with nothing but a title and `columns`."""
    return [{"nct_id": nct_id, "brief_title": f"Study {nct_id}", **columns} for nct_id in ids]


def dose(nct_id: str, dose_no: int, agent: str, low: float | None, unit: str, **columns: Any) -> Row:
    """A row of extracted.doses: one amount in the role `dose`, unless `columns` say otherwise."""
    return {
        "nct_id": nct_id, "dose_no": dose_no, "agent": agent, "agent_key": agent.lower(), "amount_low": low,
        "amount_high": low, "unit": unit, "role": "dose", "source_field": "protocolSection.x", "start_char": 0,
        "end_char": 5, "quote": f"{agent} {low}", **columns,
    }  # fmt: skip


def arm(nct_id: str, arm_no: int, title: str, group_type: str | None = None) -> Row:
    """A row of ctgov.design_groups."""
    return {"nct_id": nct_id, "arm_no": arm_no, "title": title, "group_type": group_type}


def given(nct_id: str, dose_no: int, arm_no: int, label: str) -> Row:
    """A row of extracted.dose_arms."""
    return {"nct_id": nct_id, "dose_no": dose_no, "arm_no": arm_no, "arm_label": label}


def outcome(nct_id: str, number: int, endpoint: str, measure: str = "", kind: str = "primary") -> Row:
    """A row of extracted.endpoints."""
    return {
        "nct_id": nct_id, "outcome_type": kind, "outcome_no": number, "measure": measure or endpoint,
        "endpoint": endpoint, "endpoint_label": endpoint.replace("_", " "),
    }  # fmt: skip


def time(nct_id: str, number: int, days: float | None, unit: str | None, **columns: Any) -> Row:
    """A row of extracted.endpoint_times of a primary outcome."""
    return {
        "nct_id": nct_id, "outcome_type": "primary", "outcome_no": number, "time_no": 1, "relation": "at",
        "unit": unit, "low_days": days, "high_days": days, **columns,
    }  # fmt: skip

"""The command that lays trials side by side: compare."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import duckdb
import typer

from cli.options import DEFAULT_KB, AgentOption, ConditionOption, FormatOption, KbOption
from cli.output import Format, print_rows, show_query
from crawler.errors import UsageError
from crawler.query import normal_id
from kb.schema import quoted
from kb.store import connect


class Comparison(StrEnum):
    """What to lay side by side: the name of a view of `compare`, or the arms of a few trials."""

    trials = "trials"
    arms = "arms"
    doses = "doses"
    regimens = "regimens"
    ages = "ages"
    endpoints = "endpoints"
    eligibility = "eligibility"
    disagreements = "disagreements"
    changes = "changes"


# The columns that people want to see at once; --format csv|json|parquet gives every column of the view.
_SHOWN = {
    Comparison.trials: "nct_id, brief_title, doses, ages, primary_endpoints",
    Comparison.doses: "nct_id, arm_label, agent, amount, schedule, route, role",
    Comparison.regimens: "nct_id, arm_label, regimen",
    Comparison.ages: "nct_id, ages, cohort, registered_ages, agreement",
    Comparison.endpoints: "nct_id, outcome_type, endpoint, times, horizon_days, measure",
    Comparison.eligibility: "nct_id, sex, ages, healthy_volunteers, min_years, max_years",
    Comparison.disagreements: "nct_id, kind, about, one, other",
    Comparison.changes: "nct_id, version_no, seen, change_kind, topic, old_value, new_value",
}
_CELLS = "nct_id, brief_title, cell_doses, conditioning, ages, primary_endpoints"
_MAX_ARMS = 8  # columns beside each other that a screen can still hold


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(compare)


def compare(
    what: Annotated[Comparison, typer.Argument(help="What to lay side by side.")] = Comparison.trials,
    studies: Annotated[list[str] | None, typer.Argument(help="Only these trials, by registry id.")] = None,
    condition: ConditionOption = None,
    agent: AgentOption = None,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Lay trials side by side: doses, regimens, ages, endpoints, or the arms of a few trials.

    Example: trialkb compare doses --condition "B-ALL" --agent "CAR-T" --kb demo-kb
    """
    ids = [study if study.startswith("pages:") else normal_id(study) for study in studies or []]
    with connect(kb) as con:
        _check_ids(con, ids, kb)
        if what is Comparison.arms:
            _arms(con, ids, form)
            return
        matching = f"compare.study_ids(condition_term := {_literal(condition)}, agent_term := {_literal(agent)})"
        chosen = f" AND nct_id IN ({_list(ids)})" if ids else ""
        rows = f"FROM compare.{what} WHERE nct_id IN (SELECT nct_id FROM {matching}){chosen}"
        columns = _columns(con, what, rows) if form in (Format.table, Format.md) else "*"
        show_query(con, f"SELECT {columns} {rows} ORDER BY ALL", form)


def _columns(con: duckdb.DuckDBPyConnection, what: Comparison, rows: str) -> str:
    """What fits on a screen; where cells are given, they and what prepares for them are what people compare."""
    if what is Comparison.trials and con.execute(f"SELECT count(cell_doses) {rows}").fetchall() != [(0,)]:
        return _CELLS
    return _SHOWN[what]


def _check_ids(con: duckdb.DuckDBPyConnection, ids: list[str], kb: object) -> None:
    known = {row[0] for row in con.execute("SELECT nct_id FROM ctgov.studies WHERE list_contains(?, nct_id)", [ids])
             .fetchall()}  # fmt: skip
    missing = [nct_id for nct_id in ids if nct_id not in known]
    if missing:
        raise UsageError(f"{', '.join(missing)} is not in {kb}")


def _arms(con: duckdb.DuckDBPyConnection, ids: list[str], form: Format) -> None:
    """The arms as columns and what they give as rows; files get a row for each value, with its quote."""
    if not ids:
        raise UsageError("which trials? e.g. trialkb compare arms NCT99000001 NCT99000015")
    query = (
        f"SELECT * FROM compare.arms_of([{_list(ids)}]) ORDER BY item_no, list_position([{_list(ids)}], nct_id), arm_no"
    )
    if form not in (Format.table, Format.md):
        show_query(con, query, form)
        return
    cells: dict[str, dict[tuple[str, int | None, str], str]] = {}
    for _, item, nct_id, arm_no, label, value, _ in con.execute(query).fetchall():
        cells.setdefault(item, {})[nct_id, arm_no, label or ""] = value or ""
    arms = list(cells["trial"])
    if len(arms) > _MAX_ARMS:
        raise UsageError(
            f"{len(arms)} arms are too many to stand side by side: name fewer trials, or take compare regimens"
        )
    rows: list[tuple[object, ...]] = [(item, *(row.get(arm, "") for arm in arms)) for item, row in cells.items()]
    print_rows(["", *(f"{nct_id} {label}".strip() for nct_id, _, label in arms)], rows, form)


def _list(ids: list[str]) -> str:
    return ", ".join(quoted(nct_id) for nct_id in ids)


def _literal(text: str | None) -> str:
    return "NULL" if text is None else quoted(text)

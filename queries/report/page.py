"""The report as one HTML page: no scripts, nothing loaded from anywhere, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files

import duckdb

from queries.report.charts import Spec, age_chart, dose_charts, draw, endpoint_chart, timeline_chart
from queries.report.context import Texts
from queries.report.evidence import evidence_list
from queries.report.facts import Evidence, Facts, Row, gather

MAX_TRIALS = 200

# The browser itself is told to load and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_SECTIONS = (
    ("trials", "Trials"),
    ("doses", "Doses"),
    ("ages", "Ages"),
    ("endpoints", "Primary endpoints"),
    ("regimens", "Regimens"),
    ("timeline", "Timeline"),
    ("evidence", "Evidence"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """A finished page: its HTML, how many trials it shows, and how many there were."""

    html: str
    shown: int
    found: int


def make_report(
    con: duckdb.DuckDBPyConnection, condition: str | None = None, agent: str | None = None, limit: int = MAX_TRIALS
) -> Report:
    """Compare the trials about a condition and giving an agent (None: any), the newest `limit` of them.

    Raises UsageError where the library that draws is not installed.
    """
    facts = gather(con, condition, agent, limit)
    bodies = {
        "trials": _trials(facts),
        "doses": _doses(facts),
        "ages": _ages(facts),
        "endpoints": _endpoints(facts),
        "regimens": _regimens(facts),
        "timeline": _chart(*timeline_chart(facts), "Trials from start to completion"),
        "evidence": _evidence(con, facts),
    }
    sections = "".join(
        f'<section id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{heading}</h2>{bodies[name]}</section>'
        for name, heading in _SECTIONS
    )
    title = _title(condition, agent)
    return Report(_page(title, _lead(con, facts), sections), len(facts.trials), facts.found)


def _page(title: str, lead: str, sections: str) -> str:
    style = files("queries.report").joinpath("page.css").read_text(encoding="utf-8")
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading in _SECTIONS)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style></head>\n<body>\n"
        f'<a class="skip" href="#trials">Skip to the trials</a>\n<header><h1>{escape(title)}</h1>{lead}'
        f'<nav aria-label="Sections"><ul>{links}</ul></nav></header>\n<main>\n{sections}\n</main>\n'
        '<footer><p class="quiet">Facts were read from the registry by rules and may be wrong: each leads to the words '
        "it was read from. Not for decisions about treatment.</p></footer>\n</body></html>\n"
    )


def _title(condition: str | None, agent: str | None) -> str:
    parts = [text for text in (agent, condition) if text]
    return "Trials compared: " + (" in ".join(parts) if parts else "all")


def _lead(con: duckdb.DuckDBPyConnection, facts: Facts) -> str:
    versions = con.execute("SELECT max(data_version) FROM meta.runs").fetchall()[0][0]
    data = f", registry data of {escape(str(versions)[:10])}" if versions else ""
    some = (
        f"the newest {len(facts.trials)} of {facts.found:,}" if facts.found > len(facts.trials) else f"{facts.found:,}"
    )
    return f'<p class="quiet">{some} trials{data}; made on {datetime.now(UTC):%Y-%m-%d}.</p>'


# The id leads to the registry, the title to the words on this page.
_TRIAL_HEADS = ("trial", "title", "phase", "status", "participants", "cells", "conditioning", "ages",
                "primary endpoints")  # fmt: skip


def _trials(facts: Facts) -> str:
    rows = [
        (_registry_link(row), _link(row["nct_id"], row["brief_title"]), _words(row["phase"]).replace("phase", ""),
         _words(row["overall_status"]), row["enrollment"], row["cell_doses"], row["conditioning"], row["ages"],
         row["primary_endpoints"])
        for row in facts.trials
    ]  # fmt: skip
    return _table(_TRIAL_HEADS, rows) if rows else "<p>No trial of the knowledge base matches.</p>"


def _doses(facts: Facts) -> str:
    charts = "".join(
        f"<h3>In {escape(unit)}</h3>{_chart(spec, left_out, f'Doses in {unit} by agent and trial')}"
        for unit, spec, left_out in dose_charts(facts)
    )
    rows = [
        (row["nct_id"], row["agent"], _link(row["evidence"], row["amount"]), row["schedule"], row["role"], row["route"],
         row["arms"])
        for row in facts.doses
    ]  # fmt: skip
    return charts + _details("All doses", ("trial", "agent", "amount", "schedule", "role", "route", "arms"), rows)


def _ages(facts: Facts) -> str:
    rows = [
        (row["nct_id"], row["cohort"], _link(row["evidence"], row["ages"]), row["registered_ages"], row["agreement"])
        for row in facts.ages
    ]
    heads = ("trial", "cohort", "ages", "in the registry's fields", "text against fields")
    return _chart(*age_chart(facts), "Ages that may take part, by trial") + _details("All ages", heads, rows)


def _endpoints(facts: Facts) -> str:
    rows = [
        (row["nct_id"], _link(row["evidence"], row["endpoint_label"]), row["times"], row["instrument"], row["measure"])
        for row in facts.endpoints
    ]
    chart = _chart(*endpoint_chart(facts), "Primary endpoints by the last time of measurement")
    return chart + _details("All primary endpoints", ("trial", "endpoint", "times", "judged by", "measure"), rows)


def _regimens(facts: Facts) -> str:
    rows = [(_link(row["nct_id"], row["nct_id"]), row["arm_label"], row["regimen"]) for row in facts.regimens]
    return _table(("trial", "arm", "regimen"), rows) if rows else "<p>No regimen was read.</p>"


def _evidence(con: duckdb.DuckDBPyConnection, facts: Facts) -> str:
    texts = Texts(con, (item.nct_id for item in facts.evidence.values()))
    by_trial: dict[str, list[Evidence]] = {}
    for item in facts.evidence.values():
        by_trial.setdefault(item.nct_id, []).append(item)
    return "".join(_trial_evidence(row, by_trial.get(row["nct_id"], []), texts) for row in facts.trials)


def _trial_evidence(trial: Row, items: list[Evidence], texts: Texts) -> str:
    nct_id = trial["nct_id"]
    body = evidence_list(nct_id, items, texts) if items else "<p>Nothing was read from its text.</p>"
    title = f"{_registry_link(trial).html} {escape(trial['brief_title'] or '')}"
    return f'<article id="{escape(nct_id)}"><h3>{title}</h3>{body}</article>'


@dataclass(frozen=True, slots=True)
class _Html:
    """Text that is HTML already; everything else is escaped."""

    html: str


def _registry_link(trial: Row) -> _Html:
    if not trial["url"]:
        return _Html(escape(trial["nct_id"]))
    return _Html(f'<a href="{escape(trial["url"])}" rel="noreferrer">{escape(trial["nct_id"])}</a>')


def _link(anchor: str | None, text: str | None) -> _Html:
    shown = escape(text or "")
    return _Html(f'<a href="#{escape(anchor)}">{shown}</a>' if anchor and shown else shown)


def _words(code: str | None) -> str:
    return (code or "").lower().replace("_", " ")


def _chart(spec: Spec, left_out: int, label: str) -> str:
    data = spec["data"]["values"]
    if not data:
        return "<p>There is nothing to draw.</p>"
    wide, narrow = draw(spec)
    note = f'<p class="quiet">{left_out} more are in the table.</p>' if left_out else ""
    return (
        f'<figure role="group" aria-label="{escape(label)}"><div class="wide">{wide}</div>'
        f'<div class="narrow">{narrow}</div>{note}</figure>'
    )


def _details(summary: str, heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    if not rows:
        return ""
    return f"<details><summary>{escape(summary)} ({len(rows)})</summary>{_table(heads, rows)}</details>"


def _table(heads: Sequence[str], rows: Sequence[tuple[object, ...]]) -> str:
    """A table without the columns that are empty; on a phone a row becomes a list, so cells know their heading."""
    cells = [[_cell(value) for value in row] for row in rows]
    kept = [place for place in range(len(heads)) if any(row[place] for row in cells)]
    head = "".join(f'<th scope="col">{escape(heads[place])}</th>' for place in kept)
    body = "".join(
        "<tr>" + "".join(f'<td data-label="{escape(heads[place])}">{row[place]}</td>' for place in kept) + "</tr>"
        for row in cells
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: object) -> str:
    if isinstance(value, _Html):
        return value.html
    return "" if value is None else escape(str(value))

"""One study as a readable card: what it gives, to whom, judged by what, each line with the words behind it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a card with its evidence: the quote and the field it stands in."""

    text: str
    quote: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A study for people: `sections` are headings with lines."""

    nct_id: str
    title: str
    facts: str
    sections: list[tuple[str, list[Line]]]


_STUDY = """
SELECT brief_title, concat_ws(' · ', overall_status, phase, enrollment || ' participants', start_month_year, source)
FROM ctgov.studies WHERE nct_id = ?
"""
_SECTIONS = {
    "Arms": """
        SELECT g.arm_no || '. ' || g.title || coalesce(': ' || r.regimen, ''), NULL, NULL
        FROM ctgov.design_groups AS g
        LEFT JOIN compare.regimens AS r ON r.nct_id = g.nct_id AND r.arm_no = g.arm_no
        WHERE g.nct_id = ? ORDER BY g.arm_no""",
    "Doses": """
        SELECT concat_ws(' ', agent, amount, nullif(schedule, ''), route, nullif('(' || role || ')', '(dose)'),
                CASE WHEN count(arm_no) > 0 THEN '→ ' || string_agg(arm_label, ' | ' ORDER BY arm_no) END),
            any_value(quote), any_value(source_field)
        FROM compare.doses WHERE nct_id = ?
        GROUP BY dose_no, agent, amount, schedule, route, role ORDER BY dose_no""",
    "Ages": """
        SELECT concat_ws(' ', cohort || ':', coalesce(ages, registered_ages), '(registered: ' || registered_ages || ', '
            || agreement || ')'), quote, source_field
        FROM compare.ages WHERE nct_id = ? ORDER BY age_no""",
    "Endpoints": """
        SELECT concat_ws(' ', outcome_type || ':', endpoint_label, '(' || instrument || ')', times),
            measure, source_field
        FROM compare.endpoints WHERE nct_id = ?
        ORDER BY list_position(['primary', 'secondary', 'other'], outcome_type), outcome_no""",
    "Planned analysis": """
        SELECT replace(kind, '_', ' ') || ' ' || format('{:g}', value), quote, source_field
        FROM extracted.design_statistics WHERE nct_id = ? ORDER BY stat_no""",
}


def card(con: duckdb.DuckDBPyConnection, nct_id: str) -> Card | None:
    """The card of a study, or None if the knowledge base does not have it."""
    found = con.execute(_STUDY, [nct_id]).fetchall()
    if not found:
        return None
    sections = []
    for heading, sql in _SECTIONS.items():
        rows = con.execute(sql, [nct_id]).fetchall()
        lines = [Line(text, quote or "", source or "") for text, quote, source in rows if text]
        if lines:
            sections.append((heading, lines))
    title, facts = found[0]
    return Card(nct_id, title or "", facts or "", sections)

"""Commands about the past: history of one study, changes across all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.options import DEFAULT_KB, FormatOption, KbOption
from cli.output import Format, console, show_query
from crawler.errors import UsageError
from crawler.query import normal_id
from kb.schema import quoted
from kb.store import connect


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(history)
    app.command()(changes)


def history(
    nct_id: Annotated[str, typer.Argument(help="Registry id, e.g. NCT01234567.")],
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Show every version of a study, and what changed from one to the next.

    Example: trialkb history NCT99000001 --kb demo-kb
    """
    found = quoted(nct_id if nct_id.startswith("pages:") else normal_id(nct_id))
    with connect(kb) as con:
        versions = _VERSIONS.format(nct_id=found)
        if not con.execute(versions).fetchall():
            raise UsageError(f"{nct_id} was never in {kb}")
        if form is not Format.table:
            show_query(con, _BOTH.format(nct_id=found), form)
            return
        show_query(con, versions, form, "Versions")
        show_query(con, _DIFFERENCES.format(nct_id=found), form, "What changed")


def changes(
    since: Annotated[
        str, typer.Option(help="A day such as 2026-10-01, 'yesterday', or '7d' for a week.")
    ] = "yesterday",
    registry: Annotated[bool, typer.Option("--registry", help="Also what the registry only rendered anew.")] = False,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Show what moved across the knowledge base: new and removed studies, and every field that changed.

    Example: trialkb changes --since 7d --kb demo-kb
    """
    kinds = "('new', 'sponsor', 'removed', 'restored'" + (", 'registry')" if registry else ")")
    with connect(kb) as con:
        show_query(con, _CHANGES.format(since=quoted(str(_day(since))), kinds=kinds), form)
    if form is Format.table:
        console.print(f"[dim]since {_day(since)}, UTC[/dim]")


def _day(text: str) -> datetime:
    """The beginning of the day meant, UTC, without a zone. Raises UsageError."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if text == "yesterday":
        return today - timedelta(days=1)
    if text.removesuffix("d").isdigit() and text.endswith("d"):
        return today - timedelta(days=int(text[:-1]))
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise UsageError(f"{text!r} is no day: write 2026-10-01, yesterday, or 7d") from None


_VERSIONS = """
SELECT version_no, change_kind, first_seen, last_seen, last_update_posted, data_version
FROM history.study_versions WHERE nct_id = {nct_id} ORDER BY version_no
"""
_DIFFERENCES = """
SELECT version_no, replace(json_path, 'protocolSection.', '') AS field, old_value AS before, new_value AS after
FROM history.study_changes WHERE nct_id = {nct_id} ORDER BY version_no, json_path
"""
_BOTH = """
SELECT version_no, change_kind, first_seen, last_seen, last_update_posted, data_version, json_path, old_value, new_value
FROM history.study_versions LEFT JOIN history.study_changes USING (nct_id, version_no)
WHERE nct_id = {nct_id} ORDER BY version_no, json_path
"""
_CHANGES = """
SELECT v.nct_id, v.change_kind AS kind, v.first_seen::DATE AS day,
    replace(c.json_path, 'protocolSection.', '') AS field, c.old_value AS before, c.new_value AS after
FROM history.study_versions AS v LEFT JOIN history.study_changes AS c USING (nct_id, version_no)
WHERE v.first_seen >= {since} AND v.change_kind IN {kinds} ORDER BY ALL
"""

"""Commands about the past: history of one study, changes across all of them, versions from before our first look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import duckdb
import typer

import queries
from cli.difference import readable
from cli.options import DEFAULT_KB, BaseUrlOption, ContactOption, FormatOption, KbOption, TlsOption, WorkersOption
from cli.output import MAX_TABLE_ROWS, Format, console, notices, print_rows, show_query
from cli.progress import Stages
from crawler.errors import UsageError
from crawler.query import normal_id
from crawler.settings import LIVE_BASE_URL, ClientSettings
from kb.refresh import import_versions
from kb.schema import quoted
from kb.store import Store, connect

TOPICS = ("status", "dates", "size", "arms and interventions", "outcomes", "eligibility", "sites", "texts", "results",
          "other", "doses", "ages")  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(history)
    app.command()(changes)
    app.command()(past)


def history(
    nct_id: Annotated[str, typer.Argument(help="Registry id, e.g. NCT01234567.")],
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Show every version of a study, and what changed from one to the next: [-words that went-] {+words that came+}.

    Example: trialkb history NCT99000001 --kb demo-kb
    """
    found = quoted(nct_id if nct_id.startswith("pages:") else normal_id(nct_id))
    with connect(kb) as con:
        versions = _VERSIONS.format(nct_id=found)
        if not con.execute(versions).fetchall():
            raise UsageError(f"{nct_id} was never in {kb}")
        if form not in (Format.table, Format.md):
            show_query(con, _BOTH.format(nct_id=found), form)
            return
        show_query(con, versions, form, "Versions")
        rows = con.execute(_DIFFERENCES.format(nct_id=found)).fetchall()
    shown: list[tuple[object, ...]] = [
        (version, by, field, readable(old, new)) for version, by, field, old, new in rows
    ]
    if shown:
        print_rows(["version", "by", "field", "change"], shown, form, "What changed")


def changes(
    since: Annotated[
        str, typer.Option(help="A day such as 2026-10-01, 'yesterday', or '7d' for a week.")
    ] = "yesterday",
    about: Annotated[str | None, typer.Option(help=f"Only one of: {', '.join(TOPICS)}.")] = None,
    registry: Annotated[bool, typer.Option("--registry", help="Also what the registry only rendered anew.")] = False,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Show what moved across the knowledge base: new and removed studies, every field that changed, doses and ages.

    Example: trialkb changes --since 7d --about doses --kb demo-kb
    """
    if about is not None and about not in TOPICS:
        raise UsageError(f"--about must be one of {', '.join(TOPICS)}, not {about!r}")
    kinds = "('new', 'sponsor', 'removed', 'restored'" + (", 'registry')" if registry else ")")
    topic = f"= {quoted(about)}" if about else "IS DISTINCT FROM ''"
    with connect(kb) as con:
        sql = _CHANGES.format(since=quoted(str(_day(since))), kinds=kinds, topic=topic)
        if form in (Format.table, Format.md):
            _print_changes(con, sql, form)
        else:
            show_query(con, sql, form)
    if form is Format.table:
        console.print(f"[dim]since {_day(since)}, UTC[/dim]")


def past(
    nct_ids: Annotated[list[str] | None, typer.Argument(help="Registry ids; none: with --all.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every study of the knowledge base that has no imported versions yet.")
    ] = False,
    base_url: BaseUrlOption = LIVE_BASE_URL,
    contact: ContactOption = "",
    rate: Annotated[float, typer.Option(envvar="TRIALKB_RATE", min=0.01, help="Requests a second.")] = 1.0,
    tls: TlsOption = "stock",
    daily_requests: Annotated[
        int | None, typer.Option(envvar="TRIALKB_DAILY_REQUESTS", min=1, help="Most requests a day.")
    ] = None,
    kb: KbOption = DEFAULT_KB,
    workers: WorkersOption = None,
) -> None:
    """Import versions of studies from before the first crawl, out of the registry's own undocumented history.

    Never done unless asked for: it takes a request for every study and one for every version.

    Example: trialkb past NCT99000001 --kb demo-kb
    """
    ids = [normal_id(nct_id) for nct_id in nct_ids or []]
    if bool(ids) == everything:
        raise UsageError("name the studies whose past versions to import, or give --all")
    store = Store(kb)
    _require_known(store, ids)
    settings = ClientSettings(
        base_url=base_url, contact=contact, requests_per_second=rate, tls=tls, daily_requests=daily_requests
    )
    with store.lock(), Stages() as stages:
        found, result = import_versions(store, settings, ids, queries.install, workers=workers, progress=stages)
    said = f"published {result.release.name}" if result.release else "the knowledge base is unchanged"
    console.print(f"{found.versions:,} past versions imported; {said}", highlight=False)
    if found.unknown:
        notices.print(f"the registry has no history of {', '.join(found.unknown)}")


def _require_known(store: Store, ids: list[str]) -> None:
    with store.connect() as con:
        sql = "SELECT DISTINCT nct_id FROM history.study_versions WHERE list_contains(?, nct_id)"
        known = {row[0] for row in con.execute(sql, [ids]).fetchall()}
    for nct_id in ids:
        if nct_id not in known:
            raise UsageError(f"{nct_id} is not in {store.root}: fetch it first, with trialkb refresh --ids {nct_id}")


def _print_changes(con: duckdb.DuckDBPyConnection, sql: str, form: Format) -> None:
    rows = con.execute(sql).fetchmany(MAX_TABLE_ROWS + 1)
    shown: list[tuple[object, ...]] = [
        (nct_id, kind, str(day), topic, field, readable(old, new) if topic else None)
        for nct_id, kind, day, topic, field, old, new in rows[:MAX_TABLE_ROWS]
    ]
    print_rows(["nct_id", "kind", "day", "about", "field", "change"], shown, form)
    if len(rows) > MAX_TABLE_ROWS:
        notices.print(f"[dim]only the first {MAX_TABLE_ROWS} rows; --format csv gives all of them[/dim]")


def _day(text: str) -> datetime:
    """The beginning of the day meant, UTC, without a zone. Raises UsageError."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if text == "yesterday":
        return today - timedelta(days=1)
    if text.removesuffix("d").isdecimal() and text.endswith("d"):
        return today - timedelta(days=min(int(text[:-1]), 365_000))
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise UsageError(f"{text!r} is no day: write 2026-10-01, yesterday, or 7d") from None


_VERSIONS = """
SELECT version_no, change_kind, first_seen::TIMESTAMP_S AS first_seen, last_seen::TIMESTAMP_S AS last_seen,
    last_update_posted, data_version
FROM history.study_versions WHERE nct_id = {nct_id} ORDER BY version_no
"""
_DIFFERENCES = """
SELECT version_no, change_kind, field, old_value, new_value FROM (
    SELECT nct_id, version_no, 2 AS rank, replace(json_path, 'protocolSection.', '') AS field, old_value, new_value
    FROM history.study_changes
    UNION ALL
    SELECT nct_id, version_no, 1, fact, to_json(old_value), to_json(new_value) FROM history.fact_changes
) JOIN history.study_versions USING (nct_id, version_no)
WHERE nct_id = {nct_id} ORDER BY version_no, rank, field
"""
_BOTH = """
SELECT version_no, change_kind, first_seen, last_seen, last_update_posted, data_version, json_path, old_value, new_value
FROM history.study_versions LEFT JOIN history.study_changes USING (nct_id, version_no)
WHERE nct_id = {nct_id} ORDER BY version_no, json_path
"""
_CHANGES = """
SELECT nct_id, kind, day, topic, field, before, after FROM (
    SELECT nct_id, change_kind AS kind, seen::DATE AS day, topic, replace(json_path, 'protocolSection.', '') AS field,
        old_value AS before, new_value AS after, seen
    FROM compare.changes
    UNION ALL
    SELECT f.nct_id, v.change_kind, v.first_seen::DATE, f.fact || 's', NULL, to_json(f.old_value),
        to_json(f.new_value), v.first_seen
    FROM history.fact_changes AS f JOIN history.study_versions AS v USING (nct_id, version_no)
)
WHERE seen >= {since} AND kind IN {kinds} AND topic {topic} ORDER BY ALL
"""

"""What a run does, whatever started it: what came into the raw archive becomes the next published version.

One way for everything: a refresh or an ingest only puts bodies into the archive and notes there that it is
complete; `update` then loads every complete run that the published version lacks, reads the texts, prepares the
comparison, checks and publishes. A run that died between the two is picked up by the next one, and a rebuild is an
`update` that starts from nothing.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from crawler.archive import Archive, Entry
from crawler.errors import ArchiveError, KnowledgeBaseError, TrialkbError
from extract.version import extractor_version
from kb.checks import check
from kb.drift import Drift, note_drift
from kb.extraction import ExtractionCounts, extract_studies, pending_studies
from kb.fact_changes import note_fact_changes
from kb.journal import NOTHING_NEW, ArchivedRun, archived_runs
from kb.layout import arrange
from kb.links import write_links
from kb.load import LoadCounts, forget_studies, load_entries, transaction
from kb.meta import write_build, write_dictionary, write_units
from kb.origin import write_registers
from kb.past import merge_past
from kb.schema import tables
from kb.store import Build, Store

Progress = Callable[[str, int, int | None], None]
"""Told the stage (`load`, `extract`), how much of it is done, and how much there is (None: not known)."""

Prepare = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(slots=True)
class UpdateResult:
    """What an update did. `release` is None where there was nothing to do; `runs` are those loaded."""

    release: Path | None
    load: LoadCounts = field(default_factory=LoadCounts)
    removed: int = 0
    extraction: ExtractionCounts = field(default_factory=ExtractionCounts)
    runs: list[str] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    data_version: str | None = None


@dataclass(slots=True)
class _Plan:
    """What an update has to do. `rules_changed`: the published version was read by other rules."""

    fresh: bool
    runs: list[ArchivedRun]
    needed: bool
    rules_changed: bool = False


def update(
    store: Store,
    prepare: Prepare,
    *,
    rebuild: bool = False,
    extract_again: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> UpdateResult:
    """Publish what the archive has and the current version lacks. The caller holds the store's lock.

    `prepare` makes the comparison views. `rebuild` starts from nothing, as does a version whose tables are not those
    of this program. Raises ArchiveError, KnowledgeBaseError, GateFailed (yesterday's version stays).
    """
    archive = Archive(store.raw)
    plan = _plan(store, archive, rebuild)
    if not (plan.needed or rebuild or extract_again):
        return UpdateResult(None)
    try:
        with store.build(fresh=plan.fresh) as build:
            return _make(build, archive, plan, prepare, extract_again, workers, progress or _silent)
    except TrialkbError as error:
        _note_failure(archive, error)
        raise


def together(first: UpdateResult, second: UpdateResult) -> UpdateResult:
    """What two updates did, one after the other."""
    both = UpdateResult(
        release=second.release or first.release,
        removed=first.removed + second.removed,
        runs=[*first.runs, *second.runs],
        drift=[*first.drift, *second.drift],
        data_version=max(filter(None, (first.data_version, second.data_version)), default=None),
    )
    for part in (first, second):
        both.load.add(part.load)
        both.extraction.add(part.extraction)
    return both


def _plan(store: Store, archive: Archive, rebuild: bool) -> _Plan:
    """Looks before anything is copied: on most nights the answer is that there is nothing to do."""
    if rebuild or not store.current.exists():
        runs = archived_runs(archive)
        return _Plan(True, runs, any(run.complete and run.kept for run in runs))
    if store.outdated():
        runs = archived_runs(archive)
        if not any(run.complete for run in runs):
            raise KnowledgeBaseError(
                f"{store.current} was made by another version of trialkb, and {store.raw} has nothing to make it anew "
                "from: begin another with --kb"
            )
        return _Plan(True, runs, True)
    with store.connect() as con:
        known = {row[0] for row in con.execute("SELECT run_id FROM meta.runs").fetchall()}
        runs = archived_runs(archive, known)
        pending = bool(pending_studies(con))
        news = any(_loadable(con, run) for run in runs)
        rules = con.execute("SELECT value FROM meta.build WHERE key = 'extractor_version'").fetchall()
    return _Plan(False, runs, news or pending, rules != [(extractor_version(),)])


def _make(
    build: Build,
    archive: Archive,
    plan: _Plan,
    prepare: Prepare,
    extract_again: bool,
    workers: int | None,
    report: Progress,
) -> UpdateResult:
    con, store = build.con, build.store
    result = UpdateResult(None, runs=[run.run_id for run in plan.runs])
    if plan.rules_changed:
        note_fact_changes(con, archive, everything=True, workers=workers)
    for run in plan.runs:
        _load_run(build, archive, run, result, workers, report)
    waiting = len(pending_studies(con, again=extract_again))
    result.extraction.add(
        extract_studies(con, again=extract_again, workers=workers, progress=_counter(report, "extract", waiting))
    )
    write_registers(con)
    write_links(con)
    prepare(con)
    write_units(con)
    write_dictionary(con)
    check(con, store.current if store.current.exists() else None, store.limits)
    write_build(con)
    result.release = build.publish()
    return result


def _loadable(con: duckdb.DuckDBPyConnection, run: ArchivedRun) -> bool:
    """True if the run holds something to load.

    What a failed run received is real too, and the next complete run may no longer find it: it becomes a version. But
    not before the query was complete once, for half a first load must not look like a knowledge base.
    """
    if run.past:
        return True
    if run.complete:
        return run.state != NOTHING_NEW
    key = [run.note.get("query"), run.source]
    known = con.execute("SELECT 1 FROM meta.queries WHERE query = ? AND base_url = ?", key).fetchall()
    return bool(known and run.entries)


def _load_run(
    build: Build, archive: Archive, run: ArchivedRun, result: UpdateResult, workers: int | None, report: Progress
) -> None:
    con = build.con
    entries = run.entries if _loadable(con, run) else []
    counts = load_entries(con, archive, entries, _counter(report, "load", run.note.get("fetched")))
    arrange(con)
    with transaction(con):
        merge_past(con, archive, run.past)
        _remember_query(con, run)
        removed = _bury(con, run) if run.complete else 0
        result.drift += note_drift(con, archive, run.run_id, run.models)
        _note_sources(con, sorted([*entries, *run.models, *run.past], key=lambda entry: entry.seq))
        note_fact_changes(con, archive, workers=workers)
    read = _read_loaded(con, counts, workers, report)
    _note_run(con, run, counts, removed, read)
    result.load.add(counts)
    result.removed += removed
    result.extraction.add(read)
    result.data_version = max(filter(None, (result.data_version, run.data_version)), default=None)


def _read_loaded(
    con: duckdb.DuckDBPyConnection, counts: LoadCounts, workers: int | None, report: Progress
) -> ExtractionCounts:
    """The texts of what a run brought, read before the next run is loaded: so that its counts are its own."""
    if not (counts.new or counts.changed):
        return ExtractionCounts()
    told = _counter(report, "extract", counts.new + counts.changed)
    return extract_studies(con, again=True, among="SELECT nct_id FROM loaded", workers=workers, progress=told)


def _bury(con: duckdb.DuckDBPyConnection, run: ArchivedRun) -> int:
    """Tombstones for the studies that the run found gone and no other query lists; gives how many there were."""
    if not run.note.get("removed"):
        return 0
    con.execute(
        "CREATE OR REPLACE TEMP TABLE fresh AS SELECT nct_id FROM ctgov.studies "
        "WHERE list_contains(?, nct_id) AND nct_id NOT IN (SELECT nct_id FROM meta.query_studies)",
        [run.note["removed"]],
    )
    when = run.finished_at.replace(tzinfo=None)
    con.execute(
        "INSERT INTO history.study_versions SELECT nct_id, max(version_no) + 1, ?, ?, ?, NULL, NULL, 'removed', NULL, "
        "NULL FROM history.study_versions WHERE nct_id IN (SELECT nct_id FROM fresh) GROUP BY nct_id",
        [when, when, run.data_version],
    )
    con.execute(
        "INSERT INTO history.removed_studies SELECT nct_id, CAST(? AS DATE), max(version_no) "
        "FROM history.study_versions WHERE nct_id IN (SELECT nct_id FROM fresh) GROUP BY nct_id",
        [when],
    )
    count: int = con.execute("SELECT count(*) FROM fresh").fetchall()[0][0]
    forget_studies(con, "SELECT nct_id FROM fresh")
    return count


def _note_sources(con: duckdb.DuckDBPyConnection, entries: list[Entry]) -> None:
    columns = {
        "entry_no": [entry.seq for entry in entries],
        "run_id": [entry.run_id for entry in entries],
        "kind": [entry.kind for entry in entries],
        "source": [entry.source for entry in entries],
        "received_at": [entry.received_at.replace(tzinfo=None) for entry in entries],
        "sha256": [entry.sha256 for entry in entries],
        "size": [entry.size for entry in entries],
        "data_version": [entry.data_version for entry in entries],
    }
    con.register("arrived", pa.table(columns, schema=tables("meta")["sources"].arrow_schema))
    con.execute("INSERT INTO meta.sources SELECT * FROM arrived")
    con.unregister("arrived")


def _remember_query(con: duckdb.DuckDBPyConnection, run: ArchivedRun) -> None:
    """What the query has now, and when each record was fetched: the next refresh starts from there.

    A failed run moves no data version, but what it fetched it fetched: the next list of ids is compared with that too.
    """
    query = run.note.get("query")
    if not query:
        return
    key = [query, run.source]
    total, last_post_date = run.note.get("total"), run.note.get("last_post_date")
    if run.state == NOTHING_NEW:
        con.execute("UPDATE meta.queries SET run_id = ? WHERE query = ? AND base_url = ?", [run.run_id, *key])
        return
    if run.complete:
        con.execute("DELETE FROM meta.queries WHERE query = ? AND base_url = ?", key)
        con.execute(
            "INSERT INTO meta.queries VALUES (?, ?, ?, ?, ?, ?)",
            [*key, run.data_version, run.run_id, total, last_post_date],
        )
    # What was removed, or still exists but is no longer of this query, is not asked for again.
    gone = [*(run.note.get("removed") or []), *(run.note.get("left") or [])]
    con.execute(
        "DELETE FROM meta.query_studies WHERE query = ? AND base_url = ? "
        "AND (nct_id IN (SELECT nct_id FROM arrivals) OR list_contains(?, nct_id))",
        [*key, gone],
    )
    con.execute(
        "INSERT INTO meta.query_studies SELECT ?, ?, nct_id, max(received_at) FROM arrivals "
        "WHERE NOT list_contains(?, nct_id) GROUP BY nct_id",
        [*key, gone],
    )


def _note_run(
    con: duckdb.DuckDBPyConnection, run: ArchivedRun, counts: LoadCounts, removed: int, read: ExtractionCounts
) -> None:
    values = {
        "run_id": run.run_id,
        "command": run.command,
        "state": run.state,
        "error": run.error,
        "started_at": run.started_at.replace(tzinfo=None),
        "finished_at": run.finished_at.replace(tzinfo=None),
        "source": run.source,
        "query": run.note.get("query"),
        "data_version": run.data_version,
        "requests": run.requests,
        "bytes_received": run.note.get("bytes"),
        "records_seen": counts.seen,
        "records_new": counts.new,
        "records_changed": counts.changed,
        "records_unchanged": counts.unchanged,
        "records_removed": removed,
        "records_failed": counts.failed,
        "studies_read": read.studies,
        "extractors_failed": read.failed,
        **{f"{name}_found": read.rows.get(name, 0) for name in ("doses", "ages", "endpoints", "design_statistics")},
    }
    marks = ", ".join("?" for _ in values)
    con.execute(f"INSERT INTO meta.runs ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def _note_failure(archive: Archive, error: TrialkbError) -> None:
    """What was received is safe, but was not published: the next version's `meta.runs` tells why."""
    now = datetime.now(UTC)
    note: dict[str, Any] = {"state": "failed", "what": "publish"}
    note |= {"error": type(error).__name__, "reason": str(error)[:500]}
    run_id = f"{now:%Y%m%dT%H%M%SZ}-publish-{uuid.uuid4().hex[:6]}"
    with contextlib.suppress(ArchiveError):
        archive.put(orjson.dumps(note), kind="run", source=str(archive.root.parent), run_id=run_id, **note)


def _counter(report: Progress, stage: str, total: int | None) -> Callable[[int], None]:
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        report(stage, done, total)

    return count


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """The callback of a run that nobody watches."""

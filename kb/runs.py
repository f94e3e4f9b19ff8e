"""What a run does, whatever started it: what came into the raw archive becomes the next published version.

One way for everything: a refresh or an ingest only puts bodies into the archive and notes there that it is
complete; `update` then loads every complete run that the published version lacks, reads the texts, prepares the
comparison, checks and publishes. A run that died between the two is picked up by the next one, and a rebuild is an
`update` that starts from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from crawler.archive import Archive, Entry
from crawler.records import RECORD_KINDS
from kb.checks import check
from kb.extraction import ExtractionCounts, extract_studies, pending_studies
from kb.load import LoadCounts, forget_studies, load_entries, transaction
from kb.meta import write_build, write_dictionary, write_units
from kb.schema import tables
from kb.store import Build, Store

Progress = Callable[[str, int, int | None], None]
"""Told the stage (`load`, `extract`), how much of it is done, and how much there is (None: not known)."""

Prepare = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(slots=True)
class ArchivedRun:
    """A complete run as the archive's journal tells it."""

    run_id: str
    command: str
    started_at: datetime
    finished_at: datetime
    source: str
    data_version: str | None
    note: dict[str, Any]
    entries: list[Entry] = field(default_factory=list, repr=False)

    @property
    def nothing_new(self) -> bool:
        """The registry had no newer data: there is nothing to load."""
        return bool(self.note.get("nothing_new"))


@dataclass(slots=True)
class UpdateResult:
    """What an update did. `release` is None where there was nothing to do."""

    release: Path | None
    load: LoadCounts = field(default_factory=LoadCounts)
    removed: int = 0
    extraction: ExtractionCounts = field(default_factory=ExtractionCounts)
    runs: list[str] = field(default_factory=list)


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

    `prepare` makes the comparison views. `rebuild` starts from nothing. Raises ArchiveError, KnowledgeBaseError,
    GateFailed (yesterday's version stays).
    """
    report = progress or _silent
    archive = Archive(store.raw)
    with store.build(fresh=rebuild) as build:
        todo = list(_missing_runs(build.con, archive))
        news = any(not run.nothing_new for run in todo)
        if not (news or rebuild or extract_again or pending_studies(build.con)):
            return UpdateResult(None)
        result = UpdateResult(None, runs=[run.run_id for run in todo])
        for run in todo:
            _load_run(build, archive, run, result, report)
        waiting = len(pending_studies(build.con, again=extract_again))
        result.extraction = extract_studies(
            build.con, again=extract_again, workers=workers, progress=_counter(report, "extract", waiting)
        )
        prepare(build.con)
        write_units(build.con)
        write_dictionary(build.con)
        check(build.con)
        write_build(build.con)
        result.release = build.publish()
    return result


def complete_runs(archive: Archive) -> Iterator[ArchivedRun]:
    """Runs whose end the archive notes, in the order in which they ended, with their records' entries."""
    open_runs: dict[str, list[Entry]] = {}
    begun: dict[str, datetime] = {}
    for entry in archive.entries():
        begun.setdefault(entry.run_id, entry.received_at)
        if entry.kind in RECORD_KINDS:
            open_runs.setdefault(entry.run_id, []).append(entry)
        if entry.kind == "run" and entry.note.get("state") == "complete":
            yield ArchivedRun(
                run_id=entry.run_id,
                command=str(entry.note.get("what", "")),
                started_at=begun[entry.run_id],
                finished_at=entry.received_at,
                source=entry.source,
                data_version=entry.data_version,
                note=entry.note,
                entries=open_runs.pop(entry.run_id, []),
            )


def _missing_runs(con: duckdb.DuckDBPyConnection, archive: Archive) -> Iterator[ArchivedRun]:
    known = {row[0] for row in con.execute("SELECT run_id FROM meta.runs").fetchall()}
    return (run for run in complete_runs(archive) if run.run_id not in known)


def _load_run(build: Build, archive: Archive, run: ArchivedRun, result: UpdateResult, report: Progress) -> None:
    expected = run.note.get("fetched")
    counts = load_entries(build.con, archive, run.entries, _counter(report, "load", expected))
    with transaction(build.con):
        _remember_query(build.con, run)
        removed = _bury(build.con, run)
        _note_sources(build.con, run.entries)
        _note_run(build.con, run, counts, removed)
    result.load.add(counts)
    result.removed += removed


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
    query = run.note.get("query")
    if not query:
        return
    key = [query, run.source]
    total, last_post_date = run.note.get("total"), run.note.get("last_post_date")
    if run.nothing_new:
        con.execute("UPDATE meta.queries SET run_id = ? WHERE query = ? AND base_url = ?", [run.run_id, *key])
        return
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


def _note_run(con: duckdb.DuckDBPyConnection, run: ArchivedRun, counts: LoadCounts, removed: int) -> None:
    values = {
        "run_id": run.run_id,
        "command": run.command,
        "started_at": run.started_at.replace(tzinfo=None),
        "finished_at": run.finished_at.replace(tzinfo=None),
        "source": run.source,
        "query": run.note.get("query"),
        "data_version": run.data_version,
        "requests": run.note.get("requests"),
        "bytes_received": run.note.get("bytes"),
        "records_seen": counts.seen,
        "records_new": counts.new,
        "records_changed": counts.changed,
        "records_unchanged": counts.unchanged,
        "records_removed": removed,
        "records_failed": counts.failed,
    }
    marks = ", ".join("?" for _ in values)
    con.execute(f"INSERT INTO meta.runs ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def _counter(report: Progress, stage: str, total: int | None) -> Callable[[int], None]:
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        report(stage, done, total)

    return count


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """The callback of a run that nobody watches."""

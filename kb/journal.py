"""The runs that the archive's journal tells of, in the order in which they ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.archive import Archive, Entry
from crawler.records import RECORD_KINDS

COMPLETE, NOTHING_NEW, FAILED, KILLED = "complete", "nothing new", "failed", "killed"
# Bodies that a load reads; the others (lists of ids, data versions) served the crawl alone.
_LOADED_KINDS = RECORD_KINDS | {"metadata", "past"}


@dataclass(slots=True)
class ArchivedRun:
    """A run that has ended. `note` is its last note; `entries` hold records, `models` the registry's data model,
    `past` versions from the registry's own history."""

    run_id: str
    command: str
    state: str
    started_at: datetime
    finished_at: datetime
    source: str
    data_version: str | None
    last_seq: int
    requests: int = 0
    error: str | None = None
    note: dict[str, Any] = field(default_factory=dict)
    kept: list[Entry] = field(default_factory=list, repr=False)

    @property
    def entries(self) -> list[Entry]:
        """Arrivals that hold records."""
        return [entry for entry in self.kept if entry.kind in RECORD_KINDS]

    @property
    def models(self) -> list[Entry]:
        """The registry's data model as this run received it."""
        return [entry for entry in self.kept if entry.kind == "metadata"]

    @property
    def past(self) -> list[Entry]:
        """Versions from the registry's own history."""
        return [entry for entry in self.kept if entry.kind == "past"]

    @property
    def complete(self) -> bool:
        """It proved that it had everything."""
        return self.state in (COMPLETE, NOTHING_NEW)


def archived_runs(archive: Archive, known: Collection[str] = ()) -> list[ArchivedRun]:
    """Every run but the known ones. One without an end was killed: whoever asks holds the lock, so none is under way.

    Raises ArchiveError.
    """
    runs: dict[str, ArchivedRun] = {}
    for entry in archive.entries():
        if entry.run_id not in known:
            if entry.run_id not in runs:
                runs[entry.run_id] = _begun(entry)
            _add(runs[entry.run_id], entry)
    return sorted(runs.values(), key=lambda run: run.last_seq)


def _begun(entry: Entry) -> ArchivedRun:
    when = entry.received_at
    return ArchivedRun(entry.run_id, "", KILLED, when, when, entry.source, entry.data_version, entry.seq)


def _add(run: ArchivedRun, entry: Entry) -> None:
    run.last_seq, run.finished_at = entry.seq, entry.received_at
    if entry.kind in _LOADED_KINDS:
        run.kept.append(entry)
    if entry.kind != "run":
        # What a killed run asked is only known by the tries of the answers that it kept.
        if run.state == KILLED:
            run.requests += int(entry.note.get("attempts", 0))
        return
    note = entry.note
    run.source, run.data_version = entry.source, entry.data_version
    run.command = str(note.get("what") or run.command)
    run.note = {"query": run.note.get("query"), **note}
    run.requests = max(run.requests, int(note.get("requests") or 0))
    if note.get("state") == "failed":
        run.state, run.error = FAILED, f"{note.get('error')}: {note.get('reason')}"
    elif note.get("state") == "complete":
        run.state = NOTHING_NEW if note.get("nothing_new") else COMPLETE

"""Local files into the raw archive, as a run like any other."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from crawler.archive import Archive
from crawler.errors import ArchiveError, TrialkbError
from crawler.files import ingest_file, reader_for
from kb.store import Store


def new_run_id(command: str, now: datetime | None = None) -> str:
    """An id that sorts by time and is never given twice."""
    return f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{command}-{uuid.uuid4().hex[:6]}"


def ingest_files(store: Store, paths: Iterable[Path]) -> str:
    """Put files into the archive and note that the run is complete; gives its id. The caller holds the lock.

    Raises UsageError, before anything is written, for a path that is missing or of an unknown format.
    """
    paths = list(paths)
    for path in paths:
        reader_for(path)
    archive = Archive(store.raw)
    run_id = new_run_id("ingest")
    names = ", ".join(path.name for path in paths)
    bytes_received = 0
    note: dict[str, Any] = {"what": "ingest", "requests": 0}

    def keep(state: str, **facts: object) -> None:
        said = {**note, "state": state, **facts}
        archive.put(orjson.dumps(said), kind="run", source=names, run_id=run_id, **said)

    keep("begun")
    try:
        for path in paths:
            bytes_received += sum(entry.size for entry in ingest_file(path, archive, run_id))
    except TrialkbError as error:
        with contextlib.suppress(ArchiveError):
            keep("failed", error=type(error).__name__, reason=str(error)[:500])
        raise
    keep("complete", bytes=bytes_received)
    return run_id

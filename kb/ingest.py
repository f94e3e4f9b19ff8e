"""Local files into the raw archive, as a run like any other."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from crawler.archive import Archive
from crawler.files import ingest_file, reader_for
from kb.store import Store


def new_run_id(command: str) -> str:
    """An id that sorts by time and is never given twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{command}-{uuid.uuid4().hex[:6]}"


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
    for path in paths:
        bytes_received += sum(entry.size for entry in ingest_file(path, archive, run_id))
    note: dict[str, Any] = {"state": "complete", "what": "ingest", "bytes": bytes_received, "requests": 0}
    archive.put(orjson.dumps(note), kind="run", source=names, run_id=run_id, **note)
    return run_id

"""Local files, pages of the web and other registers into the raw archive, each as a run like any other."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from crawler.archive import Archive, Entry
from crawler.errors import ArchiveError, TrialkbError
from crawler.files import ingest_file, reader_for
from crawler.records import RECORD_KINDS
from crawler.registers import Fetch
from crawler.webpages import PageFetcher, keep_page
from kb.store import Store


@dataclass(slots=True)
class Ingested:
    """A run of files, pages or a register. `errors`: one for each thing that could not be had; the others are in."""

    run_id: str
    errors: list[TrialkbError] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """The errors, one line each."""
        return [str(error) for error in self.errors]


def new_run_id(command: str, now: datetime | None = None) -> str:
    """An id that sorts by time and is never given twice."""
    return f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}-{command}-{uuid.uuid4().hex[:6]}"


def ingest_files(store: Store, paths: Iterable[Path]) -> Ingested:
    """Put files into the archive and note that the run is complete. The caller holds the lock.

    A damaged file costs itself: what stood before the damage is kept, and so are the other files. Raises UsageError,
    before anything is written, for a path that is missing or of an unknown format, and the file's own error where
    nothing at all could be read.
    """
    paths = list(paths)
    for path in paths:
        reader_for(path)
    archive = Archive(store.raw)
    run_id = new_run_id("ingest")
    sources = [(path.name, lambda path=path: ingest_file(path, archive, run_id)) for path in paths]
    return _ingest(archive, run_id, sources, lambda: 0)


def ingest_pages(store: Store, urls: Iterable[str], fetcher: PageFetcher) -> Ingested:
    """Fetch pages into the archive and note that the run is complete. The caller holds the lock.

    A page that cannot be had costs itself. Raises its error where none could be had, and ArchiveError.
    """
    archive = Archive(store.raw)
    run_id = new_run_id("ingest")
    sources = [(url, lambda url=url: iter([keep_page(fetcher, url, archive, run_id)])) for url in urls]
    return _ingest(archive, run_id, sources, lambda: fetcher.requests)


def ingest_register(store: Store, fetch: Fetch) -> Ingested:
    """Ask another register and put what it answers into the archive. The caller holds the lock.

    What cannot be had costs itself, and what came before a failure is kept: the failure is then among the errors.
    Raises it where no record came at all, and ArchiveError.
    """
    archive = Archive(store.raw)
    run_id = new_run_id("ingest")
    return _ingest(archive, run_id, [(fetch.name, lambda: fetch.into(archive, run_id))], lambda: fetch.requests)


# What cannot be had, but costs nothing else, comes as an error in place of an entry.
Source = tuple[str, Callable[[], Iterator[Entry | TrialkbError]]]


def _ingest(archive: Archive, run_id: str, sources: Sequence[Source], requests: Callable[[], int]) -> Ingested:
    names = ", ".join(name for name, _ in sources)[:2000]
    note: dict[str, Any] = {"what": "ingest", "requests": 0}

    def keep(state: str, **facts: object) -> None:
        said = {**note, "state": state, **facts}
        archive.put(orjson.dumps(said), kind="run", source=names, run_id=run_id, **said)

    keep("begun")
    done = Ingested(run_id)
    size = parts = 0
    for _, read in sources:
        try:
            for entry in read():
                if isinstance(entry, TrialkbError):
                    done.errors.append(entry)
                    continue
                size += entry.size
                parts += entry.kind in RECORD_KINDS
        except ArchiveError as broken:
            with contextlib.suppress(ArchiveError):
                keep("failed", error=type(broken).__name__, reason=str(broken)[:500])
            raise
        except TrialkbError as broken:
            done.errors.append(broken)
    if done.errors and parts == 0:
        error = done.errors[-1]
        with contextlib.suppress(ArchiveError):
            keep("failed", error=type(error).__name__, reason=str(error)[:500], requests=requests())
        raise error
    keep("complete", bytes=size, requests=requests(), problems=done.problems[:100])
    return done

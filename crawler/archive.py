"""The raw archive: what was received, byte for byte, for ever. Everything else can be rebuilt from it.

    archive/
      journal.jsonl        one line for each arrival, in order, only ever appended to
      bodies/ab/ab12….zst  each distinct body once, compressed, under the SHA-256 of its plain bytes
      incoming/            bodies being written; what is left here after a crash is rubbish

A body is on disk (fsync, rename, fsync of its folder) before the journal mentions it, so a kill at any moment leaves
at worst a body that nobody mentions and half a line at the journal's end, which the next opening removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

import orjson
import zstandard

from crawler.errors import ArchiveError

KINDS = frozenset({"page", "study", "file", "version", "metadata", "ids", "past", "run"})
COMPRESSION_LEVEL = 3
# Whoever wrote a temporary file so long ago is not writing it any more.
RUBBISH_AFTER_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One arrival. `seq` counts from 1 over the whole archive; `size` is that of the plain body in bytes.

    `kind`: `page` of /studies, one `study`, (part of) a `file` (a local one, a page of the web, an answer of another
    register), `version`, `metadata`, `ids` (an answer with nothing but ids or counts), `past` (a version from the
    registry's own history), `run` (a run's own record). `source`: the URL or the file's name.
    """

    seq: int
    run_id: str
    received_at: datetime
    kind: str
    source: str
    sha256: str
    size: int
    data_version: str | None = None
    note: dict[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """The entry's line in the journal."""
        return orjson.dumps(asdict(self), option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def of_line(cls, line: bytes) -> Self:
        """The entry of a journal line. Raises ValueError, KeyError or TypeError."""
        data = orjson.loads(line)
        data["received_at"] = datetime.fromisoformat(data["received_at"])
        return cls(**data)


class Archive:
    """The archive at `root`, made if it is not there. Several processes may write to one archive."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.journal = root / "journal.jsonl"
        self._bodies = root / "bodies"
        self._incoming = root / "incoming"
        self._end = 0
        self._last_seq = 0
        with _as_archive_error(f"the archive at {root} cannot be opened"):
            try:
                self._prepare()
            except OSError:
                # A copy on read-only media can still be read, and everything rebuilt from it.
                if not self.journal.is_file():
                    raise

    def put(
        self,
        body: bytes,
        *,
        kind: str,
        source: str,
        run_id: str,
        data_version: str | None = None,
        received_at: datetime | None = None,
        **note: object,
    ) -> Entry:
        """Keep a body and the fact of its arrival; durable on return. Raises ArchiveError (disk full, for one)."""
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}")
        sha256 = hashlib.sha256(body).hexdigest()
        with _as_archive_error(f"the archive at {self.root} cannot be written"):
            self._store(sha256, body)
            with self._locked_journal() as journal:
                self._catch_up(journal)
                entry = Entry(
                    seq=self._last_seq + 1,
                    run_id=run_id,
                    received_at=(received_at or datetime.now(UTC)).astimezone(UTC),
                    kind=kind,
                    source=source,
                    sha256=sha256,
                    size=len(body),
                    data_version=data_version,
                    note=note,
                )
                self._append(journal, entry.line())
                self._last_seq = entry.seq
        return entry

    def entries(self, run_id: str | None = None, after: int = 0) -> Iterator[Entry]:
        """Arrivals in their order, of one run or of all, with a `seq` above `after`. Raises ArchiveError."""
        try:
            with self.journal.open("rb") as journal:
                for number, line in enumerate(journal, 1):
                    if not line.endswith(b"\n"):
                        return
                    entry = self._entry(line, number)
                    if entry.seq > after and run_id in (None, entry.run_id):
                        yield entry
        except OSError as error:
            raise ArchiveError(f"{self.journal} cannot be read: {error.strerror}") from error

    def read(self, sha256: str) -> bytes:
        """The body with this hash, checked. Raises ArchiveError that names the file."""
        path = self._path(sha256)
        try:
            body = _decompress(path.read_bytes())
        except FileNotFoundError as error:
            raise ArchiveError(f"{path} is missing from the archive: restore it from a copy") from error
        except (OSError, zstandard.ZstdError) as error:
            raise ArchiveError(f"{path} cannot be read ({error}): restore it from a copy") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise ArchiveError(f"{path} is damaged, its content has another hash: restore it from a copy")
        return body

    def verify(self) -> list[str]:
        """Everything that is wrong with the archive, one line each; empty if nothing is. Reads every body once."""
        problems: list[str] = []
        checked: set[str] = set()
        expected = 1
        with self.journal.open("rb") as journal:
            for number, line in enumerate(journal, 1):
                try:
                    entry = self._entry(line, number)
                except ArchiveError as error:
                    problems.append(str(error))
                    expected += 1
                    continue
                if entry.seq != expected:
                    problems.append(f"{self.journal} line {number}: seq {entry.seq} where {expected} was due")
                expected = entry.seq + 1
                if entry.sha256 not in checked:
                    checked.add(entry.sha256)
                    problems.extend(self._body_problems(entry))
        return problems

    def _body_problems(self, entry: Entry) -> list[str]:
        try:
            size = len(self.read(entry.sha256))
        except ArchiveError as error:
            return [str(error)]
        return [] if size == entry.size else [f"{self._path(entry.sha256)} has {size} bytes, not {entry.size}"]

    def _entry(self, line: bytes, number: int) -> Entry:
        try:
            return Entry.of_line(line)
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveError(f"{self.journal} line {number} is damaged: restore it from a copy") from error

    # -- bodies ------------------------------------------------------------------------------------------------

    def _path(self, sha256: str) -> Path:
        return self._bodies / sha256[:2] / f"{sha256}.zst"

    def _store(self, sha256: str, body: bytes) -> None:
        path = self._path(sha256)
        if path.exists():
            with contextlib.suppress(ArchiveError):
                self.read(sha256)
                return
            # The stored body has rotted, and here is a sound one: it takes the place of the old.
        path.parent.mkdir(exist_ok=True)
        temporary = self._incoming / f"{os.getpid()}-{time.monotonic_ns()}-{sha256[:12]}"
        try:
            with temporary.open("wb") as file:
                file.write(zstandard.ZstdCompressor(level=COMPRESSION_LEVEL, write_checksum=True).compress(body))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        _sync_folder(self._bodies)

    def _prepare(self) -> None:
        for folder in (self.root, self._bodies, self._incoming):
            folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        with self._locked_journal() as journal:
            self._catch_up(journal)

    def _sweep(self) -> None:
        for left in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > RUBBISH_AFTER_SECONDS:
                    left.unlink()

    # -- the journal -------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _locked_journal(self) -> Iterator[IO[bytes]]:
        new = not self.journal.exists()
        with self.journal.open("a+b", buffering=0) as journal:
            fcntl.flock(journal, fcntl.LOCK_EX)
            if new:
                _sync_folder(self.root)
            yield journal

    def _catch_up(self, journal: IO[bytes]) -> None:
        """Find the journal's end and last seq, other processes' lines included; remove half a line at its end."""
        size = os.fstat(journal.fileno()).st_size
        if size == self._end:
            return
        if size < self._end:
            raise ArchiveError(f"{self.journal} has become shorter: restore it from a copy")
        journal.seek(self._end)
        tail = journal.read()
        whole = tail.rfind(b"\n") + 1
        lines = tail[:whole].split(b"\n")[:-1]
        if lines and not _is_entry(lines[-1]):
            # A crash of the machine may leave a last line whose length reached the disk and whose bytes did not.
            whole -= len(lines.pop()) + 1
        if whole < len(tail):
            os.ftruncate(journal.fileno(), self._end + whole)
            os.fsync(journal.fileno())
        if lines:
            self._last_seq = self._entry(lines[-1], 0).seq
        self._end += whole

    def _append(self, journal: IO[bytes], line: bytes) -> None:
        try:
            written = 0
            while written < len(line):
                written += os.write(journal.fileno(), line[written:])
            os.fsync(journal.fileno())
        except OSError:
            os.ftruncate(journal.fileno(), self._end)
            raise
        self._end += len(line)


def _decompress(packed: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor().decompressobj()
    body = reader.decompress(packed)
    if not reader.eof or reader.unused_data:
        raise zstandard.ZstdError("cut short or followed by something else")
    return body


def _is_entry(line: bytes) -> bool:
    try:
        Entry.of_line(line)
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _as_archive_error(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{what}: {error.strerror or error}") from error

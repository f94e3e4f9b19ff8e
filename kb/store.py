"""Where a knowledge base lives, who may write it, and how a new version replaces the old one.

    KB/
      raw/                      the raw archive (crawler.archive)
      releases/trialkb-….duckdb published versions, read-only
      current.duckdb            symlink to the newest release: what everybody opens
      building.duckdb           the next version while a run works on it
      lock                      held by the run that writes

A run copies the current release, changes the copy and publishes it by switching the symlink, so readers never wait
and never see half a load, and a run that dies leaves nothing but a `building.duckdb` that the next run removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from crawler.errors import KnowledgeBaseError, Locked, UsageError
from kb.gates import Limits
from kb.layout import drop_indexes, index_studies
from kb.schema import SCHEMA_VERSION, create_schema, fits

# Files in this format open in DuckDB 1.2 and later; the client's own default would need 2.0.
STORAGE_VERSION = "v1.2.0"
# Extensions are never downloaded behind the user's back: a missing one must fail at once and clearly.
CONFIG: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False}
RELEASES_KEPT = 3
# What DuckDB may hold in memory while a version is made, however large the registry; beyond it, it writes to disk.
BUILD_MEMORY = "3GB"
_ATTACHED = "kb"


class Store:
    """The files of one knowledge base below `root`.

    `keep`: how many releases stay, the current one among them. `limits`: what a new version may lose of the one before.
    """

    def __init__(self, root: Path | str, *, keep: int = RELEASES_KEPT, limits: Limits | None = None) -> None:
        self.root = Path(root)
        self.keep = keep
        self.limits = limits or Limits()
        self.raw = self.root / "raw"
        self.releases = self.root / "releases"
        self.current = self.root / "current.duckdb"
        self.building = self.root / "building.duckdb"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A read-only connection to the published version. Raises UsageError where there is none yet."""
        return connect(self.root)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer. Raises Locked, naming the process that is."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            file = (self.root / "lock").open("a+")
        except OSError as error:
            raise KnowledgeBaseError(f"cannot write in {self.root}: {error.strerror}") from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise Locked(f"{self.root} is being written by {file.read().strip() or 'another process'}") from None
            file.truncate(0)
            file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
            file.flush()
            yield

    @contextlib.contextmanager
    def build(self, *, fresh: bool = False) -> Iterator[Build]:
        """The next version, as a copy of the current one (`fresh`: empty), with every table in place.

        The caller holds the lock. Leaving the block without `publish()` throws the version away.
        """
        self._discard()
        con = duckdb.connect(config=CONFIG)
        try:
            if self.current.exists() and not fresh and not self.outdated():
                shutil.copyfile(self.current, self.building)
                self.building.chmod(0o644)
            con.execute(f"ATTACH '{_escaped(self.building)}' AS {_ATTACHED} (STORAGE_VERSION '{STORAGE_VERSION}')")
            con.execute(f"USE {_ATTACHED}")
            con.execute(f"SET temp_directory = '{_escaped(self.root / 'tmp')}'")
            con.execute(f"SET memory_limit = '{BUILD_MEMORY}'")
            # A checkpoint after every batch would take as long as the batch; what is not published is thrown away.
            con.execute("SET checkpoint_threshold = '512MB'")
            drop_indexes(con)
            create_schema(con)
            yield Build(self, con)
        except (duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException, OSError) as error:
            # A full disk shows in any of these; the published version is untouched.
            raise KnowledgeBaseError(f"cannot write {self.building}: {str(error).splitlines()[0]}") from error
        finally:
            con.close()
            self._discard()

    def release_names(self) -> list[str]:
        """Published versions, oldest first."""
        return sorted(path.name for path in self.releases.glob("trialkb-*.duckdb"))

    def outdated(self) -> bool:
        """The published version has tables of another shape: the next one starts from nothing, out of the archive."""
        with self.connect() as con:
            known = con.execute("SELECT value FROM meta.build WHERE key = 'schema_version'").fetchall()
            return known not in ([], [(SCHEMA_VERSION,)]) or not fits(con)

    def rollback(self, name: str | None = None) -> Path:
        """Make an earlier release the current version again: the one before, or the one named. Gives its path.

        The caller holds the lock. The next run that has something new publishes on top of it.
        Raises UsageError where there is no such release.
        """
        names = self.release_names()
        now = self.current.resolve().name
        if name is None:
            earlier = [found for found in names if found < now]
            if not earlier:
                raise UsageError(f"{self.root} has no release before {now}")
            name = earlier[-1]
        elif name not in names:
            raise UsageError(f"{self.root} has no release {name}: it has {', '.join(names) or 'none'}")
        release = self.releases / name
        _switch(self.current, release)
        _sync(self.root)
        return release

    def _discard(self) -> None:
        for path in (self.building, self.building.with_name(self.building.name + ".wal")):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.root / "tmp", ignore_errors=True)


class Build:
    """The next version while it is being made. `con` is a connection with its schemas in reach."""

    def __init__(self, store: Store, con: duckdb.DuckDBPyConnection) -> None:
        self.store = store
        self.con = con

    def publish(self) -> Path:
        """Make this the current version and give its path. No reader is disturbed; the last few are kept."""
        index_studies(self.con)
        self.con.execute(f"CHECKPOINT {_ATTACHED}")
        self.con.execute("USE memory")
        self.con.execute(f"DETACH {_ATTACHED}")
        building = self.store.building
        # A write-ahead log left beside a file that moves would make the file unopenable.
        if building.with_name(building.name + ".wal").exists():
            raise KnowledgeBaseError(f"{building} was not closed cleanly; the published version is unchanged")
        _sync(building)
        self.store.releases.mkdir(exist_ok=True)
        release = self._free_name()
        building.chmod(0o444)
        building.rename(release)
        _switch(self.store.current, release)
        _sync(self.store.root)
        others = [name for name in self.store.release_names() if name != release.name]
        for name in others[: max(0, len(others) + 1 - self.store.keep)]:
            (self.store.releases / name).unlink()
        return release

    def _free_name(self) -> Path:
        # A second version within one second gets a letter more, and so sorts behind the one before.
        name = f"trialkb-{datetime.now(UTC):%Y%m%dT%H%M%S}Z"
        before = [taken.removesuffix(".duckdb") for taken in self.store.release_names() if taken.startswith(name)]
        return self.store.releases / f"{before[-1] + 'b' if before else name}.duckdb"


def connect(root: Path | str = "kb") -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published version of the knowledge base at `root` (a folder or a file).

    Raises UsageError where nothing has been published yet.
    """
    path = Path(root)
    if path.is_dir() or not path.suffix:
        path = path / "current.duckdb"
    if not path.exists():
        raise UsageError(f"no knowledge base at {root}: make one with 'trialkb refresh --kb {root}' or 'make demo'")
    # The release behind the symlink: a second connection in this process would otherwise share a stale instance.
    try:
        return duckdb.connect(str(path.resolve()), read_only=True, config=CONFIG)
    except duckdb.Error as error:
        raise KnowledgeBaseError(f"cannot open {path}: {str(error).splitlines()[0]}") from error


def _switch(link: Path, target: Path) -> None:
    temporary = link.with_name(link.name + ".new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path(target.parent.name) / target.name)
    temporary.replace(link)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")

"""The raw archive: byte for byte, once each, in order, and never torn."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive import Archive, Entry
from crawler.errors import ArchiveError
from crawler.jsontext import Json


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def put(archive: Archive, body: bytes, **more: Json) -> Entry:
    return archive.put(body, **{"kind": "page", "source": "http://registry.test/studies", "run_id": "run-1", **more})


def body_files(archive: Archive) -> list[Path]:
    return sorted((archive.root / "bodies").rglob("*.zst"))


def test_what_goes_in_comes_out(archive: Archive) -> None:
    body = bytes(range(256)) * 10
    entry = put(archive, body, data_version="2026-02-01T09:00:05", attempts=2)
    assert archive.read(entry.sha256) == body
    again = Archive(archive.root)
    (kept,) = again.entries()
    assert kept == entry
    assert (kept.size, kept.data_version, kept.note) == (2560, "2026-02-01T09:00:05", {"attempts": 2})
    assert kept.received_at.tzinfo is not None


def test_entries_are_in_order_of_arrival(archive: Archive) -> None:
    for number in range(5):
        put(archive, b"%d" % number, run_id=f"run-{number % 2}")
    assert [entry.seq for entry in archive.entries()] == [1, 2, 3, 4, 5]
    assert [entry.seq for entry in archive.entries("run-1")] == [2, 4]
    assert [entry.seq for entry in archive.entries(after=3)] == [4, 5]


def test_identical_bodies_are_stored_once(archive: Archive) -> None:
    put(archive, b"same")
    put(archive, b"same")
    assert len(body_files(archive)) == 1
    assert len(list(archive.entries())) == 2


def test_time_of_arrival_is_the_clients(archive: Archive) -> None:
    moment = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
    assert put(archive, b"x", received_at=moment).received_at == moment


def test_empty_body(archive: Archive) -> None:
    assert archive.read(put(archive, b"").sha256) == b""


def test_unknown_kind_is_a_mistake_of_the_caller(archive: Archive) -> None:
    with pytest.raises(ValueError, match="kind"):
        put(archive, b"x", kind="pages")


# -- damage ----------------------------------------------------------------------------------------------------


def test_sound_archive_verifies(archive: Archive) -> None:
    for number in range(3):
        put(archive, b"body %d" % number)
    assert archive.verify() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"rubbish"),
        lambda path: path.write_bytes(path.read_bytes()[:-3]),
        lambda path: path.write_bytes(path.read_bytes() + b"x"),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
    ],
)
def test_damaged_body_is_named_and_heals_when_it_comes_again(
    archive: Archive, damage: Callable[[Path], object]
) -> None:
    entry = put(archive, b"a body of some length, to be damaged")
    (path,) = body_files(archive)
    damage(path)
    with pytest.raises(ArchiveError, match=path.name):
        archive.read(entry.sha256)
    (problem,) = archive.verify()
    assert path.name in problem
    put(archive, b"a body of some length, to be damaged")
    assert archive.verify() == []


def test_body_of_another_hash(archive: Archive) -> None:
    entry = put(archive, b"one")
    other = put(archive, b"two")
    one, two = (archive.root / "bodies" / e.sha256[:2] / f"{e.sha256}.zst" for e in (entry, other))
    one.write_bytes(two.read_bytes())
    with pytest.raises(ArchiveError, match="another hash"):
        archive.read(entry.sha256)


@pytest.mark.parametrize("torn", [b'{"seq": 3, "run_', b"\0" * 100, b"\0" * 50 + b"\n", b'{"seq": 3}\n', b"\0\r\0\n"])
def test_torn_last_line_is_ignored_and_mended(archive: Archive, torn: bytes) -> None:
    put(archive, b"one")
    put(archive, b"two")
    with archive.journal.open("ab") as journal:
        journal.write(torn)
    mended = Archive(archive.root)
    assert [entry.seq for entry in mended.entries()] == [1, 2]
    assert put(mended, b"three").seq == 3
    assert [entry.seq for entry in Archive(archive.root).entries()] == [1, 2, 3]
    assert mended.verify() == []


def test_reader_ignores_a_line_that_is_being_written(archive: Archive) -> None:
    put(archive, b"one")
    with archive.journal.open("ab") as journal:
        journal.write(b'{"seq": 2')
    assert [entry.seq for entry in archive.entries()] == [1]


def test_damaged_line_in_the_middle_is_named(archive: Archive) -> None:
    for number in range(3):
        put(archive, b"%d" % number)
    lines = archive.journal.read_bytes().splitlines(keepends=True)
    archive.journal.write_bytes(lines[0] + b"#" + lines[1][1:] + lines[2])
    with pytest.raises(ArchiveError, match="line 2"):
        list(Archive(archive.root).entries())
    (problem,) = archive.verify()
    assert "line 2" in problem


def test_missing_line_is_found(archive: Archive) -> None:
    for number in range(3):
        put(archive, b"%d" % number)
    lines = archive.journal.read_bytes().splitlines(keepends=True)
    archive.journal.write_bytes(lines[0] + lines[2])
    assert any("seq 3 where 2 was due" in problem for problem in archive.verify())


# -- the disk and other processes ------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["fsync", "write"])
def test_full_disk_leaves_nothing_torn(archive: Archive, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    put(archive, b"before")
    real = getattr(os, call)

    def full(handle: int, *rest: bytes) -> int:
        if call == "write" and rest:
            real(handle, rest[0][:7])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(ArchiveError, match="No space left"):
            put(archive, b"that does not fit")
    assert list((archive.root / "incoming").iterdir()) == []
    assert put(archive, b"after").seq == 2
    assert [entry.size for entry in archive.entries()] == [6, 5]
    assert archive.verify() == []


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ArchiveError, match="cannot be opened"):
        Archive(tmp_path / "file")


def test_copy_on_read_only_media_can_be_read(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = put(archive, b"kept")

    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)
    copy = Archive(archive.root)
    assert [e.seq for e in copy.entries()] == [1]
    assert copy.read(entry.sha256) == b"kept"
    assert copy.verify() == []
    with pytest.raises(ArchiveError, match="Read-only"):
        put(copy, b"another")


def test_old_rubbish_is_swept_and_young_files_are_left(archive: Archive) -> None:
    old, young = archive.root / "incoming" / "1-old", archive.root / "incoming" / "2-young"
    for path in (old, young):
        path.write_bytes(b"half a bo")
    os.utime(old, (time.time() - 10_000, time.time() - 10_000))
    Archive(archive.root)
    assert not old.exists()
    assert young.exists()


def test_two_archives_on_one_folder_share_the_journal(archive: Archive) -> None:
    other = Archive(archive.root)
    put(archive, b"a")
    put(other, b"b")
    put(archive, b"c")
    assert [entry.seq for entry in archive.entries()] == [1, 2, 3]


WRITER = """
import sys
from pathlib import Path
from crawler.archive import Archive
archive = Archive(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    archive.put(b"%s %d" % (sys.argv[2].encode(), number), kind="page", source="x", run_id=sys.argv[2])
    print(number, flush=True)
"""


def writer(root: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), name, str(count)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )


def test_two_processes_write_at_once(archive: Archive) -> None:
    writers = [writer(archive.root, name, 40) for name in ("a", "b")]
    for process in writers:
        process.communicate(timeout=60)
    assert [process.returncode for process in writers] == [0, 0]
    assert [entry.seq for entry in archive.entries()] == list(range(1, 81))
    assert len(list(archive.entries("a"))) == 40
    assert archive.verify() == []


def test_killed_at_any_moment(archive: Archive) -> None:
    for round_number in range(3):
        process = writer(archive.root, f"r{round_number}", 100_000)
        assert process.stdout is not None
        for _ in range(5 + 7 * round_number):
            said = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kept = list(Archive(archive.root).entries(f"r{round_number}"))
        assert len(kept) >= said + 1
        assert archive.verify() == []

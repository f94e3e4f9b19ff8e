"""Local files into the archive: bounded parts, exact bytes, clear errors."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from crawler import files as module
from crawler.archive import Archive
from crawler.errors import UsageError
from crawler.files import ingest_file
from crawler.records import Record, Unreadable, records
from tests.crawler_fake import study

LINES = b"".join(orjson.dumps(study(number)) + b"\n" for number in range(1, 101))
ALL = [f"NCT{number:08d}" for number in range(1, 101)]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_BYTES", 3000)


def found(archive: Archive, path: Path) -> list[Record | Unreadable]:
    entries = list(ingest_file(path, archive, "run-1"))
    assert all((entry.kind, entry.source) == ("file", path.name) for entry in entries)
    return [item for entry in entries for item in records(archive.read(entry.sha256), entry.kind)]


def ids(items: list[Record | Unreadable]) -> list[str]:
    return [item.nct_id for item in items if isinstance(item, Record)]


def write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for number in range(1, 101):
            target.writestr(f"{number % 100:02d}/NCT{number:08d}.json", orjson.dumps(study(number)))


def write_folder(path: Path) -> None:
    for number in range(1, 101):
        (path / f"{number % 3}").mkdir(parents=True, exist_ok=True)
        (path / f"{number % 3}" / f"NCT{number:08d}.json").write_bytes(orjson.dumps(study(number)))


WRITERS: dict[str, Callable[[Path], object]] = {
    "trials.jsonl": lambda path: path.write_bytes(LINES),
    "trials.ndjson": lambda path: path.write_bytes(LINES.rstrip()),
    "TRIALS.JSONL.GZ": lambda path: path.write_bytes(gzip.compress(LINES)),
    "trials.json": lambda path: path.write_bytes(orjson.dumps([orjson.loads(line) for line in LINES.splitlines()])),
    "page.json.gz": lambda path: path.write_bytes(
        gzip.compress(orjson.dumps({"studies": [orjson.loads(line) for line in LINES.splitlines()]}))
    ),
    "trials.zip": write_zip,
    "trials": write_folder,
}


@pytest.mark.parametrize("name", list(WRITERS))
@pytest.mark.usefixtures("small_parts")
def test_formats(tmp_path: Path, archive: Archive, name: str) -> None:
    WRITERS[name](tmp_path / name)
    assert sorted(ids(found(archive, tmp_path / name))) == ALL


@pytest.mark.usefixtures("small_parts")
def test_parts_are_cut_at_line_ends_and_are_the_file(tmp_path: Path, archive: Archive) -> None:
    (tmp_path / "trials.jsonl").write_bytes(LINES)
    entries = list(ingest_file(tmp_path / "trials.jsonl", archive, "run-1"))
    bodies = [archive.read(entry.sha256) for entry in entries]
    assert len(bodies) > 5
    assert b"".join(bodies) == LINES
    assert all(body.endswith(b"\n") for body in bodies)
    assert [entry.note["part"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[1].note["first_line"] == 1 + bodies[0].count(b"\n")


@pytest.mark.usefixtures("small_parts")
def test_zip_parts_keep_names_and_bytes(tmp_path: Path, archive: Archive) -> None:
    odd = b'{ "protocolSection": {\n "identificationModule": {"nctId": "NCT00000001"}}\n}\n'
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as target:
        target.writestr("01/NCT00000001.json", odd)
    (entry,) = ingest_file(tmp_path / "one.zip", archive, "run-1")
    (tmp_path / "kept.zip").write_bytes(archive.read(entry.sha256))
    with zipfile.ZipFile(tmp_path / "kept.zip") as kept:
        assert kept.read("01/NCT00000001.json") == odd
    assert entry.note["members"] == 1


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("name", list(WRITERS))
def test_same_file_twice_adds_no_bodies(tmp_path: Path, archive: Archive, name: str) -> None:
    WRITERS[name](tmp_path / name)
    first = [entry.sha256 for entry in ingest_file(tmp_path / name, archive, "run-1")]
    second = [entry.sha256 for entry in ingest_file(tmp_path / name, archive, "run-2")]
    assert first == second


def test_line_without_end_is_bounded(tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_BYTES", 1000)
    monkeypatch.setattr(module, "MAX_LINE_BYTES", 5000)
    (tmp_path / "odd.jsonl").write_bytes(LINES + b"x" * 50_000 + b"\n" + orjson.dumps(study(7)))
    items = found(archive, tmp_path / "odd.jsonl")
    assert ids(items) == [*ALL, "NCT00000007"]
    assert sum(len(item.raw) for item in items if isinstance(item, Unreadable)) == 50_000


@pytest.mark.parametrize("name", ["trials.xlsx", "trials", "trials.jsonl.bz2"])
def test_unsupported_formats(tmp_path: Path, archive: Archive, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UsageError, match="no format"):
        list(ingest_file(tmp_path / name, archive, "run-1"))


def test_missing_file_and_empty_folder(tmp_path: Path, archive: Archive) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        list(ingest_file(tmp_path / "none.jsonl", archive, "run-1"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"no \.json files"):
        list(ingest_file(tmp_path / "empty", archive, "run-1"))


@pytest.mark.usefixtures("small_parts")
def test_gzip_cut_short_is_an_error_after_what_is_whole(tmp_path: Path, archive: Archive) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(LINES)[:-20])
    with pytest.raises(UsageError, match="is it complete"):
        list(ingest_file(tmp_path / "cut.jsonl.gz", archive, "run-1"))
    kept = [item for entry in archive.entries() for item in records(archive.read(entry.sha256), "file")]
    assert len(kept) > 50
    assert all(isinstance(item, Record) for item in kept)


@pytest.mark.parametrize("rubbish", [b"", b"PK\x03\x04 and no more", b"not a zip"])
def test_zip_that_is_none(tmp_path: Path, archive: Archive, rubbish: bytes) -> None:
    (tmp_path / "bad.zip").write_bytes(rubbish)
    with pytest.raises(UsageError, match="is it complete"):
        list(ingest_file(tmp_path / "bad.zip", archive, "run-1"))


def test_zip_with_a_damaged_member(tmp_path: Path, archive: Archive) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as target:
        target.writestr("a.json", orjson.dumps(study(1)))
    body = (tmp_path / "bad.zip").read_bytes()
    (tmp_path / "bad.zip").write_bytes(body.replace(b"A trial", b"A tr1al"))
    with pytest.raises(UsageError, match=r"a\.json.*CRC"):
        list(ingest_file(tmp_path / "bad.zip", archive, "run-1"))


def test_zip_with_something_else_in_it(tmp_path: Path, archive: Archive) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as target:
        target.writestr("readme.doc", b"x")
    with pytest.raises(UsageError, match=r"readme\.doc"):
        list(ingest_file(tmp_path / "bad.zip", archive, "run-1"))


def test_broken_document_is_kept_and_comes_out_unreadable(tmp_path: Path, archive: Archive) -> None:
    (tmp_path / "bad.json").write_bytes(b'{"protocolSection": ')
    (item,) = found(archive, tmp_path / "bad.json")
    assert isinstance(item, Unreadable)


@pytest.mark.parametrize("name", ["tri\udcffals.jsonl", "Prüfungen 試験.jsonl"])
def test_odd_file_names(tmp_path: Path, archive: Archive, name: str) -> None:
    path = tmp_path / name
    try:
        path.write_bytes(LINES)
    except (OSError, UnicodeError):
        pytest.skip("this file system does not take the name")
    assert [entry.size for entry in ingest_file(path, archive, "run-1")] == [len(LINES)]
    assert len(list(archive.entries())) == 1


def test_what_desktops_add_to_a_zip_is_no_record(tmp_path: Path, archive: Archive) -> None:
    with zipfile.ZipFile(tmp_path / "trials.zip", "w") as target:
        target.writestr("a/NCT00000001.json", orjson.dumps(study(1)))
        target.writestr("__MACOSX/a/._NCT00000001.json", b"\0\5\x16\7")
        target.writestr("a/.DS_Store", b"\0\0\0\1Bud1")
    assert ids(found(archive, tmp_path / "trials.zip")) == ["NCT00000001"]

"""Local files into the archive, in parts that fit in memory. One reader a format; a new format is a new reader."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from crawler.archive import Archive, Entry
from crawler.errors import UsageError
from crawler.records import MAX_MEMBER_BYTES, Unreadable, member

PART_BYTES = 16 << 20
# A line longer than this is no record (the registry's largest has 3.6 MB): it is cut, and shows up as unreadable.
MAX_LINE_BYTES = 64 << 20
# Members of a zip part carry no time of their own, so that the same files make the same part.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file as it goes into the archive; `note` says which piece."""

    body: bytes = field(repr=False)
    note: dict[str, Any]


Reader = Callable[[Path], Iterator[Part]]


def ingest_file(path: Path, archive: Archive, run_id: str) -> Iterator[Entry]:
    """Put a local file (or a folder of .json files) into the archive as entries of kind `file`, one a part.

    Raises UsageError for a file that is missing, of an unknown format, or damaged; parts before the damage are kept.
    """
    read = reader_for(path)
    source = _legible(path.name or path.resolve().name)
    try:
        for number, part in enumerate(read(path), 1):
            yield archive.put(part.body, kind="file", source=source, run_id=run_id, part=number, **part.note)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise UsageError(f"{path} cannot be read to its end ({error}): is it complete?") from error


def reader_for(path: Path) -> Reader:
    """The reader of a file's format, by its name. Raises UsageError."""
    if path.is_dir():
        return read_folder
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    for suffix, reader in READERS.items():
        if path.name.lower().endswith(suffix):
            return reader
    raise UsageError(f"{path} has no format that is read here: {', '.join(READERS)}, or a folder of .json files")


def read_json(path: Path) -> Iterator[Part]:
    """One JSON document: a study, an array of studies, or a page of the API."""
    if path.stat().st_size > MAX_MEMBER_BYTES:
        raise UsageError(
            f"{path} is too large for one JSON document: write it as JSON lines (.jsonl), one study a line"
        )
    yield Part(path.read_bytes(), {})


def read_json_gz(path: Path) -> Iterator[Part]:
    """One JSON document, gzipped."""
    with gzip.open(path, "rb") as file:
        body = file.read(MAX_MEMBER_BYTES + 1)
    if len(body) > MAX_MEMBER_BYTES:
        raise UsageError(f"{path} is too large for one JSON document: write it as JSON lines, one study a line")
    yield Part(body, {})


def read_lines(path: Path) -> Iterator[Part]:
    """JSON lines."""
    with path.open("rb") as file:
        yield from _line_parts(file)


def read_lines_gz(path: Path) -> Iterator[Part]:
    """JSON lines, gzipped."""
    with gzip.open(path, "rb") as file:
        yield from _line_parts(file)


def _line_parts(file: IO[bytes] | gzip.GzipFile) -> Iterator[Part]:
    """Parts of about PART_BYTES that end at a line's end; `first_line` counts from 1."""
    first_line = 1
    rest = b""
    while True:
        try:
            chunk = file.read(PART_BYTES)
        except (OSError, EOFError, zlib.error):
            # What was whole before the damage is kept before the damage is reported.
            whole = rest[: rest.rfind(b"\n") + 1]
            if whole:
                yield Part(whole, {"first_line": first_line})
            raise
        rest += chunk
        cut = len(rest) if not chunk or len(rest) > MAX_LINE_BYTES else rest.rfind(b"\n") + 1
        body, rest = rest[:cut], rest[cut:]
        if body:
            yield Part(body, {"first_line": first_line})
            first_line += body.count(b"\n")
        if not chunk:
            return


def read_zip(path: Path) -> Iterator[Part]:
    """A zip of .json files: parts are zips themselves (stored, since the archive compresses), bytes and names kept."""
    with zipfile.ZipFile(path) as source:
        infos = [info for info in source.infolist() if not info.is_dir()]
        if not infos:
            raise UsageError(f"{path} is an empty zip")
        yield from zip_parts(_members(path, source, infos))


def _members(path: Path, source: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    for info in infos:
        if info.filename.startswith("__MACOSX/") or Path(info.filename).name.startswith("."):
            # What desktop systems add of their own accord is no record and was never meant to be one.
            continue
        if not info.filename.lower().endswith((".json", ".jsonl", ".ndjson")):
            raise UsageError(f"{path} holds {info.filename!r}: only .json and .jsonl files are read from a zip")
        found = member(source, info, MAX_MEMBER_BYTES)
        if isinstance(found, Unreadable):
            raise UsageError(f"{path}: {found.position} {found.reason}: is the file complete?")
        yield info.filename, found


def read_folder(path: Path) -> Iterator[Part]:
    """A folder of .json files, in the order of their names, folders below it included."""
    files = sorted(file for file in path.rglob("*.json") if file.is_file())
    if not files:
        raise UsageError(f"{path} holds no .json files")
    yield from zip_parts((_legible(file.relative_to(path).as_posix()), file.read_bytes()) for file in files)


def zip_parts(members: Iterator[tuple[str, bytes]]) -> Iterator[Part]:
    """Named members in zips of about PART_BYTES, made so that the same members always give the same bytes."""
    buffer, names = io.BytesIO(), 0
    target = zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)
    for name, body in members:
        target.writestr(zipfile.ZipInfo(name, _NO_TIME), body)
        names += 1
        if buffer.tell() >= PART_BYTES:
            target.close()
            yield Part(buffer.getvalue(), {"members": names})
            buffer, names = io.BytesIO(), 0
            target = zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)
    target.close()
    if names:
        yield Part(buffer.getvalue(), {"members": names})


def _legible(name: str) -> str:
    """A file name may hold bytes that are no text at all; the journal is text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


READERS: dict[str, Reader] = {
    ".jsonl": read_lines,
    ".ndjson": read_lines,
    ".jsonl.gz": read_lines_gz,
    ".ndjson.gz": read_lines_gz,
    ".json": read_json,
    ".json.gz": read_json_gz,
    ".zip": read_zip,
}

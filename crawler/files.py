"""Local files into the archive, in parts that fit in memory. One reader a packing; what is in a part is read later,
by `crawler.readers`."""

from __future__ import annotations

import gzip
import io
import tarfile
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
DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError)
MEMBERS = (".json", ".jsonl", ".ndjson", ".xml", ".csv", ".html", ".htm", ".xhtml", ".txt", ".md")
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
    except DAMAGE as error:
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
    raise UsageError(f"{path} has no format that is read here: {', '.join(READERS)}, or a folder of such files")


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
        if not info.filename.lower().endswith(MEMBERS):
            raise UsageError(f"{path} holds {info.filename!r}: only {', '.join(MEMBERS)} are read from a zip")
        found = member(source, info, MAX_MEMBER_BYTES)
        if isinstance(found, Unreadable):
            raise UsageError(f"{path}: {found.position} {found.reason}: is the file complete?")
        yield info.filename, found


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")


def read_document(path: Path) -> Iterator[Part]:
    """One document of another form: XML, a page, a saved text; gzipped or not."""
    with _opened(path) as file:
        body = file.read(MAX_MEMBER_BYTES + 1)
    if len(body) > MAX_MEMBER_BYTES:
        raise UsageError(f"{path} is larger than {MAX_MEMBER_BYTES >> 20} MB, too large for one document: split it")
    yield Part(body, {})


def read_table(path: Path) -> Iterator[Part]:
    """CSV. A large file is cut between rows, and every part begins with the header, so that it reads by itself."""
    with _opened(path) as file:
        header = file.readline(1 << 20)
        buffer, size, quotes, number = [header], len(header), header.count(b'"'), 0
        while line := file.readline(1 << 20):
            buffer.append(line)
            size += len(line)
            quotes += line.count(b'"')
            whole = size >= PART_BYTES and quotes % 2 == 0 and line.endswith(b"\n")
            # A quote that is never closed must not bring the whole file into memory.
            if whole or size >= MAX_LINE_BYTES:
                number += 1
                yield Part(b"".join(buffer), {"header_repeated": number > 1})
                buffer, size, quotes = [header], len(header), 0
        if len(buffer) > 1 or number == 0:
            yield Part(b"".join(buffer), {"header_repeated": number > 0} if number else {})


def read_tar(path: Path) -> Iterator[Part]:
    """A tar, gzipped or not, of files of any form that is read here: kept as zips, bytes and names as they were."""
    yield from zip_parts(_tarred(path))


def _tarred(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path, "r|*") as source:
        found = False
        for info in source:
            name = Path(info.name).name
            if not info.isfile() or "__MACOSX" in info.name or name.startswith("."):
                # Folders, and links, which may lead anywhere.
                continue
            if not name.lower().endswith(MEMBERS):
                raise UsageError(f"{path} holds {info.name!r}: only {', '.join(MEMBERS)} are read from a tar")
            if info.size > MAX_MEMBER_BYTES:
                raise UsageError(f"{path}: {info.name!r} is larger than {MAX_MEMBER_BYTES >> 20} MB")
            file = source.extractfile(info)
            found = True
            yield _legible(info.name), file.read() if file is not None else b""
        if not found:
            raise UsageError(f"{path} is an empty tar")


def read_folder(path: Path) -> Iterator[Part]:
    """A folder of files, in the order of their names, folders below it included."""
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.name.lower().endswith(MEMBERS))
    if not files:
        raise UsageError(f"{path} holds no .json files, nor others that are read here: {', '.join(MEMBERS)}")
    yield from zip_parts((_legible(file.relative_to(path).as_posix()), file.read_bytes()) for file in files)


def zip_parts(members: Iterator[tuple[str, bytes]]) -> Iterator[Part]:
    """Named members in zips of about PART_BYTES, made so that the same members always give the same bytes."""
    buffer, names = io.BytesIO(), 0
    target = zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)
    damage: Exception | None = None
    while True:
        try:
            name, body = next(members)
        except StopIteration:
            break
        except (*DAMAGE, UsageError) as error:
            # What was whole before the damage is kept before the damage is reported.
            damage = error
            break
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
    if damage is not None:
        raise damage


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
    ".tar": read_tar,
    ".tar.gz": read_tar,
    ".tgz": read_tar,
    ".tar.bz2": read_tar,
    ".tar.xz": read_tar,
    ".xml": read_document,
    ".xml.gz": read_document,
    ".csv": read_table,
    ".csv.gz": read_table,
    ".tsv": read_table,
    ".html": read_document,
    ".htm": read_document,
    ".xhtml": read_document,
    ".html.gz": read_document,
    ".txt": read_document,
    ".md": read_document,
    ".markdown": read_document,
}

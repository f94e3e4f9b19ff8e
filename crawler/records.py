"""From a body to registry records: a page, one study, JSON lines, an array, any form of `crawler.readers`, gzip or
zip of those.

Nothing is dropped: what cannot be read comes out as Unreadable with its bytes and the reason, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from crawler import jsontext
from crawler.jsontext import Json
from crawler.query import is_nct_id
from crawler.readers import reader_of
from crawler.readers.base import SOURCE, Refused
from crawler.readers.registers import is_record_id
from crawler.unpack import Damaged, TooLarge, gunzip

# The registry stamps each record with the data version of the day it was asked for, changed or not: with that
# stamp in the hash every record would be new every night.
VOLATILE_PATHS = (("derivedSection", "miscInfoModule", "versionHolder"),)

RECORD_KINDS = frozenset({"page", "study", "file"})
MAX_PLAIN_BYTES = 1 << 30
MAX_MEMBER_BYTES = 256 << 20

_LIST_START = re.compile(rb'\s*(?:\{\s*"studies"\s*:\s*)?\[')
_BETWEEN = re.compile(r"[\s,]*")
_NEXT_LINE_RECORD = re.compile(r"\n\s*\{")


@dataclass(frozen=True, slots=True)
class Record:
    """One registry record. `json` is compact JSON in the record's own order of keys.

    `content_sha256` is over canonical JSON (sorted keys) without VOLATILE_PATHS. A record that names no registry id
    has the id `pages:` and the first 12 digits of that hash.
    """

    nct_id: str
    data: dict[str, Any] = field(repr=False)
    content_sha256: str
    json: bytes = field(repr=False)

    @property
    def form(self) -> str:
        """How it was written: `json` for the registry's own, else the name of a reader's form."""
        source = self.data.get(SOURCE)
        form = source.get("form") if isinstance(source, dict) else None
        return form if isinstance(form, str) else "json"


READER_FAILED = "the reader failed"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What could not be read as a record: where it stood in the body, its bytes, and why."""

    position: str
    raw: bytes = field(repr=False)
    reason: str


def records(body: bytes, kind: str) -> Iterator[Record | Unreadable]:
    """The records of a body of the archive, in their order, repeated ones included.

    `kind` as in crawler.archive; kinds that hold no present records (`version`, `metadata`, `ids`, `past`, `run`) give
    none.
    """
    if kind not in RECORD_KINDS:
        return
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gunzip(body, MAX_PLAIN_BYTES)
        except (Damaged, TooLarge) as error:
            yield Unreadable("", body, f"gzip cannot be opened: {error}")
            return
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _of_zip(body)
    elif kind == "file":
        yield from _of_form(body)
    else:
        yield from _of_text(body, registry=True)


def _of_form(body: bytes) -> Iterator[Record | Unreadable]:
    """A body in any form that a reader knows; what none knows is JSON, or nothing."""
    read = reader_of(body)
    if read is None:
        yield from _of_text(body, registry=False)
        return
    try:
        for item in read(body):
            if isinstance(item, Refused):
                yield Unreadable(item.position, item.raw, item.reason)
            else:
                yield record(item.data, item.position)
    except Exception as error:  # a damaged body must never stop the others, whatever it holds
        yield Unreadable("the rest", body, f"{READER_FAILED} ({type(error).__name__}: {error}): please report the file")


def record(data: Json, position: str, raw: bytes | None = None, *, registry: bool = False) -> Record | Unreadable:
    """One parsed JSON value as a record. `registry`: it came from a registry, so it must name its id."""
    reason, nct_id = _identified(data, registry)
    if reason is not None:
        return Unreadable(position, raw if raw is not None else orjson.dumps(data), reason)
    try:
        digest = content_sha256(data)
        return Record(nct_id or f"pages:{digest[:12]}", data, digest, orjson.dumps(data))
    except orjson.JSONEncodeError as error:
        return Unreadable(position, raw or b"", f"cannot be written as JSON: {error}")


def content_sha256(data: dict[str, Any]) -> str:
    """Hash of a record's content: the same for the same content, whatever the order of keys or the data version."""
    for path in VOLATILE_PATHS:
        data = _without(data, path)
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without(data: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The object without the value at the path, the original untouched."""
    name, rest = path[0], path[1:]
    if name not in data:
        return data
    if not rest:
        return {key: value for key, value in data.items() if key != name}
    inner = data[name]
    return {**data, name: _without(inner, rest)} if isinstance(inner, dict) else data


def _identified(data: Json, registry: bool) -> tuple[str | None, str | None]:
    """(why it is no record, its id): an id of None with no reason means a record without a registry id."""
    if not isinstance(data, dict):
        return f"a record should be a JSON object, not {_json_type(data)}", None
    protocol = data.get("protocolSection")
    if not isinstance(protocol, dict):
        return f"no protocolSection ({_json_type(protocol)}): not a registry record", None
    identification = protocol.get("identificationModule", {})
    if not isinstance(identification, dict):
        return f"identificationModule is {_json_type(identification)}, not an object", None
    nct_id = identification.get("nctId")
    if nct_id is None:
        return ("no nctId" if registry else None), None
    if not (is_nct_id(nct_id) or (SOURCE in data and isinstance(nct_id, str) and is_record_id(nct_id))):
        return f"malformed nctId {str(nct_id)[:40]!r}", None
    return None, nct_id


def _json_type(value: Json) -> str:
    names = {type(None): "null", bool: "a boolean", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


# -- texts -----------------------------------------------------------------------------------------------------


def _of_text(body: bytes, registry: bool) -> Iterator[Record | Unreadable]:
    try:
        data = jsontext.load(body)
    except ValueError as error:
        start = _LIST_START.match(body)
        if start is not None:
            yield from _of_broken_list(body, start.end(), registry)
        elif registry:
            yield Unreadable("", body, f"not JSON: {error}")
        else:
            yield from _of_lines(body, error)
        return
    if isinstance(data, dict) and isinstance(data.get("studies"), list):
        data = data["studies"]
    elif isinstance(data, dict) and isinstance(data.get("study"), dict) and "protocolSection" not in data:
        data = data["study"]  # an answer of the registry's internal history
    if isinstance(data, list):
        for number, study in enumerate(data):
            yield record(study, f"[{number}]", registry=registry)
    else:
        yield record(data, "", body, registry=registry)


def _of_lines(body: bytes, whole_error: ValueError) -> Iterator[Record | Unreadable]:
    """JSON lines. A body of which no line is JSON is one broken document, not a thousand broken lines."""
    found = False
    broken: list[Unreadable] = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            data = jsontext.load(line)
        except ValueError as error:
            failure = Unreadable(f"line {number}", line, f"not JSON: {error}")
            if found:
                yield failure
            else:
                broken.append(failure)
            continue
        if not found:
            yield from broken
            found = True
        yield record(data, f"line {number}", line)
    if not found and broken:
        yield broken[0] if len(broken) == 1 else Unreadable("", body, f"not JSON: {whole_error}")


def _of_broken_list(body: bytes, start: int, registry: bool) -> Iterator[Record | Unreadable]:
    """A page or an array that is not JSON as a whole: its sound records one by one, what is between as unreadable.

    The registry writes each study on a line of its own, so reading resumes at the next line that opens an object.
    """
    text = body.decode("utf-8", "surrogateescape")
    at = len(body[:start].decode("utf-8", "surrogateescape"))
    decoder = json.JSONDecoder()
    number = 0
    while True:
        at = _match_end(_BETWEEN, text, at)
        if at >= len(text):
            yield Unreadable(f"[{number}]", b"", "the list ends in the middle")
            return
        if text[at] == "]":
            return
        try:
            _, end = decoder.raw_decode(text, at)
            problem = "not JSON"
        except (ValueError, RecursionError) as error:
            resumed = _NEXT_LINE_RECORD.search(text, at + 1)
            end = resumed.start() if resumed else len(text)
            problem = f"not JSON: {error}"
        raw = text[at:end].encode("utf-8", "surrogateescape")
        try:
            yield record(jsontext.load(raw), f"[{number}]", raw, registry=registry)
        except ValueError as error:
            yield Unreadable(f"[{number}]", raw, problem if problem != "not JSON" else f"not JSON: {error}")
        number += 1
        at = end


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


# -- zip -------------------------------------------------------------------------------------------------------


def _of_zip(body: bytes) -> Iterator[Record | Unreadable]:
    """Every .json or .jsonl member; the position names it. Members are opened one at a time, within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            left = MAX_PLAIN_BYTES
            for info in archive.infolist():
                if info.is_dir():
                    continue
                found = member(archive, info, min(left, MAX_MEMBER_BYTES))
                if isinstance(found, Unreadable):
                    yield found
                    continue
                left -= len(found)
                for item in _of_form(found):
                    yield _within(info.filename, item)
    except zipfile.BadZipFile as error:
        yield Unreadable("", body, f"zip cannot be opened: {error}")


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes | Unreadable:
    """The bytes of one member of a zip, CRC checked, at most `limit` of them."""
    if info.file_size > limit:
        return Unreadable(info.filename, b"", f"larger than {limit:,} bytes")
    try:
        with archive.open(info) as file:
            found = file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        return Unreadable(info.filename, b"", f"cannot be unpacked: {error}")
    if len(found) > limit:
        return Unreadable(info.filename, b"", f"larger than {limit:,} bytes")
    return found


def _within(name: str, item: Record | Unreadable) -> Record | Unreadable:
    if isinstance(item, Record):
        return item
    return Unreadable(f"{name} {item.position}".rstrip(), item.raw, item.reason)

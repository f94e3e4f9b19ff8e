"""Records from files: JSON, JSON lines, either of them compressed, or a folder of them."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from crawler.errors import UsageError
from crawler.replica.values import Json

NCT_ID = re.compile(r"NCT\d{8}")
Source = str | Path | Mapping[str, Any]


def read_records(sources: Source | Iterable[Source]) -> Iterator[dict[str, Any]]:
    """The records of some dicts or of some files. Raises UsageError for a file that is missing or no JSON."""
    if isinstance(sources, str | Path | Mapping):
        sources = [sources]
    for source in sources:
        if isinstance(source, Mapping):
            yield dict(source)
        else:
            yield from read_path(Path(source))


def read_path(path: Path) -> Iterator[dict[str, Any]]:
    """The records of one file or of every JSON file below a folder, in the order of their names."""
    try:
        yield from _read_path(path)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from None


def _read_path(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_dir():
        for child in sorted(path.rglob("*.json*")):
            yield from _read_path(child)
    elif not path.is_file():
        raise UsageError(f"{path}: no such file or folder of records")
    elif ".jsonl" in path.name or ".ndjson" in path.name:
        yield from _read_lines(path)
    else:
        yield from _records_in(_parse(_read_bytes(path), str(path)), str(path))


def nct_id_of(record: Mapping[str, Any]) -> str:
    """The registry id of a record. Raises UsageError if it has none."""
    try:
        nct_id = record["protocolSection"]["identificationModule"]["nctId"]
    except (KeyError, TypeError):
        nct_id = None
    if not isinstance(nct_id, str) or not NCT_ID.fullmatch(nct_id):
        raise UsageError(f"a record has no registry id (protocolSection.identificationModule.nctId is {nct_id!r})")
    return nct_id


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield from _records_in(_parse(line, f"{path}:{number}"), f"{path}:{number}")


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _read_bytes(path: Path) -> bytes:
    with _opened(path) as file:
        return file.read()


def _parse(data: bytes, where: str) -> Json:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{where}: not JSON ({error})") from None


def _records_in(value: Json, where: str) -> Iterator[dict[str, Any]]:
    """One record, a list of records, or a page of the registry (`{"studies": [...]}`)."""
    if isinstance(value, dict) and isinstance(value.get("studies"), list):
        value = value["studies"]
    for record in value if isinstance(value, list) else [value]:
        if not isinstance(record, dict):
            raise UsageError(f"{where}: not a record but {type(record).__name__}")
        yield record

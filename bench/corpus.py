"""A corpus of any size: the records at hand, again and again under new ids."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Iterator
from pathlib import Path

import orjson

from crawler.sample import sample_records

PART_BYTES = 16 << 20


def read_records(path: Path | None) -> list[bytes]:
    """Records as JSON, one each: of a .jsonl(.gz) file, or of the bundled sample."""
    if path is None:
        return [orjson.dumps(orjson.loads(file.read_bytes())) for file in sample_records()]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        return [line.strip() for line in file if line.strip()]


def renumbered(records: list[bytes], count: int) -> Iterator[bytes]:
    """`count` records under the ids NCT00000001, NCT00000002 …"""
    ids = [str(orjson.loads(record)["protocolSection"]["identificationModule"]["nctId"]).encode() for record in records]
    originals = itertools.cycle(zip(records, ids, strict=True))
    for number, (record, nct_id) in enumerate(itertools.islice(originals, count), start=1):
        yield record.replace(nct_id, b"NCT%08d" % number)


def parts(records: Iterator[bytes]) -> Iterator[bytes]:
    """The records as JSON lines in parts of about 16 MB, as `ingest` cuts a large file."""
    lines: list[bytes] = []
    size = 0
    for record in records:
        lines.append(record)
        size += len(record) + 1
        if size >= PART_BYTES:
            yield b"\n".join(lines)
            lines, size = [], 0
    if lines:
        yield b"\n".join(lines)

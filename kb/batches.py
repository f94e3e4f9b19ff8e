"""Records on their way from the archive into the knowledge base, in batches of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from crawler.archive import Archive, Entry
from crawler.readers import RANKS
from crawler.records import Record, Unreadable, records
from kb.schema import tables

# Planning the statements of a batch takes a quarter of a second, however few its records.
BATCH_RECORDS = 5_000
BATCH_BYTES = 96 << 20

_RECORDS = pa.schema(
    [
        ("place", pa.int32()),
        ("nct_id", pa.string()),
        ("json", pa.large_string()),
        ("content_sha256", pa.string()),
        ("body_sha256", pa.string()),
        ("record_no", pa.int32()),
        ("received_at", pa.timestamp("us")),
        ("data_version", pa.string()),
        ("form", pa.string()),
        ("form_rank", pa.int32()),
    ]
)


class Arrived(NamedTuple):
    """A record without its parsed form, which would take ten times the memory of its text."""

    entry: Entry
    record_no: int
    nct_id: str
    json: bytes
    content_sha256: str
    form: str


@dataclass(slots=True)
class Batch:
    """Records and what could not be read, in the order of their arrival."""

    records: list[Arrived] = field(default_factory=list)
    unreadable: list[tuple[Entry, int, Unreadable]] = field(default_factory=list)
    size: int = 0

    def add(self, entry: Entry, record_no: int, item: Record | Unreadable) -> None:
        """Add what stands at place `record_no` (from 1) of an entry's body."""
        if isinstance(item, Unreadable):
            self.unreadable.append((entry, record_no, item))
            self.size += len(item.raw)
        else:
            self.records.append(Arrived(entry, record_no, item.nct_id, item.json, item.content_sha256, item.form))
            self.size += len(item.json)

    @property
    def full(self) -> bool:
        """As large as a transaction should be."""
        return len(self.records) + len(self.unreadable) >= BATCH_RECORDS or self.size >= BATCH_BYTES

    def record_table(self) -> pa.Table:
        """The records; `place` counts from 0."""
        columns = {
            "place": range(len(self.records)),
            "nct_id": [item.nct_id for item in self.records],
            # Bytes looked at as text: what was parsed as JSON is UTF-8, and to decode it takes as long as a table.
            "json": pa.array([item.json for item in self.records], pa.large_binary()).view(pa.large_string()),
            "content_sha256": [item.content_sha256 for item in self.records],
            "body_sha256": [item.entry.sha256 for item in self.records],
            "record_no": [item.record_no for item in self.records],
            "received_at": [_naive(item.entry.received_at) for item in self.records],
            "data_version": [item.entry.data_version for item in self.records],
            "form": [item.form for item in self.records],
            "form_rank": [RANKS.get(item.form, 1) for item in self.records],
        }
        return pa.table(columns, schema=_RECORDS)

    def dead_letter_table(self) -> pa.Table:
        """What could not be read, as rows of `meta.dead_letters`."""
        schema = tables("meta")["dead_letters"].arrow_schema
        rows = [
            (entry.run_id, entry.source, entry.sha256, number, item.position, item.reason, item.raw)
            for entry, number, item in self.unreadable
        ]
        return pa.table(
            [pa.array(values, f.type) for values, f in zip(zip(*rows, strict=True), schema, strict=True)], schema=schema
        )


def batches(archive: Archive, entries: Iterable[Entry]) -> Iterator[Batch]:
    """The records of archive entries, each batch read while the one before it is being loaded.

    Raises ArchiveError where a body is missing or damaged.
    """
    reading = _read(archive, entries)
    with ThreadPoolExecutor(max_workers=1) as reader:
        # DuckDB lets go of the interpreter while it works, so one thread is enough to keep both busy.
        waiting = reader.submit(next, reading, None)
        while (batch := waiting.result()) is not None:
            waiting = reader.submit(next, reading, None)
            yield batch


def _read(archive: Archive, entries: Iterable[Entry]) -> Iterator[Batch]:
    batch = Batch()
    for entry in entries:
        for record_no, item in enumerate(records(archive.read(entry.sha256), entry.kind), start=1):
            batch.add(entry, record_no, item)
            if batch.full:
                yield batch
                batch = Batch()
    if batch.size or batch.unreadable:
        yield batch


def _naive(moment: datetime) -> datetime:
    # Times are UTC throughout; DuckDB's TIMESTAMP has no zone.
    return moment.replace(tzinfo=None)

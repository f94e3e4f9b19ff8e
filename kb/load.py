"""From the raw archive to `ctgov` and `history`: records in batches, each batch in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import pyarrow as pa

from crawler.archive import Archive, Entry
from crawler.records import Record, Unreadable, records
from kb.mapping import STUDY_NUMBER, insert_statement, structure
from kb.schema import tables

BATCH_RECORDS = 2_000
BATCH_BYTES = 64 << 20

Progress = Callable[[int], None]


@dataclass(slots=True)
class LoadCounts:
    """What a load did, in records."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0

    def add(self, other: LoadCounts) -> None:
        """Add another load's counts to these."""
        self.seen += other.seen
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.failed += other.failed


@dataclass(slots=True)
class _Batch:
    """Records on their way in, as columns."""

    nct_id: list[str] = field(default_factory=list)
    json: list[str] = field(default_factory=list)
    content_sha256: list[str] = field(default_factory=list)
    body_sha256: list[str] = field(default_factory=list)
    record_no: list[int] = field(default_factory=list)
    received_at: list[datetime] = field(default_factory=list)
    data_version: list[str | None] = field(default_factory=list)
    size: int = 0

    def add(self, record: Record, record_no: int, entry: Entry) -> None:
        self.nct_id.append(record.nct_id)
        self.json.append(record.json.decode())
        self.content_sha256.append(record.content_sha256)
        self.body_sha256.append(entry.sha256)
        self.record_no.append(record_no)
        self.received_at.append(entry.received_at.replace(tzinfo=None))
        self.data_version.append(entry.data_version)
        self.size += len(record.json)

    @property
    def full(self) -> bool:
        return len(self.nct_id) >= BATCH_RECORDS or self.size >= BATCH_BYTES

    def table(self) -> pa.Table:
        columns = {name: getattr(self, name) for name in _INCOMING.names if name != "place"}
        return pa.table({"place": range(len(self.nct_id)), **columns}, schema=_INCOMING)


_INCOMING = pa.schema(
    [
        ("place", pa.int32()),
        ("nct_id", pa.string()),
        ("json", pa.large_string()),
        ("content_sha256", pa.string()),
        ("body_sha256", pa.string()),
        ("record_no", pa.int32()),
        ("received_at", pa.timestamp("us")),
        ("data_version", pa.string()),
    ]
)


def load_entries(
    con: duckdb.DuckDBPyConnection, archive: Archive, entries: Iterable[Entry], progress: Progress | None = None
) -> LoadCounts:
    """Load the records of archive entries, in their order; a later copy of a study replaces an earlier one.

    Idempotent: a record whose content is already there only moves its `last_seen`. What cannot be read goes to
    `meta.dead_letters` and does not stop the rest. The temporary table `arrivals` then holds the ids that came and
    when. `progress` is told the number of records of each batch.
    Raises ArchiveError where a body is missing or damaged.
    """
    counts = LoadCounts()
    batch = _Batch()
    con.execute("CREATE OR REPLACE TEMP TABLE arrivals (nct_id VARCHAR, received_at TIMESTAMP)")
    for entry in entries:
        for record_no, item in enumerate(records(archive.read(entry.sha256), entry.kind), start=1):
            counts.seen += 1
            if isinstance(item, Unreadable):
                counts.failed += 1
                _keep_dead_letter(con, entry, record_no, item)
                continue
            batch.add(item, record_no, entry)
            if batch.full:
                counts.add(_load_batch(con, batch))
                if progress:
                    progress(len(batch.nct_id))
                batch = _Batch()
    if batch.nct_id:
        counts.add(_load_batch(con, batch))
        if progress:
            progress(len(batch.nct_id))
    return counts


def _keep_dead_letter(con: duckdb.DuckDBPyConnection, entry: Entry, record_no: int, item: Unreadable) -> None:
    con.execute(
        "DELETE FROM meta.dead_letters WHERE run_id = ? AND body_sha256 = ? AND record_no = ?",
        [entry.run_id, entry.sha256, record_no],
    )
    con.execute(
        "INSERT INTO meta.dead_letters VALUES (?, ?, ?, ?, ?, ?, ?)",
        [entry.run_id, entry.source, entry.sha256, record_no, item.position, item.reason, item.raw],
    )


def _load_batch(con: duckdb.DuckDBPyConnection, batch: _Batch) -> LoadCounts:
    with transaction(con):
        con.register("arrived", batch.table())
        con.execute(_SORT_OUT.format(study_number=STUDY_NUMBER))
        con.unregister("arrived")
        counts = _count(con)
        con.execute("INSERT INTO arrivals SELECT nct_id, received_at FROM incoming")
        con.execute(_SEEN_AGAIN)
        if counts.new or counts.changed:
            con.execute(_NEW_VERSIONS)
            con.execute("DELETE FROM history.removed_studies WHERE nct_id IN (SELECT nct_id FROM fresh)")
            _replace_studies(con, any_known=counts.changed > 0)
    return counts


def _count(con: duckdb.DuckDBPyConnection) -> LoadCounts:
    new, changed, unchanged = con.execute(
        "SELECT count(*) FILTER (known IS NULL), count(*) FILTER (known <> content_sha256 OR removed), "
        "count(*) FILTER (known = content_sha256 AND NOT removed) FROM incoming"
    ).fetchall()[0]
    return LoadCounts(new=new, changed=changed, unchanged=unchanged)


def _replace_studies(con: duckdb.DuckDBPyConnection, *, any_known: bool) -> None:
    if any_known:
        forget_studies(con, "SELECT nct_id FROM fresh")
    con.execute("CREATE OR REPLACE TEMP TABLE staged AS " + _STAGE, [structure()])
    for table in tables("ctgov").values():
        con.execute(insert_statement(table))


def forget_studies(con: duckdb.DuckDBPyConnection, ids_sql: str) -> None:
    """Delete every row of `ctgov` and `extracted` of the studies that `ids_sql` selects."""
    for schema in ("ctgov", "extracted"):
        for table in tables(schema).values():
            con.execute(f"DELETE FROM {table.full_name} WHERE nct_id IN ({ids_sql})")


class transaction:
    """`with transaction(con):` commits at the end, rolls back on any error."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def __enter__(self) -> None:
        self.con.execute("BEGIN")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.con.execute("COMMIT" if kind is None else "ROLLBACK")


# The last copy of each study in the batch, beside the version that is known. `fresh` is what has to be loaded.
_SORT_OUT = """
CREATE OR REPLACE TEMP TABLE incoming AS
WITH last_copy AS (SELECT * FROM arrived QUALIFY row_number() OVER (PARTITION BY nct_id ORDER BY place DESC) = 1),
known AS (
    SELECT nct_id, max(version_no) AS version_no, arg_max(content_sha256, version_no) AS known,
           arg_max(last_update_posted, version_no) AS known_update,
           arg_max(change_kind, version_no) = 'removed' AS removed
    FROM history.study_versions WHERE nct_id IN (SELECT nct_id FROM last_copy) GROUP BY nct_id)
SELECT last_copy.*, {study_number} AS study_number, known.version_no, known.known, known.known_update,
       coalesce(known.removed, false) AS removed
FROM last_copy LEFT JOIN known USING (nct_id) ORDER BY place;
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT *, registry_date(json ->> '$.protocolSection.statusModule.lastUpdatePostDateStruct.date') AS posted
FROM incoming WHERE known IS NULL OR known <> content_sha256 OR removed ORDER BY place;
"""

_SEEN_AGAIN = """
UPDATE history.study_versions AS v SET last_seen = greatest(v.last_seen, i.received_at)
FROM incoming AS i
WHERE v.nct_id = i.nct_id AND v.version_no = i.version_no AND i.known = i.content_sha256 AND NOT i.removed
"""

# Whatever the sponsor changes is posted, and the posting date moves; what changes without it, the registry did.
_NEW_VERSIONS = """
INSERT INTO history.study_versions
SELECT nct_id, coalesce(version_no, 0) + 1, received_at, received_at, data_version, posted, content_sha256,
       CASE WHEN known IS NULL THEN 'new' WHEN removed THEN 'restored'
            WHEN posted IS DISTINCT FROM known_update THEN 'sponsor' ELSE 'registry' END,
       body_sha256, record_no
FROM fresh ORDER BY place
"""

_STAGE = "SELECT nct_id, study_number, json_transform(json::JSON, ?) AS record FROM fresh ORDER BY place"

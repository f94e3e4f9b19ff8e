"""From the raw archive to `ctgov` and `history`: records in batches, each batch in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

from crawler.archive import Archive, Entry
from kb.batches import Batch, batches
from kb.changes import note_changes
from kb.mapping import STUDY_NUMBER, insert_statement, structure
from kb.origin import KNOWN_RANK, note_origin, pass_over
from kb.schema import tables

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


def load_entries(
    con: duckdb.DuckDBPyConnection, archive: Archive, entries: Iterable[Entry], progress: Progress | None = None
) -> LoadCounts:
    """Load the records of archive entries, in their order; a later copy of a study replaces an earlier one.

    Idempotent: a record whose content is already there only moves its `last_seen`. What cannot be read goes to
    `meta.dead_letters` and does not stop the rest. The temporary table `arrivals` then holds the ids that came and
    when, and `loaded` the versions that are new here. `progress` is told the number of records of each batch.
    Raises ArchiveError where a body is missing or damaged.
    """
    counts = LoadCounts()
    con.execute("CREATE OR REPLACE TEMP TABLE arrivals (nct_id VARCHAR, received_at TIMESTAMP)")
    con.execute("CREATE OR REPLACE TEMP TABLE loaded (nct_id VARCHAR, version_no INTEGER)")
    for batch in batches(archive, entries):
        with transaction(con):
            _keep_dead_letters(con, batch)
            counts.add(_load_records(con, archive, batch))
        counts.seen += len(batch.records) + len(batch.unreadable)
        counts.failed += len(batch.unreadable)
        if progress:
            progress(len(batch.records))
    return counts


def _keep_dead_letters(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    if batch.unreadable:
        key = "run_id, body_sha256, record_no"
        con.register("unreadable", batch.dead_letter_table())
        con.execute(f"DELETE FROM meta.dead_letters WHERE ({key}) IN (SELECT ({key}) FROM unreadable)")
        con.execute("INSERT INTO meta.dead_letters SELECT * FROM unreadable")
        con.unregister("unreadable")


def _load_records(con: duckdb.DuckDBPyConnection, archive: Archive, batch: Batch) -> LoadCounts:
    con.register("arrived", batch.record_table())
    con.execute(KNOWN_RANK)
    con.execute(_SORT_OUT.format(study_number=STUDY_NUMBER))
    pass_over(con)
    counts = _count(con)
    con.execute("INSERT INTO arrivals SELECT nct_id, received_at FROM incoming")
    con.execute(_SEEN_AGAIN)
    if counts.new or counts.changed:
        con.execute("CREATE OR REPLACE TEMP TABLE staged AS " + _STAGE, [structure()])
        con.execute(_NEW_VERSIONS)
        con.execute("INSERT INTO loaded SELECT nct_id, coalesce(version_no, 0) + 1 FROM fresh")
        if counts.changed:
            note_changes(con, archive)
        con.execute("DELETE FROM history.removed_studies WHERE nct_id IN (SELECT nct_id FROM fresh)")
        _replace_studies(con, any_known=counts.changed > 0)
        note_origin(con)
    con.unregister("arrived")
    return counts


def _count(con: duckdb.DuckDBPyConnection) -> LoadCounts:
    new, changed, unchanged = con.execute(
        "SELECT count(*) FILTER (known IS NULL), "
        "count(*) FILTER (known IS NOT NULL AND (known <> content_sha256 OR removed) AND NOT outranked), "
        "count(*) FILTER (known = content_sha256 AND NOT removed OR outranked) FROM incoming"
    ).fetchall()[0]
    return LoadCounts(new=new, changed=changed, unchanged=unchanged)


def _replace_studies(con: duckdb.DuckDBPyConnection, *, any_known: bool) -> None:
    if any_known:
        forget_studies(con, "SELECT nct_id FROM fresh")
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
# The records themselves stay in `arrived` until they are staged: they are large, and most nights few are fresh.
_SORT_OUT = """
CREATE OR REPLACE TEMP TABLE incoming AS
WITH last_copy AS (
    SELECT * EXCLUDE (json) FROM arrived
    QUALIFY row_number() OVER (PARTITION BY nct_id ORDER BY form_rank, place DESC) = 1),
known AS (
    SELECT nct_id, max(version_no) AS version_no, arg_max(content_sha256, version_no) AS known,
           arg_max(change_kind, version_no) = 'removed' AS removed
    FROM history.study_versions WHERE nct_id IN (SELECT nct_id FROM last_copy) GROUP BY nct_id)
SELECT last_copy.*, {study_number} AS study_number, known.version_no, known.known,
       coalesce(known.removed, false) AS removed,
       coalesce(form_rank > known_rank.rank AND NOT known.removed, false) AS outranked
FROM last_copy LEFT JOIN known USING (nct_id) LEFT JOIN known_rank USING (nct_id) ORDER BY place;
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT * FROM incoming WHERE NOT outranked AND (known IS NULL OR known <> content_sha256 OR removed) ORDER BY place;
"""

_STAGE = """
SELECT fresh.nct_id, fresh.study_number, json_transform(arrived.json, ?) AS record
FROM arrived JOIN fresh USING (place)
"""

_SEEN_AGAIN = """
UPDATE history.study_versions AS v SET last_seen = greatest(v.last_seen, i.received_at)
FROM incoming AS i
WHERE v.nct_id = i.nct_id AND v.version_no = i.version_no AND i.known = i.content_sha256 AND NOT i.removed
"""

# Whose change it was is decided from the differences, by `note_changes`.
_NEW_VERSIONS = """
INSERT INTO history.study_versions
WITH dated AS (
    SELECT fresh.*, registry_date(record.protocolSection.statusModule.lastUpdatePostDateStruct.date) AS posted
    FROM fresh JOIN staged USING (nct_id))
SELECT nct_id, coalesce(version_no, 0) + 1, received_at, received_at, data_version, posted, content_sha256,
       CASE WHEN known IS NULL THEN 'new' WHEN removed THEN 'restored' ELSE 'sponsor' END,
       body_sha256, record_no
FROM dated ORDER BY place
"""

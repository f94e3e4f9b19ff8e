"""The registry's own past versions among those that were observed, in the order of their dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import duckdb
import pyarrow as pa

from crawler.archive import Archive, Entry
from crawler.received import post_date_of
from crawler.records import Record, records
from kb.changes import change_kind, differences, fetch_records, write_changes


@dataclass(slots=True)
class _Version:
    """A version with its content: `version_no` is None if it is not in the history yet; a removal has no content."""

    version_no: int | None
    kind: str
    when: datetime | None
    data: dict[str, Any] | None = field(repr=False)
    content_sha256: str | None = None
    body_sha256: str | None = None


def merge_past(con: duckdb.DuckDBPyConnection, archive: Archive, entries: Iterable[Entry]) -> None:
    """Put imported versions into `history`, before, between and never after what was observed.

    A version that was observed too stays as it was observed. Versions are numbered anew, and compared anew with the
    one that is now before them; those that changed are added to the temporary table `loaded`.
    """
    by_study: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.note.get("number") is not None:
            by_study.setdefault(str(entry.note["nct_id"]), []).append(entry)
    for nct_id, found in by_study.items():
        past = [_read(con, archive, entry) for entry in sorted(found, key=lambda entry: int(entry.note["number"]))]
        observed = _observed(con, archive, nct_id)
        merged = merge(observed, [version for version in past if version is not None])
        if len(merged) > len(observed):
            _write(con, nct_id, merged)


def merge(observed: list[_Version], past: list[_Version]) -> list[_Version]:
    """Both in one order. A past version goes before the first observed one that is the same as a later past one."""
    same = _matches(observed, past)
    merged = list(observed)
    for number, version in enumerate(past):
        if number in same:
            continue
        later = [place for match, place in same.items() if match > number]
        if later:
            anchor = observed[min(later)]
        elif not same and observed and version.when and observed[0].when and version.when < observed[0].when:
            anchor = observed[0]
        else:
            continue  # newer than what we hold: the next refresh brings it
        merged.insert(next(place for place, item in enumerate(merged) if item is anchor), version)
    return merged


def _matches(observed: list[_Version], past: list[_Version]) -> dict[int, int]:
    """Past version -> the first observed one that is the same; from the newest back, since a sponsor may go back."""
    found: dict[int, int] = {}
    newest = len(past) - 1
    for place in range(len(observed) - 1, -1, -1):
        for number in range(newest, -1, -1):
            if _same(observed[place], past[number]):
                found[number] = place
                newest = number
                break
    return found


def _same(one: _Version, other: _Version) -> bool:
    if one.data is None or other.data is None:
        return False
    if one.content_sha256 == other.content_sha256:
        return True
    return change_kind(differences(other.data, one.data)) == "registry"


def _read(con: duckdb.DuckDBPyConnection, archive: Archive, entry: Entry) -> _Version | None:
    """A version from its body; one that cannot be read goes to `meta.dead_letters`."""
    for item in records(archive.read(entry.sha256), "file"):
        if isinstance(item, Record) and item.nct_id == entry.note["nct_id"]:
            when = _midnight(entry.note.get("date")) or _midnight(post_date_of(item.data))
            return _Version(None, "", when, item.data, item.content_sha256, entry.sha256)
        reason = "another study" if isinstance(item, Record) else item.reason
        row = [entry.run_id, entry.source, entry.sha256, 1, "", reason, archive.read(entry.sha256)]
        con.execute("INSERT INTO meta.dead_letters VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return None


def _observed(con: duckdb.DuckDBPyConnection, archive: Archive, nct_id: str) -> list[_Version]:
    sql = (
        "SELECT version_no, change_kind, first_seen, content_sha256, body_sha256, record_no "
        "FROM history.study_versions WHERE nct_id = ? ORDER BY version_no"
    )
    rows = con.execute(sql, [nct_id]).fetchall()
    wanted: dict[str, set[int]] = {}
    for *_, body, record_no in rows:
        if body is not None:
            wanted.setdefault(body, set()).add(record_no)
    found = fetch_records(archive, wanted)
    return [
        _Version(version_no, kind, when, found.get((body, record_no)), content, body)
        for version_no, kind, when, content, body, record_no in rows
    ]


def _write(con: duckdb.DuckDBPyConnection, nct_id: str, merged: list[_Version]) -> None:
    _renumber(con, nct_id, merged)
    rows = []
    kinds = []
    before: _Version | None = None
    for number, version in enumerate(merged, start=1):
        follows_new = before is not None and before.version_no is None
        if version.data is None:
            continue
        if version.version_no is None or follows_new:
            changes = differences(before.data, version.data) if before and before.data else []
            kind = change_kind(changes) if before else "new"
            kinds.append((nct_id, number, "restored" if version.kind == "restored" else kind))
            rows += [(nct_id, number, change.path, change.old, change.new) for change in changes]
        if version.version_no is None:
            _insert(con, nct_id, number, version)
        before = version
    for table in ("study_changes", "fact_changes"):
        con.executemany(
            f"DELETE FROM history.{table} WHERE nct_id = ? AND version_no = ?", [[nct_id, n] for _, n, _ in kinds]
        )
    write_changes(con, rows, kinds)
    con.executemany("INSERT INTO loaded VALUES (?, ?)", [[nct_id, number] for _, number, _ in kinds])


def _renumber(con: duckdb.DuckDBPyConnection, nct_id: str, merged: list[_Version]) -> None:
    moved = [(version.version_no, number) for number, version in enumerate(merged, start=1) if version.version_no]
    con.register("moved", pa.table({"old_no": [old for old, _ in moved], "new_no": [new for _, new in moved]}))
    columns = {"study_versions": "version_no", "study_changes": "version_no", "fact_changes": "version_no"}
    for table, column in {**columns, "removed_studies": "last_version_no"}.items():
        con.execute(
            f"UPDATE history.{table} SET {column} = m.new_no FROM moved AS m "
            f"WHERE {table}.nct_id = ? AND {table}.{column} = m.old_no",
            [nct_id],
        )
    con.unregister("moved")


def _insert(con: duckdb.DuckDBPyConnection, nct_id: str, number: int, version: _Version) -> None:
    posted = _midnight(post_date_of(version.data))
    row = [nct_id, number, version.when, version.when, posted, version.content_sha256, version.body_sha256]
    con.execute(
        "INSERT INTO history.study_versions VALUES (?, ?, ?, ?, NULL, CAST(? AS DATE), ?, 'sponsor', ?, 1)", row
    )


def _midnight(day: object) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(str(day)[:10]), time()) if day else None
    except ValueError:
        return None

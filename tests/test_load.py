"""Loading: every record once, nothing lost, nothing stopped by a bad one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crawler.archive import Archive, Entry
from kb.load import load_entries
from kb.schema import create_schema, tables
from tests.records import Json, dosed, record


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        create_schema(con)
        yield con


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "raw")


def arrive(archive: Archive, *records: Json | str, day: int = 1) -> Entry:
    lines = [item if isinstance(item, str) else json.dumps(item) for item in records]
    at = datetime(2026, 10, day, tzinfo=UTC)
    return archive.put("\n".join(lines).encode(), kind="file", source="test", run_id=f"run{day}", received_at=at)


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def test_a_record_fills_the_tables(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    counts = load_entries(con, archive, [arrive(archive, dosed())])
    assert (counts.seen, counts.new, counts.failed) == (1, 1, 0)
    assert rows(con, "SELECT nct_id, phase, number_of_arms FROM ctgov.studies") == [("NCT99900001", "PHASE1/PHASE2", 1)]
    assert rows(con, "SELECT arm_no, title FROM ctgov.design_groups") == [(1, "Arm A")]
    linked = "SELECT g.title, i.name FROM ctgov.design_group_interventions AS l JOIN ctgov.design_groups AS g "
    linked += "ON g.id = l.design_group_id JOIN ctgov.interventions AS i ON i.id = l.intervention_id"
    assert rows(con, linked) == [("Arm A", "Fludarabine")]


def test_loading_again_changes_nothing_but_last_seen(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    load_entries(con, archive, [arrive(archive, dosed())])
    before = {name: rows(con, f"FROM ctgov.{name} ORDER BY ALL") for name in tables("ctgov")}
    counts = load_entries(con, archive, [arrive(archive, dosed(), day=2)])
    assert (counts.new, counts.changed, counts.unchanged) == (0, 0, 1)
    assert {name: rows(con, f"FROM ctgov.{name} ORDER BY ALL") for name in tables("ctgov")} == before
    assert rows(con, "SELECT version_no, first_seen, last_seen FROM history.study_versions") == [
        (1, datetime(2026, 10, 1), datetime(2026, 10, 2))
    ]


def test_a_changed_record_replaces_its_rows_and_is_a_version(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    load_entries(con, archive, [arrive(archive, record(title="Old", posted="2026-09-01"))])
    counts = load_entries(con, archive, [arrive(archive, record(title="New", posted="2026-09-15"), day=2)])
    assert counts.changed == 1
    assert rows(con, "SELECT brief_title FROM ctgov.studies") == [("New",)]
    assert rows(con, "SELECT version_no, change_kind FROM history.study_versions ORDER BY 1") == [
        (1, "new"),
        (2, "sponsor"),
    ]


def test_what_changes_without_a_new_posting_date_the_registry_did(
    con: duckdb.DuckDBPyConnection, archive: Archive
) -> None:
    load_entries(con, archive, [arrive(archive, record(title="A > B"))])
    load_entries(con, archive, [arrive(archive, record(title="A \\> B"), day=2)])
    assert rows(con, "SELECT change_kind FROM history.study_versions ORDER BY version_no")[-1] == ("registry",)


def test_the_data_version_alone_is_no_change(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    for day, version in ((1, "2026-10-01"), (2, "2026-10-02")):
        item = record() | {"derivedSection": {"miscInfoModule": {"versionHolder": version}}}
        load_entries(con, archive, [arrive(archive, item, day=day)])
    assert len(rows(con, "FROM history.study_versions")) == 1


def test_the_last_of_two_copies_in_one_file_counts(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    counts = load_entries(con, archive, [arrive(archive, record(title="First"), record(title="Last"))])
    assert counts.seen == 2
    assert rows(con, "SELECT brief_title FROM ctgov.studies") == [("Last",)]


def test_a_bad_line_goes_to_the_dead_letters_and_the_rest_loads(
    con: duckdb.DuckDBPyConnection, archive: Archive
) -> None:
    bad = '{"protocolSection": {"identificationModule": {"nctId": "NCT99900002"'
    counts = load_entries(con, archive, [arrive(archive, record(), bad, record("NCT99900003"))])
    assert (counts.seen, counts.new, counts.failed) == (3, 2, 1)
    assert rows(con, "SELECT record_no, position, raw FROM meta.dead_letters") == [(2, "line 2", bad.encode())]


@pytest.mark.parametrize(
    "broken",
    [
        {"eligibilityModule": None},
        {"eligibilityModule": {"eligibilityCriteria": ["a list"], "stdAges": "ADULT"}},
        {"designModule": {"phases": "PHASE1", "enrollmentInfo": {"count": "many"}}},
        {"conditionsModule": {"conditions": {"an": "object"}, "keywords": [None, "kept"]}},
        {"armsInterventionsModule": {"armGroups": [None, {"label": 5}], "interventions": 7}},
        {"statusModule": {"startDateStruct": {"date": "2025-13-45"}}},
        {"contactsLocationsModule": {"locations": [{"geoPoint": {"lat": "north"}}]}},
        {"aModuleNobodyKnows": {"x": [1, {"y": None}]}},
    ],
    ids=str,
)
def test_wrong_types_and_unknown_fields_never_stop_a_load(
    con: duckdb.DuckDBPyConnection, archive: Archive, broken: Json
) -> None:
    counts = load_entries(con, archive, [arrive(archive, record(**broken), record("NCT99900002"))])
    assert (counts.new, counts.failed) == (2, 0)
    assert len(rows(con, "FROM ctgov.studies")) == 2


def test_dates_of_every_precision(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    printed = {
        "2025": "2025-12-31",
        "2024-02": "2024-02-29",
        "2025-07-18": "2025-07-18",
        "2025-07-18T09:30": "2025-07-18",
    }
    items = [
        record(f"NCT9990000{n}", statusModule={"startDateStruct": {"date": text}})
        for n, text in enumerate(printed, start=1)
    ]
    load_entries(con, archive, [arrive(archive, *items)])
    got = rows(con, "SELECT start_month_year, CAST(start_date AS VARCHAR) FROM ctgov.studies")
    assert dict(got) == printed


def test_a_record_without_a_registry_id_is_kept_under_its_content(
    con: duckdb.DuckDBPyConnection, archive: Archive
) -> None:
    item = record()
    del item["protocolSection"]["identificationModule"]["nctId"]
    load_entries(con, archive, [arrive(archive, item)])
    ((nct_id,),) = rows(con, "SELECT nct_id FROM ctgov.studies")
    assert nct_id.startswith("pages:")
    assert rows(con, "SELECT count(*) FROM ctgov.eligibilities WHERE id < 0") == [(1,)]


def test_ids_are_the_same_whatever_else_is_loaded(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    load_entries(con, archive, [arrive(archive, dosed("NCT99900002"))])
    alone = rows(con, "SELECT id, name FROM ctgov.interventions")
    load_entries(con, archive, [arrive(archive, dosed("NCT99900001"), dosed("NCT99900003"), day=2)])
    assert set(alone) < set(rows(con, "SELECT id, name FROM ctgov.interventions"))

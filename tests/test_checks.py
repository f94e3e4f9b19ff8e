"""Checks of a version: keys, duplicates, foreign keys; each must fail when what it guards is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crawler.errors import GateFailed
from kb.check_result import CheckResult
from kb.checks import check, verify
from kb.foreign_keys import foreign_key, foreign_keys
from kb.schema import tables
from tests.full_record import full_record, loaded

UNREAD = "every study was read by the extractors"


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    other = full_record()
    other["protocolSection"]["identificationModule"]["nctId"] = "NCT99900002"
    with loaded(tmp_path, full_record(), other) as con:
        for number in (1, 2):
            con.execute(
                "INSERT INTO extracted.extractions (nct_id, extractor, status) VALUES (?, 'doses', 'none')",
                [f"NCT9990000{number}"],
            )
        yield con


def failed(con: duckdb.DuckDBPyConnection) -> dict[str, CheckResult]:
    return {result.name: result for result in verify(con) if not result.passed}


def leads(table: str, column: str) -> str:
    return f"ctgov.{table}.{column} leads to its row of ctgov.{foreign_key(table, column).parent}"


def test_a_sound_version_passes_and_says_what_was_counted(con: duckdb.DuckDBPyConnection) -> None:
    assert failed(con) == {}
    notes = {result.name: result.note for result in verify(con)}
    assert notes[leads("outcome_measurements", "result_group_id")] == "6 of 6 rows lead to one"
    assert notes[leads("design_group_interventions", "design_group_id")] == "6 of 8 rows lead to one"


def test_verify_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    verify(con)
    assert con.execute("SELECT count(*) FROM meta.quality_checks").fetchall() == [(0,)]


def test_check_notes_every_result(con: duckdb.DuckDBPyConnection) -> None:
    check(con)
    noted = con.execute("SELECT check_name, passed, detail FROM meta.quality_checks ORDER BY ALL").fetchall()
    extractors = ("extractors do not fail", True, "0 failures, over 2%; 0 failed")
    assert noted == sorted([extractors, *((result.name, True, result.detail) for result in verify(con))])


def test_check_names_what_failed(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM ctgov.studies WHERE nct_id = 'NCT99900002'")
    with pytest.raises(GateFailed, match=r"ctgov\.milestones belongs to a study \(3 rows without a study\)"):
        check(con)
    assert con.execute("SELECT count(*) > 0 FROM meta.quality_checks WHERE NOT passed").fetchall() == [(True,)]


@pytest.mark.parametrize(
    "broken",
    ["{column} + 500000", "{column} + 1000000", "NULL"],
    ids=["no such row", "the other study's", "forgotten"],
)
def test_every_foreign_key_is_guarded(con: duckdb.DuckDBPyConnection, broken: str) -> None:
    for key in foreign_keys():
        rows = f"ctgov.{key.table}"
        one = f"id = (SELECT min(id) FROM {rows} WHERE {key.column} IS NOT NULL)"
        con.execute(f"UPDATE {rows} SET {key.column} = {broken.format(column=key.column)} WHERE {one}")
    found = failed(con)
    assert {name: found[name].wrong for name in found} == {leads(key.table, key.column): 1 for key in foreign_keys()}


def test_a_group_of_another_outcome_is_found(con: duckdb.DuckDBPyConnection) -> None:
    """The code is right and the study is right, but the group belongs to the other outcome."""
    con.execute("""
        UPDATE ctgov.outcome_measurements AS m SET result_group_id = g.id FROM ctgov.result_groups AS g
        WHERE m.nct_id = 'NCT99900001' AND g.nct_id = m.nct_id AND m.outcome_no = 2
          AND g.outcome_no = 1 AND g.ctgov_group_code = m.ctgov_group_code""")
    assert set(failed(con)) == {leads("outcome_measurements", "result_group_id")}


def test_a_repeated_key_and_id_are_found(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("INSERT INTO ctgov.keywords SELECT * FROM ctgov.keywords WHERE nct_id = 'NCT99900001'")
    found = failed(con)
    assert found["ctgov.keywords has one row a key"].detail == "1 keys with several rows"
    assert found["ctgov.keywords has one row an id"].detail == "1 ids used again"


def test_a_study_that_was_not_read_is_found(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM extracted.extractions WHERE nct_id = 'NCT99900002'")
    assert failed(con)[UNREAD].wrong == 1


def test_every_id_that_names_another_row_is_declared() -> None:
    declared = {(key.table, key.column) for key in foreign_keys()}
    for table in tables("ctgov").values():
        for column in table.columns:
            if column.type == "BIGINT" and column.name.endswith("_id"):
                assert (table.name, column.name) in declared


def test_parents_are_filled_before_their_children() -> None:
    order = list(tables("ctgov"))
    for key in foreign_keys():
        assert order.index(key.parent) < order.index(key.table)

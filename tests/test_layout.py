"""How rows lie in the file: tables in the order of registry ids, large ones with an index; nothing else changes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kb.layout import arrange, disorder, drop_indexes, index_studies
from kb.schema import tables
from tests.full_record import full_record, loaded
from tests.records import Json, dosed


def shuffled(count: int) -> list[Json]:
    records = [dosed(f"NCT9990{number:04}") for number in range(count)]
    random.Random(4).shuffle(records)
    return records


def contents(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {name: con.execute(f"FROM ctgov.{name} ORDER BY ALL").fetchall() for name in tables("ctgov")}


def test_what_came_out_of_order_is_put_in_order(tmp_path: Path) -> None:
    con = loaded(tmp_path, full_record(), *shuffled(40))
    before = contents(con)
    assert disorder(con) > 0.5
    assert arrange(con)
    assert disorder(con) == 0
    assert contents(con) == before
    for name in ("studies", "interventions", "design_outcomes"):
        ids = [row[0] for row in con.execute(f"SELECT nct_id FROM ctgov.{name} ORDER BY rowid").fetchall()]
        assert ids == sorted(ids)


def test_comments_and_views_outlive_it(tmp_path: Path) -> None:
    con = loaded(tmp_path, *shuffled(10))
    con.execute("CREATE VIEW titles AS SELECT nct_id, brief_title FROM ctgov.studies")
    arrange(con)
    assert con.execute("SELECT count(*) FROM titles").fetchall() == [(10,)]
    comments = con.execute(
        "SELECT count(*) FILTER (comment IS NULL) FROM duckdb_columns() WHERE schema_name = 'ctgov'"
    ).fetchall()
    assert comments == [(0,)]


def test_a_night_s_few_studies_do_not_rewrite_everything(tmp_path: Path) -> None:
    records = [dosed(f"NCT9990{number:04}") for number in range(1, 60)]
    con = loaded(tmp_path, *records, dosed("NCT99900000"))
    assert disorder(con) == pytest.approx(1 / 60)
    assert not arrange(con)


def test_an_empty_knowledge_base_is_in_order(tmp_path: Path) -> None:
    con = loaded(tmp_path)
    assert disorder(con) == 0
    assert not arrange(con)


def test_large_tables_get_an_index_that_finds_their_rows(tmp_path: Path) -> None:
    con = loaded(tmp_path, *shuffled(30))
    assert index_studies(con) == 0, "small tables need none"
    assert index_studies(con, least_rows=30) > 5
    plan = con.execute("EXPLAIN ANALYZE SELECT * FROM ctgov.studies WHERE nct_id = 'NCT99900007'").fetchall()[0][1]
    assert "Index Scan" in plan
    found = con.execute("SELECT nct_id, title FROM ctgov.design_groups WHERE nct_id = 'NCT99900007'").fetchall()
    assert found == [("NCT99900007", "Arm A")]
    drop_indexes(con)
    assert con.execute("SELECT count(*) FROM duckdb_indexes()").fetchall() == [(0,)]

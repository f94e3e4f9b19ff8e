"""Every view and macro of `compare` tells its question, and its example runs on the sample."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from queries.catalogue import install, queries, synonyms
from queries.tables_page import tables_page
from tests.tiny import tiny

DOCS = Path(__file__).resolve().parent.parent / "docs"
# Examples of what the sample has none of; tests/test_compare_views.py has rows for them.
MAY_BE_EMPTY = {"changes"}
NAMES = list(queries())
VIEWS = [name for name, query in queries().items() if query.kind in ("view", "table")]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_runs_on_the_sample(name: str, sample: duckdb.DuckDBPyConnection) -> None:
    query = queries()[name]
    assert query.question.rstrip(".)").endswith("?") or "?" in query.question
    assert f"compare.{name}" in query.example
    rows = sample.execute(query.example).fetchall()
    assert rows or name in MAY_BE_EMPTY


@pytest.mark.parametrize("name", NAMES)
def test_it_is_in_the_dictionary_and_on_the_page(name: str, sample: duckdb.DuckDBPyConnection) -> None:
    rows = sample.execute(
        "SELECT meaning FROM meta.dictionary WHERE schema = 'compare' AND \"column\" = '' "
        'AND ("table" = $1 OR starts_with("table", $1 || \'(\'))',
        [name],
    ).fetchall()
    assert rows == [(queries()[name].comment,)]
    assert f"compare.{name}" in (DOCS / "tables.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VIEWS)
def test_every_column_of_a_view_has_a_meaning(name: str, sample: duckdb.DuckDBPyConnection) -> None:
    rows = sample.execute(
        'SELECT "column", meaning FROM meta.dictionary WHERE schema = \'compare\' AND "table" = ? AND "column" <> \'\'',
        [name],
    ).fetchall()
    assert rows
    assert [column for column, meaning in rows if not meaning] == []
    assert set(queries()[name].columns) <= {column for column, _ in rows}, "the header tells a column that is not there"


def test_the_page_of_tables_is_up_to_date() -> None:
    written = (DOCS / "tables.md").read_text(encoding="utf-8")
    assert written == tables_page(), "run: python -m queries.tables_page > docs/tables.md"


def test_views_are_made_after_what_they_need() -> None:
    for name, query in queries().items():
        assert all(NAMES.index(need) < NAMES.index(name) for need in query.needs)


def test_installing_again_removes_what_an_older_version_left() -> None:
    with tiny() as con:
        con.execute(
            "CREATE VIEW compare.forgotten AS SELECT 1; DROP TABLE compare.trials; "
            "CREATE VIEW compare.trials AS SELECT 1 AS x"
        )
        install(con)
        left = con.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'compare' AND table_name = 'forgotten'"
        ).fetchall()
        assert left == [(0,)]
        assert con.execute("SELECT count(nct_id) FROM compare.trials").fetchall() == [(0,)]


def test_every_synonym_has_an_example_that_names_it() -> None:
    with tiny() as con:
        con.register("lines", synonyms())
        assert con.execute("SELECT count(*) FROM lines").fetchall() > [(50,)]
        wrong = con.execute("SELECT name, example FROM lines WHERE NOT compare.names_term(example, name)").fetchall()
    assert wrong == []


def test_the_question_of_the_mission_in_one_select(sample: duckdb.DuckDBPyConnection) -> None:
    rows = sample.execute(
        "SELECT nct_id, cells_per_kg_low, cells_per_kg_high, ages, primary_endpoints "
        "FROM compare.trials_of(giving := 'CAR-T') WHERE nct_id = 'NCT99000001'"
    ).fetchall()
    assert rows == [
        ("NCT99000001", 1e6, 1e6, "3 to under 80 years",
         "Minimal residual disease or molecular response (at 3 months after treatment)")
    ]  # fmt: skip

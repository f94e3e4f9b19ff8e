"""compare.search: studies by words, best first; compare.study: everything about one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from kb.schema import tables
from kb.store import Store
from tests.tiny import tiny

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    titles = {
        1: "CAR-T Cells for Acute Lymphoblastic Leukaemia",
        2: "Chemotherapy for Leukemias of Childhood",
        3: "Walking After Stroke",
        4: "PD-1 Blockade in Melanoma",
        5: "Running",
    }
    summaries = {
        3: "People who had a stroke walk for an hour. Leukemia excludes.",
        4: "Nivolumab, or 尼沃单抗, blocks PD1.",
        5: "An old car, a t-shirt. " + "Other things that nobody needs fill this very long text. " * 9,
    }
    return tiny(
        ctgov_studies=[{"nct_id": f"NCT9980000{n}", "brief_title": title} for n, title in titles.items()],
        ctgov_conditions=[{"nct_id": "NCT99800004", "name": "Malignant Melanoma", "condition_no": 1}],
        ctgov_interventions=[{"nct_id": "NCT99800004", "name": "Nivolumab", "intervention_no": 1}],
        ctgov_intervention_other_names=[{"nct_id": "NCT99800004", "name": "BMS-936558"}],
        ctgov_brief_summaries=[{"nct_id": f"NCT9980000{n}", "description": text} for n, text in summaries.items()],
    )


def found(con: duckdb.DuckDBPyConnection, words: str | None, most: int = 100) -> list[int]:
    rows = con.execute("SELECT nct_id FROM compare.search(?, most := ?)", [words, most]).fetchall()
    return [int(row[0][-1]) for row in rows]


@pytest.mark.parametrize(
    ("words", "studies"),
    [
        ("leukemia", [2, 1, 3]),
        ("Leukaemias!", [2, 1, 3]),
        ("car-t leukemia", [1, 5, 2, 3]),
        ("pd-1", [4]),
        ("PD1", [4]),
        ("nivolumab", [4]),
        ("bms936558", [4]),
        ("尼沃单抗", [4]),
        ("stroke walking", [3]),
        ("nobody wrote this", [5]),
        ("xyzzy", []),
        ("", []),
        ("  --- ()*&%'\"", []),
        (None, []),
    ],
)
def test_studies_are_found_best_first(con: duckdb.DuckDBPyConnection, words: str | None, studies: list[int]) -> None:
    assert found(con, words) == studies


def test_a_word_of_the_title_counts_more_than_one_of_the_summary(con: duckdb.DuckDBPyConnection) -> None:
    scores = dict(con.execute("SELECT nct_id, score FROM compare.search('leukemia')").fetchall())
    assert scores["NCT99800001"] > scores["NCT99800003"] > 0


def test_the_score_is_that_of_bm25(con: duckdb.DuckDBPyConnection) -> None:
    """One of five studies has the word, twice in fields of weight 2 and 3; worked out by hand from the lengths."""
    lengths = dict(con.execute("SELECT nct_id, length FROM compare.search_studies").fetchall())
    # melanoma: once in the title (3), once in a condition (2)
    times, length, average = 5, lengths["NCT99800004"], sum(lengths.values()) / 5
    rarity = 1.3862943611  # ln(1 + (5 - 1 + 0.5) / (1 + 0.5))
    expected = rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / average))
    ((score,),) = con.execute("SELECT score FROM compare.search('melanoma')").fetchall()
    assert score == pytest.approx(expected, abs=0.001)


def test_only_the_best_where_few_are_asked(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "car-t leukemia", most=2) == [1, 5]


def test_a_word_of_very_many_studies_counts_only_alone(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("BEGIN")
    con.execute("UPDATE compare.search_words SET studies = 200000 WHERE word IN ('leukemia', 'cell')")
    assert found(con, "leukemia melanoma") == [4]
    assert found(con, "leukemia") == [2, 1, 3]
    con.execute("ROLLBACK")


def test_postings_lie_in_the_order_of_words(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("SELECT word_no, study_no FROM compare.search_postings ORDER BY rowid").fetchall()
    assert rows == sorted(rows)
    assert len(rows) == len(set(rows))


def test_search_of_the_sample(sample: duckdb.DuckDBPyConnection) -> None:
    best = sample.execute("SELECT brief_title FROM compare.search('car-t leukemia') LIMIT 1").fetchall()
    assert "CAR" in best[0][0]


def test_everything_about_one_study(sample: duckdb.DuckDBPyConnection) -> None:
    nct_id = "NCT99000001"
    rows = sample.execute("SELECT table_name, row FROM compare.study(?)", [nct_id]).fetchall()
    told: dict[str, int] = {}
    for name, row in rows:
        assert json.loads(row)["nct_id"] == nct_id
        told[name] = told.get(name, 0) + 1
    for schema in ("ctgov", "extracted"):
        for table in tables(schema).values():
            counted = sample.execute(f"SELECT count(*) FROM {table.full_name} WHERE nct_id = ?", [nct_id]).fetchall()
            assert counted == [(told.get(table.full_name, 0),)], table.full_name


def test_a_row_of_one_study_is_the_row_of_its_table(sample: duckdb.DuckDBPyConnection) -> None:
    for name in ("ctgov.studies", "ctgov.eligibilities", "extracted.doses"):
        there = sample.execute(f"SELECT to_json(x)::VARCHAR FROM {name} x WHERE nct_id = 'NCT99000001'").fetchall()
        here = sample.execute(
            "SELECT row::VARCHAR FROM compare.study('NCT99000001') WHERE table_name = ?", [name]
        ).fetchall()
        assert sorted(here) == sorted(there) != []


def test_search_on_the_command_line(sample_store: Store) -> None:
    command = [sys.executable, "-m", "cli", "search", "type 2 diabetes; it's", "--most", "1", "--format", "csv"]
    done = subprocess.run(
        [*command, "--kb", str(sample_store.root)], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("NCT99000021,")

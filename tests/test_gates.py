"""What a version may lose of the one before, and who says so: a failed gate leaves yesterday's in place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crawler.errors import GateFailed
from kb.checks import check
from kb.gates import Limits, gates
from kb.schema import create_schema
from kb.store import Store
from tests.records import dosed

ROOT = Path(__file__).resolve().parent.parent
STUDIES = 300


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 studies, each with a keyword, two conditions and a dose."""
    path = tmp_path_factory.mktemp("gates") / "yesterday.duckdb"
    with duckdb.connect(str(path)) as con:
        fill(con)
    return path


@pytest.fixture
def earlier(yesterday: Path, tmp_path: Path) -> Path:
    """The version before."""
    return shutil.copyfile(yesterday, tmp_path / "earlier.duckdb")


@pytest.fixture
def today(yesterday: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same, to be broken by a test."""
    with duckdb.connect(str(shutil.copyfile(yesterday, tmp_path / "today.duckdb"))) as con:
        yield con


def fill(con: duckdb.DuckDBPyConnection) -> None:
    create_schema(con)
    con.execute(f"INSERT INTO ctgov.studies (nct_id) SELECT printf('NCT%08d', range) FROM range({STUDIES})")
    con.execute("INSERT INTO ctgov.keywords (id, nct_id, keyword_no) SELECT rowid, nct_id, 1 FROM ctgov.studies")
    con.execute(
        "INSERT INTO ctgov.conditions (id, nct_id, condition_no) "
        "SELECT row_number() OVER (), nct_id, n FROM ctgov.studies, range(1, 3) AS t(n)"
    )
    con.execute("INSERT INTO extracted.doses (nct_id, dose_no) SELECT nct_id, 1 FROM ctgov.studies")
    con.execute(
        "INSERT INTO extracted.extractions (nct_id, extractor, status) SELECT nct_id, 'doses', 'found' "
        "FROM ctgov.studies"
    )


def failed(con: duckdb.DuckDBPyConnection, earlier: Path, limits: Limits | None = None) -> dict[str, str]:
    return {r.name: r.detail for r in gates(con, earlier, limits or Limits()) if not r.passed}


def test_the_same_as_yesterday_passes(today: duckdb.DuckDBPyConnection, earlier: Path) -> None:
    assert failed(today, earlier) == {}
    check(today, earlier)
    noted = today.execute(
        "SELECT detail FROM meta.quality_checks WHERE check_name = 'ctgov.conditions keeps its rows'"
    ).fetchall()
    assert noted == [("0 rows lost, over 10%; 600 now, 600 before",)]


def test_a_table_that_is_empty_one_morning(today: duckdb.DuckDBPyConnection, earlier: Path) -> None:
    today.execute("DELETE FROM ctgov.keywords")
    assert failed(today, earlier) == {"ctgov.keywords is not empty": "300 rows lost, all there were; 0 now, 300 before"}


@pytest.mark.parametrize(("left", "passes"), [(600, True), (541, True), (540, True), (539, False), (1, False)])
def test_a_table_that_loses_rows(today: duckdb.DuckDBPyConnection, earlier: Path, left: int, passes: bool) -> None:
    today.execute("DELETE FROM ctgov.conditions WHERE id > ?", [left])
    assert (failed(today, earlier) == {}) is passes


def test_an_extractor_that_finds_less(today: duckdb.DuckDBPyConnection, earlier: Path) -> None:
    """The rows are as many as ever, but they are of half the studies."""
    today.execute("UPDATE extracted.doses SET nct_id = printf('NCT%08d', rowid // 2), dose_no = 1 + rowid % 2")
    assert failed(today, earlier) == {
        "extracted.doses is found as often as before": "150 studies without them now, over 10%; "
        "150 now, 300 before, of 300"
    }


def test_studies_that_are_gone_are_not_an_extractor_that_finds_less(
    today: duckdb.DuckDBPyConnection, earlier: Path
) -> None:
    for table in ("ctgov.studies", "extracted.doses"):
        today.execute(f"DELETE FROM {table} WHERE nct_id >= 'NCT00000100'")
    assert set(failed(today, earlier)) == {"ctgov.studies keeps its rows", "extracted.doses keeps its rows"}


def test_an_extractor_that_fails(today: duckdb.DuckDBPyConnection, earlier: Path) -> None:
    today.execute("UPDATE extracted.extractions SET status = 'failed' WHERE nct_id < 'NCT00000006'")
    assert failed(today, earlier) == {}
    today.execute("UPDATE extracted.extractions SET status = 'failed' WHERE nct_id < 'NCT00000010'")
    assert failed(today, earlier) == {"extractors do not fail": "10 failures, over 2%; 10 failed"}


def test_limits_are_for_the_operator_to_set(today: duckdb.DuckDBPyConnection, earlier: Path) -> None:
    today.execute("DELETE FROM ctgov.conditions WHERE id > 300")
    assert failed(today, earlier, Limits(max_fall=0.5)) == {}
    assert failed(today, earlier, Limits(max_fall=0.49)) != {}


def test_a_handful_of_rows_says_nothing(today: duckdb.DuckDBPyConnection, earlier: Path) -> None:
    with duckdb.connect(str(earlier)) as con:
        con.execute("DELETE FROM ctgov.keywords WHERE nct_id > 'NCT00000010'")
    today.execute("DELETE FROM ctgov.keywords")
    assert failed(today, earlier) == {}


def test_what_failed_is_named_with_the_way_out(today: duckdb.DuckDBPyConnection, earlier: Path) -> None:
    today.execute("DELETE FROM ctgov.keywords")
    with pytest.raises(GateFailed, match=r"ctgov\.keywords is not empty .*300 before\).* --max-fall 1"):
        check(today, earlier)


def trialkb(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120, env=os.environ | {"NO_COLOR": "1"}
    )


def test_a_refused_version_leaves_yesterdays_and_ends_with_the_reasons(tmp_path: Path) -> None:
    """25 studies with keywords; today the registry answers with the same studies and without a single keyword."""
    root, file = tmp_path / "kb", tmp_path / "records.jsonl"
    items = [dosed(f"NCT999100{number:02}") for number in range(25)]
    for item in items:
        item["protocolSection"]["conditionsModule"] = {"conditions": ["Leukaemia"], "keywords": ["cell therapy"]}
    file.write_text("\n".join(map(json.dumps, items)))
    assert trialkb("ingest", file, "--kb", root).returncode == 0
    release = Store(root).current.resolve()
    for item in items:
        del item["protocolSection"]["conditionsModule"]["keywords"]
    file.write_text("\n".join(map(json.dumps, items)))
    refused = trialkb("ingest", file, "--kb", root)
    assert refused.returncode == 6
    assert "ctgov.keywords is not empty (25 rows lost, all there were; 0 now, 25 before)" in " ".join(
        refused.stderr.split()
    )
    assert Store(root).current.resolve() == release
    with Store(root).connect() as con:
        assert con.execute("SELECT count(*) FROM ctgov.keywords").fetchall() == [(25,)]
    assert trialkb("ingest", file, "--kb", root, "--max-fall", "1").returncode == 0
    with Store(root).connect() as con:
        assert con.execute("SELECT count(*) FROM ctgov.keywords").fetchall() == [(0,)]

"""From texts to facts: every study read, every fact with its exact quote, nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

import extract.extractors
from crawler.archive import Archive
from crawler.sample import load_records
from extract.study import Study
from kb.extraction import extract_studies, pending_studies, study_texts
from kb.load import load_entries
from kb.schema import create_schema
from tests.records import dosed, record

EVIDENCE_TABLES = (
    "doses", "arm_agents", "regimens", "regimen_steps", "ages", "endpoints", "endpoint_times", "design_statistics",
    "criteria", "criterion_values",
)  # fmt: skip
EXTRACTORS = len(extract.extractors._EXTRACTORS)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    archive = Archive(tmp_path / "raw")
    body = b"\n".join(orjson.dumps(item) for item in (dosed(), record("NCT99900002")))
    entry = archive.put(body, kind="file", source="test", run_id="run")
    with duckdb.connect() as con:
        create_schema(con)
        load_entries(con, archive, [entry])
        yield con


def test_every_study_has_a_row_for_every_extractor(con: duckdb.DuckDBPyConnection) -> None:
    extract_studies(con, workers=1)
    found = con.execute("SELECT nct_id, count(*) FROM extracted.extractions GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [("NCT99900001", EXTRACTORS), ("NCT99900002", EXTRACTORS)]
    empty = "SELECT DISTINCT status FROM extracted.extractions WHERE nct_id = 'NCT99900002'"
    assert con.execute(empty).fetchall() == [("none",)]


def test_an_extractor_that_fails_says_so_and_the_others_go_on(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Study) -> Any:
        raise ValueError("a text nobody foresaw")

    monkeypatch.setitem(extract.extractors._EXTRACTORS, "ages", fail)
    counts = extract_studies(con, workers=1)
    assert counts.failed == 2
    rows = con.execute("SELECT DISTINCT status, error FROM extracted.extractions WHERE extractor = 'ages'").fetchall()
    assert rows == [("failed", "ValueError: a text nobody foresaw")]
    assert con.execute("SELECT count(*) FROM extracted.doses").fetchall() == [(1,)]


def test_what_was_read_is_not_read_again_until_the_rules_change(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert extract_studies(con, workers=1).studies == 2
    assert extract_studies(con, workers=1).studies == 0
    monkeypatch.setattr("kb.extraction.extractor_version", lambda: "other rules")
    assert len(pending_studies(con)) == 2


def test_reading_again_gives_the_same_rows(con: duckdb.DuckDBPyConnection) -> None:
    extract_studies(con, workers=1)
    before = con.execute("FROM extracted.doses ORDER BY ALL").fetchall()
    assert extract_studies(con, again=True, workers=1).studies == 2
    assert con.execute("FROM extracted.doses ORDER BY ALL").fetchall() == before


def test_the_texts_from_the_tables_are_those_of_the_record(con: duckdb.DuckDBPyConnection) -> None:
    (text,) = study_texts(con, ["NCT99900001"])
    from_tables, from_record = Study.from_record(orjson.loads(text)), Study.from_record(dosed())
    for study in (from_tables, from_record):
        assert study.arms[0].intervention_nos == [1]
        assert study.interventions[0].arm_nos == [1]
    assert [field.raw for field in from_tables.prose()] == [field.raw for field in from_record.prose()]
    description = from_tables.interventions[0].description
    assert description is not None
    assert description.path == "protocolSection.armsInterventionsModule.interventions[0].description"


def test_sample_texts_survive_the_tables(sample: duckdb.DuckDBPyConnection) -> None:
    records = {r["protocolSection"]["identificationModule"]["nctId"]: r for r in load_records()}
    for text in study_texts(sample, list(records)):
        from_tables = Study.from_record(orjson.loads(text))
        from_record = Study.from_record(records[from_tables.nct_id])
        assert [arm.intervention_nos for arm in from_tables.arms] == [arm.intervention_nos for arm in from_record.arms]
        assert _texts(from_tables) == _texts(from_record)


def _texts(study: Study) -> list[tuple[str, str]]:
    fields = [*study.prose(), study.eligibility_criteria, study.study_population]
    for arm in study.arms:
        fields += [arm.label, arm.description]
    for intervention in study.interventions:
        fields += [intervention.name, intervention.description, *intervention.other_names]
    for outcome in study.outcomes:
        fields += [outcome.measure, outcome.time_frame, outcome.description]
    return [(field.path, field.raw) for field in fields if field is not None]


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_every_fact_quotes_its_field_exactly(sample: duckdb.DuckDBPyConnection, table: str) -> None:
    records = {r["protocolSection"]["identificationModule"]["nctId"]: r for r in load_records()}
    sql = f"SELECT nct_id, source_field, start_char, end_char, quote FROM extracted.{table}"
    facts = sample.execute(sql).fetchall()
    assert facts
    for nct_id, path, start, end, quote in facts:
        assert _value(records[nct_id], path)[start:end] == quote


def _value(record: Any, path: str) -> str:
    for key in path.replace("[", ".").replace("]", "").split("."):
        record = record[int(key)] if key.isdigit() else record[key]
    return str(record)

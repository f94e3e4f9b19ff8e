"""Nothing of a record is lost: every field reaches a column, or is listed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.verify import verify as verify_command
from crawler.archive import Archive
from crawler.errors import KnowledgeBaseError
from crawler.sample import load_records
from kb.coverage import NO_COLUMN, NO_ROW, UNREADABLE, Uncovered, coverage, model_gaps, model_leaves, stored_records
from kb.schema import read_tsv, tables
from kb.store import Store, connect
from tests.full_record import full_record, loaded
from tests.records import Json, record


def lost(*records: Json) -> list[tuple[str, int, str]]:
    return [(item.path, item.records, item.reason) for item in coverage(records)]


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Paths of a record's leaves as the data model writes them."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for element in value:
            yield from leaves(element, path)
    else:
        yield path


def test_the_full_record_has_every_field_of_the_data_model() -> None:
    assert model_leaves() <= set(leaves(full_record()))


def test_every_field_of_the_full_record_reaches_a_column() -> None:
    assert coverage([full_record()]) == []


def test_every_field_of_the_data_model_reaches_a_column() -> None:
    assert model_gaps() == []


def test_the_bundled_sample_is_covered() -> None:
    assert coverage(load_records()) == []


def test_a_field_that_nobody_knows_is_listed_with_its_records() -> None:
    new = {"designModule": {"novelty": {"grade": 3}, "tags": ["a", "b"]}}
    items = [record("NCT99900001", **new), record("NCT99900002", **new), record("NCT99900003")]
    assert coverage(items) == [
        Uncovered("protocolSection.designModule.novelty.grade", 2, NO_COLUMN, in_model=False),
        Uncovered("protocolSection.designModule.tags[]", 2, NO_COLUMN, in_model=False),
    ]


def test_a_column_does_not_help_where_no_row_is_made() -> None:
    def counted(counts: list[Json | None]) -> Json:
        denoms = [{"units": "Participants", "counts": counts}]
        return record() | {"resultsSection": {"baselineCharacteristicsModule": {"denoms": denoms}}}

    assert lost(counted([{"groupId": "BG000", "value": "1"}])) == []
    path = "resultsSection.baselineCharacteristicsModule.denoms[].units"
    assert lost(counted([])) == [(path, 1, NO_ROW)]
    assert lost(counted([None])) == [(path, 1, NO_ROW)]


def test_a_row_elsewhere_in_the_record_does_not_help() -> None:
    full = {"units": "Participants", "counts": [{"groupId": "BG000", "value": "1"}]}
    denoms = [full, {"units": "eyes", "counts": []}]
    item = record() | {"resultsSection": {"baselineCharacteristicsModule": {"denoms": denoms}}}
    assert lost(item) == [("resultsSection.baselineCharacteristicsModule.denoms[].units", 1, NO_ROW)]


@pytest.mark.parametrize(
    ("module", "value", "path"),
    [
        ("designModule", {"enrollmentInfo": {"count": "many"}}, "enrollmentInfo.count"),
        ("designModule", {"enrollmentInfo": {"count": 12.5}}, "enrollmentInfo.count"),
        ("oversightModule", {"oversightHasDmc": "perhaps"}, "oversightHasDmc"),
        ("statusModule", {"studyFirstSubmitDate": "soon"}, "studyFirstSubmitDate"),
        ("eligibilityModule", {"stdAges": ["TEENAGER"]}, "stdAges[]"),
    ],
)
def test_a_value_that_its_column_cannot_hold_is_listed(module: str, value: Json, path: str) -> None:
    assert lost(record(**{module: value})) == [(f"protocolSection.{module}.{path}", 1, UNREADABLE)]


@pytest.mark.parametrize("value", [None, {}, [], [None], {"deep": [{"er": None}]}])
def test_nothing_is_not_lost(value: Any) -> None:
    assert lost(record(aModule=value)) == []


def test_what_is_left_out_has_a_reason_and_is_not_listed() -> None:
    for row in read_tsv("left_out.tsv"):
        assert row["reason"]
        item: Any = "kept elsewhere"
        for key in reversed(row["path"].split(".")):
            item = {key: item}
        assert lost(item) == [], row["path"]


def test_verify_walks_the_records_in_the_archive(sample_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with connect(sample_store.root) as con:
        stored = list(stored_records(con, Archive(sample_store.raw)))
        assert len(stored) == con.execute("SELECT count(*) FROM ctgov.studies").fetchall()[0][0]
    verify_command(kb=sample_store.root, with_coverage=True)
    assert "every field of the raw records reaches a column" in capsys.readouterr().out


def test_verify_fails_where_a_field_is_lost(sample_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.verify.stored_records", lambda *_: [record(designModule={"novelty": 1})])
    with pytest.raises(KnowledgeBaseError, match=r"protocolSection\.designModule\.novelty reaches a column"):
        verify_command(kb=sample_store.root, with_coverage=True)


@pytest.fixture(scope="module")
def real_records(shared: Path) -> list[Json]:
    with gzip.open(shared / "data" / "ctgov_v2.jsonl.gz") as file:
        return [orjson.loads(line) for line in file]


def test_real_records_are_covered(real_records: list[Json]) -> None:
    assert coverage(real_records) == []


def test_real_records_fill_every_table_that_has_data(real_records: list[Json], tmp_path: Path) -> None:
    found: set[str] = set()
    for item in real_records:
        found |= set(leaves(item))
    con = loaded(tmp_path, *real_records)
    assert con.execute("SELECT count(*) FROM ctgov.studies").fetchall() == [(len(real_records),)]
    for name, table in tables("ctgov").items():
        paths = {column.path.replace("[]", "") for source in table.sources for column in source.columns}
        (filled,) = con.execute(f"SELECT count(*) > 0 FROM ctgov.{name}").fetchone() or (False,)
        assert filled or not paths & found, f"ctgov.{name} is empty although the records have its fields"


def test_coverage_takes_any_order_of_keys() -> None:
    turned = json.loads(json.dumps(full_record(), sort_keys=True))
    assert coverage([turned]) == []

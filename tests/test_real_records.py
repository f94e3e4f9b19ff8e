"""The main job on all real records at hand: none lost, none unreadable, every quote exact, rebuilt the same."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

import queries
from crawler.replica import Replica
from crawler.settings import ClientSettings
from kb.refresh import RefreshSummary, refresh_from
from kb.runs import update
from kb.schema import tables
from kb.store import Store
from tests.test_extraction import EVIDENCE_TABLES

RECORDS = 1383


@pytest.fixture(scope="module")
def file(shared: Path) -> Path:
    return shared / "data" / "ctgov_v2.jsonl.gz"


@pytest.fixture(scope="module")
def records(file: Path) -> dict[str, Any]:
    with gzip.open(file, "rb") as lines:
        found = [orjson.loads(line) for line in lines]
    return {record["protocolSection"]["identificationModule"]["nctId"]: record for record in found}


@pytest.fixture(scope="module")
def crawled(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[RefreshSummary]]]:
    store = Store(tmp_path_factory.mktemp("real") / "kb")
    with Replica([file]).serve() as server, store.lock():
        settings = ClientSettings(base_url=server.base_url, requests_per_second=1000)
        yield store, [refresh_from(store, settings, None, queries.install) for _ in range(2)]


def count(store: Store, sql: str) -> int:
    with store.connect() as con:
        number: int = con.execute(sql).fetchall()[0][0]
        return number


def test_every_record_arrives_and_none_is_unreadable(crawled: tuple[Store, list[RefreshSummary]]) -> None:
    store, (first, _) = crawled
    assert first.update is not None
    assert first.update.load.new == RECORDS
    assert count(store, "SELECT count(*) FROM ctgov.studies") == RECORDS
    assert count(store, "SELECT count(*) FROM meta.dead_letters") == 0


def test_the_second_refresh_changes_nothing(crawled: tuple[Store, list[RefreshSummary]]) -> None:
    _, (_, second) = crawled
    assert second.update is None
    assert second.reason.startswith("nothing new")


def test_every_study_was_read_and_no_extractor_failed(crawled: tuple[Store, list[RefreshSummary]]) -> None:
    store, _ = crawled
    assert count(store, "SELECT count(DISTINCT nct_id) FROM extracted.extractions") == RECORDS
    assert count(store, "SELECT count(*) FROM extracted.extractions WHERE status = 'failed'") == 0


def test_every_registered_outcome_has_a_class(crawled: tuple[Store, list[RefreshSummary]]) -> None:
    store, _ = crawled
    outcomes = count(store, "SELECT count(*) FROM ctgov.design_outcomes")
    assert count(store, "SELECT count(*) FROM extracted.endpoints WHERE endpoint IS NOT NULL") == outcomes


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_every_quote_is_exactly_its_slice_of_the_field(
    crawled: tuple[Store, list[RefreshSummary]], records: dict[str, Any], table: str
) -> None:
    store, _ = crawled
    with store.connect() as con:
        sql = f"SELECT nct_id, source_field, start_char, end_char, quote FROM extracted.{table}"
        facts = con.execute(sql).fetchall()
    assert facts
    wrong = [f for f in facts if _text(records[f[0]], f[1])[f[2] : f[3]] != f[4]]
    assert wrong == []


def test_a_rebuild_gives_the_same_rows(crawled: tuple[Store, list[RefreshSummary]]) -> None:
    store, _ = crawled
    before = _contents(store)
    update(store, queries.install, rebuild=True)
    assert _contents(store) == before


def _contents(store: Store) -> dict[str, tuple[int, str]]:
    """For every table the number of its rows and a sum over their hashes."""
    with store.connect() as con:
        summed = "SELECT count(*), CAST(sum(hash(t)) AS VARCHAR) FROM (SELECT {} FROM {}) AS t"
        return {
            table.full_name: con.execute(summed.format(_columns(table.name), table.full_name)).fetchall()[0]
            for schema in ("ctgov", "extracted", "history")
            for table in tables(schema).values()
        }


def _columns(name: str) -> str:
    return "* EXCLUDE (extracted_at)" if name == "extractions" else "*"


def _text(record: Any, path: str) -> str:
    for key in path.replace("[", ".").replace("]", "").split("."):
        record = record[int(key)] if key.isdigit() else record[key]
    return str(record)

"""A refresh from HTTP to the published version; a second one; a rebuild; a run that died."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import queries
from crawler.archive import Archive
from crawler.errors import GateFailed, UsageError
from crawler.query import Query
from crawler.replica import Replica
from crawler.settings import LIVE_BASE_URL, ClientSettings
from kb.ingest import ingest_files
from kb.refresh import RefreshSummary, refresh_from
from kb.runs import update
from kb.schema import all_tables
from kb.store import Store
from tests.records import Json, dosed, record

# What differs between two builds of the same archive because it tells when the build was made.
WHEN_BUILT = {"extracted.extractions": "extracted_at", "meta.build": "value"}


@pytest.fixture
def registry() -> Replica:
    return Replica([dosed("NCT99900001"), dosed("NCT99900002", "Cisplatin 75 mg/m2 IV day 1"), record("NCT99900003")])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "kb")


@pytest.fixture
def refresh(registry: Replica, store: Store) -> Iterator[Any]:
    with registry.serve() as server:

        def run(asked: Query | None = None) -> RefreshSummary:
            settings = ClientSettings(base_url=server.base_url, requests_per_second=1000)
            with store.lock():
                return refresh_from(store, settings, asked, queries.install, workers=1)

        yield run


def ids(store: Store) -> list[str]:
    with store.connect() as con:
        return [row[0] for row in con.execute("SELECT nct_id FROM ctgov.studies ORDER BY 1").fetchall()]


def contents(store: Store, *, without_runs: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the columns that tell when the build was made."""
    with store.connect() as con:
        return {
            table.full_name: con.execute(
                f"SELECT {_columns(table.full_name)} FROM {table.full_name} ORDER BY ALL"
            ).fetchall()
            for table in all_tables()
            if not (without_runs and table.schema in ("meta", "history"))
            if table.name != "quality_checks"  # tells what the version before had
        }


def _columns(name: str) -> str:
    return f"* EXCLUDE ({WHEN_BUILT[name]})" if name in WHEN_BUILT else "*"


def change(item: Json, **modules: Json) -> Json:
    return {"protocolSection": item["protocolSection"] | modules}


def test_a_first_refresh_has_every_study(refresh: Any, store: Store) -> None:
    summary = refresh()
    assert summary.update.load.new == 3
    assert ids(store) == ["NCT99900001", "NCT99900002", "NCT99900003"]


def test_a_second_refresh_changes_nothing_and_says_so(refresh: Any, store: Store) -> None:
    refresh()
    before = store.release_names()
    summary = refresh()
    assert summary.update is None
    assert summary.reason.startswith("nothing new")
    assert summary.requests == 1
    assert store.release_names() == before


def test_new_changed_and_removed_records_arrive(refresh: Any, store: Store, registry: Replica) -> None:
    refresh()
    registry.update(
        add=[record("NCT99900004", posted="2026-10-05")],
        patch={"NCT99900001": {"protocolSection.identificationModule.briefTitle": "Renamed"}},
        remove=["NCT99900003"],
    )
    summary = refresh()
    assert (summary.update.load.new, summary.update.load.changed, summary.update.removed) == (1, 1, 1)
    assert ids(store) == ["NCT99900001", "NCT99900002", "NCT99900004"]
    with store.connect() as con:
        assert con.execute("SELECT nct_id, last_version_no FROM history.removed_studies").fetchall() == [
            ("NCT99900003", 2)
        ]
        title = "SELECT brief_title FROM ctgov.studies WHERE nct_id = 'NCT99900001'"
        assert con.execute(title).fetchall() == [("Renamed",)]


def test_a_removed_study_can_come_back(refresh: Any, store: Store, registry: Replica) -> None:
    refresh()
    registry.update(remove=["NCT99900003"])
    refresh()
    registry.update(restore=["NCT99900003"])
    refresh()
    assert "NCT99900003" in ids(store)
    with store.connect() as con:
        assert con.execute("FROM history.removed_studies").fetchall() == []
        kinds = "SELECT change_kind FROM history.study_versions WHERE nct_id = 'NCT99900003' ORDER BY version_no"
        assert con.execute(kinds).fetchall() == [("new",), ("removed",), ("restored",)]


def test_a_rebuild_gives_the_same_keys_and_rows(refresh: Any, store: Store, registry: Replica) -> None:
    refresh()
    registry.update(
        patch={"NCT99900002": {"protocolSection.statusModule.overallStatus": "COMPLETED"}}, remove=["NCT99900003"]
    )
    refresh()
    before = contents(store)
    with store.lock():
        update(store, queries.install, rebuild=True, workers=1)
    assert contents(store) == before


def test_what_a_dead_run_received_is_loaded_by_the_next(
    refresh: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("kb.runs.load_entries", _die)
        with pytest.raises(KeyboardInterrupt):
            refresh()
    assert not store.current.exists()
    with store.lock():
        update(store, queries.install, workers=1)
    assert len(ids(store)) == 3


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_query_is_remembered(refresh: Any, store: Store, registry: Replica) -> None:
    refresh(Query(ids=("NCT99900001", "NCT99900002")))
    assert len(ids(store)) == 2
    registry.update(patch={"NCT99900002": {"protocolSection.identificationModule.briefTitle": "Renamed"}})
    refresh()
    assert len(ids(store)) == 2
    with store.connect() as con:
        assert ("Renamed",) in con.execute("SELECT brief_title FROM ctgov.studies").fetchall()


def test_the_live_registry_is_not_crawled_by_accident(store: Store) -> None:
    with store.lock(), pytest.raises(UsageError, match="say what to fetch"):
        refresh_from(store, ClientSettings(base_url=LIVE_BASE_URL), None, queries.install)


def test_local_files_give_the_same_studies_as_a_crawl(
    refresh: Any, store: Store, tmp_path: Path, registry: Replica
) -> None:
    refresh()
    folder = tmp_path / "files"
    folder.mkdir()
    for nct_id in registry.ids:
        (folder / f"{nct_id}.json").write_bytes(registry.store.snapshot.bodies[nct_id])
    other = Store(tmp_path / "other")
    with other.lock():
        ingest_files(other, [folder])
        update(other, queries.install, workers=1)
    assert contents(other, without_runs=True) == contents(store, without_runs=True)


def test_a_failed_gate_keeps_yesterdays_version(refresh: Any, store: Store, registry: Replica) -> None:
    refresh()
    before = store.release_names()
    registry.update(add=[record("NCT99900004")])

    def spoil(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("INSERT INTO ctgov.conditions (nct_id, condition_no, name) VALUES ('NCT00000000', 1, 'orphan')")

    with store.lock():
        Archive(store.raw)
        with pytest.raises(GateFailed, match=r"ctgov.conditions belongs to a study \(1 rows without a study\)"):
            update(store, spoil, rebuild=True, workers=1)
    assert store.release_names() == before
    assert len(ids(store)) == 3

"""The registry's own past versions: imported on demand, put in order among those that were observed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import queries
from crawler.errors import BudgetSpent, ProtocolError
from crawler.past import listed_versions
from crawler.replica import Replica, Server
from crawler.settings import ClientSettings
from kb.refresh import import_versions, refresh_from
from kb.runs import update
from kb.store import Store
from tests.records import dosed, record
from tests.test_cli import trialkb
from tests.test_runs import contents

DOSE = "protocolSection.armsInterventionsModule.interventions.0.description"
FIRST, SECOND = "NCT99900001", "NCT99900002"


@pytest.fixture
def replica() -> Replica:
    """A registry in which one study had three versions, and another one, before anybody looked."""
    replica = Replica([dosed(FIRST, "Fludarabine 30 mg/m2 IV"), record(SECOND)], data_timestamp="2026-09-01T09:00:05")
    replica.update(patch={FIRST: {DOSE: "Fludarabine 40 mg/m2 IV"}}, data_timestamp="2026-09-10T09:00:05")
    replica.update(patch={FIRST: {DOSE: "Fludarabine 50 mg/m2 IV"}}, data_timestamp="2026-09-20T09:00:05")
    return replica


@pytest.fixture
def server(replica: Replica) -> Iterator[Server]:
    with replica.serve() as server:
        yield server


@pytest.fixture
def store(server: Server, tmp_path: Path) -> Store:
    store = Store(tmp_path / "kb")
    refresh(store, server)
    return store


def refresh(store: Store, server: Server) -> None:
    with store.lock():
        refresh_from(store, settings(server), None, queries.install, workers=1)


def settings(server: Server, daily_requests: int | None = None) -> ClientSettings:
    return ClientSettings(base_url=server.base_url, requests_per_second=1000, daily_requests=daily_requests)


def bring(store: Store, server: Server, *ids: str, daily_requests: int | None = None) -> int:
    with store.lock():
        found, _ = import_versions(store, settings(server, daily_requests), ids, queries.install, workers=1)
    return found.versions


def versions(store: Store, nct_id: str = FIRST) -> list[tuple[object, ...]]:
    with store.connect() as con:
        sql = "SELECT version_no, change_kind FROM history.study_versions WHERE nct_id = ? ORDER BY version_no"
        return con.execute(sql, [nct_id]).fetchall()


def test_nothing_is_imported_unless_asked_for(store: Store, server: Server) -> None:
    assert versions(store) == [(1, "new")]
    assert not any("/int/" in request.path for request in server.requests)


def test_versions_from_before_the_first_look(store: Store, server: Server) -> None:
    assert bring(store, server, FIRST) == 3
    assert versions(store) == [(1, "new"), (2, "sponsor"), (3, "sponsor")]
    with store.connect() as con:
        dates = con.execute("SELECT first_seen::DATE::VARCHAR FROM history.study_versions WHERE nct_id = ? "
                            "AND version_no < 3 ORDER BY version_no", [FIRST]).fetchall()  # fmt: skip
        facts = "SELECT version_no, old_value, new_value FROM history.fact_changes WHERE fact = 'dose' ORDER BY 1"
        doses = [(number, old.split(",")[0], new.split(",")[0]) for number, old, new in con.execute(facts).fetchall()]
        current = con.execute("SELECT description FROM ctgov.interventions WHERE nct_id = ?", [FIRST]).fetchall()
    assert dates == [("2026-09-01",), ("2026-09-10",)]
    assert [(number, old[12:20], new[12:20]) for number, old, new in doses] == [
        (2, "30 mg/m2", "40 mg/m2"), (3, "40 mg/m2", "50 mg/m2"),
    ]  # fmt: skip
    assert current == [("Fludarabine 50 mg/m2 IV",)]


def test_a_second_import_brings_nothing_and_changes_nothing(store: Store, server: Server) -> None:
    bring(store, server, FIRST)
    before = contents(store, without_runs=True), versions(store)
    assert bring(store, server, FIRST) == 0
    assert (contents(store, without_runs=True), versions(store)) == before


def test_a_later_change_follows_them_and_a_rebuild_gives_the_same(
    store: Store, server: Server, replica: Replica
) -> None:
    bring(store, server, FIRST)
    replica.update(patch={FIRST: {DOSE: "Fludarabine 60 mg/m2 IV"}})
    refresh(store, server)
    assert versions(store) == [(1, "new"), (2, "sponsor"), (3, "sponsor"), (4, "sponsor")]
    before = contents(store)
    with store.lock():
        update(store, queries.install, rebuild=True, workers=1)
    after = contents(store)
    assert {name for name in before if before[name] != after[name]} == set()


def test_every_study_that_has_none_yet(store: Store, server: Server) -> None:
    bring(store, server, SECOND)
    asked = len(server.requests)
    bring(store, server)
    paths = [request.path for request in server.requests[asked:]]
    assert not any(SECOND in path for path in paths)
    assert len(versions(store)) == 3


def test_a_budget_ends_it_and_what_came_is_kept(store: Store, server: Server) -> None:
    used = len(server.requests)
    with pytest.raises(BudgetSpent):
        bring(store, server, FIRST, daily_requests=used + 2)
    assert len(versions(store)) == 2  # the list of versions and the first of them
    assert bring(store, server, FIRST) == 2
    assert len(versions(store)) == 3


def test_a_study_that_the_registry_has_no_more(store: Store, server: Server, replica: Replica) -> None:
    replica.update(remove=[SECOND])
    with store.lock():
        found, _ = import_versions(store, settings(server), [SECOND, FIRST], queries.install, workers=1)
    assert (found.versions, found.unknown) == (3, (SECOND,))


@pytest.mark.parametrize(
    "body",
    [[], {}, {"history": None}, {"history": {"changes": {}}}, {"history": {"changes": [{"date": "2026-01-01"}]}},
     {"history": {"changes": [{"version": True}]}}, {"history": {"changes": [None]}}],
)  # fmt: skip
def test_a_history_of_another_form_is_refused(body: object) -> None:
    with pytest.raises(ProtocolError, match=r"undocumented|no number"):
        listed_versions(body)


def test_from_the_command_line(store: Store, server: Server) -> None:
    options = ["--kb", store.root, "--base-url", server.base_url, "--rate", "1000", "--workers", "1"]
    done = trialkb("past", FIRST, *options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 past versions imported; published trialkb-")
    shown = trialkb("history", FIRST, "--kb", store.root).stdout
    assert "Fludarabine [-40-] {+50+} mg/m2 IV" in shown or "Fludarabine 40 mg/m2 IV → Fludarabine 50 mg/m2 IV" in shown
    assert trialkb("past", *options).returncode == 2
    assert "is not in" in trialkb("past", "NCT00000001", *options).stderr

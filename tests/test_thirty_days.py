"""Thirty days at a registry that changes, and at which something goes wrong every day: nothing is lost or lingers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import queries
from crawler.errors import TrialkbError
from crawler.pace import Clock
from crawler.records import content_sha256
from crawler.replica import Replica, Server
from crawler.replica.faults import KINDS, Fault
from crawler.settings import ClientSettings
from kb.refresh import RefreshSummary, refresh_from
from kb.runs import Prepare, update
from kb.schema import tables
from kb.store import Store
from tests.records import Json, dosed, record
from tests.test_runs import contents

DAYS = 30
BUDGET = 60
# A study that answers meet record faults on; its history holds what the faults made of it, too.
SPOILED = "NCT99900040"
DOSE = "protocolSection.armsInterventionsModule.interventions.0.description"
TITLE = "protocolSection.identificationModule.briefTitle"
COUNT = "protocolSection.designModule.enrollmentInfo"
ACRONYM = "protocolSection.identificationModule.acronym"

# What goes wrong on which day, and the exit code of a day that fails.
FAULTS: dict[int, tuple[str, int]] = {
    1: ("429:retry-after=30:path=/studies", 0),
    2: ("429:path=/version", 0),
    3: ("500:path=/studies:from=2", 0),
    4: ("502:path=/version", 0),
    5: ("503:path=/studies:times=3", 0),
    6: ("reset:path=/studies", 0),
    7: ("half-body:path=/studies:from=2", 0),
    8: ("bad-gzip:path=/studies", 0),
    9: ("bad-gzip:how=truncated:path=/studies:from=2", 0),
    10: ("bad-gzip:how=crc:path=/studies", 0),
    11: ("html:path=/studies:from=2", 4),
    12: ("stale-token", 0),
    13: ("version-moves", 0),
    14: ("repeat-ids", 0),
    15: ("omit-ids", 0),
    16: ("shift-ids:having=fields", 0),
    17: (f"unknown-field:id={SPOILED}:path=/studies", 0),
    18: ("403:path=/studies:from=3", 3),
    19: ("redirect-loop:path=/version", 4),
    20: (f"wrong-type:field=protocolSection.statusModule.overallStatus:id={SPOILED}:path=/studies", 0),
    21: ("400:having=filter.ids", 0),
    22: (f"null:field=protocolSection.designModule:id={SPOILED}:path=/studies", 0),
    23: ("500:path=/studies:from=2:times=always", 3),
    24: ("alias-redirect:to=NCT99900001:path=/version", 4),
    25: ("endless-body:path=/studies", 0),
    26: ("omit-ids:having=fields:times=always", 4),
    27: ("budget", 3),
    28: ("slow:seconds=0.1:path=/studies", 0),
    29: ("wrong-total", 0),
}


class Days:
    """Time that passes only by sleeping and from day to day; new data come on working days."""

    def __init__(self) -> None:
        self.slept = 0.0
        self.day = datetime(2026, 10, 2, 15, 17, tzinfo=UTC)

    @property
    def is_friday(self) -> bool:
        return self.day.weekday() == 4

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def clock(self) -> Clock:
        return Clock(lambda: time.monotonic() + self.slept, self.sleep, lambda: self.day)


@dataclass
class Played:
    """What happened at the registry: the versions of each study in their order, as (kind, content)."""

    versions: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)

    def saw(self, replica: Replica, kind: str, nct_id: str) -> None:
        content = None if kind == "removed" else content_sha256(replica.store.snapshot.record(nct_id))
        self.versions.setdefault(nct_id, []).append((kind, content))


def nct(number: int) -> str:
    return f"NCT{99900000 + number}"


def first_records() -> list[Json]:
    """Forty studies: doses and ages in half of them, markup and a site in those that are re-rendered later."""
    some = [dosed(nct(number), f"Fludarabine {10 + number} mg/m2 intravenously") for number in range(1, 21)]
    plain = [record(nct(number)) for number in range(21, 31)]
    site = {"locations": [{"facility": "Clinic", "city": "Ulm", "geoPoint": {"lat": 48.4, "lon": 10.0}}]}
    rendered = [
        record(nct(n), descriptionModule={"briefSummary": "More than \\> 5 units"}, contactsLocationsModule=site)
        for n in range(31, 40)
    ]
    return [*some, *plain, *rendered, dosed(SPOILED)]


def play(replica: Replica, played: Played, day: int) -> None:
    """One day at the registry. A study is left alone for longer than failures last, so that each version is seen."""
    changed = nct(1 + day * 2 % 20)
    patch: dict[str, Json] = {changed: {DOSE: f"Fludarabine {100 + day} mg/m2 intravenously on day {day}"}}
    if day % 2:
        patch[changed] |= {TITLE: f"Renamed on day {day}", COUNT: {"count": 10 * day}}
    if day in (17, 20, 22):
        patch[SPOILED] = {TITLE: f"Touched on day {day}"}
    add = [dosed(nct(100 + day), "Melphalan 140 mg/m2 IV day -2")] if day % 3 == 0 else []
    remove = [nct(20 + day // 4 + 1)] if day % 4 == 1 and day < 26 else []
    restore = [nct(20 + (day - 6) // 4 + 1)] if day % 4 == 3 and day > 6 else []
    rerender = [nct(31 + day // 3)] if day % 3 == 1 and day < 22 else []
    model: dict[str, str | None] = {ACRONYM: "markup", "protocolSection.newModule": "text"} if day == 9 else {}
    alias = {nct(29): nct(30)} if day == 14 else {}
    replica.update(
        add=add, patch=patch, remove=remove, restore=restore, rerender=rerender, model=model, alias=alias,
    )  # fmt: skip
    for kind, ids in (
        ("new", [nct(100 + day)] if add else []), ("sponsor", [*patch, *alias.values()]),
        ("removed", [*remove, *alias]), ("restored", restore), ("registry", rerender),
    ):  # fmt: skip
        for nct_id in ids:
            played.saw(replica, kind, nct_id)


@dataclass
class Month:
    """The thirty days once they are over: by day the exit code, the requests made, and the faults that nobody met."""

    store: Store
    server: Server
    replica: Replica
    settings: ClientSettings
    days: Days = field(default_factory=Days)
    played: Played = field(default_factory=Played)
    exits: dict[int, int] = field(default_factory=dict)
    requests: dict[int, int] = field(default_factory=dict)
    unfired: dict[int, list[Any]] = field(default_factory=dict)
    saturdays: dict[int, RefreshSummary] = field(default_factory=dict)
    asked: int = 0

    def refresh(self, settings: ClientSettings | None = None, prepare: Prepare = lambda con: None) -> RefreshSummary:
        """A night's run. The comparison is made on the last night only: it is the same work every night."""
        with self.store.lock():
            return refresh_from(
                self.store, settings or self.settings, None, prepare,
                workers=1, clock=self.days.clock(), rolling_share=0.25,
            )  # fmt: skip

    def live(self, day: int) -> None:
        """One working day, its fault, its run; and after a Friday a run on Saturday."""
        play(self.replica, self.played, day)
        self.days.day = datetime.fromisoformat(self.replica.data_timestamp).replace(hour=15, tzinfo=UTC)
        fault, _ = FAULTS.get(day, ("", 0))
        if fault and fault != "budget":
            self.replica.faults.add(fault)
        before = len(self.server.requests)
        try:
            self.refresh(
                replace(self.settings, daily_requests=4) if fault == "budget" else None,
                queries.install if day == DAYS else lambda con: None,
            )
            self.exits[day] = 0
        except TrialkbError as error:
            self.exits[day] = error.exit_code
        self.requests[day] = len(self.server.requests) - before
        self.unfired[day] = self.replica.faults.unfired()
        self.replica.faults.clear()
        if self.days.is_friday and day < DAYS:
            self.days.day += timedelta(days=1)
            self.saturdays[day] = self.refresh()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    replica = Replica(first_records())
    with replica.serve() as server:
        settings = ClientSettings(base_url=server.base_url, page_size=10, body_seconds=0.5, daily_requests=BUDGET)
        month = Month(Store(tmp_path_factory.mktemp("month") / "kb"), server, replica, settings)
        for nct_id in replica.ids:
            month.played.saw(replica, "new", nct_id)
        month.refresh()
        for day in range(1, DAYS + 1):
            month.live(day)
        month.asked = len(server.requests)
        yield month


def test_a_fault_of_every_kind_was_played() -> None:
    played = {Fault.parse(fault).kind for fault, _ in FAULTS.values() if fault != "budget"}
    assert played >= KINDS | {"403", "429", "500", "502", "503"}


def test_each_fault_was_met_and_ended_as_it_should(month: Month) -> None:
    assert not any(month.unfired.values())
    assert month.exits == {day: FAULTS.get(day, ("", 0))[1] for day in range(1, DAYS + 1)}


def test_no_day_made_more_requests_than_its_budget(month: Month) -> None:
    assert max(month.requests.values()) <= BUDGET
    assert month.days.slept > len(month.server.requests) - DAYS * 3  # and none made more than one a second
    assert month.requests[27] == 4


def test_on_saturdays_there_is_nothing_new_unless_friday_failed(month: Month) -> None:
    assert len(month.saturdays) == 6
    for friday, summary in month.saturdays.items():
        assert (summary.update is None, summary.requests == 1) == (month.exits[friday] == 0,) * 2


def test_every_table_equals_that_of_a_clean_load_of_the_last_day(month: Month, tmp_path: Path) -> None:
    clean = Store(tmp_path / "clean")
    with clean.lock():
        refresh_from(clean, replace(month.settings, requests_per_second=1000), None, queries.install, workers=1)
    ours, theirs = tables_of(month.store), tables_of(clean)
    assert {name for name in ours.keys() | theirs.keys() if ours[name] != theirs[name]} == set()
    assert len(ours["ctgov.studies"]) > 40
    assert len(ours["extracted.doses"]) > 20


def tables_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """The tables of the registry's records, of their facts and of the comparison."""
    found = contents(store, without_runs=True)
    with store.connect() as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'compare'").fetchall()
        found |= {name: con.execute(f"FROM compare.{name} ORDER BY ALL").fetchall() for (name,) in names}
    found.pop("study_rows")  # the same rows once more, with the times of their runs
    return found


def test_the_history_holds_every_version(month: Month) -> None:
    seen: dict[str, list[tuple[str, str | None]]] = {}
    with month.store.connect() as con:
        sql = "SELECT nct_id, change_kind, content_sha256 FROM history.study_versions ORDER BY nct_id, version_no"
        for nct_id, kind, content in con.execute(sql).fetchall():
            seen.setdefault(nct_id, []).append((kind, content))
    spoiled, played = seen.pop(SPOILED), dict(month.played.versions)
    wanted = iter(spoiled)
    assert all(any(content == theirs for _, theirs in wanted) for _, content in played.pop(SPOILED))
    assert {nct_id: (seen.get(nct_id), played[nct_id]) for nct_id in played if seen.get(nct_id) != played[nct_id]} == {}
    assert seen.keys() == played.keys()
    kinds = {kind for versions in played.values() for kind, _ in versions}
    assert kinds == {"new", "sponsor", "registry", "removed", "restored"}


def test_what_is_gone_has_a_tombstone(month: Month) -> None:
    gone = {nct_id for nct_id, versions in month.played.versions.items() if versions[-1][0] == "removed"}
    with month.store.connect() as con:
        assert {row[0] for row in con.execute("SELECT nct_id FROM history.removed_studies").fetchall()} == gone
        assert con.execute(
            "SELECT count(*) FROM ctgov.studies SEMI JOIN history.removed_studies USING (nct_id)"
        ).fetchall() == [(0,)]
    assert gone


def test_every_run_has_its_record(month: Month) -> None:
    with month.store.connect() as con:
        runs = con.execute(
            "SELECT state, error, requests, doses_found FROM meta.runs ORDER BY started_at, run_id"
        ).fetchall()
    states = Counter(state for state, *_ in runs)
    failed = sum(1 for code in month.exits.values() if code)
    failed_fridays = sum(1 for friday in month.saturdays if month.exits[friday])
    assert states == {
        "failed": failed,
        "nothing new": len(month.saturdays) - failed_fridays,
        "complete": 1 + DAYS - failed + failed_fridays,
    }
    assert all(error for state, error, *_ in runs if state == "failed")
    assert sum(requests for _, _, requests, _ in runs) == month.asked
    assert runs[0][3] >= 20


def test_drift_of_the_data_model_is_listed(month: Month) -> None:
    with month.store.connect() as con:
        rows = con.execute("SELECT path, kind, type_before, type_after FROM meta.model_drift ORDER BY path").fetchall()
    assert rows == [
        (ACRONYM, "changed", "text, piece Acronym", "markup, piece Acronym"),
        ("protocolSection.newModule", "new", None, "text, piece NewModule"),
    ]


def test_doses_that_changed_are_facts_of_the_history(month: Month) -> None:
    with month.store.connect() as con:
        sql = "SELECT old_value, new_value FROM history.fact_changes WHERE fact = 'dose' AND nct_id = ? "
        sql += "ORDER BY version_no"
        first = con.execute(sql, [nct(3)]).fetchall()[0]
    assert first[0].startswith("fludarabine 13 mg/m2 iv")
    assert first[1].startswith("fludarabine 101 mg/m2 iv")


def test_a_rebuild_gives_the_same_rows(month: Month) -> None:
    before = contents(month.store)
    with month.store.lock():
        update(month.store, queries.install, rebuild=True, workers=1)
    after = contents(month.store)
    assert {name for name in before if before[name] != after[name]} == set()
    assert all(before[table.full_name] for table in tables("history").values())

"""Other registers asked over HTTP: what they answer becomes rows, whatever goes wrong on the way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import orjson
import pytest
import typer

import queries
from cli.main import app
from crawler.archive import Archive
from crawler.errors import Incomplete, NetworkError, Offline, ProtocolError, TrialkbError, UsageError
from crawler.pace import Clock
from crawler.records import Record, Unreadable, records
from crawler.registers import Asked, Fetch, ctis, register_named
from crawler.replica import Server
from crawler.replica.ctis import Interface
from crawler.replica.register import RegisterReplica
from crawler.settings import ClientSettings
from kb.ingest import ingest_register
from kb.runs import UpdateResult, update
from kb.store import Store
from tests.register_records import ctis_file, ctis_trial, isrctn_file, isrctn_trial

GOUT = [f"2031-50000{number}-{number}{number}-00" for number in range(1, 6)]
SLEEP = [f"ISRCTN1000000{number}" for number in range(1, 6)]
ASTHMA = "2031-509999-99-00"
BOTH = pytest.mark.parametrize(("name", "ids"), [("CTIS", GOUT), ("ISRCTN", SLEEP)])


def played(name: str, *faults: str) -> RegisterReplica:
    """A register of five trials, edited one a year, and one of another subject."""
    if name == "CTIS":
        trials = [ctis_trial(number, f"Gout, attack {place}") for place, number in enumerate(GOUT)]
        other = orjson.loads(orjson.dumps(ctis_trial(ASTHMA, "Asthma")).replace(b"out", b"ist"))
        return RegisterReplica("CTIS", [ctis_file(*trials, other)], faults)
    pieces = [isrctn_trial(text[-8:], f"Milk for sleep {n}", f"201{n}-04-01") for n, text in enumerate(SLEEP)]
    other = isrctn_trial("19999999", "Asthma").replace(b"sleep", b"wheez").replace(b"milk", b"air")
    return RegisterReplica("ISRCTN", [isrctn_file(*pieces, other)], faults)


class Desk:
    """A knowledge base, and the way to a register; time passes at once, and `slept` is what was waited for."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "kb")
        self.slept: list[float] = []

    def fetch(
        self, server: Server, name: str, query: str | None = None, *ids: str, page_size: int | None = None
    ) -> Fetch:
        settings = ClientSettings(requests_per_second=1000, contact="me@example.org", max_tries=3)
        clock = Clock(sleep=self.slept.append)
        asked = Asked(query, ids)
        return Fetch(register_named(name), asked, settings, base_url=server.base_url, page_size=page_size, clock=clock)

    def take(self, fetch: Fetch) -> list[str]:
        """Fetch into the raw archive; the problems."""
        with self.store.lock():
            return ingest_register(self.store, fetch).problems

    def run(self, *fetches: Fetch) -> UpdateResult:
        """Fetch and load."""
        for fetch in fetches:
            assert self.take(fetch) == []
        with self.store.lock():
            return update(self.store, queries.install, workers=1)

    def arrived(self) -> list[str]:
        """The ids of the records in the archive, as a load will read them; repeated ones once."""
        return sorted({item.nct_id for item in self._items() if isinstance(item, Record)})

    def unreadable(self) -> set[str]:
        """Why records in the archive will go to the dead letters."""
        return {item.reason for item in self._items() if isinstance(item, Unreadable)}

    def _items(self) -> list[Record | Unreadable]:
        archive = Archive(self.store.raw)
        bodies = {entry.sha256: entry.kind for entry in archive.entries()}
        return [item for sha256, kind in bodies.items() for item in records(archive.read(sha256), kind)]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.store.connect() as con:
            return con.execute(sql).fetchall()


WORDS = {"CTIS": "gout sorelin", "ISRCTN": "sleep"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# -- what comes ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A knowledge base of both registers."""
    desk = Desk(tmp_path_factory.mktemp("both"))
    with played("CTIS").serve() as portal, played("ISRCTN").serve() as register:
        fetches = desk.fetch(portal, "CTIS", "gout attack"), desk.fetch(register, "ISRCTN", '"warm milk" OR sleep')
        load = desk.run(*fetches).load
    assert (load.new, load.failed) == (10, 0)
    return desk


def test_both_stand_in_the_tables_of_the_registry(both: Desk) -> None:
    assert both.rows("SELECT registry, count(*) FROM ctgov.studies GROUP BY ALL ORDER BY ALL") == [
        ("CTIS", 5), ("ISRCTN", 5),
    ]  # fmt: skip
    assert both.rows("SELECT DISTINCT form FROM meta.records ORDER BY ALL") == [("ctis_json",), ("isrctn_xml",)]


def test_the_eu_portal_becomes_rows(both: Desk) -> None:
    study = f"nct_id = '{GOUT[0]}'"
    assert both.rows(
        "SELECT registry, brief_title, overall_status, phase, enrollment, start_date::VARCHAR, start_date_type, "
        f"completion_date::VARCHAR, completion_date_type FROM ctgov.studies WHERE {study}"
    ) == [("CTIS", "Gout, attack 0", "RECRUITING", "PHASE2", 120, "2031-03-05", "ACTUAL", "2033-06-30", "ESTIMATED")]
    assert both.rows(f"SELECT name, agency_class FROM ctgov.sponsors WHERE {study} ORDER BY name") == [
        ("Alpine Pharma", "INDUSTRY"), ("Second University", None),
    ]  # fmt: skip
    assert both.rows(f"SELECT name, city, country FROM ctgov.facilities WHERE {study} ORDER BY facility_no") == [
        ("Clinic on the Hill", "Graz", "Austria"), (None, None, "Italy"), (None, None, "Brazil"),
    ]  # fmt: skip
    assert both.rows(f"SELECT id_value FROM ctgov.id_information WHERE {study} ORDER BY id_no") == [
        ("NCT99900001",), ("2019-099999-42",),
    ]  # fmt: skip
    fields = dict(both.rows(f"SELECT field, value FROM meta.register_fields WHERE {study}"))  # type: ignore[arg-type]
    assert fields["public status"] == "Ongoing, recruiting"
    assert fields["state of the application"] == "Authorised"
    assert fields["maximum daily dose of Sorelin 5 mg capsules"] == "15 mg milligram(s)"
    assert fields["therapeutic area"] == "Musculoskeletal Diseases"
    doses = both.rows(f"SELECT amount_low, unit FROM extracted.doses WHERE {study}")
    assert doses == [(5.0, "mg")]


def test_the_isrctn_register_becomes_rows(both: Desk) -> None:
    study = f"nct_id = '{SLEEP[0]}'"
    assert both.rows(f"SELECT registry, brief_title, enrollment, enrollment_type FROM ctgov.studies WHERE {study}") == [
        ("ISRCTN", "Milk for sleep 0", 61, "ACTUAL")
    ]
    assert both.rows(
        f"SELECT outcome_type, measure, time_frame, description FROM ctgov.design_outcomes WHERE {study} ORDER BY ALL"
    ) == [("primary", "Hours of sleep", "6 weeks", "a diary"), ("secondary", "Mood", "12 weeks", None)]
    designs = both.rows(f"SELECT allocation, primary_purpose FROM ctgov.designs WHERE {study}")
    assert designs == [("RANDOMIZED", "TREATMENT")]
    assert both.rows(f"SELECT id_value FROM ctgov.id_information WHERE {study} ORDER BY id_no") == [
        ("10.1186/ISRCTN10000001",), ("NCT99900002",),
    ]  # fmt: skip
    assert both.rows(f"SELECT city, country FROM ctgov.facilities WHERE {study} ORDER BY facility_no") == [
        ("Leeds", "England"), (None, "Malta"),
    ]  # fmt: skip
    assert both.rows(f"SELECT value FROM meta.register_fields WHERE {study} AND field = 'condition category'") == [
        ("Mental and Behavioural Disorders",)
    ]


def test_three_nights_and_a_rebuild(desk: Desk) -> None:
    portal, register = played("CTIS"), played("ISRCTN")

    def night() -> tuple[int, int, int]:
        with portal.serve() as there, register.serve() as here:
            load = desk.run(desk.fetch(there, "CTIS", "gout"), desk.fetch(here, "ISRCTN", "sleep")).load
        return load.new, load.changed, load.unchanged

    assert night() == (10, 0, 0)
    assert night() == (0, 0, 10)
    assert desk.rows("SELECT max(version_no) FROM history.study_versions") == [(1,)]

    for replica, trial, title in ((portal, GOUT[0], b"Gout, attack 0"), (register, SLEEP[4], b"Milk for sleep 4")):
        replica.records[trial] = replica.records[trial].replace(title, b"A better title")
    assert night() == (0, 2, 8)
    changed = "SELECT nct_id FROM history.study_versions WHERE version_no = 2 ORDER BY ALL"
    assert desk.rows(changed) == [(GOUT[0],), (SLEEP[4],)]
    titles = "SELECT nct_id FROM ctgov.studies WHERE brief_title = 'A better title' ORDER BY ALL"
    assert desk.rows(titles) == [(GOUT[0],), (SLEEP[4],)]

    outcomes = desk.rows("SELECT * FROM ctgov.design_outcomes ORDER BY ALL")
    with desk.store.lock():  # both registers are gone
        update(desk.store, queries.install, rebuild=True, workers=1)
    assert desk.rows("SELECT * FROM ctgov.design_outcomes ORDER BY ALL") == outcomes
    assert desk.rows(changed) == [(GOUT[0],), (SLEEP[4],)]


@BOTH
def test_everything_and_by_id(desk: Desk, name: str, ids: list[str]) -> None:
    with played(name).serve() as server:
        assert desk.take(desk.fetch(server, name, None, ids[2], ids[2].lower(), ids[0])) == []
        assert desk.arrived() == [ids[0], ids[2]]
        assert desk.take(desk.fetch(server, name)) == []
    assert len(desk.arrived()) == 6


def test_what_is_kept_of_the_answers(desk: Desk) -> None:
    with played("CTIS").serve() as server:
        desk.take(desk.fetch(server, "CTIS", "gout"))
    entries = list(Archive(desk.store.raw).entries())
    assert [entry.kind for entry in entries] == ["run", "ids", *["file"] * 5, "run"]
    assert entries[1].note["asked"]["searchCriteria"] == {"containAll": "gout"}
    assert {entry.note["register"] for entry in entries[1:-1]} == {"CTIS"}
    assert entries[-1].note["requests"] == 6


# -- manners and pages -----------------------------------------------------------------------------------------


def test_who_asks_and_what(desk: Desk) -> None:
    replica = played("CTIS")
    with replica.serve() as server:
        desk.take(desk.fetch(server, "CTIS", "gout", page_size=2))
    asked = [(request.method, request.path) for request in replica.requests]
    assert asked[:3] == [("POST", "/search")] * 3
    assert sorted(path for _, path in asked[3:]) == [f"/retrieve/{number}" for number in GOUT]
    assert all(request.user_agent.endswith("(contact: me@example.org)") for request in replica.requests)


def test_requests_keep_their_distance(desk: Desk) -> None:
    with played("CTIS").serve() as server:
        fetch = desk.fetch(server, "CTIS", None, *GOUT)
        fetch.settings = replace(fetch.settings, requests_per_second=1)
        desk.take(fetch)
    assert len(desk.slept) == 4
    assert all(seconds > 0.5 for seconds in desk.slept)


def test_what_is_more_than_a_request_gives_is_asked_for_by_the_day_of_the_last_edit(desk: Desk) -> None:
    replica = played("ISRCTN")
    with replica.serve() as server:
        assert desk.take(desk.fetch(server, "ISRCTN", "sleep", page_size=2)) == []
    assert desk.arrived() == SLEEP
    with_records = [request.params for request in replica.requests if request.params["limit"] != "0"]
    assert len(with_records) >= 3
    assert {asked["limit"] for asked in with_records} == {"2"}
    assert with_records[-1]["q"].startswith("(sleep) AND lastEdited GE ")


def test_a_register_that_no_longer_knows_the_day_of_the_last_edit(desk: Desk) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["q"])
        return httpx.Response(200, content=b'<allTrials totalCount="900"></allTrials>')

    fetch = Fetch(
        register_named("ISRCTN"), Asked("sleep"), ClientSettings(), transport=httpx.MockTransport(answer),
        clock=Clock(sleep=desk.slept.append),
    )  # fmt: skip
    with pytest.raises(ProtocolError, match="gives all 900 trials for any day of an edit"):
        desk.take(fetch)
    assert len(asked) == 3


def test_records_edited_in_one_go_are_asked_for_together(desk: Desk) -> None:
    replica = RegisterReplica(
        "ISRCTN", [isrctn_file(*(isrctn_trial(text[-8:], "Sleep", "2010-04-01") for text in SLEEP))]
    )
    with replica.serve() as server:
        assert desk.take(desk.fetch(server, "ISRCTN", "sleep", page_size=2)) == []
    assert desk.arrived() == SLEEP
    assert [asked.params["limit"] for asked in replica.requests if asked.params["limit"] != "0"] == ["5"]
    assert len(replica.requests) < 60


def test_beyond_the_window_of_the_portal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctis, "WINDOW", 4)
    monkeypatch.setattr(Interface, "window", 4)
    with played("CTIS").serve() as server:
        assert desk.take(desk.fetch(server, "CTIS", page_size=2)) == []
        assert desk.arrived() == [*GOUT, ASTHMA]
        monkeypatch.setattr(ctis, "WINDOW", 2)
        with pytest.raises(UsageError, match="6 trials match, CTIS gives at most 4: narrow the query"):
            desk.take(desk.fetch(server, "CTIS"))


def test_the_criteria_of_the_portal_itself(desk: Desk) -> None:
    criteria = {"medicalCondition": "gout toe", "number": GOUT[3]}
    with played("CTIS").serve() as server:
        desk.take(desk.fetch(server, "CTIS", orjson.dumps(criteria).decode()))
        assert desk.arrived() == [GOUT[3]]
        with pytest.raises(UsageError, match="is not JSON"):
            desk.take(desk.fetch(server, "CTIS", "{medicalCondition: gout}"))


# -- what goes wrong -------------------------------------------------------------------------------------------


@BOTH
def test_too_many_requests_is_waited_out(desk: Desk, name: str, ids: list[str]) -> None:
    replica = played(name, "429:retry-after=7", "500:from=2")
    with replica.serve() as server:
        assert desk.take(desk.fetch(server, name, WORDS[name])) == []
    assert desk.arrived() == ids
    assert replica.faults.unfired() == []
    assert sum(7 <= seconds <= 8 for seconds in desk.slept) == 1


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("500:times=always", NetworkError, "kept answering 500"),
        ("html:times=always", ProtocolError, 'sent a web page, titled "Please wait'),
        ("403:times=always", NetworkError, "refuses us"),
        ("bad-gzip:times=always", ProtocolError, "damaged body"),
        ("half-body:times=always", NetworkError, "broke"),
        ("reset:times=always", NetworkError, "broke"),
        ("redirect-loop", ProtocolError, "answers 301"),
    ],
)
@BOTH
def test_nothing_comes(desk: Desk, name: str, ids: list[str], fault: str, error: type[TrialkbError], said: str) -> None:
    replica = played(name, fault)
    with replica.serve() as server, pytest.raises(error, match=said) as raised:
        desk.take(desk.fetch(server, name, WORDS[name]))
    assert "\n" not in str(raised.value)
    assert len(replica.requests) == (1 if any(word in fault for word in ("html", "403", "loop")) else 3)
    with desk.store.lock():
        assert update(desk.store, queries.install).release is None


@BOTH
def test_a_page_that_leaves_a_trial_out_is_asked_for_again(desk: Desk, name: str, ids: list[str]) -> None:
    replica = played(name, {"CTIS": "omit-ids", "ISRCTN": "omit-ids:from=2"}[name])
    with replica.serve() as server:
        assert desk.take(desk.fetch(server, name, WORDS[name])) == []
    assert replica.faults.unfired() == []
    assert desk.arrived() == ids


@pytest.mark.parametrize(
    ("fault", "said", "count"),
    [
        ("omit-ids:times=always", "that 5 trials match, but 4 distinct ones came on its pages (0 repeated)", 4),
        ("repeat-ids:times=always:count=2", "", 5),
        ("wrong-total:times=always:count=2", "that 7 trials match, but 5 distinct ones came on its pages", 5),
    ],
)
@BOTH
def test_distinct_trials_are_counted_against_the_total(
    desk: Desk, name: str, ids: list[str], fault: str, said: str, count: int
) -> None:
    with played(name, fault).serve() as server, desk.store.lock():
        done = ingest_register(desk.store, desk.fetch(server, name, WORDS[name]))
    assert len(desk.arrived()) == count  # what came is kept
    assert [type(error) for error in done.errors] == ([Incomplete] if said else [])
    assert all(said in problem for problem in done.problems)


@BOTH
def test_a_broken_record_costs_itself(desk: Desk, name: str, ids: list[str]) -> None:
    with played(name, f"broken-record:id={ids[1]}:times=always").serve() as server:
        assert desk.take(desk.fetch(server, name, WORDS[name])) == []
    assert desk.arrived() == [text for text in ids if text != ids[1]]
    (reason,) = desk.unreadable()
    assert ("not JSON" if name == "CTIS" else "not XML") in reason


def test_a_broken_record_goes_to_the_dead_letters(desk: Desk) -> None:
    with played("CTIS", f"broken-record:id={GOUT[1]}:times=always").serve() as server:
        load = desk.run(desk.fetch(server, "CTIS", "gout")).load
        assert (load.new, load.failed) == (4, 1)
        ((source,),) = desk.rows("SELECT source FROM meta.dead_letters")
        assert source == f"{server.base_url}/retrieve/{GOUT[1]}"


def test_one_trial_that_cannot_be_had_costs_itself(desk: Desk) -> None:
    replica = played("CTIS", f"404:path=/retrieve/{GOUT[1]}", f"503:path=/retrieve/{GOUT[3]}:times=always")
    with replica.serve() as server:
        problems = desk.take(desk.fetch(server, "CTIS", None, *GOUT))
    assert desk.arrived() == [GOUT[0], GOUT[2], GOUT[4]]
    assert ["answers 404" in problems[0], "kept answering 503" in problems[1], len(problems)] == [True, True, 2]
    tries = Counter(request.path for request in replica.requests)
    assert (tries[f"/retrieve/{GOUT[1]}"], tries[f"/retrieve/{GOUT[3]}"]) == (1, 3)


def test_three_in_a_row_end_the_run_and_what_came_before_is_kept(desk: Desk) -> None:
    replica = played("CTIS", "500:path=/retrieve/*:from=2:times=always")
    with replica.serve() as server:
        problems = desk.take(desk.fetch(server, "CTIS", None, *GOUT))
    assert desk.arrived() == GOUT[:1]
    assert len(problems) == 3
    assert len(replica.requests) == 1 + 3 * 3


@BOTH
def test_what_the_register_does_not_know(desk: Desk, name: str, ids: list[str]) -> None:
    unknown = {"CTIS": "2031-512345-67-00", "ISRCTN": "ISRCTN12345678"}[name]
    with played(name).serve() as server:
        problems = desk.take(desk.fetch(server, name, None, ids[0], unknown))
        assert problems == [f"{name} does not know {unknown}: look at the number"]
        assert desk.arrived() == [ids[0]]
        with pytest.raises(UsageError, match=f"{name} has no trial for nothingofthekind"):
            desk.take(desk.fetch(server, name, "nothingofthekind"))


@pytest.mark.parametrize("text", ["NCT99900001", "ISRCTN1", "2031-1", "not applicable", "ISRCTN10000001 OR x"])
def test_an_id_of_another_pattern_is_refused_before_anything_is_asked(text: str) -> None:
    with pytest.raises(UsageError, match="is no id of ISRCTN: correct --ids"):
        Fetch(register_named("ISRCTN"), Asked(ids=("ISRCTN10000001", text)), ClientSettings())


def test_an_entry_without_a_valid_number_is_said_and_not_fetched(desk: Desk) -> None:
    entries = [{"ctNumber": GOUT[0]}, {"ctNumber": "2031-1"}]
    page = orjson.dumps({"pagination": {"totalRecords": 2}, "data": entries})
    trial = orjson.dumps(ctis_trial(GOUT[0], "Gout"))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=page if request.method == "POST" else trial)

    clock = Clock(sleep=desk.slept.append)
    asked = Asked("gout")
    fetch = Fetch(register_named("CTIS"), asked, ClientSettings(), transport=httpx.MockTransport(answer), clock=clock)
    assert desk.take(fetch) == ["CTIS lists '2031-1', which is no id of its own: not fetched"]
    assert desk.arrived() == [GOUT[0]]


def test_another_trial_than_the_one_asked_for(desk: Desk) -> None:
    replica = played("CTIS")
    replica.records[GOUT[0]] = replica.records[GOUT[1]]
    with replica.serve() as server:
        problems = desk.take(desk.fetch(server, "CTIS", None, *GOUT[:3]))
    assert problems == [f"CTIS answers with {GOUT[1]!r} where {GOUT[0]} was asked for"]
    assert desk.arrived() == GOUT[1:3]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("CTIS", b"[]"), ("CTIS", b'{"data": []}'), ("CTIS", b"not json"), ("CTIS", b'{"pagination": 5, "data": []}'),
        ("ISRCTN", b"<allTrials/>"), ("ISRCTN", b""), ("ISRCTN", b'<allTrials totalCount="many">'), ("ISRCTN", b"{}"),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_one_clear_line(desk: Desk, name: str, body: bytes) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    with pytest.raises(ProtocolError, match=r"has its interface changed\?|run again later"):
        desk.take(Fetch(register_named(name), Asked("x"), ClientSettings(), transport=transport))


# -- the command -----------------------------------------------------------------------------------------------


def trialkb(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "cli", *map(str, arguments)], capture_output=True, text=True)


def test_the_command(tmp_path: Path) -> None:
    with played("ISRCTN").serve() as server:
        place = ("--register", "isrctn", "--base-url", server.base_url, "--rate", 1000, "--kb", tmp_path / "kb")
        done = trialkb("ingest", *place, "--query", "sleep")
        assert (done.returncode, done.stderr) == (0, "")
        assert "5 new" in done.stdout
        done = trialkb("ingest", *place, "--ids", f"{SLEEP[0]},ISRCTN12345678")
    assert done.returncode == NetworkError.exit_code
    assert "0 new, 0 changed, 1 unchanged" in done.stdout
    assert done.stderr == "ISRCTN does not know ISRCTN12345678: look at the number\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--register", "DRKS", "--all"), "no register 'DRKS' can be asked: known are CTIS, ISRCTN"),
        (("--register", "ICTRP", "--all"), "the WHO portal has no open interface: download its export"),
        (("--register", "ctgov", "--all"), "fetched by `trialkb refresh`"),
        (("--register", "CTIS"), "say what to fetch from CTIS: one of --query, --ids and --all"),
        (("--register", "CTIS", "--query", " "), "say what to fetch from CTIS"),
        (("--register", "CTIS", "--query", "x", "--all"), "one of --query, --ids and --all"),
        (("--register", "CTIS", "--all", "--page-size", "500"), "CTIS gives at most 100 trials a page, not 500"),
        (("--query", "x"), "name the register to ask with --register: CTIS, ISRCTN"),
        ((), "name a file or a folder, a page with --url, or a register with --register"),
    ],
)
def test_what_cannot_be_meant_is_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = trialkb("ingest", *arguments, "--kb", tmp_path / "kb")
    assert done.returncode == UsageError.exit_code
    assert said in done.stderr and done.stderr.count("\n") == 1


@BOTH
def test_offline_it_ends_in_seconds(tmp_path: Path, name: str, ids: list[str]) -> None:
    begun = time.monotonic()
    place = ("--base-url", "http://127.0.0.1:9", "--kb", tmp_path / "kb")
    done = trialkb("ingest", "--register", name, "--query", "x", *place)
    assert done.returncode == Offline.exit_code
    assert "no connection to 127.0.0.1:9" in done.stderr and done.stderr.count("\n") == 1
    assert time.monotonic() - begun < 15


def test_the_address_of_the_registry_in_a_configuration_is_not_that_of_a_register() -> None:
    parameters = typer.main.get_command(app).commands["ingest"].params  # type: ignore[attr-defined]
    assert "base_url" not in {parameter.name for parameter in parameters}


def test_a_replica_in_another_process(tmp_path: Path) -> None:
    file = tmp_path / "trials.json"
    file.write_bytes(ctis_file(ctis_trial(GOUT[0], "Gout")))
    command = [sys.executable, "-m", "cli", "replica", "--register", "ctis", "--records", str(file), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            found = httpx.get(f"{said.split(' at ')[1].split()[0]}/retrieve/{GOUT[0]}").json()
        finally:
            server.terminate()
    assert said.startswith("serving 1 studies at ")
    assert found["ctNumber"] == GOUT[0]


def test_a_replica_of_no_such_register_or_without_records() -> None:
    with pytest.raises(UsageError, match="no interface of 'DRKS' can be played"):
        RegisterReplica("DRKS", [])
    with pytest.raises(UsageError, match="no record of CTIS is in the files"):
        RegisterReplica("CTIS", [ctis_file({"ctNumber": "2031-1"})])
    with pytest.raises(UsageError, match="unknown kind 'stale-token'"):
        played("CTIS", "stale-token")

"""The same trial in two registers, found by ids that fit their register's pattern; and forms that tell less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

import queries
from kb.links import write_links
from kb.origin import write_registers
from tests.full_record import loaded
from tests.records import record


def named(nct_id: str, registry: str | None, *ids: str, form: str = "isrctn_xml", title: str = "One title") -> Any:
    made = record(nct_id, title=title)
    made["protocolSection"]["identificationModule"]["secondaryIdInfos"] = [{"id": text} for text in ids]
    if registry:
        made["sourceSection"] = {"registry": registry, "form": form}
    return made


@pytest.fixture
def con(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    con = loaded(
        tmp_path,
        named("NCT99900001", None, "2031-099999-42", "not applicable", "GRANT-1"),
        named("NCT99900002", None, "2031-099999-42"),
        named("NCT99900003", None, "not applicable", "U1111-9999-0001"),
        named("ISRCTN99999999", "ISRCTN", "nct99900001", "not applicable"),
        named("DRKS99999999", "DRKS", "U1111-9999-0001", "GRANT-1"),
        named("2031-599999-11-00", "CTIS", "N/A", "0000"),
    )
    write_registers(con)
    write_links(con)
    queries.install(con)
    return con


def test_links_and_their_reasons(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute("SELECT nct_id, other_nct_id, identifier, relation, reason FROM meta.record_links ORDER BY ALL")
    assert found.fetchall() == [
        ("DRKS99999999", "NCT99900003", "U1111-9999-0001", "same trial", "both name U1111-9999-0001"),
        ("ISRCTN99999999", "NCT99900001", "NCT99900001", "same trial", "ISRCTN99999999 names NCT99900001"),
        ("NCT99900001", "NCT99900002", "2031-099999-42", "related",
         "both name 2031-099999-42; both are in ClinicalTrials.gov, so two trials"),
    ]  # fmt: skip


def test_each_trial_once(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute("SELECT nct_id, also_in FROM compare.unique_trials ORDER BY ALL").fetchall()
    assert found == [
        ("2031-599999-11-00", []), ("NCT99900001", ["ISRCTN99999999"]), ("NCT99900002", []),
        ("NCT99900003", ["DRKS99999999"]),
    ]  # fmt: skip


def test_an_identifier_that_many_records_name_links_none(tmp_path: Path) -> None:
    con = loaded(tmp_path, *(named(f"ISRCTN{n:08d}", "ISRCTN", "U1111-1111-1111") for n in range(12)))
    write_links(con)
    assert con.execute("SELECT count(*) FROM meta.record_links").fetchall() == [(0,)]


@pytest.mark.parametrize("turned", [False, True])
def test_a_form_that_tells_less_never_takes_the_place_of_one_that_tells_more(tmp_path: Path, turned: bool) -> None:
    full = named("NCT99900001", None, title="From the API")
    poor = named("NCT99900001", "ClinicalTrials.gov", form="ctgov_csv", title="From a cell")
    con = loaded(tmp_path, *((poor, full) if turned else (full, poor)))
    assert con.execute("SELECT brief_title FROM ctgov.studies").fetchall() == [("From the API",)]
    assert con.execute("SELECT form FROM meta.records").fetchall() == [("json",)]
    assert con.execute("SELECT form, record_no FROM meta.passed_over").fetchall() == [("ctgov_csv", 1 if turned else 2)]

"""History: every version, what changed in it, and whether the sponsor or the registry changed it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crawler.archive import Archive
from kb.changes import Change, change_kind, differences
from kb.load import load_entries
from kb.schema import create_schema
from tests.records import Json, record
from tests.test_load import arrive


def at_site(name: str, lat: float) -> Json:
    return record(contactsLocationsModule={"locations": [{"facility": name, "geoPoint": {"lat": lat, "lon": 11.5}}]})


def with_title(title: str) -> Json:
    return record(title=title)


def test_a_change_names_its_path_and_both_values() -> None:
    assert differences(with_title("Old"), with_title("New")) == [
        Change("protocolSection.identificationModule.briefTitle", '"Old"', '"New"')
    ]


def test_added_and_removed_values() -> None:
    old = record(conditionsModule={"conditions": ["A", "B"]})
    new = record(conditionsModule={"conditions": ["A"], "keywords": ["k"]})
    assert [(c.path.split(".")[-1], c.old, c.new) for c in differences(old, new)] == [
        ("conditions[1]", '"B"', None),
        ("keywords[0]", None, '"k"'),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (with_title("Ages 3-<80"), with_title("Ages 3-\\<80")),
        (with_title("two  blanks"), with_title("two\nblanks")),
        (at_site("Clinic", 48.1), at_site("Clinic", 48.2)),
        (record(), record() | {"derivedSection": {"conditionBrowseModule": {"meshes": [{"id": "D1", "term": "X"}]}}}),
    ],
    ids=["an escape", "blanks", "a geopoint", "a derived term"],
)  # fmt: skip
def test_what_the_registry_renders_by_itself_is_its_own_change(old: Json, new: Json) -> None:
    changes = differences(old, new)
    assert changes
    assert change_kind(changes) == "registry"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (with_title("Old"), with_title("New")),
        (at_site("Clinic", 48.1), at_site("Hospital", 48.2)),
        (with_title("10 mg"), with_title("100 mg")),
    ],
    ids=["a title", "a site and its geopoint", "an amount"],
)  # fmt: skip
def test_anything_else_is_the_sponsors(old: Json, new: Json) -> None:
    assert change_kind(differences(old, new)) == "sponsor"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    create_schema(con)
    return con


def test_versions_and_changes_are_kept(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for day, title in enumerate(["One", "Two", "T\\<wo", "T<wo"], start=1):
        load_entries(con, archive, [arrive(archive, record("NCT99900009"), with_title(title), day=day)])
    versions = "SELECT version_no, change_kind FROM history.study_versions WHERE nct_id = 'NCT99900001' ORDER BY 1"
    assert con.execute(versions).fetchall() == [(1, "new"), (2, "sponsor"), (3, "sponsor"), (4, "registry")]
    changes = "SELECT version_no, old_value, new_value FROM history.study_changes ORDER BY 1"
    assert con.execute(changes).fetchall() == [
        (2, '"One"', '"Two"'),
        (3, '"Two"', '"T\\\\<wo"'),
        (4, '"T\\\\<wo"', '"T<wo"'),
    ]
    assert con.execute("SELECT count(*) FROM history.study_versions WHERE nct_id = 'NCT99900009'").fetchall() == [(1,)]

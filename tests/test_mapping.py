"""The registry's record in AACT's tables: every table, every rule, and values that nobody expected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kb.functions import create_functions
from kb.schema import all_tables, read_tsv, tables
from tests.full_record import expected_rows, full_record, loaded, rows
from tests.records import record


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with loaded(tmp_path_factory.mktemp("full"), full_record()) as con:
        yield con


@pytest.mark.parametrize("table", list(tables("ctgov")))
def test_every_table_holds_its_rows_of_the_full_record(full: duckdb.DuckDBPyConnection, table: str) -> None:
    expected = expected_rows(table)
    assert expected
    assert rows(full, table) == expected


def test_an_arm_that_is_not_there_stays_named(full: duckdb.DuckDBPyConnection) -> None:
    last = rows(full, "design_group_interventions")[-1]
    assert last["arm_label"] == "Unknown arm"
    assert "design_group_id" not in last


def test_first_contact_is_primary_investigators_stand_apart(full: duckdb.DuckDBPyConnection) -> None:
    kinds = [(row["facility_no"], row["name"], row["contact_type"]) for row in rows(full, "facility_contacts")]
    assert kinds == [(1, "Ed", "primary"), (1, "Flo", "backup"), (2, "Hal", "primary")]
    assert [row["name"] for row in rows(full, "facility_investigators")] == ["Di", "Gus"]


def test_a_contact_without_a_role_is_a_contact(tmp_path: Path) -> None:
    sites = {"locations": [{"contacts": [{"name": "Ira"}]}]}
    con = loaded(tmp_path, record(contactsLocationsModule=sites))
    assert [row["name"] for row in rows(con, "facility_contacts")] == ["Ira"]
    assert rows(con, "facility_investigators") == []


def test_null_elements_make_no_rows_and_keep_places(tmp_path: Path) -> None:
    arms = {
        "armGroups": [None, {"label": "A"}],
        "interventions": [None, {"name": "X", "otherNames": [None, "Y"], "armGroupLabels": ["A"]}],
    }
    con = loaded(tmp_path, record(armsInterventionsModule=arms))
    assert [(row["id"], row["arm_no"]) for row in rows(con, "design_groups")] == [(2, 2)]
    (other,) = rows(con, "intervention_other_names")
    assert (other["intervention_id"], other["other_name_no"]) == (2, 2)
    (link,) = rows(con, "design_group_interventions")
    assert (link["design_group_id"], link["intervention_id"]) == (2, 2)


def test_two_arms_of_one_label_do_not_double_the_link(tmp_path: Path) -> None:
    arms = {"armGroups": [{"label": "A"}, {"label": "A"}], "interventions": [{"name": "X", "armGroupLabels": ["A"]}]}
    con = loaded(tmp_path, record(armsInterventionsModule=arms))
    assert [row["design_group_id"] for row in rows(con, "design_group_interventions")] == [1]


def test_a_sponsor_or_id_without_a_name_is_kept(tmp_path: Path) -> None:
    item = record(sponsorCollaboratorsModule={"leadSponsor": {"class": "NIH"}})
    item["protocolSection"]["identificationModule"]["orgStudyIdInfo"] = {"type": "OTHER_GRANT"}
    con = loaded(tmp_path, item)
    assert [row["agency_class"] for row in rows(con, "sponsors")] == ["NIH"]
    assert [row["id_type"] for row in rows(con, "id_information")] == ["OTHER_GRANT"]


def test_a_bare_record_makes_no_rows_of_what_it_lacks(tmp_path: Path) -> None:
    con = loaded(tmp_path, record())
    filled = {name for name in tables("ctgov") if rows(con, name)}
    assert filled == {"studies", "designs", "eligibilities", "calculated_values"}


@pytest.fixture(scope="module")
def functions() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        create_functions(con)
        yield con


@pytest.mark.parametrize(
    ("text", "number", "count"),
    [
        ("12", 12.0, 12),
        ("12.5", 12.5, None),
        ("5.0", 5.0, 5),
        ("-0.3", -0.3, None),
        ("1,234", 1234.0, 1234),
        ("1,234,567.5", 1234567.5, None),
        ("1e-3", 0.001, None),
        ("0,05", None, None),
        ("1,23", None, None),
        ("NA", None, None),
        ("<0.001", None, None),
        ("nan", None, None),
        ("inf", None, None),
        ("1e999", None, None),
        ("", None, None),
        (None, None, None),
        ("3 of 5", None, None),
    ],
)
def test_only_what_is_a_number_becomes_one(
    functions: duckdb.DuckDBPyConnection, text: str | None, number: float | None, count: int | None
) -> None:
    assert functions.execute("SELECT registry_number($1), registry_count($1)", [text]).fetchone() == (number, count)


@pytest.mark.parametrize(
    ("text", "last", "first"),
    [
        ("2024", "2024-12-31", "2024-01-01"),
        ("2024-02", "2024-02-29", "2024-02-01"),
        ("2024-02-10", "2024-02-10", "2024-02-10"),
        ("2024-02-10T09:30", "2024-02-10", "2024-02-10"),
        ("2024-13", None, None),
        ("2024-02-30", None, None),
        ("May 2024", None, None),
        ("infinity", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_dates_of_every_precision(
    functions: duckdb.DuckDBPyConnection, text: str | None, last: str | None, first: str | None
) -> None:
    sql = "SELECT CAST(registry_date($1) AS VARCHAR), CAST(registry_first_day($1) AS VARCHAR)"
    assert functions.execute(sql, [text]).fetchone() == (last, first)


def test_every_column_has_a_meaning_and_a_known_type() -> None:
    for table in all_tables():
        assert table.meaning
        assert table.arrow_schema.names
        assert all(column.meaning for column in table.columns), table.name


def test_columns_of_a_key_are_columns() -> None:
    for table in tables("ctgov").values():
        assert set(table.key) <= {column.name for column in table.columns}, table.name


# What AACT calls a type, and what may stand for it here.
_TYPES = {
    "integer": {"INTEGER", "BIGINT"},
    "varchar": {"VARCHAR"},
    "text": {"VARCHAR"},
    "boolean": {"BOOLEAN"},
    "date": {"DATE"},
    "numeric": {"DOUBLE"},
    "double precision": {"DOUBLE"},
    "bigint": {"BIGINT"},
}
# AACT's own bookkeeping, and tables that no record fills.
_NOT_FILLED = {"created_at", "updated_at"}
_NO_RECORD = {"mesh_headings", "mesh_terms", "search_results", "study_records", "study_searches"}


def _aact_tables(shared: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in (shared / "reference" / "aact_tables.md").read_text().splitlines():
        if line.startswith("- **"):
            name, _, columns = line.removeprefix("- **").partition("**")
            listed = (part.strip().partition(" ") for part in columns.partition(":")[2].split(","))
            found[name] = {column: type_ for column, _, type_ in listed}
    return found


def test_every_table_and_column_of_aact_is_here(shared: Path) -> None:
    here = {name: {c.name: c.type for c in table.columns} for name, table in tables("ctgov").items()}
    for name, columns in _aact_tables(shared).items():
        if name not in _NO_RECORD:
            for column in columns.keys() - _NOT_FILLED:
                expected = _TYPES.get(columns[column])
                assert column in here[name], f"{name}.{column}"
                assert expected is None or here[name][column] in expected, f"{name}.{column}"


def test_every_column_of_aact_that_a_record_fills_is_here(shared: Path) -> None:
    lines = [line.split("\t") for line in (shared / "reference" / "aact_columns.tsv").read_text().splitlines()[1:]]
    here = {(name, column.name) for name, table in tables("ctgov").items() for column in table.columns}
    assert len({line[0] for line in lines}) == 45
    assert {(line[0], line[1]) for line in lines} <= here


def test_paths_are_those_of_aact(shared: Path) -> None:
    """Where AACT's column simply takes a path of the record, ours takes the same."""
    ours: dict[tuple[str, str], set[str]] = {}
    for line in read_tsv("ctgov.tsv"):
        ours.setdefault((line["table"], line["column"]), set()).add(line["path"].removesuffix("[]"))
    for line in (shared / "reference" / "aact_columns.tsv").read_text().splitlines()[1:]:
        table, column, path, *rule = line.split("\t")
        special: Any = any(rule) or (table, column) in _OTHER_PATHS
        assert special or path.removesuffix("[]") in ours[table, column], f"{table}.{column}"


# Places where the reference names a container, a list without its brackets, or a value that a rule is made of.
_OTHER_PATHS = {
    ("eligibilities", "gender_based"),
    ("outcome_analyses", "outcome_id"),
    ("outcome_measurements", "denom_units"),
    ("outcome_measurements", "denom_value"),
}

"""Exported files: every table, ordered, described, and equal to the table when read again."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

import queries
from crawler.errors import UsageError
from kb.load import forget_studies
from kb.meta import write_dictionary
from kb.schema import all_tables
from kb.store import Store
from queries.export import Choice, FileFormat, export, exportable
from tests.full_record import full_record, loaded
from tests.records import dosed, record

READERS = {
    FileFormat.parquet: "read_parquet('{path}')",
    FileFormat.json: "read_json('{path}', columns = {columns}, maximum_object_size = 100000000)",
    # Absent and empty texts are told apart: nothing, and two quotes.
    FileFormat.csv: "read_csv('{path}', header = true, columns = {columns}, allow_quoted_nulls = false, "
    "max_line_size = 100000000, delim = ',', quote = '\"', escape = '\"', new_line = '\\n')",
}
ROOT = Path(__file__).resolve().parent.parent
EVERYTHING = Choice(with_contacts=True)
NASTY = ["a,b", 'say "so"', "two\nlines\r\nand three", "", " ", "NULL", "\\N", "\\", "'", "é 尼 😀", "\t", "-", '""']


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A row in every table of `ctgov`, and texts that break careless files."""
    records = [record(f"NCT9980{n:04}", title=text) for n, text in enumerate(NASTY)]
    with loaded(tmp_path_factory.mktemp("nasty"), full_record(), *records) as con:
        con.execute("UPDATE ctgov.studies SET official_title = brief_title WHERE nct_id <> 'NCT99800000'")
        con.execute(
            "INSERT INTO extracted.doses (nct_id, dose_no, flags, days) VALUES ('NCT99900001', 1, ?, [1, 8])", [NASTY]
        )
        con.execute("INSERT INTO extracted.doses (nct_id, dose_no, flags, days) VALUES ('NCT99900001', 2, [], NULL)")
        queries.install(con)
        write_dictionary(con)
        yield con


def differs(con: duckdb.DuckDBPyConnection, name: str, path: Path, form: FileFormat) -> int:
    """Rows that only the table or only the file has; rows are as often in both."""
    described = con.execute(f"DESCRIBE {name}").fetchall()
    types = {row[0]: row[1] for row in described}
    lists = [name for name, kind in types.items() if kind.endswith("[]") and form is FileFormat.csv]
    columns = types | dict.fromkeys(lists, "VARCHAR")
    read = ", ".join(f"""from_json("{name}", '["{types[name][:-2]}"]') AS "{name}\"""" for name in lists)
    source = f"SELECT * {f'REPLACE ({read})' if lists else ''} FROM {READERS[form].format(path=path, columns=columns)}"
    pairs = ((f"FROM {name}", source), (source, f"FROM {name}"))
    sql = " + ".join(f"(SELECT count(*) FROM ({a} EXCEPT ALL {b}))" for a, b in pairs)
    count: int = con.execute(f"SELECT {sql}").fetchall()[0][0]
    return count


@pytest.mark.parametrize("form", FileFormat)
def test_what_was_exported_reads_back_as_it_was(
    sample: duckdb.DuckDBPyConnection, tmp_path: Path, form: FileFormat
) -> None:
    for item in export(sample, tmp_path, form, choice=EVERYTHING):
        assert differs(sample, item.name, item.path, form) == 0, item.name


@pytest.mark.parametrize("form", FileFormat)
def test_every_table_of_the_full_record_reads_back_as_it_was(
    nasty: duckdb.DuckDBPyConnection, tmp_path: Path, form: FileFormat
) -> None:
    names = [table.full_name for table in all_tables() if table.schema in ("ctgov", "extracted")]
    for item in export(nasty, tmp_path, form, names, choice=EVERYTHING):
        assert item.rows > 0 or item.name.startswith("extracted.")
        assert differs(nasty, item.name, item.path, form) == 0, item.name


def test_every_table_and_view_is_exported(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = {item.name for item in export(sample, tmp_path, FileFormat.parquet, choice=EVERYTHING)}
    assert written == set(exportable(sample))
    assert {"ctgov.studies", "extracted.doses", "compare.doses", "history.study_versions", "meta.runs"} <= written


def test_two_exports_are_the_same_bytes(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    names = ["compare.doses", "ctgov.facilities"]
    first = export(sample, tmp_path / "one", FileFormat.csv, names)
    second = export(sample, tmp_path / "two", FileFormat.csv, names)
    assert [item.path.read_bytes() for item in first] == [item.path.read_bytes() for item in second]
    assert (tmp_path / "one" / "datapackage.json").read_bytes() == (tmp_path / "two" / "datapackage.json").read_bytes()


def test_absent_empty_and_lists_in_csv(nasty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    sql = "SELECT NULL AS absent, '' AS empty, ['a', 'b,c'] AS listed, [1, NULL] AS numbers, 'x\"y' AS quoted"
    (item,) = export(nasty, tmp_path, FileFormat.csv, selects={"small": sql})
    assert item.path.name == "small.csv"
    assert item.path.read_text() == 'absent,empty,listed,numbers,quoted\n,"","[""a"",""b,c""]","[1,null]","x""y"\n'


# Personal data


def test_contacts_are_left_out_unless_asked_for(nasty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export(nasty, tmp_path / "plain", FileFormat.csv)
    export(nasty, tmp_path / "all", FileFormat.csv, choice=EVERYTHING)
    left_out = {path.name for path in (tmp_path / "all").iterdir()} - {p.name for p in (tmp_path / "plain").iterdir()}
    assert left_out == {
        f"ctgov.{name}.csv"
        for name in ("central_contacts", "facility_contacts", "facility_investigators", "result_contacts")
    }
    emails = nasty.execute(
        "SELECT email FROM ctgov.central_contacts UNION SELECT email FROM ctgov.result_contacts "
        "UNION SELECT email FROM ctgov.facility_contacts"
    ).fetchall()
    for (email,) in emails:
        assert email is None or not any(email in p.read_text() for p in (tmp_path / "plain").iterdir())


def test_a_table_of_contacts_must_be_asked_for_twice(nasty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ctgov\.central_contacts holds personal data: add --with-contacts"):
        export(nasty, tmp_path, FileFormat.csv, ["ctgov.central_contacts"])


def test_changes_of_contacts_are_personal_too(nasty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    paths = [
        "protocolSection.contactsLocationsModule.centralContacts[0].email",
        "protocolSection.contactsLocationsModule.locations[2].contacts[0].name",
        "protocolSection.contactsLocationsModule.locations[2].city",
        "resultsSection.moreInfoModule.pointOfContact.phone",
        "protocolSection.statusModule.overallStatus",
    ]
    nasty.execute("BEGIN")
    for path in paths:
        nasty.execute("INSERT INTO history.study_changes VALUES ('NCT99900001', 1, ?, '\"a\"', '\"b\"')", [path])
    export(nasty, tmp_path, FileFormat.csv, ["history.study_changes", "compare.changes"])
    nasty.execute("ROLLBACK")
    for name in ("history.study_changes", "compare.changes"):
        text = (tmp_path / f"{name}.csv").read_text()
        assert [path in text for path in paths] == [False, False, True, False, True]
        assert text.count("NCT9980") == (len(NASTY) if name == "compare.changes" else 0), "new studies stay"


# Only what changed


def test_changed_since_gives_the_studies_that_changed_and_names_those_gone(tmp_path: Path) -> None:
    con = loaded(tmp_path / "raw", *(dosed(f"NCT9990000{n}") for n in range(1, 5)))
    con.execute("UPDATE history.study_versions SET first_seen = '2026-10-01' WHERE nct_id < 'NCT99900003'")
    con.execute("UPDATE history.study_versions SET first_seen = '2026-10-08 06:00:00' WHERE nct_id = 'NCT99900003'")
    con.execute("UPDATE history.study_versions SET first_seen = '2026-10-07 23:59:59' WHERE nct_id = 'NCT99900004'")
    con.execute(
        "INSERT INTO history.study_versions (nct_id, version_no, first_seen, change_kind) "
        "VALUES ('NCT99900001', 2, '2026-10-09', 'removed')"
    )
    forget_studies(con, "SELECT 'NCT99900001'")
    queries.install(con)
    out = tmp_path / "out"
    names = ["ctgov.studies", "ctgov.interventions", "compare.trials", "meta.units"]
    written = export(con, out, FileFormat.csv, names, choice=Choice(changed_since=date(2026, 10, 8)))
    assert [(item.name, item.rows) for item in written[:3]] == [(name, 1) for name in names[:3]]
    assert written[3].rows > 10, "a table without studies is whole"
    changed = (out / "changed_studies.csv").read_text().splitlines()
    assert changed == [
        "nct_id,change_kind,version_no,first_seen",
        "NCT99900001,removed,2,2026-10-09 00:00:00",
        "NCT99900003,new,1,2026-10-08 06:00:00",
    ]


# Going on after an interruption


def test_an_interrupted_export_goes_on_where_it_stopped(nasty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    names = ["ctgov.studies", "ctgov.conditions", "ctgov.sponsors"]

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(nasty, tmp_path, FileFormat.csv, names, stop)
    first = (tmp_path / "ctgov.studies.csv").stat().st_mtime_ns
    again = export(nasty, tmp_path, FileFormat.csv, names)
    assert [item.kept for item in again] == [True, True, False]
    assert (tmp_path / "ctgov.studies.csv").stat().st_mtime_ns == first
    assert [item.rows for item in again] == [
        item.rows for item in export(nasty, tmp_path / "new", FileFormat.csv, names)
    ]


@pytest.mark.parametrize("damage", ["damaged", "gone", "other choice", "other format"])
def test_what_is_not_as_it_was_is_written_again(nasty: duckdb.DuckDBPyConnection, tmp_path: Path, damage: str) -> None:
    (item,) = export(nasty, tmp_path, FileFormat.csv, ["ctgov.studies"])
    good = item.path.read_bytes()
    form, choice = FileFormat.csv, Choice()
    if damage == "damaged":
        item.path.write_bytes(good[:-1])
    elif damage == "gone":
        item.path.unlink()
    elif damage == "other choice":
        choice = EVERYTHING
    else:
        form = FileFormat.parquet
    (again,) = export(nasty, tmp_path, form, ["ctgov.studies"], choice=choice)
    assert not again.kept
    assert item.path.read_bytes() == good


def test_another_version_is_another_export(nasty: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export(nasty, tmp_path, FileFormat.csv, ["ctgov.studies"])
    nasty.execute("BEGIN")
    nasty.execute("INSERT INTO meta.build VALUES ('published_at', '2030-01-01 00:00:00')")
    (again,) = export(nasty, tmp_path, FileFormat.csv, ["ctgov.studies"])
    nasty.execute("ROLLBACK")
    assert not again.kept


# The description beside the files


def package(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return found


def test_every_column_of_every_file_is_described(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = export(sample, tmp_path, FileFormat.csv)
    resources = {resource["title"]: resource for resource in package(tmp_path)["resources"]}
    assert set(resources) == {item.name for item in written}
    for item in written:
        resource = resources[item.name]
        content = item.path.read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["description"], item.name
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == content.split(b"\n", 1)[0].decode().split(",")
        assert all(field["type"] != "any" for field in fields)
        assert [field["name"] for field in fields if not field["description"]] == [], item.name


def test_keys_are_described(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export(sample, tmp_path, FileFormat.csv, ["ctgov.interventions", "ctgov.intervention_other_names"])
    other = next(r for r in package(tmp_path)["resources"] if r["title"] == "ctgov.intervention_other_names")
    assert other["schema"]["primaryKey"] == ["nct_id", "intervention_no", "other_name_no"]
    assert other["schema"]["foreignKeys"] == [
        {"fields": "intervention_id", "reference": {"resource": "ctgov.interventions", "fields": "id"}}
    ]


def test_export_on_the_command_line(sample_store: Store, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli", "export", "ctgov.studies", "--out", str(tmp_path), "--select"]
    command += [
        "phases=SELECT phase, count(*) AS n FROM studies GROUP BY 1 ORDER BY 1;",
        "--changed-since",
        "2020-01-01",
    ]
    for _ in range(2):
        done = subprocess.run(
            [*command, "--kb", str(sample_store.root)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            timeout=120,
        )
    assert done.stdout.count("was finished") == 3
    assert {path.name for path in tmp_path.iterdir()} == {
        "changed_studies.csv", "ctgov.studies.csv", "datapackage.json", "phases.csv"
    }  # fmt: skip


# What cannot be done


def test_an_unknown_table_is_named(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no table or view ctgov\.nonsense"):
        export(sample, tmp_path, FileFormat.csv, ["ctgov.nonsense"])


def test_wrong_sql_is_one_clear_line(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the query of mine failed") as error:
        export(sample, tmp_path, FileFormat.csv, selects={"mine": "SELECT nothing FROM nowhere"})
    assert "\n" not in str(error.value)


def test_a_folder_that_cannot_be_written_is_one_clear_line(sample_store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with sample_store.connect() as con, pytest.raises(UsageError, match="cannot write in"):
        export(con, tmp_path / "file" / "csv", FileFormat.csv, ["ctgov.studies"])

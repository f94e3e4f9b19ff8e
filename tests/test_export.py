"""Exported files: every table, ordered, and equal to the table when read again."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crawler.errors import UsageError
from kb.store import Store
from queries.export import FileFormat, export, exportable

READERS = {
    FileFormat.parquet: "read_parquet('{path}')",
    FileFormat.json: "read_json('{path}', columns = {columns}, maximum_object_size = 100000000)",
    # Absent and empty texts are told apart: nothing, and two quotes.
    FileFormat.csv: "read_csv('{path}', header = true, columns = {columns}, allow_quoted_nulls = false, "
    "max_line_size = 100000000, delim = ',', quote = '\"', escape = '\"', new_line = '\\n')",
}


@pytest.mark.parametrize("form", FileFormat)
def test_what_was_exported_reads_back_as_it_was(
    sample: duckdb.DuckDBPyConnection, tmp_path: Path, form: FileFormat
) -> None:
    for item in export(sample, tmp_path, form):
        described = sample.execute(f"DESCRIBE {item.name}").fetchall()
        columns = {row[0]: row[1] for row in described}
        source = READERS[form].format(path=item.path, columns=columns)
        for this, that in ((item.name, source), (source, item.name)):
            missing = sample.execute(f"SELECT count(*) FROM (FROM {this} EXCEPT ALL FROM {that})").fetchall()
            assert missing == [(0,)], f"{this} has rows that {that} has not"


def test_every_table_and_view_is_exported(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = {item.name for item in export(sample, tmp_path, FileFormat.parquet)}
    assert written == set(exportable(sample))
    assert {"ctgov.studies", "extracted.doses", "compare.doses", "history.study_versions", "meta.runs"} <= written


def test_two_exports_are_the_same_bytes(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    names = ["compare.doses", "ctgov.facilities"]
    first = export(sample, tmp_path / "one", FileFormat.csv, names)
    second = export(sample, tmp_path / "two", FileFormat.csv, names)
    assert [item.path.read_bytes() for item in first] == [item.path.read_bytes() for item in second]


def test_line_breaks_and_quotes_survive_in_csv(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (item,) = export(sample, tmp_path, FileFormat.csv, ["ctgov.eligibilities"])
    text = item.path.read_text(encoding="utf-8")
    assert "\n* " in text or "\n- " in text or "\n1. " in text


def test_an_unknown_table_is_named(sample: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no table or view ctgov\.nonsense"):
        export(sample, tmp_path, FileFormat.csv, ["ctgov.nonsense"])


def test_a_folder_that_cannot_be_written_is_one_clear_line(sample_store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with sample_store.connect() as con, pytest.raises(UsageError, match="cannot write in"):
        export(con, tmp_path / "file" / "csv", FileFormat.csv, ["ctgov.studies"])

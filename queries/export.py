"""Tables, views and answers as files: CSV, Parquet or JSON, ordered, so that two nights can be compared with `diff`.

In CSV an absent value is nothing between two commas, an empty text is `""`, a list is JSON. Beside the files stands
`datapackage.json` (Frictionless), which describes every column and remembers what is finished: an export that was
interrupted goes on where it stopped. What is personal, by `kb/tables/personal.tsv`, is left out unless asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

import duckdb

from crawler.errors import UsageError
from kb.schema import all_tables, quoted, read_tsv
from queries.datapackage import Package, described

Progress = Callable[[int, int], None]


class FileFormat(StrEnum):
    """Formats of exported files."""

    csv = "csv"
    parquet = "parquet"
    json = "json"


_OPTIONS = {
    FileFormat.csv: "FORMAT csv, HEADER",
    FileFormat.parquet: "FORMAT parquet, COMPRESSION zstd",
    FileFormat.json: "FORMAT json",
}
# Raw bytes of what could not be read are for those who mend the rules, not for spreadsheets; what only makes searches
# fast repeats other tables.
_NEVER = {"meta.dead_letters", "compare.names", "compare.name_studies", "compare.features"}
_NEVER |= {"compare.search_studies", "compare.search_words", "compare.search_postings", "compare.study_rows"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written; `kept` if an interrupted export had finished it before."""

    name: str
    path: Path
    rows: int
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows: with contacts' personal data or not; only of studies that have a version since a day (UTC)."""

    with_contacts: bool = False
    changed_since: date | None = None

    def condition(self, name: str, columns: Iterable[str]) -> str:
        """SQL for the rows of a table or view that are wanted; empty where all are."""
        personal = None if self.with_contacts else _personal().get(name)
        found = [f"NOT ({personal})"] if personal else []
        if self.changed_since and "nct_id" in columns:
            found.append(f"nct_id IN (SELECT nct_id FROM ({_changed(self.changed_since)}))")
        return " AND ".join(found)


def exportable(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every table and view by its full name, with the columns that order its rows."""
    orders = {table.full_name: ", ".join(table.key) for table in all_tables() if table.full_name not in _NEVER}
    views = con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'compare' ORDER BY 1"
    ).fetchall()
    return orders | {f"compare.{name}": "ALL" for (name,) in views if f"compare.{name}" not in _NEVER}


def export(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    form: FileFormat,
    names: Iterable[str] = (),
    progress: Progress | None = None,
    *,
    choice: Choice | None = None,
    selects: dict[str, str] | None = None,
) -> list[Exported]:
    """Write tables and views (`names`) and answers (`selects`: SQL by name) to `folder`, one file each.

    With neither, all tables and views; with `changed_since` also `changed_studies`, which names what is gone.
    Raises UsageError for a name that does not exist, SQL that is wrong or a folder that cannot be written.
    """
    choice, selects = choice or Choice(), dict(selects or {})
    known = exportable(con)
    wanted = list(names) or ([] if selects else [name for name in known if not _left_out(name, choice)])
    _refuse(wanted, known, choice)
    if choice.changed_since:
        selects["changed_studies"] = _changed(choice.changed_since) + " ORDER BY nct_id"
    plan = {name: _table_sql(con, name, known[name], choice) for name in wanted} | selects
    try:
        folder.mkdir(parents=True, exist_ok=True)
        package = Package(folder, f"{form} {choice}", con)
        written = []
        for number, (name, sql) in enumerate(plan.items(), start=1):
            written.append(_export_one(con, package, form, name, sql))
            if progress:
                progress(number, len(plan))
    except OSError as error:
        raise UsageError(f"cannot write in {folder}: {error.strerror}") from error
    return written


def _refuse(wanted: list[str], known: dict[str, str], choice: Choice) -> None:
    for name in wanted:
        if name not in known:
            raise UsageError(f"there is no table or view {name}: 'trialkb dictionary' lists them all")
        if _left_out(name, choice):
            raise UsageError(f"{name} holds personal data: add --with-contacts if you may have it")


@cache
def _personal() -> dict[str, str]:
    return {row["table"]: row["rows"] or "true" for row in read_tsv("personal.tsv")}


def _left_out(name: str, choice: Choice) -> bool:
    return not choice.with_contacts and _personal().get(name) == "true"


def _changed(since: date) -> str:
    """SQL: studies with a version first received since a day, and what the last of these was."""
    return (
        "SELECT nct_id, arg_max(change_kind, version_no) AS change_kind, max(version_no) AS version_no, "
        f"max(first_seen) AS first_seen FROM history.study_versions WHERE first_seen >= DATE '{since}' GROUP BY nct_id"
    )


def _table_sql(con: duckdb.DuckDBPyConnection, name: str, order: str, choice: Choice) -> str:
    columns = [row[0] for row in con.execute(f"DESCRIBE {name}").fetchall()]
    condition = choice.condition(name, columns)
    return f"SELECT * FROM {name}" + (f" WHERE {condition}" if condition else "") + f" ORDER BY {order}"


def _export_one(con: duckdb.DuckDBPyConnection, package: Package, form: FileFormat, name: str, sql: str) -> Exported:
    path = package.folder / f"{name}.{form}"
    rows = package.finished(name, sql)
    if rows is not None:
        return Exported(name, path, rows, kept=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        columns = [(str(row[0]), str(row[1])) for row in con.execute(f"DESCRIBE {sql}").fetchall()]
        target = f"{quoted(str(unfinished))} ({_OPTIONS[form]})"
        rows = int(con.execute(f"COPY ({_written(sql, columns, form)}) TO {target}").fetchall()[0][0])
    except duckdb.IOException as error:
        raise UsageError(f"cannot write {unfinished}: {str(error).splitlines()[0]}") from error
    except duckdb.Error as error:
        raise UsageError(f"the query of {name} failed: {str(error).splitlines()[0]}") from error
    with unfinished.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    unfinished.replace(path)
    package.add(described(con, name, columns, path, rows, digest), sql)
    return Exported(name, path, rows)


def _written(sql: str, columns: list[tuple[str, str]], form: FileFormat) -> str:
    lists = [name for name, kind in columns if kind.endswith("[]")]
    if form is not FileFormat.csv or not lists:
        return sql
    as_json = ", ".join(f'CAST(to_json("{name}") AS VARCHAR) AS "{name}"' for name in lists)
    return f"SELECT * REPLACE ({as_json}) FROM ({sql})"

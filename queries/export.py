"""Tables and views as files: CSV, Parquet or JSON, ordered, so that two nights can be compared with `diff`.

In CSV an absent value is nothing between two commas and an empty text is `""`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from crawler.errors import UsageError
from kb.schema import all_tables, quoted

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
_NEVER = {"meta.dead_letters", "compare.names", "compare.features"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    name: str
    path: Path
    rows: int


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
) -> list[Exported]:
    """Write tables and views (`names`; none: all of them) to `folder`, one file each.

    Raises UsageError for a name that does not exist or a folder that cannot be written.
    """
    known = exportable(con)
    wanted = list(names) or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"there is no table or view {unknown[0]}: 'trialkb dictionary' lists them all")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write in {folder}: {error.strerror}") from error
    written = []
    for number, name in enumerate(wanted, start=1):
        written.append(_export_one(con, folder, form, name, known[name]))
        if progress:
            progress(number, len(wanted))
    return written


def _export_one(con: duckdb.DuckDBPyConnection, folder: Path, form: FileFormat, name: str, order: str) -> Exported:
    path = folder / f"{name}.{form}"
    unfinished = path.with_name(path.name + ".part")
    sql = f"COPY (SELECT * FROM {name} ORDER BY {order}) TO {quoted(str(unfinished))} ({_OPTIONS[form]})"
    rows: int = con.execute(sql).fetchall()[0][0]
    unfinished.replace(path)
    return Exported(name, path, rows)

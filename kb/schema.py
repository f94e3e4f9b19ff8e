"""The tables of the knowledge base, read from the data files in `kb/tables`.

`tables.tsv` names every table with its key and meaning; one file a schema lists the columns. Adding a column is
a line of data. Every table and column gets its meaning as a `COMMENT` in the database.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import duckdb
import pyarrow as pa

from kb.functions import create_functions

SCHEMA_VERSION = "2"
STUDY_ID = "protocolSection.identificationModule.nctId"
SCHEMAS = {
    "ctgov": "the registry's structured data, in AACT's tables and columns",
    "extracted": "facts read from free text, each with its evidence",
    "compare": "views and macros for comparing trials",
    "history": "every version of every record, and what was removed",
    "meta": "runs, sources, the data dictionary, quality checks",
}

_ARROW_TYPES: dict[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BLOB": pa.binary(),
    "VARCHAR[]": pa.list_(pa.string()),
    "INTEGER[]": pa.list_(pa.int32()),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, DuckDB type and meaning. `path` and `rule` say what fills a column of `ctgov`."""

    name: str
    type: str
    meaning: str
    path: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What makes rows of a `ctgov` table: the array at `rows` (`""`: the study itself) and its columns."""

    rows: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: schema, name, key columns, meaning, columns; for `ctgov` also the sources of its rows."""

    schema: str
    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    sources: tuple[Source, ...] = ()

    @property
    def full_name(self) -> str:
        """`schema.table`, as SQL writes it."""
        return f"{self.schema}.{self.name}"

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema that rows are handed over in."""
        return pa.schema([(column.name, _ARROW_TYPES[column.type]) for column in self.columns])


def read_tsv(name: str) -> list[dict[str, str]]:
    """The rows of a tab-separated file in `kb/tables`, by column name."""
    text = files("kb").joinpath("tables", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def tables(schema: str) -> dict[str, Table]:
    """The tables of a schema by name, in the order of `tables.tsv`."""
    named = [row for row in read_tsv("tables.tsv") if row["schema"] == schema]
    lines = read_tsv(f"{schema}.tsv")
    return {row["table"]: _table(row, [line for line in lines if line["table"] == row["table"]]) for row in named}


def all_tables() -> list[Table]:
    """Every table of the knowledge base, in the order of creation."""
    return [table for schema in SCHEMAS if schema != "compare" for table in tables(schema).values()]


def create_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Create every schema, table and comment that is not there yet."""
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    known = _comments(con)
    for table in all_tables():
        columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        con.execute(f"CREATE TABLE IF NOT EXISTS {table.full_name} ({columns})")
        if known.get((table.schema, table.name, "")) != table.meaning:
            con.execute(f"COMMENT ON TABLE {table.full_name} IS {quoted(table.meaning)}")
        for column in table.columns:
            if known.get((table.schema, table.name, column.name)) != column.meaning:
                con.execute(f'COMMENT ON COLUMN {table.full_name}."{column.name}" IS {quoted(column.meaning)}')
    create_functions(con)


def _comments(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], str | None]:
    """Comments by schema, table and column (empty: the table's own): a thousand written anew take half a second."""
    rows = con.execute(
        "SELECT schema_name, table_name, '', comment FROM duckdb_tables() WHERE database_name = current_database() "
        "UNION ALL SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
        "WHERE database_name = current_database()"
    ).fetchall()
    return {(schema, table, column): comment for schema, table, column, comment in rows}


def fits(con: duckdb.DuckDBPyConnection) -> bool:
    """True if the database has exactly the tables and columns of the data files, in their order."""
    sql = "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
    sql += "AND database_name = current_database() ORDER BY schema_name, table_name, column_index"
    there: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, column, type_ in con.execute(sql).fetchall():
        there.setdefault((schema, table), []).append((column, type_))
    wanted = (((table.schema, table.name), [(c.name, c.type) for c in table.columns]) for table in all_tables())
    return all(there.get(name) == columns for name, columns in wanted)


def quoted(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _table(row: dict[str, str], lines: list[dict[str, str]]) -> Table:
    by_source: dict[tuple[str, int], list[Column]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for line in lines:
        column = Column(line["column"], line["type"], line["meaning"], line.get("path") or "", line.get("rule") or "")
        rows = line.get("rows") or ""
        # An array may make rows more than once, as each group of an adverse event table makes three totals.
        by_source.setdefault((rows, seen[rows, column.name]), []).append(column)
        seen[rows, column.name] += 1
    sources = tuple(Source(rows, tuple(columns)) for (rows, _), columns in by_source.items())
    columns = dict.fromkeys(column.name for source in sources for column in source.columns)
    first = {column.name: column for source in reversed(sources) for column in source.columns}
    if row["schema"] == "ctgov" and "nct_id" not in columns:
        first["nct_id"] = Column("nct_id", "VARCHAR", "registry id of the study", STUDY_ID, "study id")
        after_id = [name for name in columns if name != "id"]
        columns = dict.fromkeys([*(["id"] if "id" in columns else []), "nct_id", *after_id])
    key = tuple(name.strip() for name in row["key"].split(","))
    return Table(row["schema"], row["table"], key, row["meaning"], tuple(first[name] for name in columns), sources)

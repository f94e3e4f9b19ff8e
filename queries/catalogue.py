"""The views and macros of `compare`: one SQL file each, opening with the question it answers and an example.

A file in `views` that says CREATE TABLE is prepared when a version is published, so that it answers at once on
the whole registry; the others are worked out when they are asked.

-- Question: which ages may take part, as the text says and as the registry's fields say?
-- Example: SELECT * FROM compare.ages WHERE min_years < 18
-- Needs: doses            (other views or macros that must be there first; optional)
-- Column days: …          (meaning of a column; one line each)
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

import duckdb
import pyarrow as pa

from extract.endpoints.vocabulary import endpoint_classes, endpoint_path
from kb.meta import write_units
from kb.schema import quoted, tables
from queries import study
from queries.postgres import install_postgres

_HEADER = re.compile(r"-- (Question|Example|Needs|Column (\w+)): (.+)")


@dataclass(frozen=True, slots=True)
class Query:
    """A view or macro: `kind` view | table | macro table | macro, the question it answers, an example, its SQL."""

    name: str
    kind: str
    question: str
    example: str
    needs: tuple[str, ...]
    columns: dict[str, str]
    sql: str

    @property
    def comment(self) -> str:
        """What `COMMENT` says of it."""
        return f"{self.question} Example: {self.example}" if self.example else self.question


@cache
def queries() -> dict[str, Query]:
    """Every view and macro by name, each after those that it needs."""
    found = {}
    for folder, kind in (("macros", "macro"), ("views", "view")):
        for file in files("queries").joinpath(folder).iterdir():
            if file.name.endswith(".sql"):
                name = file.name.removesuffix(".sql")
                found[name] = _parse(name, kind, file.read_text(encoding="utf-8"))
    found["study_rows"] = Query(
        "study_rows", "table", study.ROWS_QUESTION, study.ROWS_EXAMPLE, (), study.ROWS_COLUMNS, study.ROWS_SQL
    )
    found["study"] = Query("study", "macro table", study.QUESTION, study.EXAMPLE, ("study_rows",), {}, study.SQL)
    order = TopologicalSorter({name: sorted(query.needs) for name, query in sorted(found.items())})
    return {name: found[name] for name in order.static_order()}


def synonyms() -> pa.Table:
    """The rows of `queries/data/synonyms.tsv`: a study that names `name` is also found by `also`."""
    return pa.Table.from_pylist(_data("synonyms.tsv"))


def endpoint_class_rows() -> pa.Table:
    """Every class of endpoints with its place in the hierarchy, from the vocabulary of the extraction."""
    rows = [
        {"endpoint": name, "label": c.label, "parent": c.parent, "path": endpoint_path(name), "example": c.example}
        for name, c in endpoint_classes().items()
    ]
    return pa.Table.from_pylist(rows)


def common_questions() -> list[dict[str, str]]:
    """The rows of `queries/data/questions.tsv`: what people want to know, and where they find it."""
    return _data("questions.tsv")


def _data(name: str) -> list[dict[str, str]]:
    text = files("queries").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def install(con: duckdb.DuckDBPyConnection) -> None:
    """Make every view and macro of `compare` anew, with comments. What an older version had there is gone."""
    write_units(con)
    con.execute("DROP SCHEMA IF EXISTS compare CASCADE")
    con.execute("CREATE SCHEMA compare")
    con.register("synonyms_file", synonyms())
    con.register("conditioning_agents_file", pa.Table.from_pylist(_data("conditioning_agents.tsv")))
    con.register("endpoint_classes_file", endpoint_class_rows())
    for query in queries().values():
        con.execute(query.sql)
        con.execute(f"COMMENT ON {query.kind.upper()} compare.{query.name} IS {quoted(query.comment)}")
        if query.kind in ("view", "table"):
            _describe_columns(con, query)
    study.write_study_rows(con)
    con.unregister("synonyms_file")
    con.unregister("conditioning_agents_file")
    con.unregister("endpoint_classes_file")
    install_postgres(con)


def _describe_columns(con: duckdb.DuckDBPyConnection, query: Query) -> None:
    """Meanings from the view's header; a column that is only handed on keeps that of the table it comes from."""
    for row in con.execute(f"DESCRIBE compare.{query.name}").fetchall():
        meaning = query.columns.get(row[0]) or _handed_on().get(row[0])
        if meaning:
            con.execute(f'COMMENT ON COLUMN compare.{query.name}."{row[0]}" IS {quoted(meaning)}')


# Columns that views hand on under their own names come from these, in this order where several have the name.
_ORIGINS = {
    "extracted": ("doses", "dose_arms", "ages", "endpoints", "criterion_values", "criteria"),
    "ctgov": ("studies", "designs", "eligibilities", "design_outcomes", "calculated_values"),
    "history": ("study_versions", "study_changes"),
}


@cache
def _handed_on() -> dict[str, str]:
    """Meanings of columns by name, as the tables have them."""
    found: dict[str, str] = {}
    for schema, names in _ORIGINS.items():
        for name in names:
            for column in tables(schema)[name].columns:
                found.setdefault(column.name, column.meaning)
    return found


def _parse(name: str, kind: str, sql: str) -> Query:
    headers = {"Question": "", "Example": "", "Needs": ""}
    columns = {}
    for key, column, text in _HEADER.findall(sql):
        if column:
            columns[column] = text.strip()
        else:
            headers[key] = text.strip()
    if kind == "macro" and " AS TABLE" in sql:
        kind = "macro table"
    if kind == "view" and "\nCREATE OR REPLACE TABLE" in sql:
        kind = "table"
    needs = tuple(need.strip() for need in headers["Needs"].split(",") if need.strip())
    return Query(name, kind, headers["Question"], headers["Example"], needs, columns, sql)

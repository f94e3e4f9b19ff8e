"""The page `docs/tables.md`: every table, view, macro and column, from the same data files as the database's comments.

python -m queries.tables_page > docs/tables.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import duckdb

from kb.schema import SCHEMAS, Table, create_schema, tables
from queries.catalogue import Query, common_questions, install, queries

_OPENING = """# Tables, views and columns

<!-- Made by: python -m queries.tables_page > docs/tables.md -->

Begin with `compare`: each view there answers a question. `extracted` holds the facts behind it with their quotes,
`ctgov` the registry's own data. The same text is in the database: `trialkb dictionary` lists everything,
`trialkb dictionary compare.doses` tells the columns of one view, and so does `meta.dictionary` in SQL. More questions
with their SQL are in [recipes.md](recipes.md).

NULL in a bound (an age, an amount) means that no limit is stated; macros that filter by it keep such rows.

"""
_EVIDENCE = ("source_field", "start_char", "end_char", "quote", "flags", "extractor_version")
_EVIDENCE_TEXT = """\
Facts carry their evidence: `source_field` (JSON path of the registry field), `start_char` and `end_char` (code
points in the raw field, from 0), `quote` (exactly that slice), `flags` (what had to be mended to read it) and
`extractor_version`. They are left out below.
"""
_CTGOV_TEXT = """\
Tables and columns are those of AACT, so SQL written for AACT runs here. `trialkb dictionary ctgov.studies` tells the
columns of a table, with the registry field behind each. In a client of your own, tables may be named with or without
`ctgov.`, and `to_char`, `to_date` and `btrim` are there. Two things of PostgreSQL are not: whole numbers divided by
`/` keep their fraction here (`//` drops it), and `ILIKE ANY (…)` must be written as several `ILIKE` joined by `OR`.
"""


def tables_page() -> str:
    """The page as Markdown."""
    with duckdb.connect() as con:
        create_schema(con)
        install(con)
        parts = [_OPENING, *_begin(), *_compare(con), *_extracted(), *_ctgov(), *_rest()]
    return "\n".join(parts)


def _begin() -> Iterator[str]:
    yield "| I want to know | look in |\n|---|---|"
    for row in common_questions():
        yield f"| {row['question']} | `{row['look in'].replace(', ', '`, `')}` |"
    yield ""


def _compare(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    everything = sorted(queries().values(), key=lambda query: query.name)
    yield f"## compare\n\nThe schema `compare`: {SCHEMAS['compare']}.\n"
    yield "### Views\n"
    for query in everything:
        if query.kind in ("view", "table"):
            yield from _view(con, query)
    yield "### Table macros: views that take arguments\n"
    for query in everything:
        if query.kind == "macro table":
            yield f"#### compare.{_signature(con, query)}\n\n{query.question}\n\n```sql\n{query.example}\n```\n"
    yield "### Macros: how values are written and compared\n"
    yield "| macro | question |\n|---|---|"
    for query in everything:
        if query.kind == "macro":
            yield f"| `compare.{_signature(con, query)}` | {_cell(query.question)} |"
    yield ""


def _view(con: duckdb.DuckDBPyConnection, query: Query) -> Iterator[str]:
    yield f"#### compare.{query.name}\n\n{query.question}\n\n```sql\n{query.example}\n```\n"
    rows = con.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'compare' AND table_name = ? "
        "ORDER BY column_index",
        [query.name],
    ).fetchall()
    yield _columns(rows)


def _signature(con: duckdb.DuckDBPyConnection, query: Query) -> str:
    rows = con.execute(
        "SELECT parameters FROM duckdb_functions() WHERE schema_name = 'compare' AND function_name = ?", [query.name]
    ).fetchall()
    return f"{query.name}({', '.join(rows[0][0])})"


def _extracted() -> Iterator[str]:
    yield f"## extracted\n\nThe schema `extracted`: {SCHEMAS['extracted']}.\n\n{_EVIDENCE_TEXT}"
    for table in tables("extracted").values():
        yield from _table(table, _EVIDENCE)


def _ctgov() -> Iterator[str]:
    yield f"## ctgov\n\nThe schema `ctgov`: {SCHEMAS['ctgov']}.\n\n{_CTGOV_TEXT}"
    yield "| table | key | holds |\n|---|---|---|"
    for table in tables("ctgov").values():
        yield f"| {table.name} | {', '.join(table.key)} | {_cell(table.meaning)} |"
    yield ""


def _rest() -> Iterator[str]:
    for schema in ("history", "meta"):
        yield f"## {schema}\n\nThe schema `{schema}`: {SCHEMAS[schema]}.\n"
        for table in tables(schema).values():
            yield from _table(table)


def _table(table: Table, without: tuple[str, ...] = ()) -> Iterator[str]:
    yield f"#### {table.full_name}\n\n{table.meaning} Key: {', '.join(table.key)}.\n"
    yield _columns([(c.name, c.type, c.meaning) for c in table.columns if c.name not in without])


def _columns(rows: list[tuple[str, str, str | None]]) -> str:
    lines = [f"| {name} | {kind} | {_cell(meaning or '')} |" for name, kind, meaning in rows]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(tables_page())

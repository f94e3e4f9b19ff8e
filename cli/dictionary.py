"""The command that tells what tables, views and columns mean: dictionary."""

from __future__ import annotations

from typing import Annotated

import duckdb
import typer

from cli.options import DEFAULT_KB, FormatOption, KbOption
from cli.output import Format, console, print_rows, show_query
from crawler.errors import UsageError
from kb.schema import SCHEMAS, quoted
from kb.store import connect
from queries.catalogue import common_questions


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(dictionary)


def dictionary(
    name: Annotated[
        str | None,
        typer.Argument(help="A table or view (compare.doses), a schema (ctgov) or any word; none: where to begin."),
    ] = None,
    kb: KbOption = DEFAULT_KB,
    form: FormatOption = Format.table,
) -> None:
    """Tell which view answers what, and what tables, views and columns mean.

    Example: trialkb dictionary compare.doses --kb demo-kb
    """
    with connect(kb) as con:
        if name is None and form in (Format.table, Format.md):
            _begin(con, form)
        elif name is None:
            show_query(con, _EVERYTHING, form)
        elif name in SCHEMAS:
            show_query(con, _TABLES.format(schema=quoted(name)), form)
        elif not _table(con, name, form):
            _word(con, name, form)


def _begin(con: duckdb.DuckDBPyConnection, form: Format) -> None:
    """What a newcomer needs: which view answers what, and where everything else is."""
    print_rows(["I want to know", "look in"], [(row["question"], row["look in"]) for row in common_questions()], form)
    counts = dict(con.execute(_COUNTS).fetchall())
    schemas: list[tuple[object, ...]] = [
        (schema, counts.get(schema, 0), meaning) for schema, meaning in SCHEMAS.items()
    ]
    print_rows(["schema", "tables", "holds"], schemas, form)
    if form is Format.table:
        console.print(
            "trialkb dictionary compare.doses  the columns of a view, with an example\n"
            "trialkb dictionary extracted      the tables of a schema\n"
            "trialkb dictionary enrollment     every table and column that speaks of a word",
            highlight=False,
        )


def _table(con: duckdb.DuckDBPyConnection, name: str, form: Format) -> bool:
    """The columns of a table or view, under what it is for; False if there is none of this name."""
    schema, _, table = name.rpartition(".")
    # A macro stands with its parameters: similar(study).
    where = f"split_part(\"table\", '(', 1) = {quoted(table)}" + (f" AND schema = {quoted(schema)}" if schema else "")
    found = con.execute(f'SELECT "table", meaning FROM meta.dictionary WHERE {where} AND "column" = \'\'').fetchall()
    if not found:
        return False
    if form is Format.table or "(" in found[0][0]:
        full_name, meaning = found[0]
        question, _, example = meaning.partition(" Example: ")
        console.print(f"{full_name}: {question}", highlight=False, markup=False, soft_wrap=True)
        if example:
            console.print(f"example: {example}", highlight=False, markup=False, soft_wrap=True)
    if "(" not in found[0][0]:
        show_query(con, f'SELECT "column", type, meaning FROM meta.dictionary WHERE {where} AND "column" <> \'\'', form)
    return True


def _word(con: duckdb.DuckDBPyConnection, word: str, form: Format) -> None:
    found = con.execute(f"SELECT count(*) FROM ({_SPEAKING})", [word]).fetchall()[0][0]
    if not found:
        raise UsageError(f"there is no table or view {word}, and nothing speaks of it: 'trialkb dictionary' tells more")
    show_query(con, _SPEAKING.replace("$1", quoted(word)), form)


_EVERYTHING = """
SELECT schema || '.' || "table" AS name, meaning FROM meta.dictionary WHERE "column" = ''
ORDER BY schema <> 'compare', schema, "table"
"""
_TABLES = """
SELECT schema || '.' || "table" AS name, split_part(meaning, ' Example: ', 1) AS meaning FROM meta.dictionary
WHERE "column" = '' AND schema = {schema} ORDER BY contains("table", '('), "table"
"""
_COUNTS = """
SELECT schema, count(*) FROM meta.dictionary WHERE "column" = '' AND NOT contains("table", '(') GROUP BY schema
"""
_SPEAKING = """
SELECT schema || '.' || "table" AS name, "column", split_part(meaning, ' Example: ', 1) AS meaning FROM meta.dictionary
WHERE contains(lower(concat_ws(' ', "table", "column", meaning)), lower($1))
ORDER BY schema NOT IN ('compare', 'extracted'), schema, "table", "column"
"""

"""The macro `compare.study`: every row of one study, whatever table it is in. Made from the tables' data files."""

from __future__ import annotations

from kb.schema import tables

QUESTION = "What does every table of ctgov and extracted hold about one study, in one answer?"
EXAMPLE = "SELECT table_name, row FROM compare.study('NCT99000001') WHERE table_name LIKE 'ctgov.%'"


def study_sql() -> str:
    """CREATE MACRO with one SELECT a table; each row of a table becomes JSON."""
    selects = [
        f"SELECT '{table.full_name}' AS table_name, to_json(x) AS row FROM {table.full_name} AS x WHERE nct_id = wanted"
        for schema in ("ctgov", "extracted")
        for table in tables(schema).values()
    ]
    return "CREATE OR REPLACE MACRO compare.study(wanted) AS TABLE\n" + "\nUNION ALL ".join(selects)

"""What SQL written for AACT takes for granted: tables without a schema before their names, and functions of PostgreSQL.

Both are in the schema `main`, which every client looks in first, so that the published file alone is enough.
"""

from __future__ import annotations

import duckdb

from kb.schema import quoted, tables

# Patterns of PostgreSQL and what strftime calls them, in an order in which nothing put in is taken for a pattern again.
_PATTERNS = (
    ("YYYY", "%Y"), ("YY", "%y"), ("MM", "%m"), ("DDD", "%j"), ("DD", "%d"), ("HH24", "%H"), ("HH12", "%I"),
    ("MI", "%M"), ("SS", "%S"), ("IW", "%V"), ("AM", "%p"), ("Month", "%B"), ("Mon", "%b"), ("Day", "%A"), ("Dy", "%a"),
)  # fmt: skip


def _to_char() -> str:
    text = rest = "pattern"
    for theirs, ours in _PATTERNS:
        # A pattern is nearly always a constant, and then the parts that it lacks cost nothing.
        part = f"CASE WHEN contains({rest}, '{theirs}') THEN strftime(CAST(value AS TIMESTAMP), '{ours}') ELSE '' END"
        text, rest = f"replace({text}, '{theirs}', {part})", f"replace({rest}, '{theirs}', '')"
    return f"CASE WHEN value IS NOT NULL THEN {text} END"


def _part(pattern: str, otherwise: str) -> str:
    place = f"strpos(pattern, '{pattern}')"
    return f"CASE WHEN {place} > 0 THEN CAST(substr(words, {place}, {len(pattern)}) AS INTEGER) ELSE {otherwise} END"


_MACROS = {
    "to_char(value, pattern)": (_to_char(), "a date or time as text, by a pattern such as YYYY-MM"),
    "to_date(words, pattern)": (
        f"make_date({_part('YYYY', 'NULL')}, {_part('MM', '1')}, {_part('DD', '1')})",
        "the date of a text, by a pattern of YYYY, MM and DD",
    ),
    "btrim(words)": ("trim(words)", "a text without blanks at its ends"),
}


def install_postgres(con: duckdb.DuckDBPyConnection) -> None:
    """Make the views and macros anew in `main` of the current database."""
    for table in tables("ctgov").values():
        con.execute(f'CREATE OR REPLACE VIEW main."{table.name}" AS FROM {table.full_name}')
        con.execute(f'COMMENT ON VIEW main."{table.name}" IS {quoted(f"{table.full_name}: {table.meaning}")}')
    for signature, (sql, meaning) in _MACROS.items():
        con.execute(f"CREATE OR REPLACE MACRO main.{signature} AS {sql}")
        con.execute(f"COMMENT ON MACRO main.{signature.partition('(')[0]} IS {quoted(f'{meaning}, as in PostgreSQL')}")

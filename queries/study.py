"""Every row of one study, whatever table it is in: `compare.study`, and the table that answers it in milliseconds.

To ask each of some seventy tables costs 0.4 ms a table for planning alone. So their rows are written once more when a
version is made, as JSON in the order of ids: a stretch of some two thousand rows is then all that is read.
"""

from __future__ import annotations

from itertools import pairwise

import duckdb

from kb.schema import quoted, tables

ROWS_QUESTION = "What does every table of ctgov and extracted hold, study by study? Behind compare.study."
ROWS_EXAMPLE = "SELECT table_name, count(*) FROM compare.study_rows GROUP BY ALL ORDER BY 2 DESC LIMIT 5"
ROWS_COLUMNS = {"table_name": "table that the row is of, as ctgov.studies", "row": "the row as JSON, a key a column"}
# Strings are kept compressed: of JSON, an eighth is left.
ROWS_SQL = """
CREATE OR REPLACE TABLE compare.study_rows (nct_id VARCHAR, table_name VARCHAR, "row" VARCHAR USING COMPRESSION zstd)
"""

QUESTION = "What does every table of ctgov and extracted hold about one study, in one answer?"
EXAMPLE = "SELECT table_name, row FROM compare.study('NCT99000001') WHERE table_name LIKE 'ctgov.%'"
SQL = """
CREATE OR REPLACE MACRO compare.study(wanted) AS TABLE
SELECT table_name, "row"::JSON AS row FROM compare.study_rows WHERE nct_id = wanted
"""

# So many studies at a time, which bounds what has to be sorted in memory (about 60 kB of JSON a study).
_STEP = 5_000


def write_study_rows(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `compare.study_rows`, in the order of ids."""
    firsts = con.execute(
        "SELECT nct_id FROM (SELECT nct_id, row_number() OVER (ORDER BY nct_id) AS place FROM ctgov.studies) "
        f"WHERE place % {_STEP} = 1 ORDER BY nct_id"
    ).fetchall()
    for first, following in pairwise([*(row[0] for row in firsts), None]):
        stretch = f"nct_id >= {quoted(first)}" + (f" AND nct_id < {quoted(following)}" if following else "")
        con.execute(f"INSERT INTO compare.study_rows {_selects(stretch)} ORDER BY nct_id, table_name")


def _selects(where: str) -> str:
    return "\nUNION ALL ".join(
        f"SELECT nct_id, '{table.full_name}' AS table_name, to_json(x)::VARCHAR AS row "
        f"FROM {table.full_name} AS x WHERE {where}"
        for schema in ("ctgov", "extracted")
        for table in tables(schema).values()
    )

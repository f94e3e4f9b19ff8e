"""How rows lie in the file, so that one study is found without reading all of them.

A scan skips what it can tell from the least and greatest registry id of a stretch of rows, which helps only while
rows stand in the order of ids; and even then reading one stretch of each table takes longer than a row store needs.
So tables are put in order when a load left them out of it, and large ones get an index on the registry id.
"""

from __future__ import annotations

import duckdb

from kb.schema import Table, tables

# A nightly load appends some thousand studies: not worth writing everything again. A first load in the order of a
# download does not come in the order of ids at all.
DISORDER_ALLOWED = 0.05
# A smaller table is scanned as fast as an index is asked.
INDEXED_FROM = 50_000
_PREFIX = "by_nct_id"


def arrange(con: duckdb.DuckDBPyConnection, *, allowed: float = DISORDER_ALLOWED) -> bool:
    """Order the tables of `ctgov` by their keys if more than `allowed` of the studies stand after a greater id.

    True if they were ordered. Costs as much as writing them once.
    """
    if disorder(con) <= allowed:
        return False
    for table in tables("ctgov").values():
        _rewrite(con, table)
    return True


def disorder(con: duckdb.DuckDBPyConnection) -> float:
    """Share of the studies that stand after one with a greater id, as the rows lie in the file."""
    share: float | None = con.execute(_DISORDER).fetchall()[0][0]
    return share or 0.0


def index_studies(con: duckdb.DuckDBPyConnection, *, least_rows: int = INDEXED_FROM) -> int:
    """An index on the registry id for each large table of `ctgov` and `extracted`; gives how many there are."""
    drop_indexes(con)
    made = 0
    for schema in ("ctgov", "extracted"):
        for table in tables(schema).values():
            rows: int = con.execute(f"SELECT count(*) FROM {table.full_name}").fetchall()[0][0]
            if rows >= least_rows:
                con.execute(f"CREATE INDEX {_PREFIX}_{table.name} ON {table.full_name} (nct_id)")
                made += 1
    return made


def drop_indexes(con: duckdb.DuckDBPyConnection) -> None:
    """Remove these indexes: keeping them up row by row during a load takes longer than making them afterwards."""
    sql = "SELECT schema_name, index_name FROM duckdb_indexes() WHERE database_name = current_database()"
    for schema, name in con.execute(sql).fetchall():
        if name.startswith(_PREFIX):
            con.execute(f'DROP INDEX {schema}."{name}"')


def _rewrite(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Rows of a table in the order of its key; the table itself, its comments and views stay."""
    con.execute("BEGIN")
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE in_order AS FROM {table.full_name} ORDER BY {', '.join(table.key)}")
        con.execute(f"TRUNCATE {table.full_name}")
        con.execute(f"INSERT INTO {table.full_name} FROM in_order")
        con.execute("DROP TABLE in_order")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


_DISORDER = """
WITH placed AS (
    SELECT nct_id, max(nct_id) OVER (ORDER BY rowid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS greatest
    FROM ctgov.studies)
SELECT count(*) FILTER (nct_id < greatest) / nullif(count(*), 0) FROM placed
"""

"""What the knowledge base says about itself: dictionary, units, how it was built."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from crawler.settings import product_version
from extract.version import extractor_version
from kb.schema import SCHEMA_VERSION, all_tables, read_tsv, tables


def write_units(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `meta.units` from `kb/tables/units.tsv`: what a unit measures and its factor to the canonical unit."""
    rows = read_tsv("units.tsv")
    columns = {name: [row[name] for row in rows] for name in ("unit", "dimension", "canonical_unit")}
    factors = [float(row["factor"]) for row in rows]
    con.register("units", pa.table({**columns, "factor": factors}))
    con.execute("DELETE FROM meta.units")
    con.execute("INSERT INTO meta.units SELECT * FROM units")
    con.unregister("units")


def write_dictionary(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `meta.dictionary` from the tables' data files and the comments of what `compare` has."""
    rows: list[tuple[str, str, str, str, str, str, str]] = []
    for table in all_tables():
        rows.append((table.schema, table.name, "", "", table.meaning, "", "key: " + ", ".join(table.key)))
        sources = {column.name: column for source in table.sources for column in source.columns}
        for column in table.columns:
            filled = sources.get(column.name, column)
            rows.append(
                (table.schema, table.name, column.name, column.type, column.meaning, filled.path, _rule(filled.rule))
            )
    names = tables("meta")["dictionary"].arrow_schema.names
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    con.register("entries", pa.table(columns))
    con.execute("DELETE FROM meta.dictionary")
    con.execute("INSERT INTO meta.dictionary SELECT * FROM entries")
    con.unregister("entries")
    con.execute(_VIEWS)


def write_build(con: duckdb.DuckDBPyConnection) -> None:
    """Note how and when this version was made in `meta.build`."""
    facts = {
        "trialkb_version": product_version(),
        "schema_version": SCHEMA_VERSION,
        "extractor_version": extractor_version(),
        "published_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
    }
    con.execute("DELETE FROM meta.build")
    con.execute("INSERT INTO meta.build SELECT unnest(?), unnest(?)", [list(facts), list(facts.values())])


def _rule(rule: str) -> str:
    return "" if rule in ("required", "any") else rule


_VIEWS = """
INSERT INTO meta.dictionary
SELECT 'compare', view_name, '', '', coalesce(comment, ''), '', '' FROM duckdb_views()
WHERE schema_name = 'compare' AND database_name = current_database()
UNION ALL
SELECT 'compare', table_name, '', '', coalesce(comment, ''), '', '' FROM duckdb_tables()
WHERE schema_name = 'compare' AND database_name = current_database()
UNION ALL
SELECT 'compare', c.table_name, c.column_name, c.data_type, coalesce(c.comment, ''), '', '' FROM duckdb_columns() AS c
WHERE c.schema_name = 'compare' AND c.database_name = current_database()
UNION ALL
SELECT DISTINCT 'compare', function_name || '(' || array_to_string(parameters, ', ') || ')', '', '',
       coalesce(comment, ''), '', '' FROM duckdb_functions()
WHERE schema_name = 'compare' AND database_name = current_database()
"""

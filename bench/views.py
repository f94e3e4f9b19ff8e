"""How long every view and macro of `compare` takes on N studies: its example, and one study of it.

    python -m bench.views --kb kb --studies 600000

The studies of a finished knowledge base stand again and again under new ids, titles numbered so that each is its own.
Only the tables that views read are copied, so this needs neither records nor extraction.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import time
from pathlib import Path

import duckdb

from kb.schema import create_schema
from kb.store import CONFIG, connect
from queries.catalogue import Query, install, queries

_TABLE = re.compile(r"\b(ctgov|extracted|history)\.(\w+)")
_NUMBERED = ("brief_title", "official_title")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--studies", type=int, default=100_000)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="trialkb-views-"))
    try:
        with connect(arguments.kb) as con:
            source = con.execute("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").fetchall()[0][0]
        measure(folder / "large.duckdb", Path(source), arguments.studies)
    finally:
        shutil.rmtree(folder)


def measure(path: Path, source: Path, studies: int) -> None:
    with duckdb.connect(config=CONFIG) as con:
        con.execute(f"ATTACH '{path}' AS large (STORAGE_VERSION 'v1.2.0')")
        con.execute("USE large")
        con.execute(f"SET temp_directory = '{path.parent / 'tmp'}'")
        con.execute(f"ATTACH '{source}' AS small (READ_ONLY)")
        _multiply(con, studies)
        began = time.perf_counter()
        install(con)
        con.execute("CHECKPOINT large")
        print(f"{studies:,} studies; views prepared in {time.perf_counter() - began:,.1f} s", flush=True)
    print(f"file {path.stat().st_size / 1e9:,.2f} GB")
    with duckdb.connect(str(path), read_only=True, config=CONFIG) as con:
        nct_id = con.execute("SELECT nct_id FROM compare.doses LIMIT 1 OFFSET 700").fetchall()[0][0]
        print(f"{'view or macro':24} {'example, first':>15} {'again':>8} {'one study':>10}   seconds")
        for query in _measured():
            _time(con, query, nct_id)


def _measured() -> list[Query]:
    """All but what holds every table of each study, for which every table would have to be copied."""
    return [query for query in queries().values() if query.name not in ("study", "study_rows")]


def _multiply(con: duckdb.DuckDBPyConnection, studies: int) -> None:
    create_schema(con)
    con.execute("CREATE TEMP TABLE numbers AS SELECT nct_id, row_number() OVER () AS number FROM small.ctgov.studies")
    have = con.execute("SELECT count(*) FROM numbers").fetchall()[0][0]
    read = {match for query in _measured() for match in _TABLE.findall(query.sql)}
    for schema, name in sorted(read):
        columns = [row[0] for row in con.execute(f"DESCRIBE small.{schema}.{name}").fetchall()]
        titles = [f"{column} || ' ' || copy AS {column}" for column in columns if column in _NUMBERED]
        replaced = ", ".join(["format('NCT{:08d}', copy * $have + n.number) AS nct_id", *titles])
        con.execute(
            f"INSERT INTO {schema}.{name} BY NAME SELECT t.* REPLACE ({replaced}) "
            f"FROM range($copies) AS r(copy) CROSS JOIN small.{schema}.{name} AS t JOIN numbers AS n USING (nct_id) "
            "WHERE copy * $have + n.number <= $studies",
            {"have": have, "copies": studies // have + 1, "studies": studies},
        )


def _time(con: duckdb.DuckDBPyConnection, query: Query, nct_id: str) -> None:
    example = re.sub(r"NCT99\d+", nct_id, query.example)
    seconds = [_seconds(con, example) for _ in range(2)]
    one = ""
    if query.kind in ("view", "table"):
        columns = {row[0] for row in con.execute(f"DESCRIBE compare.{query.name}").fetchall()}
        if "nct_id" in columns:
            point = f"FROM compare.{query.name} WHERE nct_id = '{nct_id}'"
            one = f"{_seconds(con, point):.3f}"
    print(f"{query.name:24} {seconds[0]:15.3f} {seconds[1]:8.3f} {one:>10}", flush=True)


def _seconds(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    """Until the last row is worked out; handing millions of rows to Python is not what is measured."""
    began = time.perf_counter()
    con.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {sql}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()

"""The same questions to this file and to PostgreSQL, pair by pair: AACT's queries, one study by its id, text search.

    python -m bench.postgres --kb kb

Copies the `ctgov` tables of a finished knowledge base into a PostgreSQL of its own (Debian: apt install postgresql),
which it starts on a socket in a temporary folder and stops again: indexes on registry id and row id, a text index on
titles, names and summary. Both answers are compared, so this also proves that the queries run unchanged.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from kb.schema import tables
from kb.store import connect

QUERIES = Path(__file__).resolve().parent.parent / "tests" / "aact_queries"
CORE = (
    "studies",
    "conditions",
    "interventions",
    "design_groups",
    "design_outcomes",
    "eligibilities",
    "facilities",
    "sponsors",
)
SEARCHES = ("car-t leukemia", "diabetes", "pembrolizumab lung cancer", "knee osteoarthritis pain")
AGAIN = 5
_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision"}
_TEXTS = """
CREATE TABLE ctgov.texts AS
SELECT s.nct_id, setweight(to_tsvector('english', concat_ws(' ', brief_title, official_title, acronym)), 'A')
    || setweight(to_tsvector('english', concat_ws(' ', c.names, k.names, i.names)), 'B')
    || to_tsvector('english', coalesce(b.description, '')) AS words
FROM ctgov.studies s LEFT JOIN ctgov.brief_summaries b USING (nct_id)
LEFT JOIN (SELECT nct_id, string_agg(name, ' ') AS names FROM ctgov.conditions GROUP BY 1) c USING (nct_id)
LEFT JOIN (SELECT nct_id, string_agg(name, ' ') AS names FROM ctgov.keywords GROUP BY 1) k USING (nct_id)
LEFT JOIN (SELECT nct_id, string_agg(name, ' ') AS names FROM ctgov.interventions GROUP BY 1) i USING (nct_id);
CREATE INDEX ON ctgov.texts USING gin (words);
"""


class Postgres:
    """A server in a folder of its own. `run` gives the output of psql."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder, self.bin = folder, bin_folder

    def run(self, sql: str, *options: str) -> str:
        command = [
            str(self.bin / "psql"),
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            str(self.folder),
            "-d",
            "postgres",
        ]
        done = subprocess.run(
            [*_as_postgres(), *command, *options], input=sql, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"PostgreSQL: {done.stderr.strip()}")
        return done.stdout

    def milliseconds(self, sql: str) -> float:
        """Median of several runs within one session, as psql tells them; the first does not count."""
        text = self.run("\\timing on\n\\o /dev/null\n" + (sql.rstrip().rstrip(";") + ";\n") * (AGAIN + 1))
        times = [float(found) for found in re.findall(r"^Time: ([\d.]+) ms", text, re.MULTILINE)]
        per_run = len(times) // (AGAIN + 1)
        return statistics.median(sum(times[n : n + per_run]) for n in range(per_run, len(times), per_run))

    def answer(self, sql: str) -> list[list[str]]:
        text = self.run(f"\\copy ({' '.join(_without_comments(sql).split())}) TO STDOUT (FORMAT csv)")
        return [[_normal(value) for value in row] for row in csv.reader(io.StringIO(text))]


@contextmanager
def server() -> Iterator[Postgres]:
    """Start a PostgreSQL; afterwards it is stopped and its folder removed. Ends the program where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "")]
    if not found[-1].is_file():
        raise SystemExit("there is no PostgreSQL here: apt install postgresql")
    folder, programs = Path(tempfile.mkdtemp(prefix="trialkb-postgres-")), found[-1].parent
    if _as_postgres():
        shutil.chown(folder, "postgres")
    data = folder / "data"
    settings = "-c listen_addresses='' -c shared_buffers=1GB -c max_wal_size=8GB -c synchronous_commit=off -k " + str(
        folder
    )
    try:
        _call(programs / "initdb", "-D", data, "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust")
        _call(programs / "pg_ctl", "-D", data, "-w", "-o", settings, "-l", folder / "log", "start")
        yield Postgres(folder, programs)
    finally:
        _call(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, required=True)
    arguments = parser.parse_args()
    with connect(arguments.kb) as con, server() as postgres:
        _copy(con, postgres)
        _compare_all(con, postgres)


def _copy(con: duckdb.DuckDBPyConnection, postgres: Postgres) -> None:
    began = time.perf_counter()
    postgres.run("CREATE SCHEMA ctgov; ALTER DATABASE postgres SET search_path = ctgov, public")
    for table in tables("ctgov").values():
        columns = ", ".join(f'"{c.name}" {_TYPES.get(c.type, c.type)}' for c in table.columns)
        path = postgres.folder / "table.csv"
        con.execute(f"COPY {table.full_name} TO '{path}' (FORMAT csv, HEADER false)")
        path.chmod(0o644)
        postgres.run(f"CREATE TABLE {table.full_name} ({columns}); COPY {table.full_name} FROM '{path}' (FORMAT csv)")
        path.unlink()
        ids = [c.name for c in table.columns if c.name == "id" or (c.type == "BIGINT" and c.name.endswith("_id"))]
        postgres.run("; ".join(f"CREATE INDEX ON {table.full_name} ({name})" for name in ["nct_id", *ids]))
    postgres.run(_TEXTS)
    postgres.run("VACUUM ANALYZE")
    size = postgres.run("SELECT pg_database_size('postgres')", "-At").strip()
    studies = con.execute("SELECT count(*) FROM ctgov.studies").fetchall()[0][0]
    path = con.execute("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").fetchall()[0][0]
    print(f"{studies:,} studies; file {os.path.getsize(path) / 1e9:.2f} GB, PostgreSQL {int(size) / 1e9:.2f} GB")  # noqa: PTH202
    print(f"copied into PostgreSQL, with indexes, in {time.perf_counter() - began:.0f} s\n", flush=True)


def _compare_all(con: duckdb.DuckDBPyConnection, postgres: Postgres) -> None:
    offset = con.execute("SELECT count(*) // 2 FROM ctgov.studies").fetchall()[0][0]
    nct_id = con.execute(f"SELECT nct_id FROM ctgov.studies ORDER BY 1 LIMIT 1 OFFSET {offset}").fetchall()[0][0]
    print(f"{'question':38} {'DuckDB ms':>10} {'PostgreSQL ms':>14} {'times':>7}  answers")
    for path in sorted(QUERIES.glob("*.sql")):
        sql = re.sub(r"NCT990\d{5}", nct_id, path.read_text(encoding="utf-8"))
        same = "equal" if _answer(con, sql) == postgres.answer(sql) else "DIFFER"
        _line(path.stem, _milliseconds(con, sql), postgres.milliseconds(sql), same)
    for name, listed in (("one study, 8 tables", CORE), ("one study, all tables", tuple(tables("ctgov")))):
        statements = [f"SELECT * FROM ctgov.{table} WHERE nct_id = '{nct_id}'" for table in listed]
        _line(name, _milliseconds(con, *statements), postgres.milliseconds(";\n".join(statements)), "")
    _line("one study, compare.study", _milliseconds(con, f"FROM compare.study('{nct_id}')"), None, "")
    for words in SEARCHES:
        theirs = (
            "SELECT s.nct_id, ts_rank(words, q) AS score, brief_title FROM ctgov.texts t "
            f"JOIN ctgov.studies s USING (nct_id), websearch_to_tsquery('english', '{words}') q "
            "WHERE words @@ q ORDER BY score DESC LIMIT 100"
        )
        ours = f"FROM compare.search('{words}')"
        _line(f"search: {words}", _milliseconds(con, ours), postgres.milliseconds(theirs), "")


def _line(name: str, ours: float, theirs: float | None, note: str) -> None:
    shown = f"{theirs:14.1f} {theirs / ours:7.1f}" if theirs is not None else f"{'':22}"
    print(f"{name:38} {ours:10.1f} {shown}  {note}", flush=True)


def _milliseconds(con: duckdb.DuckDBPyConnection, *statements: str) -> float:
    times = []
    for _ in range(AGAIN + 1):
        began = time.perf_counter()
        for statement in statements:
            con.execute(statement).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[1:])


def _answer(con: duckdb.DuckDBPyConnection, sql: str) -> list[list[str]]:
    return [["" if value is None else _normal(str(value)) for value in row] for row in con.execute(sql).fetchall()]


def _normal(value: str) -> str:
    """Numbers and truths in one spelling."""
    if value in ("t", "f", "True", "False"):
        return value[0].lower()
    return f"{float(value):.9g}" if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value) else value


def _without_comments(sql: str) -> str:
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    return "\n".join(lines).strip().rstrip(";")


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _call(*command: str | Path) -> None:
    done = subprocess.run([*_as_postgres(), *map(str, command)], capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise SystemExit(f"{Path(command[0]).name} failed: {done.stderr.strip() or done.stdout.strip()}")


if __name__ == "__main__":
    main()

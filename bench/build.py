"""Build a knowledge base from N records and print studies a second for each stage, and peak memory.

    python -m bench.build --studies 20000 --records ../shared/data/ctgov_v2.jsonl.gz

Without `--records` the bundled sample is used. N may be as large as the registry (600,000).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import orjson

import queries
from bench.corpus import parts, read_records, renumbered
from bench.memory import PeakMemory
from crawler.archive import Archive
from kb.checks import check
from kb.extraction import extract_studies
from kb.load import load_entries
from kb.meta import write_dictionary, write_units
from kb.store import Store

RUN = "bench"
LOOKUPS = 200


class Stages:
    """Seconds by stage, printed as they end."""

    def __init__(self, studies: int) -> None:
        self.studies = studies
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start, cpu = time.perf_counter(), _cpu_seconds()
        yield
        self.seconds[name] = time.perf_counter() - start
        speed = self.studies / self.seconds[name]
        print(
            f"{name:28} {self.seconds[name]:9.1f} s {speed:10,.0f} studies/s {_cpu_seconds() - cpu:9.1f} s of CPU",
            flush=True,
        )


def _cpu_seconds() -> float:
    """Of this process and the workers that have ended: what a busy machine does not distort."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=20_000)
    parser.add_argument("--records", type=Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--kb", type=Path, help="where to build; default: a temporary folder, removed afterwards")
    arguments = parser.parse_args()
    root = arguments.kb or Path(tempfile.mkdtemp(prefix="trialkb-bench-"))
    try:
        with PeakMemory() as peak:
            build(Store(root), read_records(arguments.records), arguments.studies, arguments.workers)
        print(f"peak memory: main process {peak.own:,.0f} MB, largest worker {peak.largest_worker:,.0f} MB")
    finally:
        if arguments.kb is None:
            shutil.rmtree(root)


def build(store: Store, records: list[bytes], count: int, workers: int | None) -> None:
    size = sum(map(len, records)) / len(records)
    print(f"{count:,} studies from {len(records):,} records, {size / 1000:.1f} kB on average")
    stages = Stages(count)
    archive = Archive(store.raw)
    with stages.stage("archive"):
        for body in parts(renumbered(records, count)):
            archive.put(body, kind="file", source="bench", run_id=RUN)
        note = {"state": "complete", "what": "ingest"}
        archive.put(orjson.dumps(note), kind="run", source="bench", run_id=RUN, **note)
    with store.lock(), store.build(fresh=True) as new:
        with stages.stage("parse and load"):
            load_entries(new.con, archive, archive.entries(RUN))
        with stages.stage("extract"):
            counts = extract_studies(new.con, workers=workers)
        with stages.stage("compare, check, publish"):
            queries.install(new.con)
            write_units(new.con)
            write_dictionary(new.con)
            check(new.con)
            release = new.publish()
    total = sum(seconds for name, seconds in stages.seconds.items() if name != "archive")
    print(f"{'end to end, without archive':28} {total:9.1f} s {count / total:10,.0f} studies/s")
    print(f"database {release.stat().st_size / 1e6:,.0f} MB; rows {counts.rows}; failed extractions {counts.failed}")
    print(f"one study with all its tables: {_lookup_milliseconds(release):.1f} ms (median of {LOOKUPS})")


def _lookup_milliseconds(release: Path) -> float:
    """`compare.study` of studies drawn at random, in the published file."""
    with duckdb.connect(str(release), read_only=True) as con:
        ids = con.execute(f"SELECT nct_id FROM ctgov.studies USING SAMPLE {LOOKUPS} (reservoir, 1)").fetchall()
        spent = []
        for (nct_id,) in ids:
            start = time.perf_counter()
            con.execute("FROM compare.study(?)", [nct_id]).fetchall()
            spent.append(time.perf_counter() - start)
    return 1000 * statistics.median(spent)


if __name__ == "__main__":
    main()

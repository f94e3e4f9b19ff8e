"""Run every extractor over N records and print milliseconds a study for each, and studies a second on all cores.

    python -m bench.extract --studies 5000 --records ../shared/data/ctgov_v2.jsonl.gz
    python -m bench.extract --only doses ages endpoints

Times are of the processor (what other programs do on the machine is left out), but for the last line, which is the
clock's. Without `--records` the bundled sample is used. Parsing the JSON is not counted.
"""

from __future__ import annotations

import argparse
import gc
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import orjson

from bench.corpus import read_records
from extract.extractors import _EXTRACTORS as EXTRACTORS
from extract.extractors import read_study
from extract.study import Study


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--records", type=Path, help="registry records, as .jsonl or .jsonl.gz")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="+", choices=sorted(EXTRACTORS), help="these extractors instead of all")
    arguments = parser.parse_args()
    records = read_records(arguments.records)
    wanted = [records[number % len(records)] for number in range(arguments.studies)]
    only = arguments.only or list(EXTRACTORS)
    keep(only)
    by_extractor(wanted)
    together(wanted, arguments.processes, only)


def keep(names: list[str]) -> None:
    """Let this process run these extractors alone."""
    for name in EXTRACTORS.keys() - set(names):
        del EXTRACTORS[name]


def by_extractor(records: list[bytes]) -> None:
    """Processor time of each extractor, a study; the first 50 studies, which load the vocabularies, do not count."""
    for record in records[:50]:
        read_study(Study.from_record(orjson.loads(record)))
    gc.collect()
    gc.freeze()
    spent = dict.fromkeys(EXTRACTORS, 0.0)
    for record in records:
        study = Study.from_record(orjson.loads(record))
        for name, extractor in EXTRACTORS.items():
            start = time.process_time()
            extractor(study)
            spent[name] += time.process_time() - start
    for name, seconds in spent.items():
        print(f"{name:20} {seconds / len(records) * 1000:.3f} ms a study")
    print(f"{'all':20} {sum(spent.values()) / len(records) * 1000:.3f} ms a study")


def together(records: list[bytes], processes: int, names: list[str]) -> None:
    """Studies a second when every process reads its part of the records."""
    parts = [records[number::processes] for number in range(processes)]
    with ProcessPoolExecutor(processes, initializer=_start, initargs=(records[:50], names)) as pool:
        list(pool.map(time.sleep, [0.5] * processes))  # until every process has loaded the vocabularies
        start = time.perf_counter()
        list(pool.map(read_all, parts))
        seconds = time.perf_counter() - start
    print(f"{len(records) / seconds:,.0f} studies a second on {processes} processes")


def _start(records: list[bytes], names: list[str]) -> None:
    """A worker as the knowledge base starts it, with its vocabularies loaded."""
    from kb.parallel import GARBAGE_WAITS  # brings DuckDB, which the main process here can do without

    gc.set_threshold(*GARBAGE_WAITS)
    keep(names)
    read_all(records)


def read_all(records: list[bytes]) -> int:
    """Every fact of some records; gives their number of doses."""
    return sum(len(read_study(Study.from_record(orjson.loads(record))).doses.doses) for record in records)


if __name__ == "__main__":
    main()

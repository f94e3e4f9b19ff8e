"""Readers in other processes ask in a loop while version after version is published: not one error, no half load."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.store import Store

PUBLISHES = 20
# Each version has as many conditions as studies; a half load would not. Versions only grow.
READER = """
import sys, time, duckdb
path, until = sys.argv[1], sys.argv[2]
seen, asked = set(), 0
while not __import__("os").path.exists(until):
    with duckdb.connect(path, read_only=True) as con:
        for _ in range(3):
            sql = "SELECT (SELECT count(*) FROM ctgov.studies), (SELECT count(*) FROM ctgov.conditions)"
            (studies, conditions), = con.execute(sql).fetchall()
            assert studies == conditions, (studies, conditions)
            assert studies >= max(seen, default=0), (studies, seen)
            seen.add(studies)
            asked += 1
print(asked, len(seen))
"""


def publish(store: Store, studies: int) -> None:
    with store.lock(), store.build() as build:
        build.con.execute("DELETE FROM ctgov.studies")
        build.con.execute("INSERT INTO ctgov.studies (nct_id) SELECT 'NCT' || range FROM range(?)", [studies])
        build.con.execute("DELETE FROM ctgov.conditions")
        build.con.execute("INSERT INTO ctgov.conditions (nct_id, condition_no) SELECT nct_id, 1 FROM ctgov.studies")
        build.publish()


def test_readers_never_notice_twenty_publishes(tmp_path: Path) -> None:
    store, stop = Store(tmp_path / "kb"), tmp_path / "stop"
    publish(store, 1000)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(store.current), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for number in range(1, PUBLISHES + 1):
            publish(store, 1000 + number)
        time.sleep(0.5)
    finally:
        stop.touch()
        told = [reader.communicate(timeout=60) for reader in readers]
    for reader, (out, err) in zip(readers, told, strict=True):
        assert reader.returncode == 0, err
        asked, versions = map(int, out.split())
        assert asked > PUBLISHES
        assert versions > 3, "the reader saw too few versions to prove anything"


def test_who_holds_a_version_keeps_it_though_its_file_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path, keep=2)
    publish(store, 10)
    with store.connect() as reader:
        for number in range(11, 15):
            publish(store, number)
        assert len(store.release_names()) == 2
        assert reader.execute("SELECT count(*) FROM ctgov.conditions").fetchall() == [(10,)]


@pytest.mark.parametrize("keep", [1, 4])
def test_as_many_versions_stay_as_asked(tmp_path: Path, keep: int) -> None:
    store = Store(tmp_path, keep=keep)
    for number in range(6):
        publish(store, number + 1)
    assert len(store.release_names()) == keep
    assert store.current.resolve().name == store.release_names()[-1]


def test_a_release_that_somebody_went_back_to_is_not_removed(tmp_path: Path) -> None:
    store = Store(tmp_path, keep=2)
    publish(store, 1)
    publish(store, 2)
    with store.lock():
        back = store.rollback()
    assert back.exists()
    publish(store, 3)
    assert store.current.resolve().exists()

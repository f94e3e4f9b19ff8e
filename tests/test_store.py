"""Publishing: readers never wait and never see half a load; a failure leaves yesterday's version."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.errors import KnowledgeBaseError, Locked, UsageError
from kb.store import RELEASES_KEPT, Store, connect


def publish(store: Store, studies: int) -> Path:
    with store.lock(), store.build() as build:
        build.con.execute("DELETE FROM ctgov.studies")
        build.con.execute("INSERT INTO ctgov.studies (nct_id) SELECT 'NCT' || range FROM range(?)", [studies])
        return build.publish()


def count(con_or_store: Store) -> int:
    with con_or_store.connect() as con:
        number: int = con.execute("SELECT count(*) FROM ctgov.studies").fetchall()[0][0]
        return number


def test_a_published_version_is_read_through_current(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, 3)
    assert count(store) == 3
    assert store.current.is_symlink()


def test_a_reader_keeps_its_version_while_a_new_one_is_published(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, 3)
    with store.connect() as reader:
        publish(store, 5)
        assert reader.execute("SELECT count(*) FROM ctgov.studies").fetchall() == [(3,)]
    assert count(store) == 5


def test_a_run_that_fails_leaves_the_published_version(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, 3)
    with pytest.raises(RuntimeError), store.lock(), store.build() as build:
        build.con.execute("DELETE FROM ctgov.studies")
        raise RuntimeError("the run dies here")
    assert count(store) == 3
    assert not store.building.exists()


def test_what_a_killed_run_left_behind_is_removed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    publish(store, 3)
    store.building.write_bytes(b"half a database")
    store.building.with_name("building.duckdb.wal").write_bytes(b"and its log")
    publish(store, 4)
    assert count(store) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current.duckdb", "lock", "releases"]


def test_versions_within_one_second_sort_in_their_order(tmp_path: Path) -> None:
    store = Store(tmp_path, keep=5)
    made = [publish(store, number).name for number in range(4)]
    assert made == sorted(made) == store.release_names()


def test_only_the_last_releases_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(RELEASES_KEPT + 2):
        publish(store, number)
    assert len(store.release_names()) == RELEASES_KEPT
    assert count(store) == RELEASES_KEPT + 1


def test_going_back_to_an_earlier_release(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = publish(store, 1)
    publish(store, 2)
    with store.lock():
        assert store.rollback().name == first.name
    assert count(store) == 1
    with store.lock(), pytest.raises(UsageError, match="no release before"):
        store.rollback()
    with store.lock(), pytest.raises(UsageError, match="has no release nonsense"):
        store.rollback("nonsense")
    publish(store, 3)
    assert count(store) == 3


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    script = f"from kb.store import Store\nwith Store({str(tmp_path)!r}).lock(): print('got it')"
    with Store(tmp_path).lock():
        told = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parent.parent,
        )
    assert "Locked" in told.stderr
    assert "is being written by process" in told.stderr


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with Store(tmp_path).lock():
        pass
    with Store(tmp_path).lock():
        pass


def test_lock_within_one_process(tmp_path: Path) -> None:
    with Store(tmp_path).lock(), pytest.raises(Locked), Store(tmp_path).lock():
        pass


def test_nothing_published_yet_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="trialkb refresh"):
        connect(tmp_path)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "current.duckdb").write_text("not a database")
    with pytest.raises(KnowledgeBaseError, match="cannot open") as error:
        connect(tmp_path)
    assert "\n" not in str(error.value)


def test_the_published_file_is_read_only_and_opens_in_older_versions(tmp_path: Path) -> None:
    store = Store(tmp_path)
    release = publish(store, 1)
    assert release.stat().st_mode & 0o222 == 0
    with store.connect() as con:
        tags = con.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert "v1.2.0" in str(tags)

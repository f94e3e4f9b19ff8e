"""A run killed at any moment, or stopped by a full disk: the next one ends as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive
from crawler.replica import Replica, Server
from crawler.settings import ClientSettings
from extract.version import extractor_version
from kb.refresh import RefreshSummary, refresh_from
from kb.schema import all_tables
from kb.store import Store
from tests.records import dosed, record

ROOT = Path(__file__).resolve().parent.parent

# The rules are those of this process, whatever happens to their files while the tests run.
SAME_RULES = """
import extract.version, os
extract.version.extractor_version = lambda: os.environ["RULES"]
"""
# `trialkb` in a process of its own that dies by SIGKILL around the nth call of a function.
DIES = """
import importlib, os, signal, sys
where, function, when, nth = sys.argv[1:5]
sys.argv = ["trialkb", *sys.argv[5:]]
module, _, owner = where.partition(":")
place = importlib.import_module(module)
place = getattr(place, owner) if owner else place
original, calls = getattr(place, function), 0

def deadly(*arguments, **named):
    global calls
    calls += 1
    if calls == int(nth) and when == "within":
        os.write(arguments[1].fileno(), arguments[2][: len(arguments[2]) // 2])
    if calls == int(nth) and when != "after":
        os.kill(os.getpid(), signal.SIGKILL)
    result = original(*arguments, **named)
    if calls == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(place, function, deadly)
from cli.main import run
run()
"""
# The same in a process that may write no file longer than so many bytes, which fails as a full disk does.
FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv = ["trialkb", *sys.argv[2:]]
from cli.main import run
run()
"""
FIRST_NIGHT = "while it asks"
MOMENTS = {
    FIRST_NIGHT: ("crawler.archive:Archive", "put", "after", 3),
    "a body is stored, the journal does not know": ("crawler.archive:Archive", "_append", "before", 4),
    "in the middle of a journal line": ("crawler.archive:Archive", "_append", "within", 5),
    "everything is received": ("kb.runs", "load_entries", "before", 1),
    "before the checks": ("kb.runs", "check", "before", 1),
    "before the new version is switched to": ("kb.store", "_switch", "before", 1),
    "after the new version is switched to": ("kb.store", "_switch", "after", 1),
}


def registry() -> Replica:
    return Replica([dosed(f"NCT9990000{n}") for n in range(1, 8)])


def second_day(replica: Replica) -> None:
    """One study is new, one changed, one rendered anew, one is gone."""
    replica.update(
        add=[record("NCT99900009", posted="2026-10-05")],
        patch={"NCT99900001": {"protocolSection.armsInterventionsModule.interventions.0.description": "Now 50 mg/m2"}},
        rerender=["NCT99900002"],
        remove=["NCT99900003"],
    )


def refresh(store: Store, server: Server) -> RefreshSummary:
    settings = ClientSettings(base_url=server.base_url, requests_per_second=1000)
    with store.lock():
        return refresh_from(store, settings, None, lambda con: None, workers=1)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store, Server]]:
    """A knowledge base after its first night, one after an undisturbed second night, and the registry on that day."""
    first = Store(tmp_path_factory.mktemp("first") / "kb")
    replica = registry()
    with replica.serve() as server:
        refresh(first, server)
        second_day(replica)
        undisturbed = Store(tmp_path_factory.mktemp("undisturbed") / "kb")
        shutil.copytree(first.root, undisturbed.root, symlinks=True)
        refresh(undisturbed, server)
        yield first, undisturbed, server


def state(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Everything but what tells of the runs themselves and of their times."""
    told = {"run_id", "entry_no", "extracted_at"}
    found = {}
    with store.connect() as con:
        for table in all_tables():
            if table.schema != "meta" or table.name in ("query_studies", "queries", "model_drift"):
                kept = [c.name for c in table.columns if c.type != "TIMESTAMP" and c.name not in told]
                columns = ", ".join(f'"{name}"' for name in kept)
                found[table.full_name] = con.execute(f"SELECT {columns} FROM {table.full_name} ORDER BY ALL").fetchall()
    return found


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SAME_RULES + script, *map(str, arguments)]
    rules = os.environ | {"RULES": extractor_version()}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=rules, timeout=120)


def refresh_command(store: Store, server: Server) -> list[object]:
    return ["refresh", "--kb", store.root, "--base-url", server.base_url, "--rate", "1000", "--workers", "1"]


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if moment != FIRST_NIGHT])
def test_killed_on_the_second_night(moment: str, nights: tuple[Store, Store, Server], tmp_path: Path) -> None:
    first, undisturbed, server = nights
    store = Store(tmp_path / "kb")
    shutil.copytree(first.root, store.root, symlinks=True)
    died = run(DIES, *MOMENTS[moment], *refresh_command(store, server))
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert state(store) == (state(undisturbed) if moment.startswith("after") else state(first))
    refresh(store, server)
    assert state(store) == state(undisturbed)
    assert Archive(store.raw).verify() == []
    assert sorted(path.name for path in store.root.iterdir()) == ["current.duckdb", "lock", "raw", "releases"]


def test_killed_on_the_first_night(tmp_path: Path) -> None:
    store, undisturbed = Store(tmp_path / "kb"), Store(tmp_path / "undisturbed")
    with registry().serve() as server:
        died = run(DIES, *MOMENTS[FIRST_NIGHT], *refresh_command(store, server))
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert not store.current.exists()
        refresh(store, server)
        refresh(undisturbed, server)
    assert state(store) == state(undisturbed)


@pytest.mark.parametrize(("limit", "exit_code"), [(2_000, 5), (400_000, 6)], ids=["archive", "database"])
def test_a_full_disk(limit: int, exit_code: int, nights: tuple[Store, Store, Server], tmp_path: Path) -> None:
    first, undisturbed, server = nights
    store = Store(tmp_path / "kb")
    shutil.copytree(first.root, store.root, symlinks=True)
    stopped = run(FULL_DISK, limit, *refresh_command(store, server))
    assert stopped.returncode == exit_code, stopped.stderr
    assert len(stopped.stderr.strip().splitlines()) == 1
    assert "File too large" in stopped.stderr
    assert state(store) == state(first)
    refresh(store, server)
    assert state(store) == state(undisturbed)


def test_a_second_refresh_says_who_holds_the_lock_and_ends(nights: tuple[Store, Store, Server]) -> None:
    first, _, server = nights
    with first.lock():
        second = run(FULL_DISK, 1 << 30, *refresh_command(first, server))
    assert second.returncode == 6
    assert f"{first.root} is being written by process" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1

"""Every example in the documents runs: shell lines as a user would type them, SQL on the bundled sample."""

from __future__ import annotations

import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crawler.replica import Replica, Server
from crawler.replica.register import RegisterReplica
from crawler.sample import sample_records
from kb.store import Store

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
# What only serves until it is stopped is tried in tests/test_cli.py.
SERVERS = ("trialkb replica", "trialkb mcp")


def examples(language: str) -> list[str]:
    """The examples of a language in all pages, as `page: example`."""
    found = []
    for page in PAGES:
        for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if kind == language:
                lines = [text] if language == "sql" else text.replace("\\\n", " ").splitlines()
                found += [f"{page.name}: {line.strip()}" for line in lines if line.strip()]
    return found


def shell_examples() -> list[str]:
    """Lines that call trialkb, without their comments."""
    lines = (line.split("   #")[0].rstrip() for line in examples("sh"))
    calls = (line.replace(".venv/bin/trialkb", "trialkb") for line in lines)
    return [line for line in dict.fromkeys(calls) if ": trialkb " in line and not any(s in line for s in SERVERS)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sample_store: Store) -> Path:
    """A folder as the examples assume it: two knowledge bases and a downloaded file."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("demo-kb", "kb"):
        shutil.copytree(sample_store.root, folder / name, symlinks=True)
        store = Store(folder / name)
        shutil.copyfile(store.current, store.releases / "trialkb-20260101T000000Z.duckdb")  # an earlier one
    with gzip.open(folder / "downloaded.jsonl.gz", "wb") as file:
        file.write(b"\n".join(path.read_bytes().replace(b"\n", b" ") for path in sample_records()[:3]))
    for name in ("pages", "data"):
        shutil.copytree(ROOT / "tests" / name, folder / "printed" / name)
    return folder


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH in which `trialkb` is this checkout's."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "trialkb").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cli "$@"\n', encoding="utf-8")
    (folder / "trialkb").chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def registry() -> Iterator[Server]:
    with Replica(sample_records()).serve() as server:
        yield server


@pytest.fixture(scope="module")
def register() -> Iterator[Server]:
    with RegisterReplica("ISRCTN", [ROOT / "tests" / "data" / "isrctn.xml"]).serve() as server:
        yield server


@pytest.mark.parametrize("example", shell_examples())
def test_shell_example(example: str, desk: Path, commands: Path, registry: Server, register: Server) -> None:
    line = example.split(": ", 1)[1]
    if "../shared" in line:
        pytest.skip("needs real records in ../shared; tests/test_real_records.py runs it where they are")
    line = line.replace("http://127.0.0.1:8765/api/v2", registry.base_url)
    line = line.replace("http://127.0.0.1:8766/api", register.base_url)
    environment = os.environ | {
        "PATH": f"{commands}:{os.environ['PATH']}", "TRIALKB_BASE_URL": registry.base_url, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, cwd=desk, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", examples("sql"))
def test_sql_example(example: str, sample: duckdb.DuckDBPyConnection) -> None:
    query = example.split(": ", 1)[1]
    assert sample.execute(query).fetchall(), "an example should have an answer"


def test_there_are_examples() -> None:
    assert len(shell_examples()) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"

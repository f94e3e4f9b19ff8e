"""The page of other tools: every example in Python or R runs where its tool is installed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb.store import Store

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE)
R = re.findall(r"^```r\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sample_store: Store) -> Path:
    """A folder with a knowledge base in ./kb, as the examples assume."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "kb").symlink_to(sample_store.root)
    return folder


def test_there_are_examples() -> None:
    assert len(PYTHON) == 5 and len(R) == 1


@pytest.mark.parametrize("example", PYTHON)
def test_python_example(example: str, desk: Path) -> None:
    for module in re.findall(r"^import (\w+)", example, re.MULTILINE):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"needs {module}")
    # `kb` is the package here; in an empty folder there is nothing that could be taken for it.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", example],
        capture_output=True, text=True, check=False, cwd=desk, env=environment, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("example", R)
def test_r_example(example: str, desk: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("needs R with the package duckdb")
    done = subprocess.run(["Rscript", "-e", example], capture_output=True, text=True, check=False, cwd=desk)
    assert done.returncode == 0, done.stderr


def test_the_connection_cannot_write(sample_store: Store) -> None:
    import duckdb

    import kb

    with kb.connect(sample_store.root) as con, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        con.execute("DELETE FROM ctgov.studies")

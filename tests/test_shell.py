"""The SQL shell as its users meet it: on a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cli.output import Format
from cli.shell import Shell, completions, words
from kb.store import Store

ROOT = Path(__file__).resolve().parent.parent


def ask(con: duckdb.DuckDBPyConnection, *lines: str | type[BaseException]) -> Shell:
    """A shell that has been given these lines; an exception stands for Ctrl-C or Ctrl-D."""
    given = iter([*lines, EOFError])

    def read(_prompt: str) -> str:
        line = next(given)
        if isinstance(line, str):
            return line
        raise line

    shell = Shell(con, Format.csv, read)
    shell.run()
    return shell


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


def test_a_statement_may_take_several_lines(
    con: duckdb.DuckDBPyConnection, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    ask(con, "SELECT 1 AS a,", "", "  ';' AS b;", "SELECT 'it''s;", "two' AS c; -- done;")
    assert capfdbinary.readouterr().out == b'a,b\n1,;\nc\n"it\'s;\ntwo"\n'


def test_a_wrong_statement_does_not_end_the_shell(
    con: duckdb.DuckDBPyConnection, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    ask(con, "SELEC 1;", ".nonsense", "SELECT 2 AS b;")
    out, err = capfdbinary.readouterr()
    assert out == b"b\n2\n"
    assert b"the query failed" in err
    assert b".nonsense is no command of this shell" in err


def test_ctrl_c_drops_what_was_begun(con: duckdb.DuckDBPyConnection, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    ask(con, "SELECT 1,", KeyboardInterrupt, "SELECT 3 AS c;", ".quit", "SELECT 4;")
    assert capfdbinary.readouterr().out == b"c\n3\n"


def test_the_way_of_writing_can_be_changed(
    con: duckdb.DuckDBPyConnection, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    shell = ask(con, ".format json", "SELECT 1 AS a;", ".format parquet", ".help")
    out, err = capfdbinary.readouterr()
    assert shell.form is Format.json
    assert out == b'[\n\t{"a":1}\n]\n'
    assert b".format parquet is no command" in err
    assert b".tables doses" in err


def test_it_tells_the_tables_and_columns(
    sample: duckdb.DuckDBPyConnection, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    ask(sample, ".tables", ".tables compare.doses", ".tables '; DROP TABLE x; --")
    out = capfdbinary.readouterr().out.decode()
    assert 'compare.trials,"what is in each trial' in out
    assert 'canonical_unit,VARCHAR,"unit that amounts' in out


def test_completion_knows_tables_columns_functions_and_keywords(sample: duckdb.DuckDBPyConnection) -> None:
    known = words(sample)
    assert "compare.doses" in completions(known, "compare.do")
    assert completions(known, "compare.trials_") == ["compare.trials_of("]
    assert completions(known, "canonical_u") == ["canonical_unit"]
    assert completions(known, "SELE") == ["SELECT"]
    assert completions(known, "sele") == ["select"]
    assert completions(known, "%'") == []


def test_on_a_terminal_with_completion_and_history(sample_store: Store, tmp_path: Path) -> None:
    pytest.importorskip("readline")
    with terminal(sample_store, tmp_path) as screen:
        screen.wait_for("trialkb> ")
        screen.type("SELECT count(*) AS n FROM compare.tri\t;\n")  # ambiguous: trials, trials_of
        assert "48" in screen.wait_for("trialkb> ")
        screen.type(".quit\n")
    with terminal(sample_store, tmp_path) as screen:
        screen.wait_for("trialkb> ")
        screen.type("\x1b[A\x1b[A\n")  # arrow up, twice: before .quit
        assert "48" in screen.wait_for("trialkb> ")
        screen.type("\x04")
    assert "compare.trials" in (tmp_path / "state" / "trialkb" / "sql_history").read_text()


class Screen:
    """What a person sees and types."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def type(self, keys: str) -> None:
        os.write(self.handle, keys.encode())

    def wait_for(self, text: str, seconds: float = 30) -> str:
        seen, end = "", time.monotonic() + seconds
        while not seen.endswith(text):
            ready, _, _ = select.select([self.handle], [], [], max(0, end - time.monotonic()))
            assert ready, f"waited for {text!r}, saw {seen!r}"
            seen += os.read(self.handle, 65536).decode(errors="replace")
        return seen


@contextlib.contextmanager
def terminal(store: Store, folder: Path) -> Iterator[Screen]:
    ours, theirs = pty.openpty()
    environment = os.environ | {
        "XDG_STATE_HOME": str(folder / "state"), "TERM": "dumb", "NO_COLOR": "1", "INPUTRC": "/dev/null"
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "sql", "--kb", str(store.root)],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env=environment, close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Screen(ours)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)

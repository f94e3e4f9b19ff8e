"""The command line as its users meet it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import typer.main

from cli.main import app
from cli.manual import manual
from crawler.sample import sample_records
from kb.store import Store
from tests.records import dosed

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def trialkb(*arguments: str | Path, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        input=stdin,
        timeout=120,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"} | environment,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_with_an_example(name: str) -> None:
    help_text = COMMANDS[name].help or COMMANDS[name].callback.__doc__ or ""
    assert f"Example: trialkb {name}" in help_text
    assert trialkb(name, "--help").returncode == 0


def test_every_command_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert page == manual(), "run: python -m cli.manual > docs/commands.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_help_text(name: str) -> None:
    assert [parameter.name for parameter in COMMANDS[name].params if not getattr(parameter, "help", None)] == []


def test_ask_in_sql(sample_store: Store) -> None:
    done = trialkb("sql", "SELECT count(*) AS studies FROM ctgov.studies", "--kb", sample_store.root)
    assert done.returncode == 0
    assert str(len(sample_records())) in done.stdout


def test_sql_from_standard_input_as_csv(sample_store: Store) -> None:
    done = trialkb("sql", "-", "--format", "csv", "--kb", sample_store.root, stdin="SELECT 1 AS a, 'x,y' AS b")
    assert done.stdout == 'a,b\n1,"x,y"\n'


def test_results_as_json(sample_store: Store) -> None:
    done = trialkb("sql", "SELECT 1 AS a, NULL AS b", "--format", "json", "--kb", sample_store.root)
    assert json.loads(done.stdout) == [{"a": 1, "b": None}]


def test_results_as_parquet(sample_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "doses.parquet"
    with file.open("wb") as out:
        command = [sys.executable, "-m", "cli", "compare", "doses", "--format", "parquet", "--kb", sample_store.root]
        subprocess.run(command, stdout=out, check=True, cwd=ROOT, timeout=120)
    assert duckdb.execute(f"SELECT count(*) > 100 FROM '{file}'").fetchall() == [(True,)]


def test_results_as_markdown(sample_store: Store) -> None:
    done = trialkb("sql", "SELECT 'a|b' AS c", "--format", "md", "--kb", sample_store.root)
    assert done.stdout == "| c |\n|---|\n| a\\|b |\n"


def test_sql_cannot_change_the_knowledge_base(sample_store: Store) -> None:
    done = trialkb("sql", "DELETE FROM ctgov.studies", "--kb", sample_store.root)
    assert done.returncode == 2
    assert "read-only" in done.stderr


def test_wrong_sql_is_one_clear_line(sample_store: Store) -> None:
    done = trialkb("sql", "SELEC 1", "--kb", sample_store.root)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_show_gives_facts_with_their_quotes(sample_store: Store) -> None:
    done = trialkb("show", "nct99000001", "--kb", sample_store.root)
    assert done.returncode == 0, done.stderr
    assert "1.0×10⁶/kg" in done.stdout
    assert "protocolSection." in done.stdout


def test_show_of_an_unknown_study(sample_store: Store) -> None:
    done = trialkb("show", "NCT00000001", "--kb", sample_store.root)
    assert done.returncode == 2
    assert "NCT00000001 is not in" in done.stderr


@pytest.mark.parametrize("what", ["trials", "doses", "regimens", "ages", "endpoints"])
def test_compare(sample_store: Store, what: str) -> None:
    done = trialkb("compare", what, "--agent", "CAR-T", "--kb", sample_store.root)
    assert done.returncode == 0, done.stderr
    assert "NCT99000001" in done.stdout
    assert "NCT99000022" not in done.stdout


def test_status_and_dictionary(sample_store: Store) -> None:
    assert "extractor_version" in trialkb("status", "--kb", sample_store.root).stdout
    assert "compare.doses" in trialkb("dictionary", "--kb", sample_store.root).stdout
    assert "amount_low" in trialkb("dictionary", "extracted.doses", "--kb", sample_store.root).stdout
    assert trialkb("dictionary", "no.such", "--kb", sample_store.root).returncode == 2


def test_no_knowledge_base_yet(tmp_path: Path) -> None:
    done = trialkb("status", "--kb", tmp_path / "none")
    assert done.returncode == 2
    assert "make demo" in done.stderr


def test_ingest_files_then_ask(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps(dosed()) + "\nnot json\n")
    done = trialkb("ingest", file, "--kb", tmp_path / "kb", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["records"] == {
        "seen": 2, "new": 1, "changed": 0, "unchanged": 0, "removed": 0, "failed": 1,
    }  # fmt: skip
    assert "meta.dead_letters" in done.stderr
    again = trialkb("ingest", file, "--kb", tmp_path / "kb")
    assert "0 new, 0 changed, 1 unchanged" in again.stdout


def test_ingest_of_a_missing_file(tmp_path: Path) -> None:
    done = trialkb("ingest", tmp_path / "none.jsonl", "--kb", tmp_path / "kb")
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_extract_and_rebuild(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(dosed()))
    trialkb("ingest", file, "--kb", tmp_path / "kb")
    assert "nothing new" in trialkb("extract", "--kb", tmp_path / "kb").stdout
    assert "1 studies read" in trialkb("extract", "--again", "--kb", tmp_path / "kb").stdout
    assert "1 new" in trialkb("rebuild", "--kb", tmp_path / "kb").stdout


def test_a_crawl_of_a_served_replica_twice(tmp_path: Path) -> None:
    """`trialkb replica` in one process, `trialkb refresh` in another, as the README says."""
    file = tmp_path / "registry.jsonl"
    file.write_text("\n".join(json.dumps(dosed(f"NCT9990000{n}")) for n in range(1, 6)))
    command = [sys.executable, "-m", "cli", "replica", "--records", str(file), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stderr is not None
            base_url = server.stderr.readline().split(" at ")[1].split()[0]
            first = trialkb("refresh", "--base-url", base_url, "--rate", "100", "--kb", tmp_path / "kb")
            second = trialkb("refresh", "--base-url", base_url, "--rate", "100", "--kb", tmp_path / "kb")
        finally:
            server.terminate()
    assert "5 new" in first.stdout, first.stderr
    assert "nothing new" in second.stdout


def test_offline_the_live_registry_fails_in_seconds_with_one_line(tmp_path: Path) -> None:
    start = time.monotonic()
    # A proxy that nobody listens at: no packet leaves the machine.
    nowhere = {
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }
    done = trialkb("refresh", "--condition", "asthma", "--kb", tmp_path / "kb", **nowhere)
    assert done.returncode == 3
    assert "make demo" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert time.monotonic() - start < 30


def test_an_output_that_nobody_reads_to_the_end(sample_store: Store) -> None:
    command = (
        f"{sys.executable} -m cli sql 'SELECT * FROM range(100000)' --format csv --kb {sample_store.root} | head -1"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    assert done.stdout == "range\n"
    assert "Traceback" not in done.stderr

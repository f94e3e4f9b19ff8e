"""What whoever runs it every night sees: the summary of a run, what moved, the doctor, the schedule."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.difference import readable
from crawler.replica import Replica, Server
from kb.store import Store
from tests.records import dosed, record
from tests.test_cli import ROOT, trialkb

FIRST, SECOND, THIRD = "NCT99900001", "NCT99900002", "NCT99900003"
DOSE = "protocolSection.armsInterventionsModule.interventions.0.description"
CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Server, dict[str, str]]]:
    """Three runs over two days of a registry, and what each of them said."""
    root = tmp_path_factory.mktemp("operating") / "kb"
    replica = Replica([dosed(FIRST), dosed(SECOND), record(THIRD)])
    with replica.serve() as server:
        options = ["--kb", root, "--base-url", server.base_url, "--rate", "1000", "--workers", "1"]
        said = {"first": trialkb("refresh", *options).stdout}
        replica.update(
            patch={FIRST: {DOSE: "Fludarabine 25 mg/m2 intravenously on days -5 to -3", CRITERIA: "Age 16 to 70 years"},
                   SECOND: {"protocolSection.statusModule.overallStatus": "COMPLETED"}},
            remove=[THIRD], model={"protocolSection.newModule": "text"},
        )  # fmt: skip
        said["second"] = trialkb("refresh", *options, "--json").stdout
        said["third"] = trialkb("refresh", *options, "--json").stdout
        said["fourth"] = trialkb("refresh", *options).stdout
        yield root, server, said


def test_one_line_for_cron(nights: tuple[Path, Server, dict[str, str]]) -> None:
    said = nights[2]["first"]
    assert len(said.splitlines()) == 1
    assert " trialkb 3 new, 0 changed, 0 unchanged, 0 removed, 0 unreadable records; 3 studies read, " in said
    assert " requests, 0.0 MB; published trialkb-" in said
    assert datetime.fromisoformat(said.split()[0]).tzinfo is UTC


def test_the_same_as_json(nights: tuple[Path, Server, dict[str, str]]) -> None:
    found = json.loads(nights[2]["second"])
    assert found["records"]["changed"] == 2
    assert found["records"]["removed"] == 1
    assert found["data_version"] == "2026-10-05T09:00:05"
    assert found["requests"] >= 4
    assert found["bytes_received"] > 1000
    assert len(found["runs"]) == 1


def test_a_data_model_that_moved_is_said(nights: tuple[Path, Server, dict[str, str]]) -> None:
    found = json.loads(nights[2]["second"])["model_drift"]
    assert found == [{"path": "protocolSection.newModule", "kind": "new", "before": None,
                      "after": "text, piece NewModule"}]  # fmt: skip


def test_nothing_new(nights: tuple[Path, Server, dict[str, str]]) -> None:
    found = json.loads(nights[2]["third"])
    assert found["published"] is None
    assert found["requests"] == 1
    assert "nothing new: the registry's data is still that of 2026-10-05T09:00:05" in nights[2]["fourth"]


def test_the_runs_record(nights: tuple[Path, Server, dict[str, str]]) -> None:
    with Store(nights[0]).connect() as con:
        rows = con.execute(
            "SELECT state, data_version, requests, bytes_received > 0, records_seen, records_new, records_changed, "
            "records_removed, records_failed, studies_read, extractors_failed, doses_found, ages_found, "
            "finished_at >= started_at FROM meta.runs ORDER BY started_at").fetchall()  # fmt: skip
    assert rows[0][:2] == ("complete", "2026-10-02T09:00:05")
    assert rows[0][3:] == (True, 6, 3, 0, 0, 0, 3, 0, 2, 2, True)  # from the zip, and again by what was posted since
    assert rows[1][3:4] + rows[1][5:9] == (True, 0, 2, 1, 0)
    # The two runs that found nothing new come with the next that does.
    assert sum(row[2] for row in rows) == len([r for r in nights[1].requests if r.user_agent]) - 2


def test_what_moved(nights: tuple[Path, Server, dict[str, str]]) -> None:
    shown = trialkb("changes", "--since", "2026-01-01", "--kb", nights[0]).stdout
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert any(f"{SECOND} sponsor" in line and "status" in line and "RECRUITING → COMPLETED" in line for line in lines)
    assert any(f"{THIRD} removed" in line for line in lines)
    assert any(f"{FIRST} sponsor" in line and " doses " in line and "25" in line for line in lines)
    assert any(f"{FIRST} sponsor" in line and " ages " in line for line in lines)


def test_what_moved_in_doses_only(nights: tuple[Path, Server, dict[str, str]]) -> None:
    done = trialkb("changes", "--since", "2026-01-01", "--about", "doses", "--format", "json", "--kb", nights[0])
    found = json.loads(done.stdout)
    assert {(row["nct_id"], row["topic"]) for row in found} == {(FIRST, "doses")}
    assert "30 mg/m2" in found[0]["before"]
    assert "25 mg/m2" in found[0]["after"]
    assert trialkb("changes", "--about", "weather", "--kb", nights[0]).returncode == 2


def test_changes_since_yesterday_and_since_a_week(nights: tuple[Path, Server, dict[str, str]]) -> None:
    for since in ("yesterday", "7d"):
        assert FIRST in trialkb("changes", "--since", since, "--kb", nights[0]).stdout
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert FIRST not in trialkb("changes", "--since", tomorrow, "--kb", nights[0]).stdout
    assert trialkb("changes", "--since", "last week", "--kb", nights[0]).returncode == 2


def test_history_of_a_study_is_readable(nights: tuple[Path, Server, dict[str, str]]) -> None:
    shown = " ".join(trialkb("history", FIRST, "--kb", nights[0]).stdout.split())
    assert "Fludarabine [-30-] {+25+} mg/m2 intravenously on days -5 to …" in shown
    assert "2 sponsor age from 18 years to 70 years → from 16 years to 70 years" in shown
    assert "interventions[0].description" in shown
    as_json = json.loads(trialkb("history", FIRST, "--format", "json", "--kb", nights[0]).stdout)
    assert {row["version_no"] for row in as_json} == {1, 2}


def test_history_of_a_study_that_was_never_there(nights: tuple[Path, Server, dict[str, str]]) -> None:
    assert "was never in" in trialkb("history", "NCT00000001", "--kb", nights[0]).stderr


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ('"RECRUITING"', '"COMPLETED"', "RECRUITING → COMPLETED"),
        ("10", "20", "10 → 20"),
        (None, '"x"', "new: x"),
        ('"x"', None, "gone: x"),
        ('"a b c d e f g h"', '"a b c d e f g X"', "… b c d e f g [-h-] {+X+}"),
        ('"a b c d e f g h"', '"X a b c d e f g h"', "{+X+} a b c d e f …"),
        ('"a b c d e f  g h"', '"a b c d e f g h"', "only blanks differ"),
        ('"1 a b c d e f g h i j k l m n o 2"', '"9 a b c d e f g h i j k l m n o 8"',
         "[-1-] {+9+} a b c d e f … j k l m n o [-2-] {+8+}"),
        ('""', '"[b]x[/b]"', " → [b]x[/b]"),
        ("null", "true", "null → true"),
    ],
)  # fmt: skip
def test_a_difference_on_one_line(old: str | None, new: str | None, shown: str) -> None:
    assert readable(old, new) == shown


def test_doctor_knows_how_late_it_is(nights: tuple[Path, Server, dict[str, str]], tmp_path: Path) -> None:
    root, server, _ = nights
    done = trialkb("doctor", "--kb", root, "--base-url", server.base_url)
    assert done.returncode == 0, done.stderr
    assert "freshness of the whole registry" in done.stdout
    # The sample's registry stood still in October 2026.
    late = trialkb("doctor", "--alarm", "--kb", root, "--base-url", server.base_url)
    assert (late.returncode, "working days behind" in late.stderr) == (6, True)
    none = trialkb("doctor", "--alarm", "--kb", tmp_path / "none", "--base-url", server.base_url)
    assert (none.returncode, "none yet" in none.stdout) == (0, True)


def test_doctor_reads_the_archive(nights: tuple[Path, Server, dict[str, str]], tmp_path: Path) -> None:
    kb, server = tmp_path / "kb", nights[1]
    shutil.copytree(nights[0], kb, symlinks=True)
    command = ["doctor", "--archive", "--kb", kb, "--base-url", server.base_url]
    assert trialkb(*command).returncode == 0
    body = sorted((kb / "raw" / "bodies").rglob("*.zst"))[0]
    body.write_bytes(body.read_bytes()[:-1])
    damaged = trialkb(*command)
    assert (damaged.returncode, body.name in damaged.stderr) == (5, True)


def test_doctor_that_cannot_connect(tmp_path: Path) -> None:
    done = trialkb("doctor", "--kb", tmp_path, "--base-url", "http://127.0.0.1:9/api/v2")
    assert done.returncode == 3
    assert "no connection" in done.stdout


def test_schedule_for_cron(tmp_path: Path) -> None:
    kb = tmp_path / "100% mine"
    line = trialkb("schedule", "--cron", "--kb", kb, TRIALKB_CONFIG="").stdout.splitlines()[-1]
    minute, hour, _, _, days, *command = line.split(" ", 5)
    assert (0 <= int(minute) < 60, hour, days) == (True, "15", "1-5")
    assert f"refresh --kb '{tmp_path}/100\\% mine' >> '{tmp_path}/100\\% mine/refresh.log' 2>&1" in command[0]


def test_schedule_for_systemd_with_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("rate = 0.5\n")
    shown = trialkb("schedule", "--systemd", "--kb", tmp_path / "kb", TRIALKB_CONFIG=str(file)).stdout
    assert f'Environment="TRIALKB_CONFIG={file}"\nExecStart=' in shown
    assert f"refresh --kb {tmp_path / 'kb'}\n" in shown
    assert "OnCalendar=Mon..Fri" in shown
    assert trialkb("schedule", "--systemd", "--cron").returncode == 2


def test_a_night_with_nothing_new_loads_no_language_model(nights: tuple[Path, Server, dict[str, str]]) -> None:
    root, server, _ = nights
    command = [sys.executable, "-X", "importtime", "-m", "cli", "refresh", "--kb", root, "--base-url", server.base_url]
    trialkb("refresh", "--kb", root, "--base-url", server.base_url)
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    assert "nothing new" in done.stdout
    assert "kb.runs" in done.stderr
    for heavy in ("spacy", "extract.pipeline", "extract.doses"):
        assert heavy not in done.stderr

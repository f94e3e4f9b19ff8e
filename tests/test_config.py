"""Configuration: a file, the environment, options; and what is in force."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import typer.main

from cli.config import KEYS, Key, settings
from cli.main import app
from crawler.errors import UsageError
from tests.test_cli import trialkb

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration but the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    for name in ["TRIALKB_CONFIG", *(key.variable for key in KEYS)]:
        monkeypatch.delenv(name, raising=False)


def in_force() -> dict[str, tuple[object, str]]:
    return {name: (setting.value, setting.origin) for name, setting in settings().items()}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_is_an_option_and_a_variable_of_a_refresh(key: Key) -> None:
    option = {parameter.name: parameter for parameter in COMMANDS["refresh"].params}[key.name]
    assert option.envvar == key.variable
    assert option.default == key.default or key.name in ("kb", "rolling_share")  # a path; a rounded number


def test_without_a_file_the_defaults_are_in_force() -> None:
    assert in_force()["rate"] == (1.0, "default")
    assert in_force()["base_url"] == ("https://clinicaltrials.gov/api/v2", "default")


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('rate = 0.5\ncontact = "a@example.org"\nmax_tries = 3\n')
    monkeypatch.setenv("TRIALKB_CONFIG", str(file))
    monkeypatch.setenv("TRIALKB_RATE", "0.25")
    monkeypatch.setenv("TRIALKB_TLS", "")  # empty is not set
    found = in_force()
    assert found["rate"] == ("0.25", "environment TRIALKB_RATE")
    assert found["contact"] == ("a@example.org", str(file))
    assert found["max_tries"] == (3, str(file))
    assert found["tls"] == ("stock", "default")


def test_a_file_in_the_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "trialkb.toml").write_text("daily_requests = 700\n")
    assert in_force()["daily_requests"] == (700, "trialkb.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rates = 1", "unknown key rates"),
        ("rate = ", "not TOML"),
        ("\ufffe", "not TOML"),
        ("[rate]\nx = 1", "one value"),
    ],
)
def test_a_file_that_cannot_be_meant(text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(text.encode("utf-16" if "\ufffe" in text else "utf-8"))
    monkeypatch.setenv("TRIALKB_CONFIG", str(file))
    with pytest.raises(UsageError, match=says):
        settings()


def test_a_named_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALKB_CONFIG", "nowhere.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        settings()


def test_the_template_names_every_key_and_is_what_is_in_force_without_it() -> None:
    template = trialkb("config", "--template").stdout
    found = tomllib.loads(template)
    defaults = {name: setting.value for name, setting in settings().items()}
    assert found == {name: value for name, value in defaults.items() if name in found}
    assert all(f"{key.name} =" in template for key in KEYS)


def test_an_option_goes_before_all(tmp_path: Path) -> None:
    """Seen by where a refresh looks for its registry: nobody listens at any of the three."""
    file = tmp_path / "mine.toml"
    file.write_text(f'base_url = "http://127.0.0.1:1/file"\nkb = "{tmp_path / "kb"}"\n')
    config = {"TRIALKB_CONFIG": str(file)}
    assert "127.0.0.1:1 " in trialkb("refresh", **config).stderr
    config["TRIALKB_BASE_URL"] = "http://127.0.0.1:2/environment"
    assert "127.0.0.1:2 " in trialkb("refresh", **config).stderr
    assert "127.0.0.1:3 " in trialkb("refresh", "--base-url", "http://127.0.0.1:3/option", **config).stderr


def test_config_shows_value_and_origin(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("rate = 0.5\n")
    shown = trialkb("config", TRIALKB_CONFIG=str(file), TRIALKB_MAX_TRIES="2")
    lines = {line.split()[0]: line for line in shown.stdout.splitlines() if line.split()}
    assert "0.5" in lines["rate"]
    assert "environment TRIALKB_MAX_TRIES" in lines["max_tries"]
    assert "default" in lines["tls"]
    found = json.loads(trialkb("config", "--json", TRIALKB_CONFIG=str(file)).stdout)
    assert {"key": "rate", "value": 0.5, "from": str(file)}.items() <= next(
        row.items() for row in found if row["key"] == "rate"
    )

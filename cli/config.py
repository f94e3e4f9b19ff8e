"""Configuration: one TOML file with comments; the environment and options override it."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from cli.output import print_table
from crawler.errors import UsageError
from crawler.refresh import ROLLING_SHARE
from crawler.settings import LIVE_BASE_URL, ClientSettings
from kb.gates import Limits
from kb.store import RELEASES_KEPT

_DEFAULTS = ClientSettings()


@dataclass(frozen=True, slots=True)
class Key:
    """A setting: its name in the file and as an option, its default, what it means."""

    name: str
    default: str | int | float | None
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that overrides the file."""
        return f"TRIALKB_{self.name.upper()}"


KEYS = (
    Key("kb", "kb", "folder of the knowledge base"),
    Key("workers", None, "processes that read texts; left out: one a core"),
    Key("base_url", LIVE_BASE_URL, "address of the registry's API"),
    Key(
        "contact", _DEFAULTS.contact, "an e-mail address or web page told to the registry, so that it can write to you"
    ),
    Key("rate", _DEFAULTS.requests_per_second, "requests a second; the registry's robots.txt asks for at most 1"),
    Key("tls", _DEFAULTS.tls, "stock, post_handshake or no_ticket: 'trialkb doctor' says which one passes"),
    Key("max_tries", _DEFAULTS.max_tries, "how often a request that may succeed later is tried"),
    Key("daily_requests", None, "most requests a day; left out: no limit"),
    Key("rolling_share", round(ROLLING_SHARE, 4), "share of the known records fetched again each run, oldest first"),
    Key("max_fall", Limits().max_fall, "share of its rows, or of the studies with a fact, that a version may lose"),
    Key("keep", RELEASES_KEPT, "published versions that are kept, the newest among them"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """The value in force and where it came from: `default`, a file, or an environment variable."""

    key: Key
    value: Any
    origin: str


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(config)


def config(
    template: Annotated[bool, typer.Option("--template", help="Print a file with every key, to be changed.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """Show the settings in force and where each came from.

    Example: trialkb config --template > trialkb.toml
    """
    if template:
        typer.echo(_template())
        return
    names = ["key", "value", "from", "meaning"]
    rows: list[tuple[object, ...]] = [(s.key.name, s.value, s.origin, s.key.meaning) for s in settings().values()]
    if json:
        found = [dict(zip(names, row, strict=True)) for row in rows]
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        print_table(names, rows)


def settings() -> dict[str, Setting]:
    """Every setting in force, options aside. Raises UsageError for a file that cannot be read or a key unknown."""
    path = config_file()
    found = _read(path) if path else {}
    return {key.name: _setting(key, found, path) for key in KEYS}


def config_file() -> Path | None:
    """`TRIALKB_CONFIG`, else `trialkb.toml` here, else in the user's configuration folder; None if there is none."""
    named = os.environ.get("TRIALKB_CONFIG")
    if named:
        return Path(named)
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = (Path("trialkb.toml"), home / "trialkb" / "trialkb.toml")
    return next((place for place in places if place.is_file()), None)


def defaults_for(commands: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """What the configuration file sets for the options of each command (name: its parameters)."""
    path = config_file()
    found = _read(path) if path else {}
    return {command: {name: found[name] for name in names if name in found} for command, names in commands.items()}


def _setting(key: Key, found: dict[str, Any], path: Path | None) -> Setting:
    if os.environ.get(key.variable):
        return Setting(key, os.environ[key.variable], f"environment {key.variable}")
    if key.name in found:
        return Setting(key, found[key.name], str(path))
    return Setting(key, key.default, "default")


@cache
def _read(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"the configuration {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the configuration {path} is not TOML: {error}") from error
    unknown = sorted(found.keys() - {key.name for key in KEYS})
    if unknown:
        raise UsageError(f"the configuration {path} has an unknown key {unknown[0]}: 'trialkb config' lists the known")
    for name, value in found.items():
        if not isinstance(value, str | int | float):
            raise UsageError(f"{name} in the configuration {path} is a {type(value).__name__}, not one value")
    return found


def _template() -> str:
    lines = ["# Configuration of trialkb. Options and environment variables (TRIALKB_…) override it.", ""]
    for key in KEYS:
        lines += [f"# {key.meaning}", _template_line(key), ""]
    return "\n".join(lines).rstrip()


def _template_line(key: Key) -> str:
    """The default, or an example behind `#` where there is none."""
    if key.default is None or key.default == "":
        return f"# {key.name} = {_EXAMPLES[key.name]}"
    return f'{key.name} = "{key.default}"' if isinstance(key.default, str) else f"{key.name} = {key.default}"


# What a key without a default may look like.
_EXAMPLES = {"workers": "2", "contact": '"registry-questions@example.org"', "daily_requests": "2000"}

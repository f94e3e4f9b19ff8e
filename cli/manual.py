"""The page `docs/commands.md`, made from the commands themselves: `python -m cli.manual > docs/commands.md`."""

from __future__ import annotations

import inspect

import click
import typer.main

from cli.main import app
from crawler import errors

_TOP = """# Commands

Every command tells its options with `--help`. `--kb` may be left out: it is `./kb`, or what `TRIALKB_KB` names.
Results go to standard output, everything else to standard error. On a terminal long work shows its progress; in cron
a run leaves one line.

<!-- Made by: python -m cli.manual > docs/commands.md -->
"""


def manual() -> str:
    """The whole page."""
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    commands: dict[str, click.Command] = group.commands
    return "\n".join([_TOP, *(_section(name, command) for name, command in commands.items()), _exit_codes()])


def _section(name: str, command: click.Command) -> str:
    text, _, example = inspect.cleandoc(command.help or "").partition("Example: ")
    lines = [f"## trialkb {name}", "", " ".join(text.split()), "", "```sh", example.strip(), "```", ""]
    rows = [_row(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        lines += ["| argument or option | meaning | default |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(parameter: click.Parameter) -> str:
    is_option = parameter.param_type_name == "option"
    names = parameter.opts if is_option else [(parameter.name or "").upper()]
    help_text = str(getattr(parameter, "help", None) or "").replace("|", "\\|")
    default = "" if callable(parameter.default) or parameter.default in (None, "", False) else f"`{parameter.default}`"
    return f"| {', '.join(f'`{name}`' for name in names)} | {help_text} | {default} |"


def _exit_codes() -> str:
    lines = ["## Exit codes", "", "| code | when |", "|---|---|", "| 0 | nothing wrong |"]
    by_code: dict[int, list[str]] = {}
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.TrialkbError) and "exit_code" in vars(kind):
            by_code.setdefault(kind.exit_code, []).append(inspect.cleandoc(kind.__doc__ or "").split("\n")[0])
    lines += [f"| {code} | {' '.join(texts)} |" for code, texts in sorted(by_code.items())]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(manual(), end="")

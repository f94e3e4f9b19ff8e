"""The command `trialkb`: its commands, and how failures reach the shell."""

from __future__ import annotations

import sys

import typer
import typer.main

from cli import (
    ask,
    compare,
    config,
    demo,
    dictionary,
    doctor,
    evaluate,
    export,
    history,
    mcp,
    releases,
    report,
    search,
    serve,
    update,
    verify,
)
from cli.config import defaults_for
from cli.output import notices
from crawler.errors import TrialkbError

app = typer.Typer(
    name="trialkb",
    help="Clinical-trial registry in SQL, with doses, regimens, ages and endpoints read from the text.",
    epilog="Begin with:  trialkb demo    Exit codes: see docs/commands.md",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=True,
)

for module in (
    update,
    ask,
    search,
    compare,
    dictionary,
    history,
    export,
    report,
    mcp,
    serve,
    demo,
    evaluate,
    releases,
    verify,
    config,
    doctor,
):
    module.register(app)


def run() -> None:
    """Entry point: one clear line for a failure that was foreseen, and its exit code."""
    try:
        commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
        parameters = {name: [str(p.name) for p in command.params] for name, command in commands.items()}
        app(default_map=defaults_for(parameters))
    except TrialkbError as error:
        notices.print(f"[bold red]trialkb:[/bold red] {_plain(error)}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        sys.stderr.close()
        sys.exit(0)


def _plain(error: TrialkbError) -> str:
    return " ".join(str(error).split()).replace("[", "\\[")


if __name__ == "__main__":
    run()

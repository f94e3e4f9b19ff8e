"""The command `trialkb`: its commands, and how failures reach the shell."""

from __future__ import annotations

import sys

import typer

from cli import ask, demo, export, history, serve, update
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

for module in (update, ask, history, export, serve, demo):
    module.register(app)


def run() -> None:
    """Entry point: one clear line for a failure that was foreseen, and its exit code."""
    try:
        app(standalone_mode=True)
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

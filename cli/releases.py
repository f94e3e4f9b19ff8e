"""Commands about published versions: releases and rollback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.options import DEFAULT_KB, KbOption
from cli.output import console, print_table
from kb.store import Store


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(releases)
    app.command()(rollback)


def releases(kb: KbOption = DEFAULT_KB) -> None:
    """List the published versions that are kept, and which one is current.

    Example: trialkb releases --kb demo-kb
    """
    store = Store(kb)
    now = store.current.resolve().name
    rows: list[tuple[object, ...]] = []
    for name in store.release_names():
        stat = (store.releases / name).stat()
        made = datetime.fromtimestamp(stat.st_mtime, UTC)
        rows.append((name, f"{made:%Y-%m-%d %H:%M:%S}", round(stat.st_size / 1e6, 1), "current" if name == now else ""))
    print_table(["release", "made, UTC", "MB", ""], rows)


def rollback(
    release: Annotated[str | None, typer.Argument(help="The release to go back to; none: the one before.")] = None,
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Make an earlier release the current version again, until the next run publishes a newer one.

    Example: trialkb rollback --kb demo-kb
    """
    store = Store(kb)
    with store.lock():
        path = store.rollback(release)
    console.print(f"current is now {path.name}", highlight=False)

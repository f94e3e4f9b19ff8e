"""The command that plays the registry: replica."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import notices
from crawler.errors import UsageError
from crawler.replica import Replica, Server
from crawler.replica.register import INTERFACES, RegisterReplica


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(replica)


def replica(
    records: Annotated[list[Path], typer.Option(help="Records to serve: .json, .jsonl, .jsonl.gz or a folder.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one.")] = 8765,
    fault: Annotated[list[str] | None, typer.Option(help="A fault to play, e.g. 429:retry-after=2:times=3.")] = None,
    register: Annotated[
        str | None, typer.Option(help=f"Play another register, from files of its form: {', '.join(INTERFACES)}.")
    ] = None,
) -> None:
    """Serve records as the registry does, on this machine only.

    Example: trialkb replica --records studies.jsonl.gz --port 8765
    """
    missing = [path for path in records if not path.exists()]
    if missing:
        raise UsageError(f"{missing[0]} does not exist")
    registry = (
        RegisterReplica(register.upper(), records, fault or []) if register else Replica(records, faults=fault or [])
    )

    def tell(server: Server) -> None:
        notices.print(f"serving {len(registry.ids):,} studies at {server.base_url} (end with Ctrl-C)", highlight=False)

    registry.serve_forever(port, ready=tell)

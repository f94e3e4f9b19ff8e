"""Options that several commands share, each in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Format

KbOption = Annotated[
    Path, typer.Option("--kb", envvar="TRIALKB_KB", help="Folder of the knowledge base.", show_default=True)
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")]
ConditionOption = Annotated[
    str | None, typer.Option("--condition", "-c", help="Only trials about this condition, e.g. 'B-ALL'.")
]
AgentOption = Annotated[str | None, typer.Option("--agent", "-a", help="Only trials giving this agent, e.g. 'CAR-T'.")]
BaseUrlOption = Annotated[str, typer.Option(envvar="TRIALKB_BASE_URL", help="Address of the registry's API.")]
ContactOption = Annotated[
    str, typer.Option(envvar="TRIALKB_CONTACT", help="Your e-mail or page, told to the registry.")
]
TriesOption = Annotated[int, typer.Option(envvar="TRIALKB_MAX_TRIES", min=1, help="Tries of one request.")]
TlsOption = Annotated[
    str, typer.Option(envvar="TRIALKB_TLS", help="TLS setting: stock, post_handshake or no_ticket; see doctor.")
]
WorkersOption = Annotated[
    int | None,
    typer.Option(envvar="TRIALKB_WORKERS", min=1, help="Processes that read texts; default: all cores."),
]
MaxFallOption = Annotated[
    float,
    typer.Option(
        envvar="TRIALKB_MAX_FALL", min=0, max=1, help="Share of its rows that a table may lose and still be published."
    ),
]
KeepOption = Annotated[
    int, typer.Option(envvar="TRIALKB_KEEP", min=1, help="Published versions that are kept, the newest among them.")
]

DEFAULT_KB = Path("kb")

"""The command that writes files: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_KB, KbOption
from cli.output import print_table
from cli.progress import Stages
from kb.store import connect
from queries.export import FileFormat
from queries.export import export as export_tables


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(export)


def export(
    names: Annotated[list[str] | None, typer.Argument(help="Tables or views, e.g. compare.doses; none: all.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path("csv"),
    form: Annotated[FileFormat, typer.Option("--format", "-f", help="Format of the files.")] = FileFormat.csv,
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Write tables and views to CSV, Parquet or JSON files.

    Example: trialkb export compare.doses compare.trials --format csv --out ./csv --kb demo-kb
    """
    with connect(kb) as con, Stages() as stages:
        written = export_tables(con, out, form, names or (), lambda done, total: stages("export", done, total))
    print_table(["table", "rows", "file"], [(item.name, item.rows, str(item.path)) for item in written])

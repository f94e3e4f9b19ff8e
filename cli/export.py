"""The command that writes files: export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_KB, KbOption
from cli.output import print_table
from cli.progress import Stages
from crawler.errors import UsageError
from kb.store import connect
from queries.export import Choice, FileFormat
from queries.export import export as export_tables


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(export)


def export(
    names: Annotated[list[str] | None, typer.Argument(help="Tables or views, e.g. compare.doses; none: all.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path("csv"),
    form: Annotated[FileFormat, typer.Option("--format", "-f", help="Format of the files.")] = FileFormat.csv,
    select: Annotated[
        list[str] | None, typer.Option("--select", help="NAME=SELECT …: also write this answer, to NAME.csv.")
    ] = None,
    changed_since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only studies received anew or changed since this day, UTC."),
    ] = None,
    with_contacts: Annotated[
        bool, typer.Option("--with-contacts", help="Also names, telephones and e-mails of contacts.")
    ] = False,
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Write tables, views or answers to CSV, Parquet or JSON files, with a datapackage.json that describes them.

    Run again, it keeps the files that are finished. In CSV an absent value is nothing, an empty text is "".

    Example: trialkb export compare.doses compare.trials --format csv --out ./csv --kb demo-kb
    """
    choice = Choice(with_contacts, changed_since.date() if changed_since else None)
    selects = dict(_named(text) for text in select or ())
    with connect(kb) as con, Stages() as stages:
        written = export_tables(
            con,
            out,
            form,
            names or (),
            lambda done, total: stages("export", done, total),
            choice=choice,
            selects=selects,
        )
    rows: list[tuple[object, ...]] = [
        (item.name, item.rows, str(item.path), "was finished" if item.kept else "") for item in written
    ]
    print_table(["table", "rows", "file", ""], rows)


def _named(text: str) -> tuple[str, str]:
    name, equals, sql = text.partition("=")
    name, sql = name.strip(), sql.strip().rstrip(";")
    if not (equals and sql and name.replace("_", "").replace("-", "").isalnum()):
        raise UsageError("--select is NAME=SELECT …, the name of letters, digits and _, e.g. --select 'big=SELECT …'")
    return name, sql

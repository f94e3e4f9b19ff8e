"""Commands for whoever runs it every night: doctor and schedule."""

from __future__ import annotations

import platform
import shlex
import shutil
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from cli.config import config_file
from cli.options import DEFAULT_KB, BaseUrlOption, ContactOption, KbOption, TlsOption
from cli.output import console, print_table
from crawler.archive import Archive
from crawler.doctor import diagnose, working_days_behind
from crawler.errors import ArchiveError, KnowledgeBaseError, NetworkError, UsageError
from crawler.query import Query
from crawler.settings import LIVE_BASE_URL, ClientSettings, product_version
from kb.store import Store

FREE_BYTES_WANTED = 20 << 30  # the whole registry: archive, three releases and one in the making
LATE_WORKING_DAYS = 2  # one day may be a holiday in the registry's country


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(doctor)
    app.command()(schedule)


def doctor(
    base_url: BaseUrlOption = LIVE_BASE_URL,
    contact: ContactOption = "",
    tls: TlsOption = "stock",
    alarm: Annotated[
        bool, typer.Option("--alarm", help="Fail if the knowledge base is two working days behind, or more.")
    ] = False,
    archive: Annotated[
        bool, typer.Option("--archive", help="Also read the whole raw archive and compare each body with its hash.")
    ] = False,
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Check the connection with each TLS setting, the disk, the clock and the freshness of the knowledge base.

    Example: trialkb doctor
    """
    found = diagnose(ClientSettings(base_url=base_url, contact=contact, tls=tls))
    probes: list[tuple[object, ...]] = [(p.tls, p.passed, p.message, p.data_version, p.seconds) for p in found.probes]
    print_table(["TLS setting", "passes", "answer", "data version", "seconds"], probes, f"Connection to {base_url}")
    freshness, behind = _freshness(Store(kb))
    print_table(["what", "found"], [*_machine(kb), *freshness], "This machine")
    damage = Archive(Store(kb).raw).verify() if archive else []
    for line in [*found.advice, *damage]:
        console.print(f"→ {line}", highlight=False)
    if damage:
        raise ArchiveError(f"the archive at {Store(kb).raw} is damaged in {len(damage)} places: {damage[0]}")
    if not found.healthy:
        raise NetworkError(f"the TLS setting {tls} does not reach {base_url}")
    if alarm and behind >= LATE_WORKING_DAYS:
        raise KnowledgeBaseError(f"{kb} is {behind} working days behind the registry: look at meta.runs for why")


def schedule(
    cron: Annotated[bool, typer.Option("--cron", help="A line for crontab; the default.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="A service and a timer for systemd.")] = False,
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Print the entry that refreshes the knowledge base every working night, for the configuration now in force.

    Example: trialkb schedule --systemd
    """
    if cron and systemd:
        raise UsageError("choose one of --cron and --systemd")
    command = shlex.join([str(Path(sys.argv[0]).resolve()), "refresh", "--kb", str(kb.resolve())])
    # Whoever starts it at night does not start it in this folder.
    path = config_file()
    named = str(path.resolve()) if path else ""
    if systemd:
        setting = f'Environment="TRIALKB_CONFIG={_doubled(named)}"\n' if path else ""
        typer.echo(_SYSTEMD.format(command=_doubled(command).replace("$", "$$"), setting=setting))
    else:
        setting = f"TRIALKB_CONFIG={shlex.quote(named)} " if path else ""
        log = shlex.quote(str(kb.resolve() / "refresh.log"))
        line = f"{setting}{command} >> {log} 2>&1".replace("%", "\\%")
        # Not every installation at the same minute, but this one always at its own.
        minute = zlib.crc32(f"{platform.node()} {kb.resolve()}".encode()) % 60
        typer.echo(_CRON.format(minute=minute, line=line))


def _doubled(text: str) -> str:
    """systemd expands a single per cent sign."""
    return text.replace("%", "%%")


def _machine(kb: Path) -> list[tuple[object, ...]]:
    place = next(path for path in (kb.resolve(), *kb.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    enough = "enough for the whole registry" if free > FREE_BYTES_WANTED else "too little for the whole registry"
    return [
        ("trialkb", product_version()),
        ("Python", sys.version.split()[0]),
        ("DuckDB", duckdb.__version__),
        ("free disk", f"{free / 1e9:.0f} GB, {enough}"),
        ("clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"),
    ]


def _freshness(store: Store) -> tuple[list[tuple[object, ...]], int]:
    """A line for each query that is crawled, and by how many working days the one furthest behind is late."""
    if not store.current.exists():
        return [("knowledge base", f"none yet at {store.root}")], 0
    with store.connect() as con:
        rows = con.execute("SELECT query, data_version FROM meta.queries WHERE data_version IS NOT NULL").fetchall()
    found: list[tuple[object, ...]] = []
    latest = 0
    for query, data_version in rows:
        behind = working_days_behind(data_version, datetime.now(UTC))
        latest = max(latest, behind)
        state = "fresh" if behind < LATE_WORKING_DAYS else f"{behind} working days behind"
        found.append((f"freshness of {Query.from_json(query)}", f"{data_version}: {state}"))
    return found or [("knowledge base", "holds no crawled records")], latest


# The registry publishes at 09:00 US Eastern on working days: 14:00 UTC at the latest.
_CRON = "# min hour day month weekday: for a machine whose clock shows UTC\n{minute} 15 * * 1-5 {line}"
_SYSTEMD = """# ~/.config/systemd/user/trialkb.service
[Unit]
Description=Refresh the clinical-trial knowledge base

[Service]
Type=oneshot
{setting}ExecStart={command}

# ~/.config/systemd/user/trialkb.timer
[Unit]
Description=Refresh the clinical-trial knowledge base every working day

[Timer]
OnCalendar=Mon..Fri 15:17 UTC
RandomizedDelaySec=20m
Persistent=true

[Install]
WantedBy=timers.target

# then: systemctl --user enable --now trialkb.timer"""

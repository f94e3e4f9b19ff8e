"""Commands for whoever runs it every night: doctor and schedule."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from cli.options import DEFAULT_KB, BaseUrlOption, ContactOption, KbOption, TlsOption
from cli.output import console, print_table
from crawler.doctor import diagnose, working_days_behind
from crawler.errors import NetworkError
from crawler.settings import LIVE_BASE_URL, ClientSettings, product_version
from kb.store import Store

FREE_BYTES_WANTED = 20 << 30  # the whole registry: archive, three releases and one in the making
LATE_WORKING_DAYS = 2  # one day may be a holiday in the registry's country


class Scheduler(StrEnum):
    """What starts the nightly run."""

    cron = "cron"
    systemd = "systemd"


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(doctor)
    app.command()(schedule)


def doctor(
    base_url: BaseUrlOption = LIVE_BASE_URL,
    contact: ContactOption = "",
    tls: TlsOption = "stock",
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Check the connection with each TLS setting, the disk, the clock and the freshness of the knowledge base.

    Example: trialkb doctor
    """
    found = diagnose(ClientSettings(base_url=base_url, contact=contact, tls=tls))
    probes: list[tuple[object, ...]] = [(p.tls, p.passed, p.message, p.data_version, p.seconds) for p in found.probes]
    print_table(["TLS setting", "passes", "answer", "data version", "seconds"], probes, f"Connection to {base_url}")
    print_table(["what", "found"], [*_machine(kb), *_freshness(Store(kb))], "This machine")
    for line in found.advice:
        console.print(f"→ {line}", highlight=False)
    if not found.healthy:
        raise NetworkError(f"the TLS setting {tls} does not reach {base_url}")


def schedule(
    kind: Annotated[Scheduler, typer.Argument(help="What starts the nightly run.")] = Scheduler.cron,
    kb: KbOption = DEFAULT_KB,
) -> None:
    """Print the entry that refreshes the knowledge base every working night.

    Example: trialkb schedule cron
    """
    command = f"{Path(sys.argv[0]).resolve()} refresh --kb {kb.resolve()}"
    typer.echo({Scheduler.cron: _CRON, Scheduler.systemd: _SYSTEMD}[kind].format(command=command))


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


def _freshness(store: Store) -> list[tuple[object, ...]]:
    if not store.current.exists():
        return [("knowledge base", f"none yet at {store.root}")]
    with store.connect() as con:
        rows = con.execute("SELECT query, data_version FROM meta.queries WHERE data_version IS NOT NULL").fetchall()
    found: list[tuple[object, ...]] = []
    for query, data_version in rows:
        behind = working_days_behind(data_version, datetime.now(UTC))
        state = "fresh" if behind < LATE_WORKING_DAYS else f"{behind} working days behind"
        found.append((f"freshness of {query}", f"{data_version}: {state}"))
    return found or [("knowledge base", "holds no crawled records")]


# The registry publishes at 09:00 US Eastern on working days: 14:00 UTC at the latest.
_CRON = "# min hour day month weekday   (the machine's clock in UTC)\n17 15 * * 1-5 {command}"
_SYSTEMD = """# ~/.config/systemd/user/trialkb.service
[Unit]
Description=Refresh the clinical-trial knowledge base

[Service]
Type=oneshot
ExecStart={command}

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

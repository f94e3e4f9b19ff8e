"""Progress of long work: a bar on a terminal, nothing but a line a stage in cron."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli.output import notices

LABELS = {
    "pages": "receiving records",
    "ids": "checking ids",
    "records": "fetching records",
    "past": "fetching past versions",
    "load": "loading records",
    "extract": "reading texts",
    "export": "writing tables",
}


class Stages:
    """`with Stages() as stages: stages("load", 5, 10)`: one bar a stage; on a pipe, silence."""

    def __init__(self) -> None:
        self._shown = notices.is_terminal
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=notices,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show where a stage stands."""
        if not self._shown:
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(LABELS.get(stage, stage), total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)

    def __enter__(self) -> Self:
        if self._shown:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._shown:
            self._bars.stop()

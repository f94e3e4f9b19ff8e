"""Peak memory of this process and of the processes that it starts, as the kernel counts it (Linux)."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

_EVERY_SECONDS = 0.2
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_PARENT = re.compile(r"^PPid:\s+(\d+)", re.MULTILINE)


class PeakMemory:
    """`with PeakMemory() as peak: …` then `peak.own` and `peak.largest_worker`, in MB.

    The kernel's own count for children that have ended (`getrusage`) is of no use: a child begins with the size of
    the process that it was copied from. So the living are asked, a few times a second.
    """

    own = 0.0
    largest_worker = 0.0

    def __enter__(self) -> PeakMemory:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.own = _number(_PEAK, _status("self")) / 1024

    def _watch(self) -> None:
        parent = os.getpid()
        while not self._stop.wait(_EVERY_SECONDS):
            for folder in Path("/proc").glob("[0-9]*"):
                status = _status(folder.name)
                if _number(_PARENT, status) == parent:
                    self.largest_worker = max(self.largest_worker, _number(_PEAK, status) / 1024)


def _status(process: str) -> str:
    try:
        return Path("/proc", process, "status").read_text(encoding="utf-8")
    except OSError:  # it has ended
        return ""


def _number(pattern: re.Pattern[str], status: str) -> int:
    found = pattern.search(status)
    return int(found[1]) if found else 0

"""Schedules: how often, on which days, for how long, in which cycles, in which phase."""

from __future__ import annotations

import sys

from extract.doses.cycles import find_cycles, find_durations
from extract.doses.days import find_days
from extract.doses.frequencies import find_frequencies
from extract.doses.items import Item
from extract.doses.phases import find_phases


def find_schedule(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """All schedule items within `start:end` of the text, in order."""
    items = [
        *find_frequencies(text, start, end),
        *find_days(text, start, end),
        *find_durations(text, start, end),
        *find_cycles(text, start, end),
        *find_phases(text, start, end),
    ]
    items.sort(key=lambda item: (item.start, item.kind))
    return items

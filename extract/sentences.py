"""Cutting sentences out of a text, but only around the words that make them worth reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# Each alternative begins with a literal, so that the engine can skip to the next candidate.
PROSE_BREAK = re.compile(
    r"\n(?=[ \t\r]*\n|[ \t]*(?:[*-]|\d{1,2}[.)])[ \t])|\.(?<=[a-z)\d%\]]\.)(?=\s+[A-Z(])|\.(?<=[a-z]{3}\.)(?=[A-Z])"
)
_REACH_BACK, _REACH_ON = 400, 600  # no sentence worth reading is longer


def find_all(text: str, stems: Iterable[str]) -> list[int]:
    """Where the stems stand, ascending. A plain search a stem is much faster than one alternation."""
    found = []
    for stem in stems:
        position = text.find(stem)
        while position >= 0:
            found.append(position)
            position = text.find(stem, position + 1)
    found.sort()
    return found


def around(text: str, breaks: re.Pattern[str], positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Spans of the sentences (as cut by `breaks`) that hold one of the ascending `positions`, none twice."""
    done = 0
    for position in positions:
        if position < done:
            continue
        start = max(done, position - _REACH_BACK)
        for cut in breaks.finditer(text, start, position):
            start = cut.end()
        closing = breaks.search(text, position)
        end = min(closing.start() if closing else len(text), position + _REACH_ON)
        done = max(end, position + 1)
        yield start, end

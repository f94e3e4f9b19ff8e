"""What a text tells of an agent as a whole sentence: the agent and the place that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.doses.agents import Agent
from extract.study import Field


@dataclass(slots=True)
class Told:
    """An agent and the words of a text that say who is given it."""

    agent: Agent
    source: Field
    start: int
    end: int

    @property
    def words(self) -> str:
        return self.source.text.norm[self.start : self.end]


_SENTENCE_END = re.compile(r"[.;](?!\d)|\n")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end; a decimal point ends none."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)

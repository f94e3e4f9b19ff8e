"""What a text tells of an agent as a whole sentence: the agent and the place that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extract.doses.agents import Agent
from extract.lower import lower_text
from extract.sentences import around, find_all
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


def sentences_with(text: str, stems: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the sentences begin and end that hold one of some words in lower case; a decimal point ends none."""
    return around(text, _SENTENCE_END, find_all(lower_text(text), stems))

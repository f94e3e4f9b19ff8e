"""Sequences of cell therapy and transplantation: infusion, collection, conditioning, transplant, second infusion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.doses.agents import find_agents
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.schedule import number
from extract.doses.segments import segments
from extract.doses.vocabulary import read_toml
from extract.facts import Regimen, RegimenStep, evidence
from extract.study import Field

_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight)"
_TIMING = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*(?:-|to)\s*(?P<high>{_NUMBER}))?\s*(?P<unit>days?|weeks?|months?)\s*(?P<side>after|before|prior to|following|post|from)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\b(?:after|following|before|prior to|post|from|since|until)\b", re.IGNORECASE)
_IN_DAYS = {"day": 1, "week": 7, "month": 30}
_TRANSPLANTS = ("autologous stem cell transplantation", "allogeneic stem cell transplantation")


@dataclass(slots=True)
class _Event:
    key: str
    start: int
    end: int


@cache
def _events() -> tuple[re.Pattern[str], list[str]]:
    parts, keys = [], []
    for entry in read_toml("events.toml")["event"]:
        for pattern in entry["patterns"]:
            parts.append(f"({pattern})")
            keys.append(entry["agent_key"])
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + ")", re.IGNORECASE), keys


def find_sequence(source: Field, arm_no: int, lexicon: Lexicon, doses: list[tuple[int, Statement]]) -> Regimen | None:
    """The order of at least three steps in one text, or None. Days are counted from what a step comes after.

    A step's evidence has the flag `after:<agent_key>` (or `before:`) where its days count from another step.
    """
    text = source.text.norm
    pattern, keys = _events()
    if len(text) < 40 or _TIMING.search(text) is None:
        return None
    steps: list[RegimenStep] = []
    for start, end in segments(text):
        phrase = text[start:end]
        events = [_Event(keys[(m.lastindex or 1) - 1], m.start(), m.end()) for m in pattern.finditer(phrase)]
        if events:
            steps += _steps_of(source, start, phrase, events, lexicon, doses)
    if len(steps) < 3 or not any(step.start_day is not None for step in steps):
        return None
    return Regimen(arm_no=arm_no, regimen=None, phase="treatment", steps=steps, evidence=_whole(source, steps))


def _whole(source: Field, steps: list[RegimenStep]) -> object:
    raise NotImplementedError

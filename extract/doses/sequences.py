"""Sequences of cell therapy and transplantation: infusion, collection, conditioning, transplant, second infusion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.doses.agents import find_agents
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.named import find_names
from extract.doses.segments import segments
from extract.doses.vocabulary import number, read_toml
from extract.facts import Evidence, Regimen, RegimenStep, evidence
from extract.lower import lowered
from extract.study import Field

_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight)"
_TIMING = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*(?:-|to)\s*(?P<high>{_NUMBER}))?\s*(?P<unit>days?|weeks?|"
    rf"months?)\s*(?P<side>after|before|prior to|following|post|from)\b",
    re.IGNORECASE,
)
_TIMED = re.compile(r"(?:day|week|month)s?\s*(?:after|before|prior to|following|post|from)\b")
_AFTER = re.compile(r"\b(?:after|following|before|prior to|post|from|since|until)\b", re.IGNORECASE)
_IN_DAYS = {"day": 1, "week": 7, "month": 30}
_TRANSPLANTS = ("autologous stem cell transplantation", "allogeneic stem cell transplantation", "transplantation")


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
    if len(text) < 40 or _TIMED.search(lowered(text)) is None:
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


def _whole(source: Field, steps: list[RegimenStep]) -> Evidence:
    """Evidence for the text from the first step to the last."""
    start, end = steps[0].evidence.start_char, steps[-1].evidence.end_char
    return Evidence(source_field=source.path, start_char=start, end_char=end, quote=source.raw[start:end])


def _steps_of(
    source: Field, base: int, phrase: str, events: list[_Event], lexicon: Lexicon, doses: list[tuple[int, Statement]]
) -> list[RegimenStep]:
    timing = _TIMING.search(phrase)
    limit = timing.start() if timing else len(phrase)
    done = [event for event in events if event.start < limit and not _is_anchor(phrase, event)]
    anchor = next((event for event in events if timing and event.start >= timing.end()), None)
    if timing is not None and anchor is None:
        return []
    if timing is not None and anchor is not None and not done:
        done = [event for event in events if event.start >= anchor.end][:1]  # "Two days after A, B is given"
    steps: list[RegimenStep] = []
    for event in done:
        if steps and (event.key not in _TRANSPLANTS or len(steps) > 1):
            break  # one step a phrase, and the transplantation that a conditioning is for
        day = _days(timing) if timing and not steps else None
        flags = [f"{_side(timing)}:{anchor.key}"] if timing and anchor and not steps else []
        end = timing.end() if timing and not steps else event.end
        if anchor is not None and not steps:
            end = max(end, anchor.end)
        name = _name(event, phrase, lexicon)
        steps.append(
            RegimenStep(
                agent_key=name,
                dose_no=_dose_no(event, base, phrase, source, doses),
                start_day=day[0] if day else None,
                end_day=day[1] if day else None,
                evidence=evidence(source, base + event.start, base + max(end, event.end), flags),
            )
        )
    return steps


def _is_anchor(phrase: str, event: _Event) -> bool:
    """Whether the event is only what another step comes after."""
    return bool(_AFTER.search(phrase[max(0, event.start - 22) : event.start]))


def _side(timing: re.Match[str] | None) -> str:
    return "before" if timing and timing["side"].lower() in ("before", "prior to") else "after"


def _days(timing: re.Match[str]) -> tuple[int, int]:
    factor = _IN_DAYS[timing["unit"].lower().rstrip("s")]
    low = int(number(timing["low"])) * factor
    high = int(number(timing["high"])) * factor if timing["high"] else low
    return (-high, -low) if _side(timing) == "before" else (low, high)


def _name(event: _Event, phrase: str, lexicon: Lexicon) -> str:
    if event.key == "car-t cells":
        own = {a.key for agents in lexicon.by_intervention.values() for a in agents if a.kind == "cells"}
        named = {m.agent.key for m in find_agents(phrase, lexicon.names) if m.agent.kind == "cells"} - {event.key}
        if len(own) == 1:
            return own.pop()
        return named.pop() if len(named) == 1 else event.key
    if event.key == "conditioning":
        names = find_names(phrase)
        return f"{phrase[names[0][0] : names[0][1]]} conditioning" if names else event.key
    return event.key


def _dose_no(event: _Event, base: int, phrase: str, source: Field, doses: list[tuple[int, Statement]]) -> int | None:
    """The dose that is stated in the same phrase of the same field, for a step that gives something."""
    if event.key != "car-t cells":
        return None
    for dose_no, statement in doses:
        inside = statement.source is source and base <= statement.start < base + len(phrase)
        if inside and statement.amount.kind == "cells":
            return dose_no
    return None

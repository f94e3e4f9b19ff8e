"""A phrase without amounts behind those with amounts: how often, how long, on which days these are given."""

from __future__ import annotations

import re

from extract.doses.agents import Mention
from extract.doses.bound import Bound
from extract.doses.filling import KINDS, is_cycle, is_timed, several_days
from extract.doses.items import ONCE, Item
from extract.doses.steps import continues_steps, next_step
from extract.doses.vocabulary import DAYS_IN, one_of

# "Three sessions were done at 4-week intervals" says how often what was injected in them is given.
_SESSIONS = re.compile(r"\b(?:sessions?|injections?|instillations?|infusions?|administrations?)\b", re.IGNORECASE)
_NEXT_PHRASE = 4  # a semicolon or a full stop, and blanks


def _attach_step(text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item]) -> bool:
    """A phrase without amounts may be the next step of the one amount of the phrase before it."""
    last = bounds[-1]
    alone = len(bounds) < 2 or bounds[-2].segment != last.segment or bounds[-2].amount.start == last.amount.start
    first = next((item for item in items if item.kind in ("frequency", "days")), None)
    beside = segment[0] - last.segment[1] < _NEXT_PHRASE
    if first is None or not (alone and beside and continues_steps(text, segment[0], last, first)):
        return False
    (step,) = next_step(bounds, [last], first)
    step.segment = segment
    for item in items:
        if item.kind in KINDS:
            step.facts.setdefault(item.kind, item.value)
            step.end = max(step.end, item.end)
    return True


# What may stand around a schedule where a phrase says nothing else: "Frequency: twice daily".
_AROUND_SCHEDULE = re.compile(rf"(?:\W|{one_of('says_schedule')})*", re.IGNORECASE)


def _is_schedule_alone(text: str, segment: tuple[int, int], items: list[Item]) -> bool:
    """Whether a phrase holds nothing but schedules and routes."""
    place = segment[0]
    for item in items:
        if item.start > place and not _AROUND_SCHEDULE.fullmatch(text, place, item.start):
            return False
        place = max(place, item.end)
    return _AROUND_SCHEDULE.fullmatch(text, place, segment[1]) is not None


_ONLY_HOW_MANY = re.compile(r"[\s(]*(?:(?:x|\*|for)\s?\d{1,2}(?:\s(?:cycles|courses))?)?[\s).;]*\Z", re.IGNORECASE)


def _repeat(text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item]) -> None:
    """`A 750 mg/m2 d1; B 100 mg/m2 d1-3; q21d x 6`: a phrase of nothing else is how often all before it is repeated."""
    item = next((item for item in items if item.kind == "frequency" and is_cycle(item.value)), None)
    if (
        item is None
        or text[segment[0] : item.start].strip(" (,")
        or not _ONLY_HOW_MANY.match(text, item.end, segment[1])
    ):
        return
    days = float(item.value[1] * DAYS_IN.get(str(item.value[2]), 0))
    for bound in bounds:
        if "days" in bound.facts and not {"frequency", "cycle_days"} & bound.facts.keys() and days:
            bound.facts["cycle_days"] = days


# "The vaccine is given intradermally", behind the drugs that are given with it
_OF_PRODUCT = re.compile(
    r"\s*(?:the\s)?(?:(?:autologous|allogeneic|gene-modified|engineered|expanded|modified|donor|infused)\s)*"
    r"(?:vaccines?|vaccinations?|cells|cell infusions?|t-?cells|infusions? of (?:the )?cells|graft|stem cells|vector"
    r"|virus)\b",
    re.IGNORECASE,
)


_DRUGS = ("drug", "radiation")


def _levels_before(bounds: list[Bound]) -> set[int]:
    """The numbers of cells in phrases one behind the other: `level 1: 1x10^6; level 2: 3x10^6`."""
    last, levels = bounds[-1], {id(bounds[-1])}
    for bound, following in zip(reversed(bounds[:-1]), reversed(bounds), strict=False):
        if following.segment[0] - bound.segment[1] > _NEXT_PHRASE:
            break
        if bound.amount.unit == last.amount.unit == "{cells}" and bound.amount.per == last.amount.per:
            levels.add(id(bound))
    return levels


def _may_be_its_days(item: Item, bound: Bound, *, alone: bool) -> bool:
    """Whether days said behind an amount may be its own; `Day 5.` alone may be that of "5 mg x 1 dose"."""
    if bound.amount.role == "loading":
        return False
    return several_days(item, bound) or (alone and bound.facts.get("frequency") == ONCE)


def attach_later(
    text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item], here: list[Mention]
) -> None:
    """A phrase without amounts says how the amounts before it are given ("Cycles repeat every 21 days")."""
    if not here and _attach_step(text, segment, bounds, items):
        return
    agents = [m.agent.key for m in here]
    last = bounds[-1].segment
    if not agents:
        _repeat(text, segment, bounds, items)
    alone = _is_schedule_alone(text, segment, items)
    may_be_rate = (
        bool(agents)
        or "route" in [item.kind for item in items]
        or _SESSIONS.search(text, *segment) is not None
        or alone
    )
    levels = _levels_before(bounds)
    of_product = not here and _OF_PRODUCT.match(text, *segment) is not None
    for bound in bounds:
        if agents and (bound.agent is None or bound.agent.key not in agents):
            continue
        if of_product and bound.amount.kind != "cells" and bound.agent is not None and bound.agent.kind in _DRUGS:
            continue
        near = (bound.segment == last or id(bound) in levels) and segment[0] - bounds[-1].segment[1] < 200
        for item in items:
            if item.kind not in KINDS or (item.kind not in ("cycle_days", "cycles") and not near):
                continue
            if item.kind == "frequency" and (is_timed(bound) or bound.amount.role == "loading"):
                continue
            if item.kind == "days" and not _may_be_its_days(item, bound, alone=alone):
                continue
            if item.kind == "frequency" and (not may_be_rate or (is_cycle(item.value) and "cycle_days" in bound.facts)):
                continue
            bound.facts.setdefault(item.kind, item.value)

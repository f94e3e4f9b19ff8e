"""One amount in several schedules, one after the other: each is a dose of its own.

`Weekly for 8 weeks, then every 2 weeks`; `on days 1 and 8 of cycle 1 and day 1 of cycles 2-6`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from extract.doses.bound import Bound
from extract.doses.items import Item
from extract.doses.vocabulary import one_of_lower
from extract.lower import lowered

_TIMES = ("frequency", "days")
_KEPT = ("route", "cycle_days")
_NEXT = re.compile(rf"\b{one_of_lower('next_step')}\b")
_LATER = re.compile(rf"[^.;:\n]{{0,40}}?\b{one_of_lower('step_after')}\b")
_NO_STEP = re.compile(rf"\b{one_of_lower('no_step')}\b")
_OF_TIME = re.compile(
    r"[\s,)(]*(?:(?:of|in|for|during|on|from|starting|beginning)\s+)*(?:the\s+|all\s+|each\s+|every\s+)?"
    r"(?P<which>(?:first|second|third|next|following|subsequent|remaining|other|later)\s+)?(?:induction\s|consolidation\s|"
    r"treatment\s)?(?:\d+\s+)?(?:cycles?|courses?|weeks?|months?)\b\s?#?(?P<number>\d+)?"
)
_GIVING = re.compile(
    rf"\b(?:{one_of_lower('giving_verb')}|treat\w*|dos(?:es?|ing)|infusions?|injections?|continu\w*)\b"
)
_AND = re.compile(r"\d,? and (?:then )?\Z")  # "day 1 of cycles 2 to 6 and every 8 weeks"
_AFTER = 45
_BESIDE = 12


def begins_step(text: str, ends: tuple[int, int], item: Item, bounds: list[Bound]) -> bool:
    """Whether how often or on which days, said after a schedule, follows it in time.

    `ends` are where the last time of that schedule ends ("weekly"), and where all that is said of it does.
    """
    timed, end = ends[0], min(ends[1], item.start)  # "every 8 weeks for 12 cycles" is a length of cycles too
    if item.kind not in _TIMES or not bounds or item.start < timed or not any(k in bounds[0].facts for k in _TIMES):
        return False
    if item.kind in bounds[0].facts and bounds[0].facts[item.kind] == item.value:
        return False
    gap = lowered(text[end : item.start])
    if _NO_STEP.search(gap):
        return False
    after = lowered(text[item.end : item.end + _AFTER])
    if _NEXT.search(gap) or _LATER.match(after):
        return True
    between = gap if timed in (0, end) else lowered(text[timed : item.start])
    anew = item.kind == "frequency" and "days" in bounds[0].facts and _AND.search(between) is not None
    return _names_time(between) and (anew or _names_time(after))


def _names_time(text: str) -> bool:
    """Whether what stands after days or a frequency names the cycle or the weeks that they are of."""
    match = _OF_TIME.match(text)
    return match is not None and (match["number"] or match["which"]) is not None


def next_step(bounds: list[Bound], current: list[Bound], item: Item) -> list[Bound]:
    """Copies of the amounts for the next step of their schedule; they are put after those in `bounds`.

    What is given "on day 1 of cycles 1-4 and every third cycle thereafter" is so on day 1.
    """
    kept = (*_KEPT, "days") if item.kind == "frequency" and item.value[2] == "cycle" else _KEPT
    following = [
        replace(
            bound,
            amount=replace(bound.amount, frequency=None),
            facts={
                **{kind: bound.facts[kind] for kind in kept if kind in bound.facts},
                "step": bound.facts.get("step", 1) + 1,
            },
        )
        for bound in current
    ]
    for bound, later in zip(current, following, strict=True):
        bound.facts.setdefault("step", 1)
        bounds.insert(bounds.index(bound) + 1, later)
    return following


def continues_steps(text: str, start: int, bound: Bound, item: Item) -> bool:
    """Whether a phrase without an amount goes on with the schedule: `days 1 and 8 of cycle 1; day 1 of cycles 2-6`."""
    if item.kind not in _TIMES or bound.facts.get(item.kind, item.value) == item.value:
        return False
    gap, after = lowered(text[start : item.start]), lowered(text[item.end : item.end + _AFTER])
    if _NO_STEP.search(gap):
        return False
    if then := _NEXT.match(gap):
        return len(gap) - then.end() < _BESIDE or _GIVING.search(gap, then.end()) is not None
    earlier = lowered(text[bound.end : bound.end + _AFTER])
    return _names_time(earlier) and (_names_time(after) or _names_time(gap))

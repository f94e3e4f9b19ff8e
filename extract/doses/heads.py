"""What a schedule can belong to: amounts that stand together, or an agent without an amount."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from extract.doses.agents import Mention
from extract.doses.amount import Amount
from extract.doses.bound import Bound
from extract.doses.given import only_dilutes
from extract.doses.items import Item
from extract.doses.vocabulary import one_of, words

_WHEN = tuple(f"{when} {word}" for when in words("time_reference") for word in ("", "the "))
ADJECTIVE_GAP = re.compile(
    rf"[\s-]*(?:(?:{one_of('between_amount_and_agent')}|administration|use|treatment|dosing|with|at)[\s-]+)*\Z",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"\A(?:\)|\s?\([A-Za-z.]{1,5}\))")  # "intravenous (IV) A"
_NO_GAP = re.compile(
    r"[\s()]*(?:(?:tablets?|tabs?|capsules?|caps?|caplets?|pills?|injections?|infusions?|cream|ointment|gel|solution"
    r"|suspension|syrup)[\s()]+)?\Z",
    re.IGNORECASE,
)
# "675 mg as 3 subcutaneous injections (225 mg each)": the route is of what stands before it
AS_GAP = re.compile(
    r"\s*(?:\([a-zA-Z]+\))?[\s()]*(?:(?:given|administered|injected)\s)?(?:as|via|by)\s"
    r"(?:(?:an?|one|two|three|four|\d+)\s)?(?:single\s|separate\s)?\Z"
)
_ADMINISTRATION = re.compile(r"\)?\s(?:injection|infusion|bolus|administration|dose|route|tablet|capsule)")


@dataclass(slots=True)
class Head:
    """What schedule items can belong to: amounts that were printed together, or an agent without an amount."""

    start: int
    end: int
    bounds: list[Bound]
    mention: Mention | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    timed: int = 0  # where the last frequency or days end that belong to it
    earlier: list[Bound] = field(default_factory=list)  # the steps before the one that is being said
    often: Item | None = None  # how often, where that is said before it
    ahead: list[Item] = field(default_factory=list)  # what is said before its amount


def _only_when(text: str, mention: Mention) -> bool:
    """Whether a name only says when something else is given: "5 mg over two hours prior to B on day 1".

    What is not given has no schedule either: "a capsule without B weekly".
    """
    return text[max(0, mention.start - 14) : mention.start].lower().endswith((*_WHEN, "without ", "during "))


def find_heads(text: str, bounds: list[Bound], mentions: list[Mention]) -> list[Head]:
    """The heads of a phrase in their order: amounts that stand together are one."""
    heads: list[Head] = []
    for bound in bounds:
        last = heads[-1] if heads else None
        if last and bound.amount.role == "maximum" and not bound.facts and _beside(text, last.end, bound.amount):
            last.end = max(last.end, bound.end)  # "1.4 mg/m2 (maximum 2 mg) IV day 1": the schedule is the dose's
        elif last and (
            last.bounds[-1].amount is bound.amount
            or (last.bounds[-1].amount.series == bound.amount.series >= 0)
            or (
                _is_speed(bound)
                and last.bounds[-1].agent is bound.agent
                and _AT_SPEED.match(text, last.end, bound.start)
            )
            or (bound.amount.role == "total" and _TOTAL_BESIDE.match(text, last.end, bound.amount.start))
        ):
            last.bounds.append(bound)
            last.end = max(last.end, bound.end)
        else:
            heads.append(Head(bound.start, bound.end, [bound]))
    for mention in mentions:
        apart = not any(head.start <= mention.start < head.end for head in heads)
        if apart and not _only_when(text, mention) and not only_dilutes(text, mention):
            heads.append(Head(mention.start, mention.end, [], mention))
    heads.sort(key=lambda head: head.start)
    return heads


# "15 mg/kg as a slow push at 100 mg/min on days 0 and 5": the days are of the dose
_AT_SPEED = re.compile(
    r"(?![^.;]*\b(?:then|follow\w*|maint\w*|continu\w*)\b)[^.;]{0,40}\bat (?:an? )?(?:rate of )?\Z", re.IGNORECASE
)


def _is_speed(bound: Bound) -> bool:
    return bound.amount.per_time in ("min", "h")


# "50 mg/m2 (total 150 mg/m2) on days -7 to -5": of both
_TOTAL_BESIDE = re.compile(
    r"\s*(?:(?:IV|PO|SC|orally|intravenously)\s*)?(?:over \w+[- ](?:minutes?|mins?|hours?|hrs?|h)\s*)?"
    r"[(\[]\s?\w*total[^.;()]{0,20}\Z",
    re.IGNORECASE,
)


def _beside(text: str, end: int, amount: Amount) -> bool:
    """Whether an amount stands right after another one, or in brackets after it."""
    gap = text[end : amount.start]
    daily = amount.per_time == "d" and "max" in gap.lower()  # "15 mg/kg TID with a maximum daily dose of 3 g/day"
    return len(gap) < (45 if daily or "(" in gap or "round" in gap else 25)


def head_of(text: str, item: Item, heads: list[Head]) -> Head | None:
    """The head that an item belongs to by its place; None for what stands before all heads."""
    previous = following = None
    for head in heads:  # in the order of their starts
        if item.start < head.start < item.end and item.kind == "frequency":
            return head  # "a single 600 mg infusion"
        if head.start <= item.start:
            previous = head
        elif head.start >= item.end:
            following = head
            break
        elif item.kind == "frequency":
            return head  # "a single 400 mg dose"
    if previous is not None and item.start < previous.end:
        return previous
    if following is not None and item.kind in ("route", "frequency"):
        gap = text[previous.end : item.start] if previous is not None else ""
        attached = (
            previous is not None
            and not only_strong(previous)
            and bool(_NO_GAP.match(gap) or (AS_GAP.match(gap) and _ADMINISTRATION.match(text, item.end)))
        )
        before = text[item.end : following.start]
        if not attached and ADJECTIVE_GAP.match(_ABBREVIATED.sub("", before) if item.kind == "route" else before):
            return following
    return previous


def only_strong(head: Head) -> bool:
    """Whether a head is how strong the product is: `1% transdermal gel 10 g`."""
    return bool(head.bounds) and head.bounds[0].amount.kind == "percent"

"""Schedules and routes: which of them belongs to which amount."""

from __future__ import annotations

import re
import sys

from extract.doses.agents import Mention
from extract.doses.beside import ADDED_TO, is_observed
from extract.doses.bound import Bound, Remark
from extract.doses.changes import is_of_change, is_of_what_follows
from extract.doses.day_and_night import add_day_and_night
from extract.doses.filling import KINDS, fill, fill_missing, note_ahead, repeated_amounts
from extract.doses.given_for import give_lengths, say_steps
from extract.doses.heads import Head, find_heads, head_of
from extract.doses.items import Item
from extract.doses.scanning import Scanner
from extract.doses.sharing import carry_along, carry_on, carry_routes, share_backwards
from extract.doses.steps import begins_step, next_step
from extract.doses.vocabulary import words
from extract.lower import lowered

_AS_NEEDED = Scanner(words("as_needed"))
_LABEL_END = re.compile(r"\)?(?:\s?only)?\s?:")  # "Day -1: 60 mg IV Days 2-21: 60 mg SC"
_BRACKETS = re.compile(r"\([^()]*\)|\A[^()]{,40}\)")  # "2 mg/kg (weight at screening) twice a week"
# "once a week if there is a partial response on day 28"
_CONDITION = re.compile(
    r"\b(?:if|in case of|when)\b[^.;,]{0,40}\b(?:respon\w+|remission|relapse|disease|recover\w*|gvhd)\b", re.IGNORECASE
)
# "50 mg once daily (twice daily if on rifampicin)"
_ON_CONDITION = re.compile(
    r"\s(?:if|when|whenever|in case|in (?:those|patients|participants|subjects)|for (?:those|patients))\b"
)


def attach(
    text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item], mentions: list[Mention]
) -> list[Remark]:
    """Give each item of a phrase to the head it belongs to; items before all heads are shared."""
    heads = find_heads(text, bounds, mentions)
    leading: list[Item] = []
    items = [item for item in items if not is_of_change(text, segment[0], item)]
    items = sorted([*items, *repeated_amounts(text, items)], key=lambda item: item.start)
    labels = [i.start for i in items if heads and i.kind == "days" and _LABEL_END.match(text, i.end)]
    days_first = _give_days_first(heads, [item for item in items if item.kind == "days"])
    given_for = give_lengths(text, heads, items)
    for item in items:
        if item.kind not in KINDS or (days_first and item.kind == "days"):
            continue
        ahead = item.start in labels or _is_label(text, item)
        head = None if heads and ahead and item.start < heads[-1].start else head_of(text, item, heads)
        if head is not None and _is_of_other_things(text, head, item):
            continue
        if item.kind == "frequency" and text[item.start - 1] == "(" and _ON_CONDITION.match(text, item.end):
            continue
        if head is None:
            leading.append(item)
        elif begins_step(text, (head.timed, head.end), item, head.bounds):
            head.earlier += head.bounds
            head.bounds = next_step(bounds, head.bounds, item)
            fill(head, item)
        elif not is_of_what_follows(text, head, item):
            note_ahead(head, item)
            fill(head, item)
    share_backwards(text, heads)
    carry_routes(text, heads, [item for item in items if item.kind == "route"])

    carry_along(text, heads)
    carry_on([bound for head in heads for bound in head.bounds])
    for item in leading:
        for head in heads:
            if _leads(text, item, head, labels):
                fill_missing(head, item, sure=item.start in labels or bool(_LABEL_END.match(text, item.end)))
    as_needed = bool(bounds) and any(_AS_NEEDED.find(lowered(text), *segment))
    for bound in bounds:
        if as_needed:
            bound.facts["as_needed"] = True
        often = bound.amount.frequency if "step" not in bound.facts else None
        if often and (often[0] > 1 or "frequency" not in bound.facts):
            bound.facts["frequency"] = often  # "3 x 500 mg daily" is no 500 mg once daily
    say_steps(given_for)
    add_day_and_night(text, bounds)
    return [Remark(h.mention.agent, h.facts) for h in heads if h.mention is not None and h.facts]


def _is_of_other_things(text: str, head: Head, item: Item) -> bool:
    """Whether an item behind a head is of an examination, or says on which day a condition is looked at."""
    gap = text[head.end : item.start]
    if is_observed(_BRACKETS.sub("", gap) if ")" in gap else gap):
        return True
    return item.kind == "days" and _CONDITION.search(text, head.end, item.start) is not None


def _give_days_first(heads: list[Head], days: list[Item]) -> bool:
    """`Day 1: A 5 mg; days 2-4: B 10 mg` in one phrase: where days stand before every dose, they are what follows'."""
    doses = [head for head in heads if head.bounds]
    ends = [*(item.start for item in days[1:]), sys.maxsize]
    groups = [[h for h in doses if item.end <= h.start < end] for item, end in zip(days, ends, strict=False)]
    if len(days) < 2 or not all(groups) or sum(map(len, groups)) < len(doses):
        return False
    for item, group in zip(days, groups, strict=True):
        for head in group:
            fill(head, item)
    return True


def _leads(text: str, item: Item, head: Head, labels: list[int]) -> bool:
    """Whether what is said before an amount may be said of it: the days of a label hold until the next label."""
    if item.start in labels:
        start = head.bounds[0].amount.start if head.bounds else head.start
        return item.end <= start < next((label for label in labels if label > item.start), len(text))
    if item.kind == "days" and item.value[-1] < 0 and _is_infused(head) and _DAYS_BEFORE.match(text, item.end):
        return False
    if item.kind == "frequency" and _AFTER_IT.search(text, item.end, head.start):
        return False
    if _is_label(text, item) and head.start < item.start:
        return False
    if item.kind != "route":
        return True
    return not (ADDED_TO.search(text, item.end, head.start) or _THAT_CAME_FIRST.search(text, item.end, head.start))


# "3 days before the infusion of cells (1x10^6/kg)": what prepares for them is given then
_DAYS_BEFORE = re.compile(r"\s?(?:days?\s)?(?:before|prior to)\b")


def _is_infused(head: Head) -> bool:
    return any(bound.agent is not None and bound.agent.kind == "cells" for bound in head.bounds)


# "stimulation daily, an hour after 5 mg of A": how often something else is done
_AFTER_IT = re.compile(r"\b(?:after|before|prior to|following) (?:(?:the|a|an|each|oral) )?\Z", re.IGNORECASE)


# "a single infusion following lymphodepletion with A 20 mg/m2": the infusion is of the cells
_THAT_CAME_FIRST = re.compile(
    r"\b(?:after|following)\s(?!(?:a|an|the|each|every)\b|\d)[^.;:]{,60}\b(?:with|of)\b", re.IGNORECASE
)


def _is_label(text: str, item: Item) -> bool:
    """Whether a route is the label of what follows: `A 400 mg bid + HAIC: B 85 mg/m2`."""
    return item.kind == "route" and _LABEL_END.match(text, item.end) is not None

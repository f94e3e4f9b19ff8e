"""A length said before what is given for so long: `7 days of oral A 100 mg`, `5 days of 2 mg A, 17 days of 3 mg A`."""

from __future__ import annotations

import re

from extract.doses.bound import Bound
from extract.doses.filling import fill, is_timed
from extract.doses.heads import Head
from extract.doses.items import DAILY, Item

_ADJECTIVES = re.compile(r"\s(?:[a-z][a-z-]+\s){,3}\(?\Z")
_TOGETHER = re.compile(r"\s?(?:\+|&|and|plus|with)\s\Z")


def give_lengths(text: str, heads: list[Head], items: list[Item]) -> list[list[Bound]]:
    """Say the lengths of what follows them; gives the amounts of each, in order."""
    return [_give(text, heads, item) for item in items if item.kind == "duration_of"]


def _give(text: str, heads: list[Head], item: Item) -> list[Bound]:
    found: list[Head] = []
    for head in heads:
        gap, end = (_TOGETHER, found[-1].end) if found else (_ADJECTIVES, item.end)
        if head.start < end:
            continue
        if not gap.match(text, end, head.start):
            break
        found.append(head)
    for head in found:
        fill(head, Item("duration", item.start, item.end, item.value))
    return [bound for head in found for bound in head.bounds]


def say_steps(given: list[list[Bound]]) -> None:
    """What is given for some days is given daily, and one amount for two lengths is two steps of a schedule."""
    for bound in (bound for bounds in given for bound in bounds):
        bound.facts["given_for"] = bound.facts["duration"]
        if bound.facts["duration"][1] == "d" and not is_timed(bound):
            bound.facts["frequency"] = DAILY

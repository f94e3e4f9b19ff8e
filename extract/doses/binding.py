"""Binding: which agent an amount belongs to, and which schedule and route belong to it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from extract.doses.agents import Agent, Mention
from extract.doses.amount import Amount
from extract.doses.attachment import attach
from extract.doses.beside import is_observed
from extract.doses.bound import Bound, Remark
from extract.doses.given import in_diluent, is_measured, is_trait, only_dilutes
from extract.doses.items import Item
from extract.doses.later import attach_later
from extract.doses.pairing import choose, follows_tightly, is_strength_of, names_amount_first, paired_by_wording
from extract.doses.phase_binding import heading_phase, set_phases
from extract.doses.route_headings import RouteHeading
from extract.doses.unknown_names import subject
from extract.doses.vocabulary import one_of

_NOT_GIVEN = re.compile(rf"\b{one_of('not_given_before_topic')}\s+(?:\w+\s+){{0,2}}\Z", re.IGNORECASE)
_FORGETS = frozenset(("group",))


def bind(
    text: str,
    segments: list[tuple[int, int]],
    amounts: list[Amount],
    agents: list[Mention],
    items: list[Item],
    default: Agent | None,
) -> tuple[list[Bound], list[Remark]]:
    """Bind every amount that is no decoy.

    `default` is whose text this is (the intervention's agent); it is used where a phrase names no agent.
    """
    bounds: list[Bound] = []
    remarks: list[Remark] = []
    topic: Mention | None = None  # who the next phrase is about if it names nobody
    phase: str | None = None
    heading = RouteHeading()
    for segment in segments:
        start, end = segment
        inside = [a for a in amounts if start <= a.start < end]
        here = [m for m in agents if start <= m.start < end]
        parts = [i for i in items if start <= i.start < end]
        heading.enter(text, segment, parts, here)
        doses = [a for a in inside if not (a.decoy or _of_diluent(text, a) or any(_numbers(text, m, a) for m in here))]
        if doses:
            new = _bind_segment(text, segment, doses, here, topic, default)
            told = [m for m in here if not (only_dilutes(text, m) or _only_says_when(text, m, doses))]
            remarks += attach(text, segment, new, parts, told)
            heading.give(new)
            phase = set_phases(text, new, parts, phase)
            bounds += new
            last = next((b for b in reversed(new) if b.agent is not None), None)
            if last is not None and here:
                topic = next((m for m in reversed(here) if m.agent is last.agent), topic)
        else:
            phase = heading_phase(text, segment, parts) or phase
            if here and default is None:
                topic = _topic(text, here) or topic
            elif here and default is not None and default.kind == "cells":  # which have no mass: see `_inherited`
                topic = _topic(text, [m for m in here if m.agent.kind == "drug"]) or topic
            elif here and topic is not None and default in [m.agent for m in here]:
                topic = None
            if parts and bounds and not inside and not is_observed(text[segment[0] : segment[1]]):
                attach_later(text, segment, bounds, parts, here)
            if parts and here:
                remarks += attach(text, segment, [], parts, here)
    return bounds, remarks


def _topic(text: str, mentions: list[Mention]) -> Mention | None:
    given = [
        m
        for m in mentions
        if not _NOT_GIVEN.search(text[max(0, m.start - 40) : m.start]) and m.agent.kind not in _FORGETS
    ]
    return given[-1] if len(given) == 1 else (given[0] if given else None)


def _bind_segment(
    text: str,
    segment: tuple[int, int],
    doses: list[Amount],
    here: list[Mention],
    topic: Mention | None,
    default: Agent | None,
) -> list[Bound]:
    here = [m for m in here if m.agent.kind not in _FORGETS] or subject(text, segment)
    here = [m for m in here if not (_only_says_when(text, m, doses) or only_dilutes(text, m) or is_measured(text, m))]
    here = [m for m in here if not (_in_ratio(text, m) or (m.agent.intervention_no is None and is_trait(text, m)))]
    if default is not None and default.kind == "drug":
        here = [m for m in here if not _in_arm_named_behind(text, m, doses)]
    here = _with_imitated(text, here)
    paired = paired_by_wording(text, segment, doses, here) or {}
    amount_first = names_amount_first(text, doses, here)
    bounds: list[Bound] = []
    previous: Mention | None = None
    floor = segment[0]
    for index, amount in enumerate(doses):
        chosen = None if index in paired else _choose(text, index, doses, here, previous, amount_first)
        mentions = paired.get(index) or ([chosen] if chosen else [])
        for mention in mentions:
            own = mention is not previous and floor <= mention.start < amount.start
            start = mention.start if own else amount.start
            end = max(amount.end, mention.end)
            bounds.append(
                Bound(amount, mention.agent, mention.text, start, end, segment, misspelled=mention.misspelled)
            )
        if not mentions:
            bounds.append(_inherited(amount, segment, previous, topic, default))
        previous = mentions[-1] if mentions else previous
        floor = amount.end
    _look_ahead(text, bounds, topic, default)
    _share_solution(text, bounds)
    return bounds


_NOT_BY_MASS = frozenset(("radiation", "cells"))


def _choose(
    text: str, index: int, doses: list[Amount], here: list[Mention], previous: Mention | None, amount_first: bool
) -> Mention | None:
    """As `choose`; rays and cells have no mass: "radiotherapy (60 Gy), then 150 mg/m2" is of the drug before it."""
    amount = doses[index]
    if amount.kind == "mass" and not _NOT_BY_MASS.isdisjoint([m.agent.kind for m in here]):
        here = [m for m in here if m.agent.kind not in _NOT_BY_MASS]
        if previous is not None and previous.agent.kind in _NOT_BY_MASS:
            previous = next((m for m in reversed(here) if m.end <= amount.start), None)
    if amount.kind == "percent":
        for mention in here:
            if mention.end <= amount.start and is_strength_of(text, mention, amount):
                return mention
    return choose(text, index, doses, here, previous, amount_first)


def _of_diluent(text: str, amount: Amount) -> bool:
    """Whether a percentage is that of what something is dissolved in."""
    return amount.kind == "percent" and in_diluent(text, amount.start)


def _numbers(text: str, mention: Mention, amount: Amount) -> bool:
    """Whether an amount's figure belongs to a name: `XB38-9456, 5/10/20 mg`, `XB 0243 tablets`."""
    if not mention.start < amount.start < mention.end:
        return False
    return text[amount.start - 1] == "-" or (text[amount.start] == "0" and text[amount.start + 1].isdigit())


def _with_imitated(text: str, mentions: list[Mention]) -> list[Mention]:
    """`1 tablet of A, 1 capsule of B placebo`: B's placebo is one name, and no B."""
    joined: list[Mention] = []
    for mention in mentions:
        before = joined[-1] if joined and mention.agent.kind == "placebo" else None
        if before is None or before.agent.kind == "placebo" or text[before.end : mention.start] not in (" ", "-"):
            joined.append(mention)
        elif not text.startswith("-c", mention.end):  # "a B placebo-controlled trial"
            joined[-1] = replace(mention, start=before.start, text=text[before.start : mention.end])
    return joined


_ARM_BEHIND = re.compile(r"[^().;]{0,60}\b(?:arms?|groups?|cohorts?)\)", re.IGNORECASE)


def _in_arm_named_behind(text: str, mention: Mention, doses: list[Amount]) -> bool:
    """`60 mg (on A plus B arm) or 90 mg (on A arm)`: what the arms are called, in a text about A."""
    if _ARM_BEHIND.match(text, mention.end) is None:
        return False
    opened = text.rfind("(", 0, mention.start)
    if opened < 0 or ")" in text[opened : mention.start]:
        return False
    return any(dose.end <= opened for dose in doses) and not any(
        opened < dose.start and dose.end <= text.find(")", opened) for dose in doses
    )


_RATIO = r"\(?1\s?[:/]\s?\d{2,3}[,. ]?\d{3}\b\)?"
_RATIO_BEFORE, _RATIO_AFTER = re.compile(rf"{_RATIO}\s(?:of\s)?\Z"), re.compile(rf"\s?(?:at |in )?{_RATIO}")


def _in_ratio(text: str, mention: Mention) -> bool:
    """`Articaine 4% with epinephrine 1:100,000 (1.8 mL)`: what stands behind is not of what is added."""
    if mention.agent.key != "epinephrine":
        return False
    before = _RATIO_BEFORE.search(text, max(0, mention.start - 20), mention.start)
    return before is not None or _RATIO_AFTER.match(text, mention.end) is not None


_WHEN = re.compile(
    rf"\b{one_of('time_reference')}\s+(?:(?:the|each|every|first|last|any|start of)\s+)*\Z", re.IGNORECASE
)


# "A 2% without epinephrine (8-10 mL)"; "with or without B 5 mg" is of B
_LEFT_OUT = re.compile(r"(?<!or )(?<!and )(?<!/)without (?:any )?\Z", re.IGNORECASE)


def _only_says_when(text: str, mention: Mention, doses: list[Amount]) -> bool:
    """`5 mg before the paclitaxel infusion` is not of paclitaxel; `after paclitaxel 80 mg/m2` is."""
    if _LEFT_OUT.search(text, max(0, mention.start - 20), mention.start):
        return True
    following = next((dose for dose in doses if dose.start >= mention.end), None)
    if following is not None and follows_tightly(text, mention, following):
        return False
    if text.endswith("without ", 0, mention.start):
        return True  # "with and without cisplatin, 50 mg": of another
    earlier = any(dose.end <= mention.start for dose in doses)
    return earlier and _WHEN.search(text, max(0, mention.start - 40), mention.start) is not None


def _inherited(
    amount: Amount, segment: tuple[int, int], previous: Mention | None, topic: Mention | None, default: Agent | None
) -> Bound:
    """An amount whose phrase names no agent: that of the amount before it, of the phrase before, or the field's."""
    mention = previous or topic
    if previous is None and default is not None and default.kind == "cells" and amount.kind != "mass":
        mention = None
    if mention is not None and (default is None or mention is previous or mention.agent is not default):
        return Bound(amount, mention.agent, mention.text, amount.start, amount.end, segment, sure=mention is previous)
    return Bound(amount, default, None, amount.start, amount.end, segment, sure=False)


_BRACKET = re.compile(r"\s*\(\s*(?:=|i\.e\.,?|containing|equivalent to)?\s*\Z")
_OF_A = re.compile(r"\s*(?:of\s+)?(?:an?\s+|the\s+)?\(?\Z")


def _share_solution(text: str, bounds: list[Bound]) -> None:
    """`4 ml of 0.2% lidocaine`, `1 ml (50 ug) fentanyl`: the volume is of what the percentage or the mass is of."""
    for volume, strength in pairwise(bounds):
        if volume.amount.kind != "volume" or strength.amount.kind not in ("percent", "mass") or strength.agent is None:
            continue
        between = _OF_A if strength.amount.kind == "percent" else _BRACKET
        if between.match(text[volume.amount.end : strength.amount.start]):
            volume.agent, volume.named, volume.sure = strength.agent, strength.named, strength.sure


def _opens_bracket(gap: str) -> bool:
    """`325 mg (65 mg elemental iron)`: what stands in brackets is said of the amount, not of its agent."""
    return "(" in gap and ")" not in gap


def _look_ahead(text: str, bounds: list[Bound], topic: Mention | None, default: Agent | None) -> None:
    """`5 mg, then 3 mg of A`: what has no agent before it takes that of the next amount."""
    for k in range(len(bounds) - 2, -1, -1):
        bound, following = bounds[k], bounds[k + 1]
        if bound.sure or following.named is None or following.amount.start - bound.end > 70:
            continue
        if default is not None and following.amount.kind not in (bound.amount.kind, "percent"):
            continue
        if default is not None and _opens_bracket(text[bound.end : following.amount.start]):
            continue
        if (topic is None and default is None) or following.start >= following.amount.start:
            bound.agent, bound.named, bound.sure = following.agent, following.named, True

"""The arms that a phrase or the heading above it is about."""

from __future__ import annotations

import re

from extract.doses.agents import find_agents
from extract.doses.amount import Amount
from extract.doses.arm_names import named_arms
from extract.study import Study


def phrases_about(study: Study, text: str, segment: tuple[int, int], amounts: list[Amount]) -> list[str]:
    """For each amount of a phrase the part that says who receives it, or the whole where it cannot be told.

    "Arm A receives 5 mg and arm B 10 mg" names the arm before each amount, "5 mg in arm A or 10 mg in arm B" behind.
    What stands before the first arm is for all that are named: "X 1 mg, then 5 mg of A in arm A, 10 mg in arm B".
    """
    start, end = segment
    phrase = text[start:end]
    if len(amounts) < 2 or len(study.arms) < 2 or len(named_arms(study, phrase)) < 2:
        return [phrase] * len(amounts)
    places = [start, *(place for one in amounts for place in (one.start, one.end)), end]
    between = [text[a:b] for a, b in zip(places[::2], places[1::2], strict=True)]  # before the first, …, after the last
    named = [bool(named_arms(study, part)) for part in between]
    if named[0]:
        return _named_before(study, phrase, between)
    if all(named[1:]):
        return between[1:]
    first = named.index(True, 1) if any(named[1:]) else 0
    if first and _NAMED_BEHIND.match(between[first]):
        return [part if told else phrase for part, told in zip(between[1:], named[1:], strict=True)]
    if first and not named[-1] and sum(named) > 1:
        return [phrase] * first + _named_before(study, phrase, between[first:])
    return [phrase] * len(amounts)


# "5 mg (low dose) or 10 mg (high dose)", "5 mg in arm A or 10 mg in arm B"
_NAMED_BEHIND = re.compile(r"\s*(?:\(|in\s|for\s)", re.IGNORECASE)


def _named_before(study: Study, phrase: str, between: list[str]) -> list[str]:
    """What names the arms before each amount; an amount before which none is named is that of the arms before it."""
    naming: list[str] = []
    for part in between[:-1]:
        if naming and not named_arms(study, part):
            part = phrase if _of_another_drug(study, part, naming[-1]) else naming[-1]
        naming.append(part)
    return naming


def _of_another_drug(study: Study, part: str, naming: str) -> bool:
    """Whether arms are called as their drugs and a part names another: "A 5 mg or B 10 mg, followed by C 1 mg"."""
    labels = [study.arms[number - 1].label.text.norm.strip() for number in named_arms(study, naming)]
    drugs = all([mention.text for mention in find_agents(label, None)] == [label] for label in labels)
    return drugs and bool(find_agents(part, None))


_HEADING = re.compile(r"(?:(?<=\n)|\A|(?<=[.;])\s+)[\s*-]*(?P<words>[^:\n.;]{2,70}):")
# "Patients are randomised to A: …" is no heading of what its next sentences say.
_TELLS = re.compile(r"\b(?:is|are|be|will|receives?|were|was|randomi[sz]ed)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.;]\s")
_FOR_ALL = re.compile(r"\s*(?:both|all|common|background)\b", re.IGNORECASE)


def arms_of_heading(study: Study, text: str, position: int) -> list[int]:
    """The arms that the last heading of a line or paragraph names ("Standard arm: …"), for what stands under it.

    What comes after the name of another arm is no more under it, nor after more sentences than the arm before has:
    "Group A: 5 mg. Group B: 10 mg. Induction is with …".
    """
    for start in {text.rfind("\n", 0, position) + 1, text.rfind("\n\n", 0, position) + 1}:
        headings = list(_HEADING.finditer(text, start, position)) if text.find(":", start, position) >= 0 else []
        for index in range(len(headings) - 1, -1, -1):
            heading, sentences = headings[index], _sentences(text, headings[index].end(), position)
            if sentences and _TELLS.search(heading["words"]):
                continue
            if _FOR_ALL.match(heading["words"]):
                return []
            if not (arms := _headed(study, heading)):
                continue
            before = headings[index - 1] if index else None
            if sentences and before is not None and _headed(study, before):
                usual = _sentences(text, before.end(), heading.start() + 1)
                if sentences >= usual:
                    return []
            others = named_arms(study, text[heading.end() : position])
            return arms if set(others) <= set(arms) else []
    return []


def _headed(study: Study, heading: re.Match[str]) -> list[int]:
    """The arms that a heading names, or whose label it is, however short."""
    words = heading["words"].strip().lower()
    own = [arm.arm_no for arm in study.arms if arm.label.text.norm.strip().lower() == words]
    return own if own and len(study.arms) > 1 else named_arms(study, heading["words"])


def _sentences(text: str, start: int, end: int) -> int:
    """How many sentences end within a part of a text."""
    return len(_SENTENCE_END.findall(text, start, end))

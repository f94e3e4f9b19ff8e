"""The placebo arm that is given the drug later: "At week 24, patients on placebo switch to A"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.doses.agents import Agent, find_agents
from extract.doses.everyone import is_for_all
from extract.doses.given import given_of
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.told import Told, sentences_with
from extract.lower import lower_text
from extract.study import Arm, Field, Study

_PEOPLE = r"(?:patients?|participants?|subjects?|those|women|men|children|individuals|volunteers|people|infants)"
_ON_PLACEBO = (
    rf"(?:{_PEOPLE}\s(?:who\s(?:(?:were|are|had|have(?: been)?)\s)?)?(?:(?:initially|originally|previously)\s)?"
    r"(?:on|in|from|receiv\w+|taking|took|given|treated with|(?:randomi[sz]ed|assigned|allocated) to(?: receive)?)\s"
    r"(?:the\s)?placebo(?:\s(?:group|arm))?"
    r"|placebo(?:-treated)?[\s-](?:groups?|arms?|patients?|participants?|subjects?|recipients))\b"
)
_CHANGE = (
    r"(?:switch\w*|cross(?:ed|es|ing)?[\s-]?over|roll(?:ed|s)?[\s-]over|transition\w*|convert\w*"
    r"|re-?(?:randomi[sz]|assign|allocat)ed to)\b"
)
_GET = r"(?:receives?|received|get|gets|start|starts|begin|be (?:given|started|treated)|(?:allocated|assigned) to)\b"
_SWITCH = re.compile(rf"\b{_ON_PLACEBO}(?P<between>[^.;]{{0,100}}?)\b(?:(?P<change>{_CHANGE})|{_GET})", re.IGNORECASE)
_LATER = re.compile(
    r"\b(?:open[\s-]label|extension|thereafter|subsequent\w*|second (?:phase|period|part)"
    r"|(?:at|after|from) (?:the )?(?:\w+ )?(?:week|month|day|year)|(?:weeks?|months?|days?) \d)",
    re.IGNORECASE,
)
# What is only allowed, at progression or on request, is no part of the plan.
_NOT_SO = re.compile(
    r"\b(?:not|never|if|or|than|compar\w*|versus|vs|whereas|matching|identical|may|can|could"
    r"|option\w*|offer\w*|eligible|allowed|permitted)\b",
    re.IGNORECASE,
)
_ON_CONDITION = re.compile(
    r"\b(?:if|when|at|upon|after|in case of|who)\b[^.;]{0,30}\bprogress\w*|\bif\b", re.IGNORECASE
)


def placebo_arms(study: Study) -> list[Arm]:
    """The arms that the record calls a comparison with placebo."""
    return [arm for arm in study.arms if arm.type == "PLACEBO_COMPARATOR"]


def find_switches(study: Study, lexicon: Lexicon) -> list[Told]:
    """What the prose and the texts of interventions say that the placebo arm is given later, each agent once."""
    if len(study.arms) < 2 or not placebo_arms(study):
        return []
    found: dict[str, Told] = {}
    texts = [*study.prose(), *(i.description for i in study.interventions if i.description is not None)]
    for source in texts:
        for switch in _switches_in(source, lexicon):
            found.setdefault(switch.agent.key, switch)
    return list(found.values())


def _switches_in(source: Field, lexicon: Lexicon) -> Iterator[Told]:
    text = source.text.norm
    lowered = lower_text(text)
    for_all = "open" in lowered or "extension" in lowered
    if not for_all and "placebo" not in lowered:
        return
    for start, end in sentences_with(text, ("placebo", "all ") if for_all else ("placebo",)):
        behind = _switched_behind(text[start:end], for_all=for_all)
        if behind is not None and (agent := _given_in(text, start + behind, end, lexicon)) is not None:
            yield Told(agent, source, start, end)


def _switched_behind(sentence: str, *, for_all: bool) -> int | None:
    """Behind which place a sentence names what those on placebo receive later; none if it tells of no such thing."""
    lowered = sentence.lower()
    if "placebo" in lowered:
        match = _SWITCH.search(sentence)
        if match is None or _NOT_SO.search(match["between"]) or _ON_CONDITION.search(sentence):
            return None
        return match.end() if match["change"] or _LATER.search(sentence) else None
    later = for_all and "all " in lowered and _LATER.search(sentence) is not None and is_for_all(sentence)
    return lowered.find("all ") if later else None


def _given_in(text: str, start: int, end: int, lexicon: Lexicon) -> Agent | None:
    """The first registered agent named in the rest of a sentence, if it is given."""
    part = text[start:end]
    mentions = find_agents(part, lexicon.names)
    for mention in given_of(part, mentions):
        if mention.agent.kind not in ("placebo", "fluid", "group") and mention.agent.intervention_no:
            imitated = _NOT_SO.search(part, 0, mention.start) or part[mention.end + 1 :].startswith("match")
            return None if imitated else mention.agent
    return None


def give_after_switch(study: Study, switches: list[Told], statements: list[Statement]) -> None:
    """The placebo arms also receive what they switch to: the amounts of that sentence, else those of the one arm."""
    numbers = {arm.arm_no for arm in placebo_arms(study)}
    for switch in switches:
        doses = [s for s in statements if s.agent.key == switch.agent.key and s.arm_nos]
        if any(not numbers.isdisjoint(dose.arm_nos) for dose in doses):
            continue  # an amount of the placebo arms' own is known
        said = [dose for dose in doses if _says(switch.words, dose)]
        receiving = {number for dose in doses for number in dose.arm_nos}
        for dose in said or (doses if len(receiving) == 1 else []):
            dose.arm_nos = sorted({*dose.arm_nos, *numbers})


def _says(sentence: str, dose: Statement) -> bool:
    low = dose.amount.low
    return low is not None and re.search(rf"(?<![\d.]){low:g}(?=\s?[^\W\d]|\s?%)", sentence) is not None

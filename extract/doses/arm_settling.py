"""The arms of all doses of a study together: what one arm states is taken from the others."""

from __future__ import annotations

import re

from extract.doses.agents import find_agents
from extract.doses.arm_headings import arms_of_heading
from extract.doses.arm_links import NO_DRUG, holds, linked_arms, linked_in_vain, named_in, receives
from extract.doses.arm_names import named_arms
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.study import Study


def settle_arms(study: Study, lexicon: Lexicon, statements: list[Statement]) -> None:
    """An arm whose own text gives another amount of an agent does not receive the amount of a mere link."""
    _believe_arms(statements)
    own: dict[str, set[int]] = {}
    for statement in statements:
        own.setdefault(statement.agent.key, set()).update(statement.own_arm_nos)
    for statement in statements:
        _share(study, lexicon, statement, own)
    for statement in statements:
        contradicted = {
            number
            for number in {*statement.arm_nos, *statement.own_arm_nos} - set(statement.stated_arm_nos)
            if linked_in_vain(study, lexicon, study.arms[number - 1], statement.agent)
        }
        statement.own_arm_nos = [number for number in statement.own_arm_nos if number not in contradicted]
        linked = set(statement.arm_nos) - set(statement.own_arm_nos)
        kept = linked - own[statement.agent.key]
        kept -= {number for number in kept if not receives(study, lexicon, study.arms[number - 1], statement.agent)}
        if statement.own_arm_nos and not statement.registered:
            kept = set()  # the phrase names its arms
        statement.arm_nos = sorted({*statement.own_arm_nos, *kept}) or sorted(linked - contradicted or linked)
        _extend(study, lexicon, statement, own[statement.agent.key])
    _give_levels_to_escalation(study, statements)


def _extend(study: Study, lexicon: Lexicon, statement: Statement, own: set[int]) -> None:
    """`A, then B` without amounts: such an arm also receives what the intervention's text says of B."""
    if statement.stated_arm_nos or not statement.registered:
        return
    key = statement.agent.key
    for arm in study.arms:
        if arm.arm_no in own or arm.arm_no in statement.arm_nos or arm.type in NO_DRUG:
            continue
        if any(holds(lexicon, number, key) for number in arm.intervention_nos):
            continue  # linked, and not found to receive it
        if statement.agent.kind == "drug" and key in named_in(arm, lexicon):
            statement.arm_nos = sorted({*statement.arm_nos, arm.arm_no})


def _believe_arms(statements: list[Statement]) -> None:
    """What prose says of an arm ("10 mg in groups 2 and 3") does not count where the arm's text has another amount."""
    stated: dict[str, set[int]] = {}
    for statement in statements:
        stated.setdefault(statement.agent.key, set()).update(statement.stated_arm_nos)
    for statement in statements:
        if statement.stated_arm_nos or statement.registered:
            elsewhere = stated[statement.agent.key] - set(statement.stated_arm_nos)
            left = [number for number in statement.own_arm_nos if number not in elsewhere]
            statement.own_arm_nos = left or [n for n in statement.own_arm_nos if n in statement.arm_nos]


_EXPANSION = re.compile(r"\bexpan(?:sion|ded)\b", re.IGNORECASE)
_ESCALATION = re.compile(r"\b(?:escalat\w+|finding)\b", re.IGNORECASE)


def _give_levels_to_escalation(study: Study, statements: list[Statement]) -> None:
    """Levels that no arm's own text states are those of "Dose escalation"; "Expansion" gets one of them later."""
    labels = [arm.label.text.norm for arm in study.arms]
    if not any("xpan" in label or "XPAN" in label for label in labels):
        return
    expansion = {k for k, label in enumerate(labels, 1) if _EXPANSION.search(label) and not _ESCALATION.search(label)}
    if not expansion or not any(_ESCALATION.search(label) for label in labels):
        return
    for statement in statements:
        levels = {s.amount.low for s in statements if s.agent.key == statement.agent.key and not s.own_arm_nos}
        if len(levels) > 2 and not statement.own_arm_nos:
            statement.arm_nos = sorted(set(statement.arm_nos) - expansion) or statement.arm_nos


_AS_ELSEWHERE = re.compile(
    r"\b(?:as|like|same)\b[^.;]{0,40}\b(?:arm|group|cohort|above|other|first|schedule|regimen|doses?)\b", re.IGNORECASE
)


def _share(study: Study, lexicon: Lexicon, statement: Statement, own: dict[str, set[int]]) -> None:
    """`Drug B as in arm A`: an arm whose text names an agent, or refers to another arm, without an amount."""
    if statement.source.arm_no is None:
        statement.own_arm_nos = sorted({*statement.own_arm_nos, *_told_as_elsewhere(study, lexicon, statement)})
        return
    for arm in study.arms:
        if arm.arm_no in own[statement.agent.key] or arm.description is None:
            continue
        if not any(
            a.key == statement.agent.key for n in arm.intervention_nos for a in lexicon.by_intervention.get(n, [])
        ):
            continue
        said = _AS_ELSEWHERE.search(arm.description.text.norm)
        above = said is not None and statement.source.arm_no > arm.arm_no and "above" in said[0]
        if said is not None and not above and _refers_to(study, lexicon, said[0], statement.source.arm_no):
            statement.own_arm_nos = sorted({*statement.own_arm_nos, arm.arm_no})


def _refers_to(study: Study, lexicon: Lexicon, said: str, arm_no: int) -> bool:
    """Whether "as in arm B", "as in the bortezomib arm" may be about an arm: it names no other."""
    if named := named_arms(study, said):
        return arm_no in named
    keys = {mention.agent.key for mention in find_agents(said, lexicon.names)}
    return not keys or bool(keys & named_in(study.arms[arm_no - 1], lexicon))


# "Cohort 2: as cohort 1 plus A 50 mg/kg"
_ALL_AS = re.compile(
    r"(?<=:)\s(?:the )?(?:same )?(?:treatment |regimen )?as (?:in |for |per )?"
    r"(?P<other>(?:arm|cohort|group|part) \w+)\b",
    re.IGNORECASE,
)


def _told_as_elsewhere(study: Study, lexicon: Lexicon, statement: Statement) -> set[int]:
    """Under its heading an arm may get agents "as in arm A", for which prose states the amount."""
    text, key = statement.source.text.norm, statement.agent.key
    if statement.registered or not 0 < len(statement.own_arm_nos) < len(study.arms):
        return set()
    linked = set(linked_arms(study, lexicon, statement))
    found: set[int] = set()
    for match in _AS_ELSEWHERE.finditer(text):
        start = max(text.rfind(mark, 0, match.start()) + 1 for mark in ".;\n")
        if any(mention.agent.key == key for mention in find_agents(text[start : match.start()], lexicon.names)):
            found.update(linked.intersection(arms_of_heading(study, text, match.start())))
    if " as " in text:
        for match in _ALL_AS.finditer(text):
            if not set(statement.own_arm_nos).isdisjoint(named_arms(study, match["other"])):
                found.update(linked.intersection(arms_of_heading(study, text, match.start())))
    return found

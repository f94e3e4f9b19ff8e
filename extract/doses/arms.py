"""The arms that a dose is given in: those of its field, those its phrase names, else those linked."""

from __future__ import annotations

import re

from extract.doses.agents import words_of
from extract.doses.arm_headings import arms_of_heading
from extract.doses.arm_links import holds, linked_arms, named_in
from extract.doses.arm_names import named_arms
from extract.doses.everyone import is_for_all, speaks_of_all
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.study import Arm, Study

# Stronger than a link; "three groups" only says into how many the patients are divided.
_BOTH = re.compile(r"\b(?:both|all)\s(?:\w+\s)?(?:groups|arms|cohorts)\b", re.IGNORECASE)
# What an intervention's text says of "all patients" is of those who are given it, unless it tells of a phase for all.
_EXTENSION = re.compile(r"\bopen[\s-]label\b|\bextension\b", re.IGNORECASE)


def arms_of_statement(study: Study, lexicon: Lexicon, statement: Statement, phrase: str) -> None:
    """The arms that a statement is about: the field's arm, those its phrase names, else those linked."""
    source = statement.source
    statement.registered = source.arm_no is not None or source.intervention_no is not None
    if source.arm_no is not None:
        other = said_of_others(study, lexicon, study.arms[source.arm_no - 1], statement.agent.key)
        statement.arm_nos = statement.own_arm_nos = statement.stated_arm_nos = other or [source.arm_no]
        statement.in_sequence = _SEQUENCE.search(study.arms[source.arm_no - 1].label.text.norm) is not None
        return
    if is_for_all(phrase) and (source.intervention_no is None or _EXTENSION.search(phrase)):
        statement.arm_nos = statement.own_arm_nos = [arm.arm_no for arm in study.arms]
        return
    linked = linked_arms(study, lexicon, statement)
    named = named_arms(study, phrase)
    if called_so := [number for number in named if _called_like(study.arms[number - 1], statement)]:
        # The phrase names the agent, not the arm: "Gefitinib 250 mg" is also about the arm "Gefitinib, then X".
        key = statement.agent.key
        named = [a.arm_no for a in study.arms if a.arm_no in called_so or key in named_in(a, lexicon)]
    named = [number for number in named if not _names_placebo_only(study.arms[number - 1], statement, phrase)]
    if not named and statement.source.intervention_no is None and not speaks_of_all(phrase):
        named = arms_of_heading(study, statement.source.text.norm, statement.start)
    if len(named) == len(study.arms) and not statement.registered and _BOTH.search(phrase):
        linked = named  # "in both groups 5000 IU of A": though A is also what one of them is about
    if named and (not linked or set(named) & set(linked)):
        statement.arm_nos = [number for number in named if not linked or number in linked]
        statement.own_arm_nos = list(statement.arm_nos)
    else:
        statement.arm_nos = linked


def said_of_others(study: Study, lexicon: Lexicon, arm: Arm, key: str) -> list[int]:
    """The arms alone linked to an agent among those that share a text ("A 5 mg or placebo")."""
    if arm.description is None or len(study.arms) < 2:
        return []
    text = arm.description.raw
    alike = [other for other in study.arms if other.description is not None and other.description.raw == text]
    linked = [other.arm_no for other in alike if any(holds(lexicon, n, key) for n in other.intervention_nos)]
    return linked if arm.arm_no not in linked else []


# "Sequence AB", "A, then B", "A/B first": an arm that is an order of treatments
_SEQUENCE = re.compile(r"\bsequence\b|\bthen\b|\bfollowed by\b|\bcross-?over\b|\bfirst\W*\Z", re.IGNORECASE)


def _called_like(arm: Arm, statement: Statement) -> bool:
    """Whether an arm's label is nothing but the agent's name."""
    label = words_of(arm.label.text.norm)
    return label in (words_of(statement.agent.key), words_of(statement.agent.name), words_of(statement.named or ""))


_PLACEBO_ARM = re.compile(
    r"\bplacebos?[\s\"'-]*(?:treat\w+\s|control\s)?(?:arms?|groups?|cohorts?|patients|subjects)\b"
)


def _names_placebo_only(arm: Arm, statement: Statement, phrase: str) -> bool:
    """Whether a phrase about a drug names not the arm "Placebo" but the agent: "5 mg of A or placebo"."""
    called = arm.label.text.norm.strip().lower() in ("placebo", "placebos")
    drug = statement.agent.kind not in ("placebo", "fluid")
    return called and drug and "placebo" in phrase.lower() and _PLACEBO_ARM.search(phrase.lower()) is None

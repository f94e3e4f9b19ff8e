"""Whose amounts a field tells where it names nobody: the agent of its intervention, its arm or its study."""

from __future__ import annotations

import re

from extract.doses.agents import Agent, find_agents
from extract.doses.lexicon import Lexicon
from extract.study import Arm, Field, Study

_MIXTURE = re.compile(r"[^\W\d_]{4,}\s?[-/]\s?[^\W\d_]{4,}")
_VOLUME = re.compile(r"\d\s?m[lL]\b")


def _is_mixture(name: Field, source: Field) -> bool:
    """Whether an arm's text tells volumes of one mixture: "10 mL/h" of "Bupivacaine-fentanyl", said of the first."""
    return _MIXTURE.match(name.text.norm) is not None and _VOLUME.search(source.text.norm) is not None


def default_agent(study: Study, lexicon: Lexicon, source: Field) -> Agent | None:
    """Whose text this is: the intervention's agent, the arm's only one, the study's only one."""
    if source.intervention_no is not None:
        agents = lexicon.by_intervention.get(source.intervention_no, [])
        return agents[0] if agents else None
    if source.arm_no is None:
        return _only(_agents_of(lexicon, list(lexicon.by_intervention)))
    arm = study.arms[source.arm_no - 1]
    agents = _agents_of(lexicon, arm.intervention_nos)
    if len(arm.intervention_nos) == 1 and len(agents) > 1:
        return agents[0] if _is_mixture(study.interventions[arm.intervention_nos[0] - 1].name, source) else None
    return _only(agents) or _main_agent(study, lexicon, arm, agents)


def _agents_of(lexicon: Lexicon, numbers: list[int]) -> list[Agent]:
    """The agents of some interventions; of several without placebos and words for groups."""
    agents = [agent for number in numbers for agent in lexicon.by_intervention.get(number, [])]
    if len({agent.key for agent in agents}) > 1:
        agents = [agent for agent in agents if agent.kind not in ("placebo", "group")]
    return agents


def _only(agents: list[Agent]) -> Agent | None:
    return agents[0] if len({agent.key for agent in agents}) == 1 else None


_NOT_MAIN = frozenset(("placebo", "fluid", "radiation"))


def _main_agent(study: Study, lexicon: Lexicon, arm: Arm, agents: list[Agent]) -> Agent | None:
    """Of several agents of an arm the one that its label names, else the one that not every arm is given.

    In the arm "Zanfluril weekly" of a trial with background lamivudine, "10 mg, then 20 mg" is of zanfluril.
    """
    mentions = find_agents(arm.label.text.norm, lexicon.names)
    if any(mention.agent.kind in _NOT_MAIN for mention in mentions):
        return None
    agents = [agent for agent in agents if agent.kind not in _NOT_MAIN]
    named = {mention.agent.key for mention in mentions}
    if (labelled := _only([agent for agent in agents if agent.key in named])) is not None:
        return labelled
    common = {
        agent.key
        for i in study.interventions
        if len(i.arm_nos) == len(study.arms)
        for agent in lexicon.by_intervention.get(i.intervention_no, [])
    }
    return _only([agent for agent in agents if agent.key not in common])

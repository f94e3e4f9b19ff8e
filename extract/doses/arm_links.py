"""The arms that the registered links give an agent to, and where a link is none."""

from __future__ import annotations

import re
from collections.abc import Set

from extract.doses.agents import Agent, find_agents, vocabulary
from extract.doses.given import given_of
from extract.doses.lexicon import Lexicon, components
from extract.doses.merging import Statement
from extract.study import Arm, Field, Study

NO_DRUG = ("PLACEBO_COMPARATOR", "NO_INTERVENTION")  # types of arms


def named_in(arm: Arm, lexicon: Lexicon) -> set[str]:
    """The agents that an arm's own text names as given."""
    found = _given_in(arm.label, lexicon)
    return found if arm.description is None else found | _given_in(arm.description, lexicon)


def _given_in(source: Field, lexicon: Lexicon) -> set[str]:
    text = source.text.norm
    return {m.agent.key for m in given_of(text, find_agents(text, lexicon.names))}


def receives(study: Study, lexicon: Lexicon, arm: Arm, agent: Agent) -> bool:
    """Whether a linked arm receives an agent of an intervention that stands for several ("A or B").

    Of such an intervention an arm receives what its own text names, or all if it names none.
    """
    if len(study.arms) > 1 and linked_in_vain(study, lexicon, arm, agent):
        return False
    composite = [
        agents
        for number in arm.intervention_nos
        if len(agents := lexicon.by_intervention.get(number, [])) > 1 and any(a.key == agent.key for a in agents)
    ]
    if not composite or len(study.arms) < 2:
        return True
    alone = any(
        [a.key for a in lexicon.by_intervention.get(number, [])] == [agent.key] for number in arm.intervention_nos
    )
    named = named_in(arm, lexicon)
    if any(agent.key in lexicon.members.get(group, ()) for group in named):
        return True
    return alone or agent.key in named or not any(a.key in named for agents in composite for a in agents)


def linked_in_vain(study: Study, lexicon: Lexicon, arm: Arm, agent: Agent) -> bool:
    """Whether a registered link is contradicted by the arm itself.

    Some records link every intervention to every arm, or a placebo arm to the drug that the placebo stands for.
    """
    if agent.kind in ("placebo", "fluid") and not _linked_to_all(study):
        return False
    linked = {a.key: a for number in arm.intervention_nos for a in lexicon.by_intervention.get(number, ())}
    if agent.key not in linked:
        return False
    if _linked_to_all(study):
        label = _given_in(arm.label, lexicon)
        if not label & linked.keys() or agent.key in named_in(arm, lexicon):
            return False
        return any(agent.key in _given_in(other.label, lexicon) for other in study.arms)
    if _linked_for_another(study, lexicon, arm, agent, linked.keys()):
        return True
    if arm.type != "PLACEBO_COMPARATOR" or any(a.kind in ("placebo", "fluid") for a in linked.values()):
        return False
    named = named_in(arm, lexicon)
    inert = "placebo" in arm.label.text.norm.lower() or "placebo" in named or _is_called_inert(arm, lexicon)
    return inert and agent.key not in named and (len(linked) == 1 or bool(named & linked.keys()))


def _linked_for_another(study: Study, lexicon: Lexicon, arm: Arm, agent: Agent, linked: Set[str]) -> bool:
    """Whether a comparator whose text names only other drugs is linked to the one intervention of another arm."""
    if arm.type == "EXPERIMENTAL" or len(arm.intervention_nos) != 1:
        return False
    named = named_in(arm, lexicon)
    if not named or named & linked or any(lexicon.members.get(key) for key in named):
        return False
    if not any(_is_drug(key, lexicon) for key in named):
        return False
    others = (other for other in study.arms if other is not arm and other.intervention_nos == arm.intervention_nos)
    return any(agent.key in named_in(other, lexicon) for other in others)


def _is_drug(key: str, lexicon: Lexicon) -> bool:
    agent = lexicon.names.agents.get(key) or vocabulary()[1].get(key)
    return agent is not None and agent.kind in ("drug", "placebo")


def _is_called_inert(arm: Arm, lexicon: Lexicon) -> bool:
    """Whether an arm's label names nothing but a vehicle or a fluid."""
    kinds = {mention.agent.kind for mention in find_agents(arm.label.text.norm, lexicon.names)}
    return bool(kinds) and kinds <= {"placebo", "fluid"}


def _linked_to_all(study: Study) -> bool:
    """Whether several interventions are all linked to all arms."""
    return len(study.interventions) > 1 and all(len(i.arm_nos) == len(study.arms) for i in study.interventions)


def linked_arms(study: Study, lexicon: Lexicon, statement: Statement) -> list[int]:
    """The arms that the registered links give a dose's agent to."""
    number = statement.source.intervention_no
    key = statement.agent.key
    receiving = sorted(
        {arm for i in study.interventions if holds(lexicon, i.intervention_no, key) for arm in i.arm_nos}
    )
    if number is not None:
        here = list(study.interventions[number - 1].arm_nos)
        if receiving and not holds(lexicon, number, key):
            both = [arm for arm in here if arm in receiving]
            return both or (receiving if _of_others(lexicon, number, statement) else here)
        return _by_position(study, lexicon, number) or here
    if receiving or len(study.arms) < 2:
        return receiving or [arm.arm_no for arm in study.arms]
    naming = [arm.arm_no for arm in study.arms if key in named_in(arm, lexicon)]
    return naming or [arm.arm_no for arm in study.arms if not _healthy(arm)] or [arm.arm_no for arm in study.arms]


_HEALTHY = re.compile(r"\bhealthy\s+(?:\w+\s+)?(?:controls?|volunteers?|subjects?|people|individuals)\b", re.IGNORECASE)


def _healthy(arm: Arm) -> bool:
    """Whether an arm is of healthy people beside patients: what prose says of the treatment is not about them."""
    texts = [arm.label.text.norm, arm.description.text.norm[:300] if arm.description is not None else ""]
    return any(_HEALTHY.search(text) for text in texts)


_ALLOCATION = re.compile(r"\brandom(?:ly|i[sz])", re.IGNORECASE)
_LATER_FOR_ALL = re.compile(r"\bopen|\bOL\b|\bextension|\bcross", re.IGNORECASE)


def _of_others(lexicon: Lexicon, number: int, statement: Statement) -> bool:
    """Whether an intervention's text names an agent that other arms receive ("placebo instead of 5 mg of A").

    So a placebo's text does, unless it tells of a later phase for all, and a text that tells of the allocation.
    """
    text = statement.source.text.norm
    agents = lexicon.by_intervention.get(number, [])
    if agents and all(agent.kind in ("placebo", "fluid") for agent in agents) and statement.agent.kind != "placebo":
        return not _LATER_FOR_ALL.search(text)
    return _ALLOCATION.search(text) is not None


def holds(lexicon: Lexicon, number: int, key: str) -> bool:
    """Whether an intervention is an agent, or a product that the agent is a part of."""
    return any(agent.key == key or key in components(agent.key) for agent in lexicon.by_intervention.get(number, ()))


def _by_position(study: Study, lexicon: Lexicon, number: int) -> list[int]:
    """Several interventions of one name, all linked to the same arms: the first belongs to the first arm."""
    this = study.interventions[number - 1]
    twins = [i for i in study.interventions if i.name.raw == this.name.raw and i.arm_nos == this.arm_nos]
    if len(twins) < 2 or len(twins) != len(this.arm_nos):
        return []
    return [this.arm_nos[[i.intervention_no for i in twins].index(number)]]

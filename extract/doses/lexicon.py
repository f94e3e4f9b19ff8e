"""A study's own names: what its interventions are called and which agents they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from extract.doses.abbreviations import explained, of_combinations, openings, other_meanings, texts_of
from extract.doses.agents import (
    Agent,
    Mention,
    Names,
    Trie,
    add_name,
    find_agents,
    has_stem,
    known_keys,
    vocabulary,
    words_of,
)
from extract.doses.given import given, only_dilutes
from extract.doses.product_names import clean_name, listed_names, parts_of_name, says_nothing
from extract.doses.vocabulary import one_of, read_toml, words
from extract.study import Intervention, Study

_AGENT_TYPES = {
    "DRUG",
    "BIOLOGICAL",
    "DIETARY_SUPPLEMENT",
    "GENETIC",
    "RADIATION",
    "COMBINATION_PRODUCT",
    "OTHER",
    None,
}
_DRUG_TYPES = ("DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT")
_OF_AN_ARM = re.compile(r"\b(?:groups?|arms?|section|cohort|participants|patients)\b|chinese medicine\Z", re.IGNORECASE)
_PLACEBO = re.compile(rf"\b{one_of('placebo_word')}\b", re.IGNORECASE)
_NOT_AN_AGENT = re.compile(rf"\b{one_of('not_agent_word')}\b", re.IGNORECASE)


@dataclass(slots=True)
class Lexicon:
    """What a study's agents are called. `by_intervention` holds the agents of each intervention, 1-based.

    `members` holds the keys of the drugs that a word for a group ("chemotherapy") stands for in this study.
    """

    names: Names
    by_intervention: dict[int, list[Agent]]
    has_cells: bool
    members: dict[str, set[str]] = field(default_factory=dict)


GRAFT = "hematopoietic stem cells"
_GRAFTS = frozenset((GRAFT, "umbilical cord blood", "cd34+ cells", "platelets", "red blood cells"))
_FROM_WHOM = r"(?:\b(?:autologous|allogen\w+|haplo-?identical|syngeneic|umbilical|cord|peripheral)\s+)*"
_TRANSPLANTED = re.compile(
    rf"{_FROM_WHOM}\b(?:blood|bone marrow|stem[- ]cell|hematopoietic(?: cell)?)(?=\s+(?:\w+\s+)?transplant)"
    rf"|{_FROM_WHOM}\bstem[- ]cell(?=s?\s+(?:rescue|support|(?:re-?)?infusion)\b)"
    rf"|{_FROM_WHOM}\b[A-Za-z]*(?:HSCT|SCT|BMT)\b",
    re.IGNORECASE,
)
BODY_SUBSTANCES = frozenset(words("body_substance"))
_CELLS = re.compile(r"\b[Cc](?:ells?|ELLS?)\b|\bCAR\b|CAR-?T|CART\d|CD34|CD133|[Ll]ymphocyte")
# "Phenotyping of T cells by flow cytometry" looks at cells that nobody gives.
_EXAMINED = re.compile(
    r"\b(?:cytometry|(?:immuno)?phenotyping|genotyping|sequencing|polymerase chain)\b", re.IGNORECASE
)
# "Nitric oxide analyzer", "Glucose monitoring": what a device or a test is for
_MEASURED = re.compile(
    r"\s(?:\w+\s)?(?:analy[sz]ers?|analysis|monitor(?:s|ing)?|meters?|sensors?|measurements?|assays?|detectors?)\b",
    re.IGNORECASE,
)
_MAX_OTHER_NAMES = 12
_MAX_ABBREVIATION = 5


def study_lexicon(study: Study) -> Lexicon:
    """The names of the study's interventions and what they resolve to."""
    builder = _Builder({}, {}, {})
    by_intervention = {item.intervention_no: builder.agents_of(item) for item in study.interventions}
    has_cells = any(agent.kind == "cells" for agents in by_intervention.values() for agent in agents) or any(
        _CELLS.search(item.name.raw) for item in study.interventions
    )
    _enter_kinds(builder.known)
    whole, text = texts_of(study)
    short = explained(text, Names(builder.trie, builder.known))
    short |= openings(whole, [agent for agents in by_intervention.values() for agent in agents])
    short |= of_combinations(whole, [agents for agents in by_intervention.values() if len(agents) > 1])
    for name, agent in short.items():
        add_name(builder.trie, name, agent, capitals=not name.islower())
    names = Names(builder.trie, builder.known, short=frozenset(short), other=other_meanings(text))
    return Lexicon(names, by_intervention, has_cells, builder.members)


@lru_cache(maxsize=20_000)
def components(key: str) -> tuple[str, ...]:
    """The drugs that a product is named after: of "artemether-lumefantrine" both, of "nab-paclitaxel" none."""
    parts = re.split(r"[/-]|\band\b", key) if "/" in key or "-" in key or " and " in key else []
    names = [" ".join(part.split()) for part in parts]
    known = vocabulary()[1]
    if not 2 <= len(names) <= _MAX_COMPONENTS or not all(_COMPONENT.fullmatch(name) for name in names):
        return ()
    found = [known[name].key if name in known else name for name in names]
    return tuple(found) if any(name in known for name in names) else ()


_MAX_COMPONENTS = 4
_COMPONENT = re.compile(r"[a-z]{5,}(?: acid)?")


@cache
def members_of_kinds() -> dict[str, list[str]]:
    """By general name, the agents that it stands for: "vitamin D" for cholecalciferol."""
    return {entry["general"]: entry["members"] for entry in read_toml("agent_kinds.toml")["kind"]}


def _enter_kinds(known: dict[str, Agent]) -> None:
    """Where only "Vitamin D" is registered, "cholecalciferol" is what it is; where only that is, so is "vitamin D"."""
    for general, members in members_of_kinds().items():
        if general in known:
            for member in members:
                known.setdefault(member, known[general])
        elif len(registered := [known[member] for member in members if member in known]) == 1:
            known[general] = registered[0]


@dataclass(slots=True)
class _Builder:
    trie: Trie
    known: dict[str, Agent]
    members: dict[str, set[str]]

    def agents_of(self, intervention: Intervention) -> list[Agent]:
        raw = intervention.name.text.norm
        if intervention.type not in _AGENT_TYPES:
            found = [m for m in find_agents(raw) if m.agent.kind != "group" and not _MEASURED.match(raw, m.end)]
            mentions = [m for m in found if given(raw, m)][:3]
            if not mentions and (graft := _TRANSPLANTED.search(raw)) is not None:
                return [Agent(GRAFT, graft[0], "cells")]
            return [Agent(m.agent.key, m.text, m.agent.kind) for m in mentions]
        outside, inside, parts = parts_of_name(raw)
        if intervention.type == "OTHER":
            parts = tuple(part for part in parts if any(given(part, mention) for mention in find_agents(part)))
        if _EXAMINED.search(raw):
            parts = tuple(part for part in parts if any(m.agent.kind == "drug" for m in find_agents(part)))
        parts = tuple(part for part in parts if not _NOT_AN_AGENT.search(part) or find_agents(part, stems=False))
        agents = self._resolve(list(parts), intervention)
        others = [
            name for other in intervention.other_names[:_MAX_OTHER_NAMES] for name in listed_names(other.text.norm)
        ]
        if len(agents) == 1:
            others = _without_partners(agents[0], others)
            self._enter_aliases(agents[0], [*inside, *others, outside])
            self._separate_agents(agents, others, intervention)
        else:
            self._enter_components(agents, [*inside, *others], intervention)
            agents = agents or self._called_otherwise(others, intervention)
        return self._described(agents, intervention, raw)

    def _resolve(self, parts: list[str], intervention: Intervention) -> list[Agent]:
        agents: list[Agent] = []
        for part in parts:
            agent = self._agent(part, intervention)
            add_name(self.trie, part, agent)
            if agent not in agents:
                agents.append(agent)
        return agents

    def _agent(self, name: str, intervention: Intervention) -> Agent:
        direct = vocabulary()[1].get(" ".join(words_of(name)))
        if direct is None:
            found = find_agents(name)
            mentions = [m for m in found if m.agent.kind != "group"]
            if len(mentions) == 1 and (mentions[0].agent.kind != "cells" or len(words_of(name)) <= 4):
                direct = mentions[0].agent
            elif found and not mentions and len(words_of(name)) <= 5:
                direct = found[0].agent  # "induction chemotherapy"
        if _PLACEBO.search(name):
            key, kind = "placebo", "placebo"
        elif direct is not None:
            key, kind = direct.key, direct.kind
            apart = kind == "vaccine" or (kind == "cells" and key not in _GRAFTS)
            if apart and key in self.known and _is_another(self.known[key], intervention, name):
                key = name.lower()  # two vaccines against one disease, or fresh and frozen cells, each in its own arm
        elif intervention.type == "RADIATION":
            key, kind = "radiation", "radiation"
        else:
            key, kind = name.lower(), "cells" if _CELLS.search(name) or _is_cell_product(name, intervention) else "drug"
        if key not in self.known:
            self.known[key] = Agent(key, name, kind, intervention.intervention_no)
        return self.known[key]

    def _enter_aliases(self, agent: Agent, names: list[str]) -> None:
        """Other names lead to the agent; one that the vocabulary knows gives it its canonical key."""
        vocabulary_names = vocabulary()[1]
        for raw in names:
            name = clean_name(raw)
            if len(name) < 2 or says_nothing(name) or _OF_AN_ARM.search(raw):
                continue
            common = vocabulary_names.get(" ".join(words_of(name)))
            if common is not None and common.key != agent.key:
                if _is_known(agent) or agent.kind != "drug" or common.kind == "group":
                    continue
                agent.key, agent.kind = common.key, common.kind
                self.known.setdefault(agent.key, agent)
            if not (name.islower() and len(name) <= 3):
                add_name(self.trie, name, agent, capitals=len(name) <= 4 and name.isalpha())

    def _separate_agents(self, agents: list[Agent], others: list[str], intervention: Intervention) -> None:
        """Several known drugs among the other names of one known drug are given with it."""
        if not _is_known(agents[0]) or len(others) > 4:
            return
        for other in others:
            common = vocabulary()[1].get(" ".join(words_of(clean_name(other))))
            if other.isupper() and len(other) <= _MAX_ABBREVIATION:
                continue  # "PTX" among the names of pentoxifylline is that, not paclitaxel
            if common is not None and common.key != agents[0].key and common.kind == agents[0].kind == "drug":
                agents.append(
                    self.known.setdefault(
                        common.key, Agent(common.key, other, common.kind, intervention.intervention_no)
                    )
                )

    def _enter_components(self, agents: list[Agent], texts: list[str], intervention: Intervention) -> None:
        for text in texts:
            for mention in find_agents(text):
                found = mention.agent
                agent = self.known.setdefault(
                    found.key, Agent(found.key, found.name, found.kind, intervention.intervention_no)
                )
                add_name(self.trie, mention.text, agent)
                if not agents and found.kind != "group":
                    agents.append(agent)

    def _called_otherwise(self, others: list[str], intervention: Intervention) -> list[Agent]:
        """A name that says nothing ("Treatment A") stands for the first of its other names that is one: "ZX-9"."""
        if intervention.type not in _DRUG_TYPES:
            return []
        names = [name for other in others if not says_nothing(name := clean_name(other)) and len(name.split()) < 4]
        return self._resolve(names[:1], intervention)

    def _described(self, agents: list[Agent], intervention: Intervention, raw: str) -> list[Agent]:
        """A name that says nothing ("Group 1", a brand) stands for the known agents of its description."""
        if intervention.description is None:
            return agents
        groups = [a for a in agents if a.kind == "group"]
        if groups or not agents:
            return self._with_members(agents, groups, intervention)
        if any(_is_known(a) or a.kind != "drug" for a in agents):
            return agents
        text = intervention.description.text.norm[:400]
        lowered = text.lower()
        if any(len(a.key) > 2 and a.key in lowered for a in agents):
            return agents
        first = re.split(r"(?<=[a-z)])\.\s", text)[0]
        if intervention.type == "GENETIC" or _VECTOR.search(first):
            return agents  # a drug named there is given along with it
        mentions = [
            m for m in find_agents(first, stems=False) if m.agent.kind != "group" and not only_dilutes(first, m)
        ]
        if not mentions or not re.search(r"\d\s?(?:mg|mcg|ug|g|ml|iu|units?|%|gy)\b", first, re.IGNORECASE):
            return agents
        described = []
        one = len(agents) == len({mention.agent.key for mention in mentions[:4]}) == 1
        for mention in mentions[:4]:
            found = mention.agent
            name = agents[0].name if one else mention.text  # the brand is what is given
            agent = self.known.setdefault(found.key, Agent(found.key, name, found.kind, intervention.intervention_no))
            if agent not in described:
                described.append(agent)
        for position, agent in enumerate(agents):
            found = described[min(position, len(described) - 1)]
            agent.key, agent.kind = found.key, found.kind  # the brand is another name of it
        return described

    def _with_members(self, agents: list[Agent], groups: list[Agent], intervention: Intervention) -> list[Agent]:
        """The drugs that "chemotherapy" and the like stand for, where the description lists them, in its place."""
        if intervention.type not in _DRUG_TYPES or intervention.description is None:
            return agents
        text = intervention.description.text.norm[:_MAX_LIST]
        mentions = find_agents(text, stems=False)
        if len(groups) == len(agents):
            members = self._entered([m for m in mentions if _may_be_member(m) and given(text, m)], intervention)[:8]
        else:
            members = self._entered(listed_members(text, mentions), intervention)
        if not members:
            return agents
        for group in groups:
            self.members.setdefault(group.key, set()).update(member.key for member in members)
        others = [a for a in agents if a.kind != "group"]
        return [*others, *(m for m in members if m not in others)]

    def _entered(self, mentions: list[Mention], intervention: Intervention) -> list[Agent]:
        entered: list[Agent] = []
        for mention in mentions:
            found = mention.agent
            agent = self.known.setdefault(
                found.key, Agent(found.key, mention.text, found.kind, intervention.intervention_no)
            )
            if agent not in entered:
                entered.append(agent)
        return entered


_VECTOR = re.compile(
    r"\b(?:AAV\w*|vectors?|lentivir\w+|adeno\w*vir\w+|oncolytic|plasmids?|gene (?:therapy|transfer))\b", re.I
)
_CELL_PRODUCT_NAME = re.compile(r"(?:leucel|temcel|strocel|[a-z]-cel)(?:-[a-z])?\b", re.IGNORECASE)
# What the cells are or were made to be: an antibody "that binds to T cells" is none of them.
_CELL_PRODUCT = re.compile(
    r"\b(?:autologous|allogen\w+|donor(?:-derived)?|engineered|gene-modified|transduced|expanded|irradiated|pulsed"
    r"|off-the-shelf)\b[^.;]{0,80}\b(?:cells?|cell lines?|lymphocytes|CAR-?Ts?|TILs?|[a-z]*MSCs?"
    r"|[a-z]*HSPCs?|HSCs?|NKs?|Tregs?|CTLs?|VSTs?|DCs"
    r"|[a-z]{4,}cytes|fibroblasts)\b|\b(?:CAR|TCR)[- ]?(?:T|NK)\b",
    re.IGNORECASE,
)
_CELL_TYPES = ("BIOLOGICAL", "GENETIC", "COMBINATION_PRODUCT")


def _is_cell_product(name: str, intervention: Intervention) -> bool:
    """Whether a name that says nothing is that of cells: by its ending, or by how the intervention begins."""
    if _CELL_PRODUCT_NAME.search(name):
        return True
    if intervention.type not in _CELL_TYPES or "mab" in name.lower():
        return False
    if any(_CELL_PRODUCT.search(other.text.norm) for other in intervention.other_names[:_MAX_OTHER_NAMES]):
        return True
    described = intervention.description
    return described is not None and _CELL_PRODUCT.search(described.text.norm[:_CELLS_NAMED]) is not None


_CELLS_NAMED = 160


def _is_another(agent: Agent, intervention: Intervention, name: str) -> bool:
    """Whether an agent is registered by another intervention under another name."""
    said, other = set(words_of(name)), set(words_of(agent.name))
    return agent.intervention_no != intervention.intervention_no and not (said <= other or other <= said)


def _without_partners(agent: Agent, others: list[str]) -> list[str]:
    """The other names of an unknown agent without those of two known drugs, which cannot both be it: its partners."""
    names = vocabulary()[1]
    drugs = {other: names.get(" ".join(words_of(clean_name(other)))) for other in others}
    keys = {drug.key for drug in drugs.values() if drug is not None and drug.kind == "drug"}
    if len(keys) < 2 or _is_known(agent):
        return others
    return [other for other, drug in drugs.items() if drug is None or drug.key not in keys]


def _may_be_member(mention: Mention) -> bool:
    return mention.agent.kind not in ("group", "placebo", "fluid") and mention.agent.key not in BODY_SUBSTANCES


_MAX_LIST = 1500
_LIST_BEGINS = re.compile(
    r"\s*(?:[(:,]\s*|(?:with|consisting of|including|of|is|was|will be|such as|either)\b\s*){1,3}", re.IGNORECASE
)
_LIST_GOES_ON = re.compile(r"[\s,/+()&-]*(?:(?:and|or|plus|with|either|both|\+/-)\b[\s,/+(]*){0,2}", re.IGNORECASE)


def listed_members(text: str, mentions: list[Mention]) -> list[Mention]:
    """The drugs listed right after a word for a group: "chemotherapy (cisplatin or carboplatin)"."""
    members: list[Mention] = []
    end, pattern = None, _LIST_BEGINS
    for mention in mentions:
        if end is not None and mention.agent.kind == "drug" and pattern.fullmatch(text, end, mention.start):
            members.append(mention)
            end, pattern = mention.end, _LIST_GOES_ON
        elif mention.agent.kind == "group":
            end, pattern = mention.end, _LIST_BEGINS
        else:
            end = None
    return members


def _is_known(agent: Agent) -> bool:
    return agent.key in known_keys() or agent.kind not in ("drug",) or has_stem(agent.key)

"""Every agent that an arm is given: from the arm's own text, the registered links and the doses."""

from __future__ import annotations

import re

from extract.doses.agents import Agent, Mention, find_agents, vocabulary, words_of
from extract.doses.arm_links import receives
from extract.doses.arms import said_of_others
from extract.doses.background import find_background
from extract.doses.given import given_of, only_dilutes
from extract.doses.lexicon import BODY_SUBSTANCES, Lexicon, components, listed_members, members_of_kinds
from extract.doses.own_cells import is_class_of_cells, one_product
from extract.doses.switching import placebo_arms
from extract.doses.told import Told
from extract.doses.vocabulary import one_of, words
from extract.facts import ArmAgent, Dose, evidence
from extract.study import Arm, Field, Study

_GIVING = re.compile(rf"\b{one_of('giving_before')}\s+\Z", re.IGNORECASE)
_GIVEN_FORM = re.compile(rf"\s+{one_of('given_form')}\b", re.IGNORECASE)
# "They are randomised to A or placebo" in the text of the arm that receives A.
_ALTERNATIVE = re.compile(
    r".*\bor (?:matching |a |an |the )?(?:placebos?|\w+ placebo)\b|.*\bplacebos? or\b", re.IGNORECASE | re.DOTALL
)
# "to keep the blinding with the A arm", "after the A escalation"
_NAMES_AN_ARM = re.compile(
    r"\s(?:(?:and|or|plus|combination|monotherapy|dose|treatment|placebo)\s){0,3}(?:arms?|groups?|cohorts?|escalation)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w{2}")
_OF_LABELS = re.compile(r"\b(?:arm|group|treatment|therapy|users?|only|alone)\b", re.IGNORECASE)
_WHENCE = re.compile(r"\b(?:blood|marrow|cord|adipose|umbilical|PB[SP]Cs?|BM)\b", re.IGNORECASE)
_LIKE = {"vaccine": "drug"}  # "BCG" of "BCG vaccine"
_CYTOTOXIC = frozenset(words("cytotoxic"))
_INERT_FLUIDS = frozenset(words("inert_fluid"))


def find_arm_agents(study: Study, lexicon: Lexicon, doses: list[Dose], switches: list[Told]) -> list[ArmAgent]:
    """Every agent of every arm, in the order of the arms; a product with two names is named once."""
    background = find_background(study, lexicon)
    switching = {arm.arm_no for arm in placebo_arms(study)} if switches else set()
    listings = [_Listing(study, lexicon, arm) for arm in study.arms]
    for listing in listings:
        for source in (listing.arm.label, listing.arm.description):
            if source is not None:
                listing.read(source)
        listing.add_linked()
    # Where the arms name agents, an amount that prose gives to all is of something beside the treatment: of a known
    # drug it is given with it, of anything else it may be a diluent or a tracer.
    from_prose = len(listings) == 1 or not any(listing.rows for listing in listings)
    for listing in listings:
        listing.add_doses(doses, from_prose=from_prose)
        if listing.arm.arm_no in switching:
            listing.add_told(switches)
        listing.add_told(background)
    return [row for listing in listings for row in listing.rows if not listing.is_word_for_others(row)]


class _Listing:
    """The agents of one arm, collected."""

    def __init__(self, study: Study, lexicon: Lexicon, arm: Arm) -> None:
        self.study, self.lexicon, self.arm = study, lexicon, arm
        self.rows: list[ArmAgent] = []
        self.seen: set[str] = set()
        self.linked = {a.key: a for n in arm.intervention_nos for a in lexicon.by_intervention.get(n, ())}
        # what a linked product is made of is given with it: no further agent
        self.parts = {part for key in self.linked for part in components(key)} - self.linked.keys()

    def read(self, source: Field) -> None:
        """The agents that the arm's label or description names."""
        text = source.text.norm
        mentions = find_agents(text, self.lexicon.names)
        received = given_of(text, mentions)
        for index, mention in enumerate(mentions):
            agent = self._own_product(mention.agent)
            if _is_inert(agent):
                agent = self._registered_inert(agent)
            if (
                agent.key in self.seen
                or agent.key in self.parts
                or mention not in received
                or only_dilutes(text, mention)
            ):
                continue
            if agent.kind == "group" and self._members_instead(text, mentions[index:]):
                continue
            if is_class_of_cells(agent) and self._word_for_linked(agent):
                continue
            if agent.key not in self.linked:
                if source is self.arm.description and said_of_others(self.study, self.lexicon, self.arm, agent.key):
                    continue
                if not self._newly_given(text, mention, source is self.arm.label):
                    continue
                if index and self._same_product(text, mentions[index - 1], mention):
                    continue
            # "MMR" of a label is a kind; which vaccine of the kind is given its registered name says
            kind = agent.kind == "vaccine" and agent.key in self.linked and mention.text.isupper()
            name = self.linked[agent.key].name if kind else mention.text
            self._add(agent, source, mention.start, mention.end, name)

    def add_linked(self) -> None:
        """The agents of the registered interventions that the arm's own text does not contradict."""
        for number in self.arm.intervention_nos:
            intervention = self.study.interventions[number - 1]
            source = intervention.name
            if not source.text.norm.strip() and intervention.description is not None:
                source = intervention.description  # a blank name shows nothing
            for agent in self.lexicon.by_intervention.get(number, ()):
                if self.lexicon.members.get(agent.key, set()) & self.linked.keys():
                    continue  # the drugs that the word stands for are among the linked
                if agent.key in self.seen:
                    self._say_whence(agent, source)
                elif receives(self.study, self.lexicon, self.arm, agent):
                    self._add(agent, source, 0, len(source.text.norm), agent.name)

    def _say_whence(self, agent: Agent, source: Field) -> None:
        """Of "hematopoietic stem cell" and "peripheral blood stem cell transplantation" the name that says whence."""
        if agent.kind != "cells" or not _WHENCE.search(agent.name):
            return
        for index, row in enumerate(self.rows):
            spelled_out = row.agent.isupper() and "peripheral" in agent.name.lower()
            if row.agent_key == agent.key and (spelled_out or not _WHENCE.search(row.agent)):
                place = evidence(source, 0, len(source.text.norm))
                self.rows[index] = ArmAgent(arm_no=row.arm_no, agent=agent.name, agent_key=agent.key, evidence=place)

    def add_doses(self, doses: list[Dose], *, from_prose: bool) -> None:
        """The agents of which the arm receives a stated amount."""
        arms = len(self.study.arms)
        for dose in doses:
            elsewhere = "armsInterventions" not in dose.evidence.source_field
            for_all = elsewhere and arms > 1 and len(dose.arm_nos) == arms
            if for_all and not (from_prose or _is_common_drug(dose.agent_key)):
                continue
            if self.arm.arm_no not in dose.arm_nos or dose.agent_key in self.seen or dose.agent_key in self.parts:
                continue
            if _inert(dose.agent_key) and any(_inert(key) for key in self.seen):
                continue
            self.seen.add(dose.agent_key)
            self.rows.append(
                ArmAgent(arm_no=self.arm.arm_no, agent=dose.agent, agent_key=dose.agent_key, evidence=dose.evidence)
            )

    def add_told(self, told: list[Told]) -> None:
        """What prose gives to the arm: later, or beside its treatment."""
        for one in told:
            if one.agent.key not in self.seen and one.agent.key not in self.parts:
                self._add(one.agent, one.source, one.start, one.end, one.agent.name)

    def is_word_for_others(self, row: ArmAgent) -> bool:
        """Whether a row says no more than the others: "chemotherapy" beside cisplatin (intrathecal: something else)."""
        if row.agent_key != "chemotherapy" or _CYTOTOXIC.isdisjoint(self.seen):
            return False
        return "intrathecal" not in row.evidence.quote.lower()

    def _add(self, agent: Agent, source: Field, start: int, end: int, name: str) -> None:
        self.seen.add(agent.key)
        place = evidence(source, start, end)
        self.rows.append(ArmAgent(arm_no=self.arm.arm_no, agent=name, agent_key=agent.key, evidence=place))

    def _own_product(self, agent: Agent) -> Agent:
        """The arm's one product of which the text says less: "CAR-T cells", "vaccine", "doxorubicin" of a liposomal."""
        if agent.key in self.linked:
            return agent
        if is_class_of_cells(agent):
            return one_product(agent, list(self.linked.values())) or agent
        said, members = set(words_of(agent.key)), members_of_kinds().get(agent.key, ())
        fitting = [
            a
            for a in self.linked.values()
            if (_LIKE.get(a.kind, a.kind) == _LIKE.get(agent.kind, agent.kind) and said < set(words_of(a.key)))
            or a.key in members
        ]
        return fitting[0] if len(fitting) == 1 else agent

    def _word_for_linked(self, agent: Agent) -> bool:
        """`CAR-T cells` of an arm that is linked to two of them."""
        said = set(words_of(agent.key))
        return any(said < set(words_of(key)) for key in self.linked)

    def _registered_inert(self, agent: Agent) -> Agent:
        """Placebo and saline of one arm are one product, unless the arm is linked to both: the registered one."""
        if agent.key in self.linked:
            return agent
        known = [a for a in self.linked.values() if _is_inert(a)]
        if not known:
            return next((Agent(key, key, agent.kind) for key in self.seen if _inert(key)), agent)
        return known[0]

    def _members_instead(self, text: str, mentions: list[Mention]) -> bool:
        """`Chemotherapy (cisplatin or carboplatin)`: the drugs are listed, not the word for them."""
        members = self.lexicon.members.get(mentions[0].agent.key, set())
        return bool(members & self.linked.keys() or listed_members(text, mentions[:2]))

    def _same_product(self, text: str, before: Mention, mention: Mention) -> bool:
        """`Exparel (bupivacaine)`: the name in brackets is only another name of what is registered."""
        return (
            before.agent.key in self.seen
            and before.agent.key in self.linked
            and before.agent.kind == mention.agent.kind == "drug"
            and re.fullmatch(r"[\s\u00ae\u2122]*\(\s*", text[before.end : mention.start]) is not None
            and text.startswith(")", mention.end)
        )

    def _newly_given(self, text: str, mention: Mention, in_label: bool) -> bool:
        """An agent without a registered link: what an arm had before, or has in its blood, is not given to it."""
        agent = mention.agent
        if self.linked and self._of_another_arm(agent) and _NAMES_AN_ARM.match(text, mention.end):
            return False
        before = text[max(0, mention.start - 40) : mention.start]
        if agent.key in BODY_SUBSTANCES and "cord blood" not in mention.text.lower():
            return _GIVING.search(before) is not None or _GIVEN_FORM.match(text, mention.end) is not None
        if (
            agent.kind == "placebo"
            and self.linked
            and _ALTERNATIVE.match(text[max(0, mention.start - 20) : mention.end + 4])
        ):
            return False
        if agent.kind == "group":
            # a label's "chemotherapy" is what the registered drugs are
            return in_label and len(self.linked) < 2 and not self._is_kind_of_drug(text, mention)
        if agent.kind in ("radiation", "cells"):
            return not re.search(r"\b(?:after|following|since|post)[\s-]+(?:\w+[\s-]+){0,2}\Z", before, re.IGNORECASE)
        return True

    def _is_kind_of_drug(self, text: str, mention: Mention) -> bool:
        """Whether a label is no more than the word for the one drug that is registered: "Beta blocker"."""
        drug = mention.agent.key != "chemotherapy" and [agent.kind for agent in self.linked.values()] == ["drug"]
        return drug and not _WORD.search(text[: mention.start] + _OF_LABELS.sub("", text[mention.end :]))

    def _of_another_arm(self, agent: Agent) -> bool:
        """Whether an agent is registered for other arms only."""
        numbers = [n for n, agents in self.lexicon.by_intervention.items() if any(a.key == agent.key for a in agents)]
        return any(self.study.interventions[number - 1].arm_nos for number in numbers)


def _is_inert(agent: Agent) -> bool:
    return agent.kind == "placebo" or agent.key in _INERT_FLUIDS


def _is_common_drug(key: str) -> bool:
    agent = vocabulary()[1].get(key.replace("-", " "))
    return agent is not None and agent.kind == "drug"


def _inert(key: str) -> bool:
    agent = vocabulary()[1].get(key)
    return agent is not None and _is_inert(agent)

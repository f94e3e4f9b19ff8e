"""What a record says of one agent outside the phrases with amounts: how it is given, how often, on which days."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache

from extract.doses.agents import find_agents
from extract.doses.alike import some_days_a_week
from extract.doses.beside import is_observed
from extract.doses.days import find_days
from extract.doses.frequencies import find_frequencies
from extract.doses.items import ONCE, Item
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.selection import is_beam
from extract.doses.texts_about import SENTENCE_END, Part, prose
from extract.doses.treatment_lengths import lengths_in
from extract.doses.vocabulary import read_toml, words
from extract.lower import holds_any
from extract.sentences import find_all
from extract.study import Study


def _spoken(text: str) -> tuple[float, float | None, str | None] | None:
    """The one frequency of a text; "2 sessions, each given 1 month apart" is monthly."""
    values = [item.value for item in find_frequencies(text)]
    repeated = [value for value in values if value[1] is not None]
    return (repeated or values or [None])[0] if len(set(repeated or values)) == 1 else None


@cache
def _title_words(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(read_toml('frequencies.toml')['title'][name])})", re.IGNORECASE)


def single_dose(title: str) -> bool:
    """Whether a title says that the study gives single doses only."""
    return _title_words("single").search(title) is not None and _title_words("several").search(title) is None


# "a sublingual dose of", "once daily dosing with" before a name
_FORM_OF = re.compile(
    r"(?:[\w-]+ \w+ of|(?:[\w-]+ ){1,2}(?:dosing|doses?|treatment|administration) (?:of|with)) (?:the )?\Z"
)
_NEAR = 34
_MAX_OUTCOMES = 6
_MAX_SENTENCES = 8
_MAX_UNNAMED = 300
_AMOUNT = re.compile(
    r"\d\s?(?:[mnu]?g|mcg|c?gy|i?u|m?l|cc|units?|mmol|meq|m?ci|[gkm]bq|million|cells|x ?10)\b", re.IGNORECASE
)
_CODE = re.compile(r"[a-z]{2,6}-\d{3,}")  # "zx-9219" may be written "zx 9219"
_THE_DRUG = frozenset(words("the_drug"))
_RADIATION = frozenset(("radiotherapy", "radiation", "irradiation"))
_ALL_DRUGS = re.compile(
    r"\b(?:all|both)\s(?:of\s)?(?:the\s|these\s|study\s)*(?:drugs|agents|medications)\b[^.;:\n]{,80}"
)


def _repeated(parts: list[Part]) -> set[tuple[float, float | None, str | None]]:
    """The first frequency of each part, without those of single doses."""
    rates = ([item.value for item in part.given(find_frequencies) if item.value[1] is not None] for part in parts)
    return {found[0] for found in rates if found}


_BEING = re.compile(r"\s(?:is|are|was|were|will be)\s(?:then\s)?\Z")  # "after A, CAR-T cells are infused"
_INFUSION_OF = re.compile(r"\sof\s(?:[\w-]+\s){0,3}")  # "A and B, then infusion of transduced cells"


def _word_at(text: str, start: int, end: int) -> int:
    """Where the first whole word begins from `start` on: what is cut off of "anti-PD-1 inhibitor" is no day."""
    if start and not text[start - 1].isspace():
        blank = text.find(" ", start, end)
        return blank + 1 if blank >= 0 else end
    return start


class Said:
    """What the record says of one agent outside the phrases with amounts."""

    def __init__(self, study: Study, lexicon: Lexicon, statement: Statement, beside: list[Statement]) -> None:
        """`beside` are the amounts of other agents: what a text with one of them says may be said of that."""
        self.shared = {other.source.arm_no for other in beside}
        self.others = {other.named.lower() for other in beside if other.named is not None}
        self.study = study
        self.lexicon = lexicon
        self.agent = statement.agent
        own: dict[int, list[str]] = {
            i.intervention_no: [a.key for a in lexicon.by_intervention.get(i.intervention_no, [])]
            for i in study.interventions
        }
        self.interventions = [i for i in study.interventions if self.agent.key in own[i.intervention_no]]
        self.alone = [i for i in self.interventions if len(set(own[i.intervention_no])) == 1]
        others = {
            a.key for agents in lexicon.by_intervention.values() for a in agents if a.kind not in ("placebo", "group")
        }
        self.only_one = others == {self.agent.key}
        self.names = {
            n for n in (self.agent.key, self.agent.name.lower(), (statement.named or "").lower()) if len(n) > 2
        }
        self.names |= {n.replace("-", joint) for n in self.names if _CODE.fullmatch(n) for joint in (" ", "")}
        self._sentences: list[Part] | None = None

    def route(self) -> str | None:
        """The only route that its own texts name, else that of the sentences about it."""
        for parts in (
            self._own_texts,
            self._shared_texts,
            self.sentences,
            self._sentences_of_all,
            self._unnamed_texts,
        ):
            routes = {
                i.value
                for part in parts()
                for i in part.routes()
                if self._may_go(i.value) and not self._is_of_another(part, i)
            }
            if len(routes) == 1:
                return str(routes.pop())
            if routes:
                return None
        if self.agent.kind == "cells" and any("infus" in text.lower() for text in prose(self.study)):
            return "iv"
        return None

    def frequency(self) -> tuple[float, float | None, str | None] | None:
        """How often by its own texts, else by the sentences about it, its arms, or the title."""
        found: set[tuple[float, float | None, str | None]] = set()
        for parts in (self._own_texts, self.sentences):
            found = found or {item.value for part in parts() for item in part.given(find_frequencies)[:1]}
        found = found or _repeated(self._sentences_of_the_drug())
        if not found and is_beam(self.agent):
            found = {rate for rate in _repeated(self._sentences_of_radiation()) if some_days_a_week(rate)}
        if not found:
            found = {value for text in self._arm_texts() if (value := _spoken(text)) is not None}
        if not found:
            found = {value for part in self._unnamed_texts() if (value := _spoken(part.text)) is not None}
        if not found and self.alone and any(single_dose(title.text.norm) for title in self.study.titles()):
            return ONCE
        return found.pop() if len(found) == 1 else None

    def days(self) -> list[int] | None:
        """The days of its own texts, else of the sentences that name it, without an amount, where they agree."""
        return self._days_in(self._own_texts()) or self._days_in(self.sentences())

    def _days_in(self, parts: list[Part]) -> list[int] | None:
        found = [
            item.value
            for part in parts
            if not _AMOUNT.search(part.text) and not part.is_observed()
            for item in part.behind_name(find_days)[:1]
            if not any(part.text[item.start : item.end].lower() in name for name in self.names)  # "D2" of "D2O"
        ]
        if self.agent.kind == "cells":  # "3 days before the infusion of A": others are given then
            found = [days for days in found if days[-1] >= 0]
        return list(found[0]) if found and all(days == found[0] for days in found) else None

    def length(self, of_treatment: Callable[[], set[tuple[float, str]]]) -> tuple[float, str] | None:
        """How long by its own texts and its arms', else by sentences about a study's one agent, else the treatment."""
        for texts in (self._texts_alone, self._sentences_alone):
            found = {length for text in texts() for length in lengths_in(text)}
            if found:
                return found.pop() if len(found) == 1 else None
        lengths = of_treatment() if self.interventions else set()
        return next(iter(lengths)) if len(lengths) == 1 else None

    def _texts_alone(self) -> list[str]:
        return [*(part.text for part in self._own_texts()), *self._arm_texts()]

    def _sentences_alone(self) -> list[str]:
        return [part.text for part in self.sentences()] if self.only_one else []

    def _arm_texts(self) -> list[str]:
        """What the arms say that receive this agent and no other, or a product that it is a part of."""
        mine = {i.intervention_no for i in self.interventions}
        alone = {i.intervention_no for i in self.alone}
        texts = []
        for arm in self.study.arms:
            numbers = arm.intervention_nos
            if arm.description is not None and numbers and mine.issuperset(numbers) and arm.arm_no not in self.shared:
                text = arm.description.text.norm[:600]
                # Several amounts: what is said may be said of another part of the product.
                if alone.issuperset(numbers) or len(_AMOUNT.findall(text)) < 2:
                    texts.append(text)
        return texts

    def _unnamed_texts(self) -> list[Part]:
        """What arms that receive this agent say of all they receive, naming nothing: "Oral, once daily"."""
        mine = {i.intervention_no for i in self.interventions}
        texts = []
        for arm in self.study.arms:
            if arm.description is None or mine.isdisjoint(arm.intervention_nos):
                continue
            text = arm.description.text.norm[:_MAX_UNNAMED]
            if not _AMOUNT.search(text) and not is_observed(text) and not find_agents(text, self.lexicon.names):
                texts.append(Part(text, len(text)))
        return texts

    def _is_of_another(self, part: Part, item: Item) -> bool:
        """Whether a route stands after the agent and right before another drug: `A/B/oral C`."""
        if self.only_one or item.start < part.name:
            return False
        if (being := _BEING.search(part.text, max(0, item.start - 12), item.start)) is not None:
            subject = find_agents(part.text[max(0, being.start() - _NEAR) : being.start()], self.lexicon.names)
            if subject and subject[-1].agent.key != self.agent.key and subject[-1].agent.kind == "cells":
                return True
        behind = part.text[item.end : item.end + _NEAR]
        named = find_agents(behind, self.lexicon.names)
        if not named or named[0].agent.key == self.agent.key:
            return False
        if named[0].start <= 1:
            return named[0].agent.kind == "drug"
        return _INFUSION_OF.fullmatch(behind, 0, named[0].start) is not None

    def _may_go(self, route: str) -> bool:
        """Nothing but radiation is given by an external beam."""
        return route != "rt-external" or is_beam(self.agent)

    def _own_texts(self) -> list[Part]:
        texts = [i.name.text.norm for i in self.interventions]
        texts += [other.text.norm for i in self.alone for other in i.other_names[:3]]
        texts += [i.description.text.norm[:600] for i in self.alone if i.description is not None]
        return [Part(text, len(text)) for text in texts]

    def _shared_texts(self) -> list[Part]:
        """What the interventions that are several agents say of all of them: where no agent is named, as `oral`."""
        texts = [
            i.description.text.norm[:600]
            for i in self.interventions
            if i not in self.alone and i.description is not None
        ]
        return [Part(text, len(text)) for text in texts if not find_agents(text, self.lexicon.names)]

    def _sentences_of_all(self) -> list[Part]:
        """What is said of "all drugs"."""
        if self.agent.kind != "drug":
            return []
        return [Part(said[0], len(said[0])) for text in prose(self.study) for said in _ALL_DRUGS.finditer(text.lower())]

    def sentences(self) -> list[Part]:
        """The sentences that name the agent."""
        if self._sentences is None:
            outcomes = [o.measure.text.norm for o in self.study.outcomes[:_MAX_OUTCOMES]]
            outcomes += [
                o.description.text.norm[:400] for o in self.study.outcomes[:_MAX_OUTCOMES] if o.description is not None
            ]
            self._sentences = []
            for text in [*prose(self.study), *outcomes]:
                self._sentences += self._naming(text, self.names)
        return self._sentences

    def _sentences_of_the_drug(self) -> list[Part]:
        """The sentences that speak of "the study medication" or "the injections", where there is but one."""
        return [part for text in prose(self.study) for part in self._naming(text, _THE_DRUG)] if self.only_one else []

    def _sentences_of_radiation(self) -> list[Part]:
        """What is said right behind "radiotherapy" and its like, whatever its kind is called."""
        return [part for text in prose(self.study) for part in self._naming(text, _RADIATION)]

    def _naming(self, text: str, names: AbstractSet[str]) -> list[Part]:
        lowered = text.lower()
        places = find_all(lowered, names)
        if not places:
            return []
        found: list[Part] = []
        ends = [*(match.end() for match in SENTENCE_END.finditer(lowered)), len(lowered)]
        done = 0
        for place in places:
            if place < done:
                continue
            index = bisect_right(ends, place)
            done = ends[index]
            sentence = lowered[ends[index - 1] if index else 0 : done]
            if holds_any(sentence, names):  # a name may stand across the end of a sentence
                found.append(self._near(sentence, names))
                if len(found) == _MAX_SENTENCES:
                    break
        return found

    def _near(self, sentence: str, names: AbstractSet[str]) -> Part:
        """The part of a sentence that is about the agent: all of it, or what stands beside the name."""
        position, name = min((sentence.find(n), n) for n in names if n in sentence)
        if self.only_one and not holds_any(sentence, self.others):
            return Part(sentence, len(sentence), position)
        form = _FORM_OF.search(sentence, max(0, position - 40), position)
        start = form.start() if form else _word_at(sentence, max(0, position - 14), position)
        end = position + len(name) + _NEAR
        return Part(sentence[start : end + _NEAR], end - start, position - start)

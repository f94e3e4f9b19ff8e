"""What a dose's own phrase leaves out but the record says elsewhere: route, frequency, days."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import pairwise
from typing import Any

from extract.doses.attachment import is_observed
from extract.doses.bound import Remark
from extract.doses.cycles import find_durations
from extract.doses.frequencies import find_frequencies
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.routes import find_routes
from extract.doses.vocabulary import read_toml
from extract.lower import holds_any
from extract.sentences import find_all
from extract.study import Study

_LENGTHS = frozenset(("duration", "days", "cycle_days", "cycles"))
_IN_DAYS = {"d": 1.0, "wk": 7.0}
_NO_DAY = ((None, None), (1.0, "cycle"), (7.0, "d"))  # no frequency of an amount a day


def complete_schedule(statement: Statement) -> None:
    """Frequency and cycle that follow from the days (rulings 1 and 2 of the guideline)."""
    facts = statement.facts
    days, frequency = facts.get("days"), facts.get("frequency")
    second = facts.pop("second_frequency", None)
    if frequency and statement.amount.per_time == "d" and (_long(frequency) or frequency[1:] in _NO_DAY):
        del facts["frequency"]  # "0.1 mg/kg/day for 28 days of each cycle": so much a day
        frequency = None
    if second and _long(second) and frequency and not _long(frequency):
        facts.setdefault("cycle_days", second[1] * _IN_DAYS[second[2]])
    if days and len(days) > 1 and frequency and frequency[2] == "cycle":
        del facts["frequency"]
        frequency = None
    if days and len(days) > 1 and frequency and _long(frequency) and frequency[0] == 1:
        facts.setdefault("cycle_days", frequency[1] * _IN_DAYS[frequency[2]])
        del facts["frequency"]
        frequency = None
    if frequency and _long(frequency) and "cycles" in facts:
        facts.setdefault("cycle_days", frequency[1] * _IN_DAYS[frequency[2]])
    if days and len(days) > 1 and days[-1] <= 0 and len(_runs(days)) == 1:
        facts.setdefault("duration", (float(len(days)), "d"))  # before a transplant: days that no cycle repeats
    if frequency is not None:
        return
    if days and len(days) > 1 and all(length > 1 for length in _runs(days)):
        facts["frequency"] = (1.0, 1.0, "d")
    elif days and len(days) == 1 and "cycle_days" in facts:
        facts["frequency"] = (1.0, 1.0, "cycle")
    elif not days and statement.amount.role == "loading" and statement.amount.per_time is None:
        facts["frequency"] = (1.0, None, None)
    elif not days and statement.amount.per_time is None and _few_days(facts.get("duration")):
        facts["frequency"] = (1.0, 1.0, "d")


def _few_days(duration: tuple[float, str] | None) -> bool:
    return duration is not None and duration[1] == "d" and 1 < duration[0] <= 14


def _long(frequency: tuple[float, float | None, str | None]) -> bool:
    every, unit = frequency[1], frequency[2]
    return every is not None and unit in _IN_DAYS and every * _IN_DAYS[unit] >= 14


def _runs(days: list[int]) -> list[int]:
    lengths = [1]
    for previous, day in pairwise(days):
        if day == previous + 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


def complete(study: Study, lexicon: Lexicon, statements: list[Statement], remarks: list[Remark]) -> None:
    """Fill routes and frequencies from what the record says of the same agent without an amount."""
    known: dict[str, dict[str, list[Any]]] = {}
    for statement in statements:
        _note(known, statement.agent.key, statement.facts, ("route",))
    for remark in remarks:
        _note(known, remark.agent.key, remark.facts, ("route", "frequency"))
    for statement in statements:
        found = known.get(statement.agent.key, {})
        for kind in ("route", "frequency"):
            values = found.get(kind, [])
            if kind in statement.facts or len(values) != 1:
                continue
            if kind == "frequency" and not _may_take_frequency(statement):
                continue
            statement.facts[kind] = values[0]
    _from_sentences(study, lexicon, statements)
    _lengths_by_title(study, statements)
    for statement in statements:
        if "route" not in statement.facts and (route := _route_of_form(study, statement)) is not None:
            statement.facts["route"] = route


def _lengths_by_title(study: Study, statements: list[Statement]) -> None:
    """`A 12-week treatment with …`: so long are given the study's own agents of which nothing else is said."""
    lacking = [
        statement
        for statement in statements
        if statement.agent.intervention_no is not None
        and not _LENGTHS.intersection(statement.facts)
        and (statement.facts.get("frequency") or (0, 1))[1] is not None
    ]
    lengths = {item.value for title in study.titles() for item in find_durations(title.text.norm)} if lacking else set()
    if len(lengths) == 1:
        (length,) = lengths
        for statement in lacking:
            statement.facts["duration"] = length


def _route_of_form(study: Study, statement: Statement) -> str | None:
    """The route that a form of the product leaves no doubt about: a cream is topical, puffs are inhaled."""
    texts = [statement.source.text.norm[statement.start : statement.end + 30]]
    if statement.agent.intervention_no is not None:
        texts.append(study.interventions[statement.agent.intervention_no - 1].name.text.norm)
    for text in texts:
        for pattern, route in _routes_of_forms():
            if pattern.search(text):
                return route
    return None


@cache
def _routes_of_forms() -> list[tuple[re.Pattern[str], str]]:
    forms = read_toml("dose_forms.toml")["routes"].items()
    return [(re.compile(rf"\b(?:{form})\b", re.IGNORECASE), str(route)) for form, route in forms]


def _capped(statement: Statement) -> bool:
    return statement.amount.role in ("loading", "total", "maximum", "boost", "fraction")


def _note(known: dict[str, dict[str, list[Any]]], key: str, facts: dict[str, Any], kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        if kind in facts:
            values = known.setdefault(key, {}).setdefault(kind, [])
            if facts[kind] not in values:
                values.append(facts[kind])


def _from_sentences(study: Study, lexicon: Lexicon, statements: list[Statement]) -> None:
    """Route and frequency from sentences that name the agent, where all that say one agree."""
    for key in dict.fromkeys(s.agent.key for s in statements):
        mine = [s for s in statements if s.agent.key == key]
        lacking = [s for s in mine if "route" not in s.facts]
        unscheduled = [s for s in mine if _may_take_frequency(s)]
        if not lacking and not unscheduled:
            continue
        said = _Said(study, lexicon, mine[0])
        route = said.route() if lacking else None
        frequency = said.frequency() if unscheduled else None
        for statement in lacking:
            if route is not None:
                statement.facts["route"] = route
        for statement in unscheduled:
            if frequency is not None:
                statement.facts["frequency"] = frequency


def _may_take_frequency(statement: Statement) -> bool:
    facts = statement.facts
    return not (
        "as_needed" in facts
        or "frequency" in facts
        or "days" in facts
        or statement.amount.per_time
        or _capped(statement)
    )


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


# "a sublingual dose of" before a name
_FORM_OF = re.compile(r"[\w-]+ \w+ of (?:the )?\Z")
_MAX_PROSE = 4000
_MAX_OUTCOMES = 6
_MAX_SENTENCES = 8
_SENTENCE_END = re.compile(r"[.;\n](?:(?<=\n)|\s)")


class _Said:
    """What the record says of one agent outside the phrases with amounts."""

    def __init__(self, study: Study, lexicon: Lexicon, statement: Statement) -> None:
        self.study = study
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
        self._sentences: list[str] | None = None

    def route(self) -> str | None:
        for texts in (self._own_texts(), self.sentences()):
            routes = {item.value for text in texts for item in find_routes(text)[:2] if self._may_go(item.value)}
            if len(routes) == 1:
                return str(routes.pop())
            if routes:
                return None
        if self.agent.kind == "cells" and any("infus" in text.lower() for text in self._prose()):
            return "iv"
        return None

    def frequency(self) -> tuple[float, float | None, str | None] | None:
        texts = [*self._own_texts(), *self.sentences()]
        found = {item.value for text in texts for item in find_frequencies(text)[:1] if not is_observed(text)}
        if not found:
            found = {value for text in self._arm_texts() if (value := _spoken(text)) is not None}
        if not found and self.alone and any(single_dose(title.text.norm) for title in self.study.titles()):
            return (1.0, None, None)
        return found.pop() if len(found) == 1 else None

    def _arm_texts(self) -> list[str]:
        """What the arms say that receive this agent and no other."""
        mine = {i.intervention_no for i in self.alone}
        return [
            arm.description.text.norm[:600]
            for arm in self.study.arms
            if arm.description is not None and arm.intervention_nos and mine.issuperset(arm.intervention_nos)
        ]

    def _may_go(self, route: str) -> bool:
        """Nothing but radiation is given by an external beam."""
        return route != "rt-external" or self.agent.kind == "radiation"

    def _own_texts(self) -> list[str]:
        texts = [i.name.text.norm for i in self.interventions]
        texts += [other.text.norm for i in self.alone for other in i.other_names[:3]]
        texts += [i.description.text.norm[:600] for i in self.alone if i.description is not None]
        return texts

    def _prose(self) -> list[str]:
        texts = [field.text.norm[:_MAX_PROSE] for field in self.study.prose()]
        texts += [arm.description.text.norm[:600] for arm in self.study.arms if arm.description is not None]
        return texts

    def sentences(self) -> list[str]:
        """Sentences that name the agent; in a study of one agent also those that only speak of giving it."""
        if self._sentences is None:
            outcomes = [o.measure.text.norm for o in self.study.outcomes[:_MAX_OUTCOMES]]
            outcomes += [
                o.description.text.norm[:400] for o in self.study.outcomes[:_MAX_OUTCOMES] if o.description is not None
            ]
            self._sentences = []
            for text in [*self._prose(), *outcomes]:
                self._sentences += self._naming(text)
        return self._sentences

    def _naming(self, text: str) -> list[str]:
        lowered = text.lower()
        places = find_all(lowered, self.names)
        if not places:
            return []
        found: list[str] = []
        ends = [*(match.end() for match in _SENTENCE_END.finditer(lowered)), len(lowered)]
        done = 0
        for place in places:
            if place < done:
                continue
            index = bisect_right(ends, place)
            done = ends[index]
            sentence = lowered[ends[index - 1] if index else 0 : done]
            if holds_any(sentence, self.names):  # a name may stand across the end of a sentence
                found.append(self._near(sentence))
                if len(found) == _MAX_SENTENCES:
                    break
        return found

    def _near(self, sentence: str) -> str:
        """The part of a sentence that is about the agent: all of it, or what stands beside the name."""
        if self.only_one:
            return sentence
        position, name = min((sentence.find(n), n) for n in self.names if n in sentence)
        form = _FORM_OF.search(sentence, max(0, position - 40), position)
        start = form.start() if form else max(0, position - 14)
        return sentence[start : position + len(name) + 34]

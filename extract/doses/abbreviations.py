"""Abbreviations that a record explains: of an agent ("zanfluril citrate (ZFC)"), or of something else."""

from __future__ import annotations

import re
from functools import cache

from extract.doses.agents import Agent, Names, find_agents, vocabulary, words_of
from extract.doses.vocabulary import one_of
from extract.study import Field, Study

_BRACKETED = re.compile(r"\(\s?([A-Z][A-Za-z]{1,4})s?\s?\)")
_EXPLANATION = re.compile(r"\(([^()]{5,60})\)")  # "GEM (gel extrusion module)"
_BEFORE_IT = re.compile(r"\b([A-Z][A-Za-z]{1,4}) \Z")
_WORD = re.compile(r"[A-Za-z]+")
_SKIPPED = frozenset(("of", "the", "and", "for", "in", "to", "with", "on", "a", "an", "or"))
_REACH = 90
_NEAR = 60


def other_meanings(text: str) -> frozenset[str]:
    """The abbreviations that the vocabulary knows as an agent's, but the record explains as something else.

    A word or two that the agent is called by too ("mesenchymal signalling cells (MSC)") is enough to believe in it.
    """
    names = vocabulary()[1]
    found: set[str] = set()
    explanations = [(m[1], text[max(0, m.start() - _REACH) : m.start()]) for m in _BRACKETED.finditer(text)]
    for behind in _EXPLANATION.finditer(text):
        short = _BEFORE_IT.search(text, max(0, behind.start() - 7), behind.start())
        if short is not None:
            explanations.append((short[1], behind[1]))
    for name, words in explanations:
        agent = names.get(name.lower())
        if agent is None or name in found or name.lower() == agent.key:
            continue
        spelled = _spelled(words, name)
        if spelled and _own_words(agent.key).isdisjoint(spelled) and not _names(words, agent):
            found.add(name)
    return frozenset(found)


# What a name may be followed by in brackets: an abbreviation of it, or a code that it also goes by.
_SHORT = re.compile(
    r"\(\s?[\"'\u201c]?(?:(?P<code>[A-Z]{1,6}-?[0-9]{2,7}[A-Z]?)|(?P<short>[A-Za-z][A-Za-z-]{1,5}))[\"'\u201d]?\s?[);,]"
)
_NO_ABBREVIATION = re.compile(one_of("not_an_abbreviation") + r"\Z", re.IGNORECASE)
_SALT = re.compile(rf"(?:\s{one_of('salts')})?", re.IGNORECASE)
_KINDS = frozenset(("drug", "cells", "vaccine"))


def explained(text: str, names: Names) -> dict[str, Agent]:
    """The agents by the abbreviations and codes that the record puts in brackets right after their names."""
    found: dict[str, Agent] = {}
    for match in _SHORT.finditer(text):
        name = match["code"] or match["short"]
        before = text[max(0, match.start() - _NEAR) : match.start()].rstrip()
        if name in found or not (match["code"] or _may_abbreviate(name, before)):
            continue
        mentions = find_agents(before, names)
        if not mentions or mentions[-1].agent.kind not in _KINDS:
            continue
        mention = mentions[-1]
        if _SALT.fullmatch(before, mention.end) and (match["code"] or _abbreviates(name, before[mention.start :])):
            found[name] = mention.agent
    return found


# "UPA 45 mg" of upadacitinib: in capitals, right before an amount
_BEFORE_AMOUNT = re.compile(r"\b([A-Z]{3,5}) \d[\d.,]* ?(?:m?g|mcg|ug|IU|U|units?|mL)\b")


_COMBINED = re.compile(r"\b([A-Z]{2,5}(?:/[A-Z]{2,5}){1,2}) \d")


def of_combinations(text: str, products: list[list[Agent]]) -> dict[str, Agent]:
    """The parts of fixed combinations by their letters: "FF/VI 100/25 mcg" of fluticasone furoate/vilanterol."""
    found: dict[str, Agent] = {}
    for name in set(_COMBINED.findall(text)) if products and "/" in text else ():
        letters = name.lower().split("/")
        for agents in products:
            if len(agents) == len(letters) and all(map(_stands_for, letters, agents)):
                found.update(zip(name.split("/"), agents, strict=True))
    return found


def _stands_for(letters: str, agent: Agent) -> bool:
    names = (agent.key, agent.name.lower())
    return any(name.startswith(letters) or "".join(word[0] for word in words_of(name)) == letters for name in names)


def openings(text: str, agents: list[Agent]) -> dict[str, Agent]:
    """The agents by the first letters of their names that the record uses with an amount."""
    drugs = {agent.key: agent for agent in agents if agent.kind == "drug"}
    found = _instead_of_others(text, drugs)
    if not any(key[:_FEWEST].upper() in text for key in drugs if len(key) > _FEWEST):
        return found
    for name in set(_BEFORE_AMOUNT.findall(text)):
        low = name.lower()
        called = [key for key in drugs if key.startswith(low)]
        if len(called) == 1 and low not in vocabulary()[1] and low not in called and not _NO_ABBREVIATION.match(name):
            found[name] = drugs[called[0]]
    return found


_FEWEST = 3
_MOST = 5


def _instead_of_others(text: str, drugs: dict[str, Agent]) -> dict[str, Agent]:
    """`HAIC+Len` of lenvatinib: what is short for a drug that the study has not, but opens the name of one it has."""
    known = vocabulary()[1]
    found: dict[str, Agent] = {}
    for key, agent in drugs.items():
        for low in {key[:length] for length in range(_FEWEST, min(_MOST, len(key) - 1) + 1)}:
            other = known.get(low)
            if other is None or other.key in drugs or sum(drug.startswith(low) for drug in drugs) > 1:
                continue
            found.update({name: agent for name in (low.upper(), low.capitalize()) if name in text})
    return found


def _may_abbreviate(name: str, before: str) -> bool:
    """Whether one of the last words opens a text that a name can be short for; cheaper than to look for agents."""
    low = name.lower()
    if name == low and not before.lower().rpartition(" ")[2].startswith(low[:3]):
        return False  # "(oral)", "(nivo)"
    if _NO_ABBREVIATION.match(name):
        return False
    words = before.lower().replace("-", " ").split()[-4:]
    return any(word[0] == low[0] and _abbreviates(low, " ".join(words[k:])) for k, word in enumerate(words))


def _abbreviates(name: str, text: str) -> bool:
    """Whether the letters of a name stand in an agent's name in their order, the first at the beginning of it."""
    letters = iter(text.lower())
    same = all(letter in letters for letter in name.lower() if letter != "-")
    return same and text[:1].lower() == name[0].lower() and len(name) < len(text)


def texts_of(study: Study) -> tuple[str, str]:
    """Titles, prose, and the texts of arms and interventions; and those that hold brackets, which may explain names."""
    texts = [(source.text.norm, "(" in source.raw) for source in _fields(study)]
    return "\0".join([text for text, _ in texts]), "\0".join([text for text, bracketed in texts if bracketed])


def _fields(study: Study) -> list[Field]:
    fields = [*study.titles(), *study.prose()]
    fields += [arm.description for arm in study.arms if arm.description is not None]
    for item in study.interventions:
        fields.append(item.name)
        if item.description is not None:
            fields.append(item.description)
    return fields


def _spelled(before: str, abbreviation: str) -> list[str]:
    """The last words of a text, if their first letters are those of an abbreviation; else none."""
    words = _WORD.findall(before.lower())
    for kept in (words, [word for word in words if word not in _SKIPPED]):
        last = kept[-len(abbreviation) :]
        if "".join(word[0] for word in last) == abbreviation.lower():
            return last
    return []


def _names(before: str, agent: Agent) -> bool:
    return any(mention.agent.key == agent.key for mention in find_agents(before))


@cache
def _own_words(key: str) -> frozenset[str]:
    """The words of an agent's names, without abbreviations."""
    named = [name for name, agent in vocabulary()[1].items() if agent.key == key]
    return frozenset(word for name in named for word in words_of(name) if len(word) > 4)

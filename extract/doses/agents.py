"""Agents: what is given, resolved to the record's interventions or to the vocabulary of common agents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from extract.doses.vocabulary import read_table

_WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?|[+/%]")

# Endings of nonproprietary names (WHO stem list) by which an unknown drug is recognised.
_STEMS = (
    "mab|nib|ciclib|parib|leucel|cept|vedotin|gliptin|gliflozin|glutide|natide|sartan|statin|caine|cillin|mycin|floxacin|oxacin"
    "|limus|platin|taxel|rubicin|zomib|setron|prazole|dronate|parin|xaban|grel|triptan|azepam|zolam|oxetine|lukast|terol"
    "|conazole|vir|fovir|buvir|navir|tegravir|citabine|trexate|trexed|bicin|tecan|poside|tinib|rafenib|metinib|lisib|degib"
    "|siran|rsen|fusp|kinra|ermin|grastim|poetin|stim|tocin|relin|relix|tide|olone|asone|pril|olol|dipine|zosin|afil|pramine"
    "|peridol|piprazole|idone|apine|gepant|orexant|trigine|racetam|gabalin|barbital|curonium|profen|coxib|oxicam|fenac"
)
STEM = re.compile(rf"[a-z]{{3,}}(?:{_STEMS})\Z")


@dataclass(slots=True)
class Agent:
    """An agent: its canonical key, its class and the intervention of the record that it is (0 if none)."""

    key: str
    name: str
    kind: str = "drug"
    intervention_no: int | None = None
    flags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Mention:
    """An agent named at `start:end` of a text."""

    agent: Agent
    start: int
    end: int
    text: str
    misspelled: bool = False


Name = tuple[tuple[str, ...], Agent, bool]  # its words, whose it is, whether it must not be all lower case
Trie = dict[str, list[Name]]


@dataclass(slots=True)
class Names:
    """A study's own names: a trie on their first word, and the agents by key."""

    trie: Trie = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)


def words_of(text: str) -> tuple[str, ...]:
    """The lower-case words that names are compared by; hyphens and trade marks do not count."""
    return tuple(match.group().lower() for match in _WORD.finditer(text))


@cache
def vocabulary() -> tuple[Trie, dict[str, Agent]]:
    """The common agents as a trie on their first word, and by name."""
    trie: Trie = {}
    names: dict[str, Agent] = {}
    for row in read_table("agents.tsv"):
        agent = Agent(row["agent"], row["agent"], row["class"])
        for name in [row["agent"], *(row.get("synonyms") or "").split("|")]:
            if name:
                add_name(trie, name, agent, capitals=_needs_capitals(name, row["agent"]))
                names.setdefault(" ".join(words_of(name)), agent)
    for entries in trie.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return trie, names


@cache
def known_keys() -> frozenset[str]:
    """The canonical names of the vocabulary."""
    return frozenset(agent.key for agent in vocabulary()[1].values())


def _needs_capitals(name: str, key: str) -> bool:
    return name != key and len(name) <= 4 and name.isalpha()


def add_name(trie: Trie, name: str, agent: Agent, *, capitals: bool = False) -> None:
    """Enter `name` into a trie; `capitals` accepts it only where it is not all lower case."""
    words = words_of(name)
    if words:
        trie.setdefault(words[0], []).append((words, agent, capitals))


def find_agents(text: str, own: Names | None = None, *, stems: bool = True) -> list[Mention]:
    """The agents named in a text, the record's own names first, longest name first, not overlapping."""
    common, _ = vocabulary()
    trie = own.trie if own is not None else {}
    matches = list(_WORD.finditer(text))
    lowered = [match.group().lower() for match in matches]
    found: list[Mention] = []
    index, count = 0, len(lowered)
    while index < count:
        word = lowered[index]
        candidates = (trie.get(word), common.get(word))
        best = _longest(candidates, lowered, matches, index, text) if candidates != (None, None) else None
        misspelled = False
        if best is None and stems and len(word) > 6:
            if STEM.match(word):
                best = (1, Agent(word, word))
            if (near := _misspelled(word)) is not None:
                best, misspelled = (1, near), True
        if best is None:
            index += 1
            continue
        length, agent = best
        start, end = matches[index].start(), matches[index + length - 1].end()
        found.append(Mention(agent, start, end, text[start:end], misspelled))
        index += length
    if "CAR" in text or "himeric" in text:
        found = _with_car_t(text, found)
    if own is not None:
        for mention in found:
            mention.agent = own.agents.get(mention.agent.key, mention.agent)
    return found


_TARGET = (
    r"(?:anti-?\s?)?(?:CD-?\d+[a-z]?|BCMA|GPC-?3|GPRC5D|CLL-?1|mesothelin|HER-?2|EGFR(?:vIII)?|GD2|MUC1|"
    r"PSMA|CLDN18\.2|claudin ?18\.2|B7-?H3|ROR1|NKG2D|FLT3|BAFF-?R|CS1|CEA|PSCA|IL13Ra2|DLL3|CD19/CD\d+|"
    r"CD22/CD19)"
)
_TARGETS = rf"{_TARGET}(?:/{_TARGET})*"
_CAR_T = re.compile(
    rf"(?P<targets>{_TARGETS}(?:\s*(?:,|and|or|&|plus|\+)\s*{_TARGETS})*)[\s-]*(?:targeted|targeting|directed|specific|redirected|positive)?[\s-]*"
    r"(?:chimeric antigen receptors?(?: \(CAR\))?|CAR)[\s-]*(?P<cell>T|NK)?(?:[\s-]*(?:cells?|"
    r"lymphocytes))?(?![A-Za-z])",
    re.IGNORECASE,
)


def _with_car_t(text: str, found: list[Mention]) -> list[Mention]:
    """CAR-T cells by their targets: "CD22 and CD19 CAR-T cells" are two agents, "CD19/CD22 CAR-T" is one."""
    for match in _CAR_T.finditer(text):
        inside = [m for m in found if m.start < match.end() and m.end > match.start()]
        if any(m.agent.intervention_no is not None and m.end - m.start >= match.end() - match.start() for m in inside):
            continue
        cell = "nk" if (match["cell"] or "").lower() == "nk" else "t"
        mentions = []
        for part in re.finditer(_TARGETS, match["targets"], re.IGNORECASE):
            target = re.sub(r"anti-?\s?", "", part.group().lower()).replace("cd-", "cd")
            key = f"{target} car-{cell} cells"
            start = match.start("targets") + part.start()
            end = match.end() if part.end() == len(match["targets"]) else match.start("targets") + part.end()
            mentions.append(Mention(Agent(key, text[start:end], "cells"), start, end, text[start:end]))
        if len(mentions) > 1 or not inside or any(len(m.text) < match.end() - match.start() for m in inside):
            found = [m for m in found if m not in inside] + mentions
    return sorted(found, key=lambda mention: mention.start)


@cache
def _one_letter_less() -> dict[str, str]:
    """Vocabulary names of eight letters and more with one letter left out."""
    shortened: dict[str, str] = {}
    for name in vocabulary()[1]:
        if len(name) >= 8 and name.isalpha():
            for k in range(1, len(name)):
                shortened.setdefault(name[:k] + name[k + 1 :], name)
    return shortened


@lru_cache(maxsize=50_000)
def _misspelled(word: str) -> Agent | None:
    """The agent whose name differs from a long word by one letter."""
    names = vocabulary()[1]
    if len(word) < 8 or word in names:
        return None
    shortened = _one_letter_less()
    if word in shortened:
        return names[shortened[word]]
    for k in range(1, len(word)):
        less = word[:k] + word[k + 1 :]
        if less in names and len(less) >= 8:
            return None if word == less + "s" else names[less]
        near = shortened.get(less)
        if near is not None and len(near) == len(word) and near[k] != word[k] and near[:k] == word[:k]:
            return names[near]
    return None


def _longest(
    candidates: tuple[list[Name] | None, ...],
    lowered: list[str],
    matches: list[re.Match[str]],
    index: int,
    text: str,
) -> tuple[int, Agent] | None:
    best: tuple[int, Agent] | None = None
    for entries in candidates:
        for words, agent, capitals in entries or ():
            length = len(words)
            if best is not None and length <= best[0]:
                continue
            if tuple(lowered[index : index + length]) != words:
                continue
            if capitals and matches[index].group().islower():
                continue
            if length > 1 and not _connected(matches, index, length, text):
                continue
            best = (length, agent)
    return best


def _connected(matches: list[re.Match[str]], index: int, length: int, text: str) -> bool:
    for k in range(index, index + length - 1):
        gap = text[matches[k].end() : matches[k + 1].start()]
        if len(gap) > 2 or any(character in gap for character in ".;:,()"):
            return False
    return True

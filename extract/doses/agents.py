"""Agents: what is given, resolved to the record's interventions or to the vocabulary of common agents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

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


Trie = dict[str, list[tuple[tuple[str, ...], Agent, bool]]]


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


def _needs_capitals(name: str, key: str) -> bool:
    return name != key and len(name) <= 4 and name.isalpha()


def add_name(trie: Trie, name: str, agent: Agent, *, capitals: bool = False) -> None:
    """Enter `name` into a trie; `capitals` accepts it only where it is not all lower case."""
    words = words_of(name)
    if words:
        trie.setdefault(words[0], []).append((words, agent, capitals))


def find_agents(text: str, own: Trie, *, stems: bool = True) -> list[Mention]:
    """The agents named in a text, the record's own names first, longest name first, not overlapping."""
    common, _ = vocabulary()
    matches = list(_WORD.finditer(text))
    lowered = [match.group().lower() for match in matches]
    found: list[Mention] = []
    index, count = 0, len(lowered)
    while index < count:
        word = lowered[index]
        best = _longest(own.get(word), common.get(word), lowered, matches, index, text)
        if best is None and stems and len(word) > 6 and STEM.match(word):
            best = (1, Agent(word, word))
        if best is None:
            index += 1
            continue
        length, agent = best
        start, end = matches[index].start(), matches[index + length - 1].end()
        found.append(Mention(agent, start, end, text[start:end]))
        index += length
    return found


def _longest(
    own: list[tuple[tuple[str, ...], Agent, bool]] | None,
    common: list[tuple[tuple[str, ...], Agent, bool]] | None,
    lowered: list[str],
    matches: list[re.Match[str]],
    index: int,
    text: str,
) -> tuple[int, Agent] | None:
    best: tuple[int, Agent] | None = None
    for entries in (own, common):
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

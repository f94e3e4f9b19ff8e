"""Agents: what is given, resolved to the record's interventions or to the vocabulary of common agents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate, compress, count

from extract.doses.vocabulary import one_of, read_table
from extract.doses.vocabulary import words as listed
from extract.lower import lowered

_WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?|[+/%]")
# Splits a text at its words and keeps both: gap, word, gap, … gap. The second is the first for plain letters.
_SPLIT = re.compile(rf"({_WORD.pattern})")
_PLAIN_WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?|[+/%]")
_PLAIN_SPLIT = re.compile(rf"({_PLAIN_WORD.pattern})")

_STEM = re.compile(rf"[a-z]{{3,}}{one_of('agent_ending')}\Z")
_ENDINGS = tuple(listed("agent_ending")) if all(ending.isalpha() for ending in listed("agent_ending")) else ("",)


_ORDINARY = re.compile(rf"{one_of('like_an_agent')}\Z")


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
    """A study's own names: a trie on their first word, and the agents by key.

    `short` holds the abbreviations that the study explains, `other` those of common agents by which it means something
    else.
    """

    trie: Trie = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    short: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()
    read: dict[str, list[Mention]] = field(default_factory=dict)  # what was found in each text so far


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[str, ...]:
    """The lower-case words that names are compared by; hyphens and trade marks do not count."""
    if text.isascii():
        return tuple(_PLAIN_WORD.findall(text.lower()))
    return tuple(word.lower().translate(_WITHOUT_ACCENTS) for word in _WORD.findall(text))


# "Melfalán" is melfalan; each letter is exchanged for one, so that positions stay.
_WITHOUT_ACCENTS = str.maketrans(
    "áàâäãéèêëíìîïóòôöõúùûüñç",
    "aaaaaeeeeiiiiooooouuuunc",
)


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
    """The agents named in a text, the record's own names first, longest name first, not overlapping.

    Unknown names are recognised by their ending, misspelled ones by one letter, unless `stems` is false.
    """
    if own is None:
        return list(_common_agents(text, stems))
    found = own.read.get(text)
    if found is None:
        found = own.read[text] = _find(text, own, stems=True)
    return found


@lru_cache(maxsize=20_000)
def _common_agents(text: str, stems: bool) -> list[Mention]:
    return _find(text, None, stems=stems)


class _Openings(dict[str, bool]):
    """Whether a word can open a name of the vocabulary, or with `stems` is a name by its form; filled as words come."""

    def __init__(self, *, stems: bool) -> None:
        super().__init__()
        self._stems = stems

    def __missing__(self, word: str) -> bool:
        if len(self) >= _MAX_WORDS:
            self.clear()
        opens = word in vocabulary()[0] or (self._stems and len(word) > 6 and _by_form(word) is not None)
        self[word] = opens
        return opens


_MAX_WORDS = 50_000
_OPENINGS = {stems: _Openings(stems=stems) for stems in (False, True)}


def _find(text: str, own: Names | None, *, stems: bool) -> list[Mention]:
    common, _ = vocabulary()
    trie = own.trie if own is not None else {}
    low = lowered(text)
    parts = _PLAIN_SPLIT.split(low) if low.isascii() else _SPLIT.split(low.translate(_WITHOUT_ACCENTS))
    words = parts[1::2]
    # Most words are no name's first word: that is seen before anything else is done.
    opens = _OPENINGS[stems]
    first = list(compress(count(), map(opens.__getitem__, words)))
    if not trie.keys().isdisjoint(words):
        first = sorted({*first, *(k for k, word in enumerate(words) if word in trie)})
    # Word k begins at ends[2 * k] and ends at ends[2 * k + 1].
    found = _mentions(text, words, list(accumulate(map(len, parts))), first, (trie, common)) if first else []
    if "CAR" in text or "himeric" in text:
        found = _with_car_t(text, found)
    if len(found) > 1 and "cord blood" in low:
        found = _from_cord_blood(text, found)
    if own is not None:
        if own.short:
            found = [
                m for k, m in enumerate(found) if not (k and m.text in own.short and _again(text, found[k - 1], m))
            ]
        if len(found) > 1:
            found = [m for k, m in enumerate(found) if not (k and _is_form(text, found[k - 1], m))]
        if own.other:
            found = [m for m in found if m.text not in own.other or m.agent.intervention_no is not None]
        for mention in found:
            mention.agent = own.agents.get(mention.agent.key, mention.agent)
    return found


def _again(text: str, name: Mention, short: Mention) -> bool:
    """Whether an abbreviation stands in brackets behind the name that it is of."""
    return name.agent.key == short.agent.key and text[name.end : short.start].strip() == "("


_MAX_FORM = 4


def _is_form(text: str, name: Mention, short: Mention) -> bool:
    """`ZX-912 GEM 8 mg`: an abbreviation right behind a registered name says what form it has, not what is added."""
    if short.start - name.end != 1 or name.agent.intervention_no is None or short.agent.intervention_no is not None:
        return False
    return text[name.end] == " " and short.text.isupper() and short.text.isalpha() and len(short.text) <= _MAX_FORM


def _mentions(
    text: str, words: list[str], ends: list[int], first: list[int], tries: tuple[Trie, Trie]
) -> list[Mention]:
    found: list[Mention] = []
    done = 0
    for index in first:
        if index < done:
            continue
        word = words[index]
        best = _longest((tries[0].get(word), tries[1].get(word)), words, ends, index, text)
        misspelled = False
        if best is None and len(word) > 6 and (formed := _by_form(word)) is not None:
            best, misspelled = (1, formed[0]), formed[1]
        if best is None:
            continue
        length, agent = best
        start, end = ends[2 * index], ends[2 * (index + length) - 1]
        found.append(Mention(agent, start, end, text[start:end], misspelled))
        done = index + length
    return found


@lru_cache(maxsize=50_000)
def _by_form(word: str) -> tuple[Agent, bool] | None:
    """The agent that a long word is by its ending, or by its likeness to a known name (then it is misspelled)."""
    if _ORDINARY.match(word):
        return None
    if (near := _misspelled(word)) is not None:
        return near, True
    return (Agent(word, word), False) if has_stem(word) else None


@lru_cache(maxsize=50_000)
def has_stem(word: str) -> bool:
    """Whether a word in lower case ends as agents of a class do (`-mab`, `-nib`)."""
    return word.endswith(_ENDINGS) and _STEM.match(word) is not None  # the first is much faster, and mostly enough


_TARGET = rf"(?:anti-?\s?)?{one_of('car_target')}"
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


_CORD_BLOOD = "umbilical cord blood"
_DERIVED = re.compile(r"[\s-]*(?:derived[\s-])?", re.IGNORECASE)


def _from_cord_blood(text: str, found: list[Mention]) -> list[Mention]:
    """`Cord blood NK cells`, `cord blood-derived MSC` are one agent: the cells; as a graft, the cord blood."""
    joined: list[Mention] = []
    for mention in found:
        before = joined[-1] if joined else mention
        whence = before.agent.key == _CORD_BLOOD != mention.agent.key and mention.agent.kind == "cells"
        if whence and before.end < mention.start and _DERIVED.fullmatch(text, before.end, mention.start):
            agent = before.agent if mention.agent.key == "hematopoietic stem cells" else mention.agent
            joined[-1] = Mention(agent, before.start, mention.end, text[before.start : mention.end])
        else:
            joined.append(mention)
    return joined


@cache
def _long_names() -> dict[str, Agent]:
    """The names that a word may be a misspelling of: a brand must be longer, since many are nearly ordinary words."""
    return {
        name: agent
        for name, agent in vocabulary()[1].items()
        if name.isalpha() and len(name) >= (8 if name == agent.key else 9)
    }


@cache
def _one_letter_less() -> dict[str, str]:
    """Those names with one letter left out."""
    shortened: dict[str, str] = {}
    for name in _long_names():
        for k in range(len(name)):
            shortened.setdefault(name[:k] + name[k + 1 :], name)
    return shortened


@cache
def _heads_and_tails() -> tuple[frozenset[str], frozenset[str]]:
    """The first and the last four letters of those names: one letter amiss leaves one of the two as it is."""
    return frozenset(name[:4] for name in _long_names()), frozenset(name[-4:] for name in _long_names())


def _misspelled(word: str) -> Agent | None:
    """The agent whose name differs from a long word by one letter."""
    names = _long_names()
    if len(word) < 8 or word in vocabulary()[1]:
        return None
    heads, tails = _heads_and_tails()
    if word[:4] not in heads and word[-4:] not in tails:
        return None
    shortened = _one_letter_less()
    if word in shortened:
        return names[shortened[word]]
    for k in range(1, len(word)):
        less = word[:k] + word[k + 1 :]
        if less in names:
            return None if word == less + "s" else names[less]
        near = shortened.get(less)
        if near is not None and len(near) == len(word) and near[k] != word[k] and near[:k] == word[:k]:
            return names[near]
    return None


_GOES_ON = re.compile(r"[.,]\d")  # "bryostatin 1,000 mg" is no bryostatin 1


def _longest(
    candidates: tuple[list[Name] | None, ...], lowered: list[str], ends: list[int], index: int, text: str
) -> tuple[int, Agent] | None:
    best: tuple[int, Agent] | None = None
    for entries in candidates:
        for words, agent, capitals in entries or ():
            length = len(words)
            if best is not None and length <= best[0]:
                continue
            if length > 1 and tuple(lowered[index : index + length]) != words:
                continue
            if capitals and text[ends[2 * index] : ends[2 * index + 1]].islower():
                continue
            if length > 1 and not _connected(ends, index, length, text):
                continue
            if words[-1].isdigit() and _GOES_ON.match(text, ends[2 * (index + length) - 1]):
                continue
            if capitals and agent.intervention_no is None and _CODE.match(text, ends[2 * (index + length) - 1]):
                continue
            if length == 2 and len(words[0]) == 1 and agent.intervention_no is None and _is_level(text, ends, index):
                continue
            best = (length, agent)
    return best


# Right behind an abbreviation it makes a code name of it, "MTX-110" and "CTX112"; an amount has a unit: "MTX15mg".
_CODE = re.compile(
    r"(?:-\d{1,4}|\d{2,4})\b(?![.,]\d)(?!\s?-\s?\d)(?!\s?(?:m[gl]|mcg|ug|g\b|iu\b|u\b|units?|gy|cgy|%|/|x\s?\d|m2|\^))",
    re.IGNORECASE,
)


def _is_level(text: str, ends: list[int], index: int) -> bool:
    """`S1` is a vertebra or a visit, `S-1` and `G3139` are agents."""
    start, end = ends[2 * index + 2 : 2 * index + 4]
    return text[start:end].isdigit() and end - start < 3 and ends[2 * index + 1] == start


def _connected(ends: list[int], index: int, length: int, text: str) -> bool:
    for k in range(index, index + length - 1):
        gap = text[ends[2 * k + 1] : ends[2 * k + 2]]
        if gap == ".":
            continue  # "Ad26.ZEBOV": no sentence ends without a blank
        if len(gap) > 2 or any(character in gap for character in ".;:,()"):
            inside_number = gap == "," and text[ends[2 * k + 1] - 1].isdigit() and text[ends[2 * k + 2]].isdigit()
            if not inside_number:
                return False
    return True

"""The names of regimens that a record itself explains: "melphalan, topotecan and etoposide (MTE)"."""

from __future__ import annotations

import re
from typing import Any

from extract.doses.agents import Mention, find_agents
from extract.doses.lexicon import Lexicon
from extract.doses.named import find_names
from extract.doses.vocabulary import words
from extract.study import Field

_NAME = r"(?:[A-Z]{3,6}|[A-Z][A-Za-z]{0,2}[A-Z][A-Za-z]?)"
_ABBREVIATION = re.compile(rf"\(\s*[\"'\u201c]?({_NAME})[\"'\u201d]?\s*\)")
# The name first: "MTE (melphalan, topotecan and etoposide)".
_EXPLAINED = re.compile(rf"(?<![\w/-])({_NAME})(?![\w/-])[\"'\u201d]?\s?[(:=]\s?")
_BETWEEN = re.compile(
    r"\)?(?:\s+(?:[a-z]{3,8}ate|hydrochloride|sodium)\b)?(?:\s*\([^()]{2,20}\))?[\s,/+&-]*(?:\b(?:and|plus|with|then)\b\s*)?"
    r"(?:\b(?:chemotherapy|regimen|combination|therapy)\b\s*)?\(?",
    re.IGNORECASE,
)
_WORD = re.compile(rf"(?<![\w/-]){_NAME}(?!\w|/\w|-\w)")
# The last of a list, with or without its amount: ", topotecan and etoposide (100 mg/m2)".
_REST = r"(?:[^,/+&()]|\([^()]{2,20}\))*\Z"
_ENUMERATED = re.compile(rf"[,/+&]\s*(?:(?:and|plus)\s)?{_REST}|\b(?:and|plus)\s{_REST}")
_CYTOTOXIC = frozenset(words("cytotoxic"))
_LAST = 50
_REACH = 160


def defined_names(sources: list[Field], lexicon: Lexicon) -> dict[str, dict[str, Any]]:
    """The abbreviations of a list of as many agents as they have letters, as entries like `regimens.toml`'s."""
    found: dict[str, dict[str, Any]] = {}
    for source in sources if _may_list(lexicon) else ():
        text = source.text.norm
        for match in _ABBREVIATION.finditer(text):
            if match[1] not in found and _ENUMERATED.search(text[max(0, match.start() - _LAST) : match.start()]):
                _enter(found, match[1], _listed(text, match.start(), lexicon), lexicon, last=True)
        for match in _EXPLAINED.finditer(text):
            if match[1] not in found:
                _enter(found, match[1], _listed_after(text, match.end(), lexicon), lexicon, last=False)
    return found


def _enter(found: dict[str, dict[str, Any]], name: str, listed: list[Mention], lexicon: Lexicon, *, last: bool) -> None:
    """Enter a name if the list before it (its `last` agents) or after it has an agent for each letter or capital."""
    for letters in (name.upper(), "".join(letter for letter in name if letter.isupper())):
        agents = listed[-len(letters) :] if last else listed
        if len(agents) == len(letters) and _is_spelled(letters, agents) and not _is_known(name, lexicon):
            components = [mention.agent.key for mention in agents]
            if not _is_meant(name, components):
                found[name] = {"name": name, "components": components}


def _may_list(lexicon: Lexicon) -> bool:
    """Whether the study gives several agents, or registers only their kind; most give one, and explain no regimen."""
    agents = {agent.key: agent.kind for agents in lexicon.by_intervention.values() for agent in agents}
    return len(agents) > 1 or "group" in agents.values()


def _is_known(name: str, lexicon: Lexicon) -> bool:
    """Whether the name has one meaning without the record: an agent's, or a regimen's that is called nothing else."""
    clear = any(not entry.get("needs_context") for _, _, entry in find_names(name))
    return clear or bool(find_agents(name, lexicon.names))


def _is_meant(name: str, components: list[str]) -> bool:
    """Whether `regimens.toml` means the same by the name; "AP" is cisplatin's unless the record explains it else."""
    return any(set(entry["components"]) == set(components) for _, _, entry in find_names(name))


def with_defined(
    text: str, names: list[tuple[int, int, dict[str, Any]]], defined: dict[str, dict[str, Any]]
) -> list[tuple[int, int, dict[str, Any]]]:
    """The names of regimens in a text with those that the record explains, which win over what they mean elsewhere."""
    own = find_defined(text, defined)
    starts = {start for start, _, _ in own}
    return [*(name for name in names if name[0] not in starts), *own]


def find_defined(text: str, defined: dict[str, dict[str, Any]]) -> list[tuple[int, int, dict[str, Any]]]:
    """Where a text uses such names, with their entries."""
    found = (match for match in _WORD.finditer(text) if match[0] in defined)
    return [(match.start(), match.end(), defined[match[0]]) for match in found]


def _listed(text: str, end: int, lexicon: Lexicon) -> list[Mention]:
    """The agents of the enumeration that ends at `end`."""
    text = text[max(0, end - _REACH) : end]
    end = len(text)
    listed: list[Mention] = []
    for mention in reversed(find_agents(text, lexicon.names)):
        if mention.agent.kind == "group" or not _BETWEEN.fullmatch(text, mention.end, end):
            break
        if listed and listed[0].agent.key == mention.agent.key:
            listed.pop(0)  # "pentostatin (Nipent)"
        listed.insert(0, mention)
        end = mention.start
    return listed


def _listed_after(text: str, start: int, lexicon: Lexicon) -> list[Mention]:
    """The agents of the enumeration that begins at `start`."""
    text = text[start : start + _REACH]
    end = 0
    listed: list[Mention] = []
    for mention in find_agents(text, lexicon.names):
        if mention.agent.kind == "group" or not _BETWEEN.fullmatch(text, end, mention.start):
            break
        if not listed or listed[-1].agent.key != mention.agent.key:
            listed.append(mention)
        end = mention.end
    return listed


def _is_spelled(name: str, listed: list[Mention]) -> bool:
    """Whether more than half of the letters begin one of the agents' names: "VID", but "O" is vincristine too.

    Of a pair both letters must, and it must be chemotherapy: two letters abbreviate much else.
    """
    initials = {word[0].upper() for m in listed for word in (m.text, m.agent.key)}
    if "".join(word[0] for word in re.findall(r"[a-z]+", listed[-1].text.lower())) == name.lower():
        return False  # "A and platelet-rich plasma (PRP)": of the last alone
    if len(name) < 3 and _CYTOTOXIC.isdisjoint(m.agent.key for m in listed):
        return False
    return 2 * sum(letter in initials for letter in name) > len(name)

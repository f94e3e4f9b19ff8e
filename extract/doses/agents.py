"""Agents: what is given, resolved to the record's interventions or to the vocabulary of common agents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from extract.doses.vocabulary import read_table
from extract.study import Intervention, Study

_WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?|[+/%]")
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

# Endings of nonproprietary names (WHO stem list) by which an unknown drug is recognised.
_STEMS = (
    "mab|nib|ciclib|parib|leucel|cept|vedotin|gliptin|gliflozin|glutide|natide|sartan|statin|caine|cillin|mycin|floxacin|oxacin"
    "|limus|platin|taxel|rubicin|zomib|setron|prazole|dronate|parin|xaban|grel|triptan|azepam|zolam|oxetine|lukast|terol"
    "|conazole|vir|fovir|buvir|navir|tegravir|citabine|trexate|trexed|bicin|tecan|poside|tinib|rafenib|metinib|lisib|degib"
    "|siran|rsen|fusp|kinra|ermin|grastim|poetin|stim|tocin|relin|relix|tide|olone|asone|pril|olol|dipine|zosin|afil|pramine"
    "|peridol|piprazole|idone|apine|gepant|orexant|trigine|racetam|gabalin|barbital|curonium|profen|coxib|oxicam|fenac"
)
_STEM = re.compile(rf"[a-z]{{3,}}(?:{_STEMS})\Z")


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
        if best is None and stems and len(word) > 6 and _STEM.match(word):
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


# ---- the record's own names --------------------------------------------------------------------------------------

_AMOUNT_IN_NAME = re.compile(
    r"[(\[]?\s*(?:\b(?:low|high|medium|mid|middle)[- ]?dose\b|\bdose \d+\b|\b\d[\d.,]*(?:\s?(?:-|to|/|,)\s?\d[\d.,]*)*\s?-?(?:x\s?10\^?\d+\s?)?"
    r"(?:mg|mcg|ug|g|gm|ml|iu|units?|%|mg/kg|mg/m\^?2|mg/ml|mg/day|gy|cgy|mmol|meq|mci|mbq|million|billion|cells?|cfu|kg|u)\b(?:\s?/\s?(?:kg|m\^?2|ml|day|d|h|min|dose|week|m2))*\s*%?\s*[)\]]?|\d[\d.,]*\s?%)",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\b(?:tablets?|tab|capsules?|injections?|injectable|oral|orally|solutions?|suspension|infusions?|intravenous(?:ly)?|iv|i\.v\.|subcutaneous(?:ly)?|sc|intramuscular(?:ly)?|im|intravitreal|intrathecal"
    r"|topical(?:ly)?|cream|ointment|gel|lotion|eye drops?|drops|spray|nasal|inhal(?:ed|ation|er)|nebuli[sz]ed|powder|granules?|syrup|patch|pill|pills|film[- ]coated|extended[- ]release|er|xr|sr|prolonged[- ]release|sustained[- ]release|immediate[- ]release"
    r"|daily|once|twice|bid|qd|tid|weekly|a day|per day|single dose|multiple doses?|doses?|group|arm|treatment|therapy|administration|monotherapy|product|formulation|regimen|for injection|in vials?|emulsion|once daily|twice daily|loading|maintenance|supplement(?:ation)?|intervention|medication|drug|agent"
    r"|hydrochloride|hcl|sodium|sulfate|sulphate|phosphate|acetate|mesylate|maleate|citrate|tartrate|fumarate|succinate|tosylate|besylate|disodium|potassium salt|hydrobromide|dihydrate|monohydrate|active|experimental|comparator|control|study|investigational|low|high|medium|mid|standard|only|alone)\b\.?",
    re.IGNORECASE,
)
_KEEP_WHOLE = re.compile(r"\b(?:potassium|sodium|magnesium|calcium|zinc|ferrous|iron|lithium)\b", re.IGNORECASE)
_JOINERS = re.compile(
    r"\s*(?:\+|;|&|\bplus\b|\bcombined with\b|\bin combination with\b|\bcombination with\b|\bcombined\b|\bfollowed by\b|\band\b|\bor\b|\bversus\b|\bvs\.?\b|\bthen\b|,|\uff0c|\u3001|\bwithout\b)\s*",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"[(\[]([^()\[\]]{2,})[)\]]")
_NOT_A_NAME = re.compile(
    r"(?:|\W+|\d+|standard(?: of care)?|soc|usual care|best supportive care|bsc|no|none|care|observation|surgery|exercise|education|training|diet|follow-?up|the|in|to|of|mg|day|days|week|weeks|cycle|n/?a|other"
    r"|questionnaires?|laborator\w+|biomarker\w*|quality[- ]of[- ]life.*|pharmac(?:o|ological).*|imaging|mri|ct|pet.*|biops\w+|sampl\w+|blood|device|oral|sham|sham .*|test|assessment|placebo-controlled|patients?|participants?|subjects?|questionnaire administration|conventional|new|part [ab]|cohort.*|group.*|arm.*|arms?|high|low|matching|test|reference|active|control|body|supportive|supportive care|dose|mono|single|double|a|b|c|i|ii|iii)",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def clean_name(raw: str) -> str:
    """An intervention's name without amounts, dosage forms, salts and trade marks."""
    name = raw.replace("\u00ae", " ").replace("\u2122", " ").replace("(R)", " ").replace("(TM)", " ")
    name = re.sub(
        r"\A\s*(?:drug|biological|placebo comparator|experimental|active comparator|intervention|arm [a-z0-9]+|group [a-z0-9]+)\s*:\s*",
        "",
        name,
        flags=re.IGNORECASE,
    )
    stripped = _AMOUNT_IN_NAME.sub(" ", name)
    if not _KEEP_WHOLE.search(stripped) or len(stripped.split()) > 3:
        shorter = _FORM.sub(" ", stripped)
        stripped = shorter if re.search(r"[A-Za-z]{2}", shorter) else stripped
    stripped = re.sub(r"\(\s*[,;/ ]*\s*\)", " ", stripped)
    return re.sub(r"\s+", " ", stripped).strip(" ,;:-/.*\"'+()[]")


@dataclass(slots=True)
class Lexicon:
    """What a study's agents are called. `by_intervention` holds the agents of each intervention, 1-based."""

    trie: Trie
    by_intervention: dict[int, list[Agent]]
    has_cells: bool


def study_lexicon(study: Study) -> Lexicon:
    """The names of the study's interventions and what they resolve to."""
    trie: Trie = {}
    by_intervention: dict[int, list[Agent]] = {}
    known: dict[str, Agent] = {}
    for intervention in study.interventions:
        by_intervention[intervention.intervention_no] = _agents_of(intervention, trie, known)
    _, names = vocabulary()
    has_cells = any(agent.kind == "cells" for agents in by_intervention.values() for agent in agents) or any(
        re.search(r"\bcells?\b|\bCAR\b|CAR-?T|CART\d", item.name.raw) for item in study.interventions
    )
    return Lexicon(trie, by_intervention, has_cells)


def _agents_of(intervention: Intervention, trie: Trie, known: dict[str, Agent]) -> list[Agent]:
    raw = intervention.name.text.norm
    others = [other.text.norm for other in intervention.other_names[:12]]
    if intervention.type not in _AGENT_TYPES:
        return (
            [mention.agent for mention in find_agents(raw, {}, stems=True) if mention.agent.kind not in ("group",)]
            if intervention.type == "DEVICE"
            else []
        )
    outside = _PARENTHESIS.sub(" ", raw)
    inside = [part for match in _PARENTHESIS.finditer(raw) for part in re.split(r"[,;/]", match.group(1))]
    parts = [
        part for part in (clean_name(piece) for piece in _JOINERS.split(outside)) if not _NOT_A_NAME.fullmatch(part)
    ]
    if not parts and inside:
        parts = [part for part in map(clean_name, inside) if not _NOT_A_NAME.fullmatch(part)][:1]
        inside = []
    agents = [_agent(part, intervention, known) for part in parts]
    if intervention.type == "OTHER":
        agents = [
            agent for agent in agents if agent.key in vocabulary()[1] or agent.kind != "drug" or _STEM.match(agent.key)
        ]
    for agent, part in zip(agents, parts, strict=False):
        add_name(trie, part, agent)
    if len(agents) == 1:
        names = [*(clean_name(text) for text in inside), *(clean_name(text) for text in others), clean_name(outside)]
        for name in names:
            if len(name) >= 2 and not _NOT_A_NAME.fullmatch(name) and not name.isdigit():
                agents[0] = _enter_alias(trie, name, agents[0])
    else:
        for text in [*inside, *others]:
            mentioned = find_agents(text, {})
            for mention in mentioned:
                agent = known.setdefault(
                    mention.agent.key,
                    Agent(mention.agent.key, mention.agent.name, mention.agent.kind, intervention.intervention_no),
                )
                if agent not in agents and len(agents) > 1 and text in others:
                    agents.append(agent)
                add_name(trie, mention.text, agent)
    return agents


def _enter_alias(trie: Trie, name: str, agent: Agent) -> Agent:
    """An alias that the vocabulary knows gives the agent its canonical key."""
    common = vocabulary()[1].get(" ".join(words_of(name)))
    if (
        common is not None
        and vocabulary()[1].get(agent.key) is None
        and not _STEM.match(agent.key)
        and agent.kind == "drug"
    ):
        agent.key = common.key
        agent.kind = common.kind
    if not (name.islower() and len(name) <= 3):
        add_name(trie, name, agent, capitals=len(name) <= 4 and name.isalpha())
    return agent


def _agent(name: str, intervention: Intervention, known: dict[str, Agent]) -> Agent:
    common, names = vocabulary()
    direct = names.get(" ".join(words_of(name)))
    if direct is None:
        mentions = [m for m in find_agents(name, {}) if m.agent.kind != "group"]
        direct = (
            mentions[0].agent
            if len(mentions) == 1 and (mentions[0].agent.kind != "cells" or len(words_of(name)) <= 4)
            else None
        )
    kind = "radiation" if intervention.type == "RADIATION" else "drug"
    if direct is not None:
        key, display, kind = direct.key, name, direct.kind
    else:
        key, display = name.lower(), name
        if re.search(r"\bcells?\b|\bCAR\b|lymphocyte", name):
            kind = "cells"
    if key not in known:
        known[key] = Agent(key, display, kind, intervention.intervention_no)
    return known[key]

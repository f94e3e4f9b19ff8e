"""Arms: who receives a dose."""

from __future__ import annotations

import re
from collections.abc import Set

from extract.doses.agents import Agent, find_agents, vocabulary, words_of
from extract.doses.amount import Amount
from extract.doses.everyone import is_for_all, speaks_of_all
from extract.doses.given import given_of
from extract.doses.lexicon import Lexicon, components
from extract.doses.merging import Statement
from extract.lower import holds_any
from extract.study import Arm, Field, Study

NO_DRUG = ("PLACEBO_COMPARATOR", "NO_INTERVENTION")  # types of arms
_CODE = r"(?-i:[A-Z]{2,5}\d{0,2}|[A-Z]\d{1,2})"  # "group BD", "group M2"
_GROUP_NAME = re.compile(
    rf"\b(?P<word>arm|group|cohort|part)s?(?:\s+|-\s?|\s?\()[\"']?(?P<first>[A-Z]|\d{{1,2}}[A-Za-z]?|I{{1,3}}|IV|V|{_CODE})\b"
    rf"(?:\s*(?:,|/|and|or|&|\+|to|-)\s*(?:(?:arm|group|cohort|part)s?\s+)?(?P<second>[A-Z]|\d{{1,2}}|I{{1,3}}|IV|V|{_CODE})\b)?"
    # "the LIA group", "D group"; but "A group of patients"
    rf"|(?<![\w-])(?:(?!A\b)(?-i:[A-Z])|{_CODE})(?=\s(?:arm|group)\b)",
    re.IGNORECASE,
)
# What a label calls its arm; "part" counts only where the text speaks of parts too.
_CALLED = tuple(
    re.compile(rf"\b(?:{words})s?(?:\s+|-\s?|\s?[(:]\s?)[\"']?(?=(\w+))|\b(\w+)\s(?=(?:{words})\b)", re.IGNORECASE)
    for words in ("arm|group|cohort", "part|arm|group|cohort")
)
_GROUP_WORDS = ("arm", "group", "cohort", "part")  # nothing but a label names arms without any of these
_ALL = re.compile(r"\b(?:both|all|each|two|three|every)\s+(?:\w+\s+)?(?:groups?|arms?|cohorts?)\b", re.IGNORECASE)
# Stronger than a link; "three groups" only says into how many the patients are divided.
_BOTH = re.compile(r"\b(?:both|all)\s(?:\w+\s)?(?:groups|arms|cohorts)\b", re.IGNORECASE)
_ROLE_WORDS = {
    "EXPERIMENTAL": re.compile(
        r"\b(?:experimental|treatment|study|intervention|test)\s+(?:group|arm)\b", re.IGNORECASE
    ),
    "CONTROL": re.compile(r"\b(?:control|comparator|standard)\s+(?:group|arm)\b", re.IGNORECASE),
    "PLACEBO": re.compile(r"\bplacebo\s+(?:group|arm)\b", re.IGNORECASE),
}


def named_arms(study: Study, text: str) -> list[int]:
    """The arms that a phrase names: by label, by letter or number, by role, or all of them."""
    arms = study.arms
    if not arms:
        return []
    lowered = text.lower()
    if by_level := _of_levels(study, lowered):
        return by_level
    if by_label := _by_labels(arms, lowered):
        return by_label
    found: list[int] = []
    if not holds_any(lowered, _GROUP_WORDS):
        return found
    for match in _GROUP_NAME.finditer(text):
        for name in (match["first"], match["second"]) if match["word"] else (match[0],):
            if name:
                found += [a.arm_no for a in arms if _is_called(a, match["word"] or "group", name)]
    if found:
        return sorted(set(found))
    if _ALL.search(text):
        return [a.arm_no for a in arms]
    for role, pattern in _ROLE_WORDS.items():
        if pattern.search(text):
            found += [a.arm_no for a in arms if _has_role(a, role)]
    return sorted(set(found)) if 0 < len(set(found)) < len(arms) else []


_LEVEL = re.compile(r"\b(low|high|medium|mid|middle|intermediate|moderate)(?:er)?\b")
_LEVEL_SAID = re.compile(rf"{_LEVEL.pattern}[- ]?(?:dos\w*|level|strength|concentration|group|arm|\s?:)")
_MIDDLE = ("medium", "mid", "middle", "intermediate", "moderate")


def _of_levels(study: Study, lowered: str) -> list[int]:
    """The arms of the dose levels that a text names, where labels are told apart by them: "Low", "High dose"."""
    if "low" not in lowered and "high" not in lowered and not holds_any(lowered, _MIDDLE):
        return []
    said = {_level(match) for match in _LEVEL_SAID.finditer(lowered)}
    labels = [{_level(m) for m in _LEVEL.finditer(arm.label.text.norm.lower())} for arm in study.arms] if said else []
    if len({level for levels in labels if len(levels) == 1 for level in levels}) < 2:
        return []
    return [arm.arm_no for arm, levels in zip(study.arms, labels, strict=True) if len(levels) == 1 and levels <= said]


def _level(match: re.Match[str]) -> str:
    return "medium" if match[1] in _MIDDLE else match[1]


def phrases_about(study: Study, text: str, segment: tuple[int, int], amounts: list[Amount]) -> list[str]:
    """For each amount of a phrase the part that says who receives it, or the whole where it cannot be told.

    "Arm A receives 5 mg and arm B 10 mg" names the arm before each amount, "5 mg in arm A or 10 mg in arm B" behind.
    """
    start, end = segment
    phrase = text[start:end]
    if len(amounts) < 2 or len(study.arms) < 2 or len(named_arms(study, phrase)) < 2:
        return [phrase] * len(amounts)
    before = [text[a : b.start] for a, b in zip([start, *(one.end for one in amounts)], amounts, strict=False)]
    if named_arms(study, before[0]):
        naming: list[str] = []
        for part in before:
            if naming and not named_arms(study, part):
                part = phrase if _of_another_drug(study, part, naming[-1]) else naming[-1]
            naming.append(part)
        return naming
    after = [text[a.end : b] for a, b in zip(amounts, [*(one.start for one in amounts[1:]), end], strict=True)]
    return after if all(named_arms(study, part) for part in after) else [phrase] * len(amounts)


def _of_another_drug(study: Study, part: str, naming: str) -> bool:
    """Whether arms are called as their drugs and a part names another: "A 5 mg or B 10 mg, followed by C 1 mg"."""
    labels = [study.arms[number - 1].label.text.norm.strip() for number in named_arms(study, naming)]
    drugs = all([mention.text for mention in find_agents(label, None)] == [label] for label in labels)
    return drugs and bool(find_agents(part, None))


_LABEL_IS_AMOUNT = re.compile(r"\d[\d.,]*\s?[a-zA-Z%]")
_HEADING = re.compile(r"(?:(?<=\n)|\A|(?<=[.;])\s+)[\s*-]*(?P<words>[^:\n.;]{2,70}):")
# "Patients are randomised to A: …" is no heading of what its next sentences say.
_TELLS = re.compile(r"\b(?:is|are|be|will|receives?|were|was|randomi[sz]ed)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.;]\s")
_FOR_ALL = re.compile(r"\s*(?:both|all|common|background)\b", re.IGNORECASE)


def arms_of_heading(study: Study, text: str, position: int) -> list[int]:
    """The arms that the last heading of a line or paragraph names ("Standard arm: …"), for what stands under it.

    What comes after the name of another arm is no more under it, nor after more sentences than the arm before has:
    "Group A: 5 mg. Group B: 10 mg. Induction is with …".
    """
    for start in {text.rfind("\n", 0, position) + 1, text.rfind("\n\n", 0, position) + 1}:
        headings = list(_HEADING.finditer(text, start, position))
        for index in range(len(headings) - 1, -1, -1):
            heading, sentences = headings[index], _sentences(text, headings[index].end(), position)
            if sentences and _TELLS.search(heading["words"]):
                continue
            if _FOR_ALL.match(heading["words"]):
                return []
            if not (arms := _headed(study, heading)):
                continue
            before = headings[index - 1] if index else None
            if sentences and before is not None and _headed(study, before):
                usual = _sentences(text, before.end(), heading.start() + 1)
                if sentences >= usual:
                    return []
            others = named_arms(study, text[heading.end() : position])
            return arms if set(others) <= set(arms) else []
    return []


def _headed(study: Study, heading: re.Match[str]) -> list[int]:
    """The arms that a heading names, or whose label it is, however short."""
    words = heading["words"].strip().lower()
    own = [arm.arm_no for arm in study.arms if arm.label.text.norm.strip().lower() == words]
    return own if own and len(study.arms) > 1 else named_arms(study, heading["words"])


def _sentences(text: str, start: int, end: int) -> int:
    """How many sentences end within a part of a text."""
    return len(_SENTENCE_END.findall(text, start, end))


_CALLED_GROUP = re.compile(r"(?P<name>[a-z][\w -]{3,40}) (?:arm|group|cohort)")


def _by_labels(arms: list[Arm], lowered: str) -> list[int]:
    """The arms whose labels a text in lower case prints, "A" not where it is a part of "A plus B"."""
    found = {arm.arm_no: places for arm in arms if (places := _printed(arm.label.text.norm, lowered))}
    if len(found) < 2:
        return list(found)
    everywhere = [place for places in found.values() for place in places]
    return [number for number, places in found.items() if not all(_is_inside(place, everywhere) for place in places)]


def _is_inside(place: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(a <= place[0] and place[1] <= b and (a, b) != place for a, b in others)


def _printed(label: str, lowered: str) -> list[tuple[int, int]]:
    """Where a label stands as whole words: "group i" is no part of "group ii", and the "A group" may be "the A arm"."""
    # A label that is an amount ("10 mg of A") stands in every list of amounts and names nobody.
    if len(label) <= 3 or _LABEL_IS_AMOUNT.match(label):
        return []
    label = label.lower()
    if label in lowered:
        return _places(label, lowered)
    called = _CALLED_GROUP.fullmatch(label)
    if called is None or called["name"] not in lowered:
        return []
    return [place for word in ("arm", "group", "cohort") for place in _places(f"{called['name']} {word}", lowered)]


def _places(name: str, lowered: str) -> list[tuple[int, int]]:
    found = []
    start = lowered.find(name)
    while start >= 0:
        end = start + len(name)
        if not (lowered[start - 1 : start].isalnum() or lowered[end : end + 1].isalnum()):
            found.append((start, end))
        start = lowered.find(name, end)
    return found


def _is_called(arm: Arm, word: str, name: str) -> bool:
    label = arm.label.text.norm
    names = {(match[1] or match[2]).lower() for match in _CALLED[word.lower() == "part"].finditer(label)}
    return name.lower() in names or label.strip().lower() == name.lower()


def _has_role(arm: Arm, role: str) -> bool:
    if role == "EXPERIMENTAL":
        return arm.type == "EXPERIMENTAL"
    if role == "PLACEBO":
        return arm.type == "PLACEBO_COMPARATOR" or "placebo" in arm.label.text.norm.lower()
    return (
        arm.type in ("ACTIVE_COMPARATOR", "NO_INTERVENTION", "PLACEBO_COMPARATOR", "SHAM_COMPARATOR")
        or "control" in arm.label.text.norm.lower()
    )


def _named_in(arm: Arm, lexicon: Lexicon) -> set[str]:
    """The agents that an arm's own text names as given."""
    found = _given_in(arm.label, lexicon)
    return found if arm.description is None else found | _given_in(arm.description, lexicon)


def _given_in(source: Field, lexicon: Lexicon) -> set[str]:
    text = source.text.norm
    return {m.agent.key for m in given_of(text, find_agents(text, lexicon.names))}


def receives(study: Study, lexicon: Lexicon, arm: Arm, agent: Agent) -> bool:
    """Whether a linked arm receives an agent of an intervention that stands for several ("A or B").

    Of such an intervention an arm receives what its own text names, or all if it names none.
    """
    if len(study.arms) > 1 and _linked_in_vain(study, lexicon, arm, agent):
        return False
    composite = [
        agents
        for number in arm.intervention_nos
        if len(agents := lexicon.by_intervention.get(number, [])) > 1 and any(a.key == agent.key for a in agents)
    ]
    if not composite or len(study.arms) < 2:
        return True
    alone = any(
        [a.key for a in lexicon.by_intervention.get(number, [])] == [agent.key] for number in arm.intervention_nos
    )
    named = _named_in(arm, lexicon)
    if any(agent.key in lexicon.members.get(group, ()) for group in named):
        return True
    return alone or agent.key in named or not any(a.key in named for agents in composite for a in agents)


def _linked_in_vain(study: Study, lexicon: Lexicon, arm: Arm, agent: Agent) -> bool:
    """Whether a registered link is contradicted by the arm itself.

    Some records link every intervention to every arm, or a placebo arm to the drug that the placebo stands for.
    """
    if agent.kind in ("placebo", "fluid") and not _linked_to_all(study):
        return False
    linked = {a.key: a for number in arm.intervention_nos for a in lexicon.by_intervention.get(number, ())}
    if agent.key not in linked:
        return False
    if _linked_to_all(study):
        label = _given_in(arm.label, lexicon)
        if not label & linked.keys() or agent.key in _named_in(arm, lexicon):
            return False
        return any(agent.key in _given_in(other.label, lexicon) for other in study.arms)
    if _linked_for_another(study, lexicon, arm, agent, linked.keys()):
        return True
    if arm.type != "PLACEBO_COMPARATOR" or any(a.kind in ("placebo", "fluid") for a in linked.values()):
        return False
    named = _named_in(arm, lexicon)
    inert = "placebo" in arm.label.text.norm.lower() or "placebo" in named or _is_called_inert(arm, lexicon)
    return inert and agent.key not in named and (len(linked) == 1 or bool(named & linked.keys()))


def _linked_for_another(study: Study, lexicon: Lexicon, arm: Arm, agent: Agent, linked: Set[str]) -> bool:
    """Whether a comparator whose text names only other drugs is linked to the one intervention of another arm."""
    if arm.type == "EXPERIMENTAL" or len(arm.intervention_nos) != 1:
        return False
    named = _named_in(arm, lexicon)
    if not named or named & linked or any(lexicon.members.get(key) for key in named):
        return False
    if not any(_is_drug(key, lexicon) for key in named):
        return False
    others = (other for other in study.arms if other is not arm and other.intervention_nos == arm.intervention_nos)
    return any(agent.key in _named_in(other, lexicon) for other in others)


def _is_drug(key: str, lexicon: Lexicon) -> bool:
    agent = lexicon.names.agents.get(key) or vocabulary()[1].get(key)
    return agent is not None and agent.kind in ("drug", "placebo")


def _is_called_inert(arm: Arm, lexicon: Lexicon) -> bool:
    """Whether an arm's label names nothing but a vehicle or a fluid."""
    kinds = {mention.agent.kind for mention in find_agents(arm.label.text.norm, lexicon.names)}
    return bool(kinds) and kinds <= {"placebo", "fluid"}


def _linked_to_all(study: Study) -> bool:
    """Whether several interventions are all linked to all arms."""
    return len(study.interventions) > 1 and all(len(i.arm_nos) == len(study.arms) for i in study.interventions)


def arms_of_statement(study: Study, lexicon: Lexicon, statement: Statement, phrase: str) -> None:
    """The arms that a statement is about: the field's arm, those its phrase names, else those linked."""
    source = statement.source
    statement.registered = source.arm_no is not None or source.intervention_no is not None
    if source.arm_no is not None:
        other = said_of_others(study, lexicon, study.arms[source.arm_no - 1], statement.agent.key)
        statement.arm_nos = statement.own_arm_nos = statement.stated_arm_nos = other or [source.arm_no]
        return
    if source.intervention_no is None and is_for_all(phrase):
        statement.arm_nos = statement.own_arm_nos = [arm.arm_no for arm in study.arms]
        return
    linked = _linked_arms(study, lexicon, statement)
    named = named_arms(study, phrase)
    if called_so := [number for number in named if _called_like(study.arms[number - 1], statement)]:
        # The phrase names the agent, not the arm: "Gefitinib 250 mg" is also about the arm "Gefitinib, then X".
        key = statement.agent.key
        named = [a.arm_no for a in study.arms if a.arm_no in called_so or key in _named_in(a, lexicon)]
    named = [number for number in named if not _names_placebo_only(study.arms[number - 1], statement, phrase)]
    if not named and statement.source.intervention_no is None and not speaks_of_all(phrase):
        named = arms_of_heading(study, statement.source.text.norm, statement.start)
    if len(named) == len(study.arms) and not statement.registered and _BOTH.search(phrase):
        linked = named  # "in both groups 5000 IU of A": though A is also what one of them is about
    if named and (not linked or set(named) & set(linked)):
        statement.arm_nos = [number for number in named if not linked or number in linked]
        statement.own_arm_nos = list(statement.arm_nos)
    else:
        statement.arm_nos = linked


def said_of_others(study: Study, lexicon: Lexicon, arm: Arm, key: str) -> list[int]:
    """The arms alone linked to an agent among those that share a text ("A 5 mg or placebo")."""
    if arm.description is None or len(study.arms) < 2:
        return []
    text = arm.description.raw
    alike = [other for other in study.arms if other.description is not None and other.description.raw == text]
    linked = [other.arm_no for other in alike if any(_holds(lexicon, n, key) for n in other.intervention_nos)]
    return linked if arm.arm_no not in linked else []


def _called_like(arm: Arm, statement: Statement) -> bool:
    """Whether an arm's label is nothing but the agent's name."""
    label = words_of(arm.label.text.norm)
    return label in (words_of(statement.agent.key), words_of(statement.agent.name), words_of(statement.named or ""))


_PLACEBO_ARM = re.compile(
    r"\bplacebos?[\s\"'-]*(?:treat\w+\s|control\s)?(?:arms?|groups?|cohorts?|patients|subjects)\b"
)


def _names_placebo_only(arm: Arm, statement: Statement, phrase: str) -> bool:
    """Whether a phrase about a drug names not the arm "Placebo" but the agent: "5 mg of A or placebo"."""
    called = arm.label.text.norm.strip().lower() in ("placebo", "placebos")
    drug = statement.agent.kind not in ("placebo", "fluid")
    return called and drug and "placebo" in phrase.lower() and _PLACEBO_ARM.search(phrase.lower()) is None


def _linked_arms(study: Study, lexicon: Lexicon, statement: Statement) -> list[int]:
    number = statement.source.intervention_no
    key = statement.agent.key
    receiving = sorted(
        {arm for i in study.interventions if _holds(lexicon, i.intervention_no, key) for arm in i.arm_nos}
    )
    if number is not None:
        here = list(study.interventions[number - 1].arm_nos)
        if receiving and not _holds(lexicon, number, key):
            both = [arm for arm in here if arm in receiving]
            return both or (receiving if _of_others(lexicon, number, statement) else here)
        return _by_position(study, lexicon, number) or here
    if receiving or len(study.arms) < 2:
        return receiving or [arm.arm_no for arm in study.arms]
    naming = [arm.arm_no for arm in study.arms if key in _named_in(arm, lexicon)]
    return naming or [arm.arm_no for arm in study.arms if not _healthy(arm)] or [arm.arm_no for arm in study.arms]


_HEALTHY = re.compile(r"\bhealthy\s+(?:\w+\s+)?(?:controls?|volunteers?|subjects?|people|individuals)\b", re.IGNORECASE)


def _healthy(arm: Arm) -> bool:
    """Whether an arm is of healthy people beside patients: what prose says of the treatment is not about them."""
    texts = [arm.label.text.norm, arm.description.text.norm[:300] if arm.description is not None else ""]
    return any(_HEALTHY.search(text) for text in texts)


_ALLOCATION = re.compile(r"\brandom(?:ly|i[sz])", re.IGNORECASE)
_LATER_FOR_ALL = re.compile(r"\bopen|\bOL\b|\bextension|\bcross", re.IGNORECASE)


def _of_others(lexicon: Lexicon, number: int, statement: Statement) -> bool:
    """Whether an intervention's text names an agent that other arms receive ("placebo instead of 5 mg of A").

    So a placebo's text does, unless it tells of a later phase for all, and a text that tells of the allocation.
    """
    text = statement.source.text.norm
    agents = lexicon.by_intervention.get(number, [])
    if agents and all(agent.kind in ("placebo", "fluid") for agent in agents) and statement.agent.kind != "placebo":
        return not _LATER_FOR_ALL.search(text)
    return _ALLOCATION.search(text) is not None


def _holds(lexicon: Lexicon, number: int, key: str) -> bool:
    """Whether an intervention is an agent, or a product that the agent is a part of."""
    return any(agent.key == key or key in components(agent.key) for agent in lexicon.by_intervention.get(number, ()))


def _by_position(study: Study, lexicon: Lexicon, number: int) -> list[int]:
    """Several interventions of one name, all linked to the same arms: the first belongs to the first arm."""
    this = study.interventions[number - 1]
    twins = [i for i in study.interventions if i.name.raw == this.name.raw and i.arm_nos == this.arm_nos]
    if len(twins) < 2 or len(twins) != len(this.arm_nos):
        return []
    return [this.arm_nos[[i.intervention_no for i in twins].index(number)]]


def settle_arms(study: Study, lexicon: Lexicon, statements: list[Statement]) -> None:
    """An arm whose own text gives another amount of an agent does not receive the amount of a mere link."""
    _believe_arms(statements)
    own: dict[str, set[int]] = {}
    for statement in statements:
        own.setdefault(statement.agent.key, set()).update(statement.own_arm_nos)
    for statement in statements:
        _share(study, lexicon, statement, own)
    for statement in statements:
        contradicted = {
            number
            for number in {*statement.arm_nos, *statement.own_arm_nos} - set(statement.stated_arm_nos)
            if _linked_in_vain(study, lexicon, study.arms[number - 1], statement.agent)
        }
        statement.own_arm_nos = [number for number in statement.own_arm_nos if number not in contradicted]
        linked = set(statement.arm_nos) - set(statement.own_arm_nos)
        kept = linked - own[statement.agent.key]
        kept -= {number for number in kept if not receives(study, lexicon, study.arms[number - 1], statement.agent)}
        if statement.own_arm_nos and not statement.registered:
            kept = set()  # the phrase names its arms
        statement.arm_nos = sorted({*statement.own_arm_nos, *kept}) or sorted(linked - contradicted or linked)
        _extend(study, lexicon, statement, own[statement.agent.key])
    _give_levels_to_escalation(study, statements)


def _extend(study: Study, lexicon: Lexicon, statement: Statement, own: set[int]) -> None:
    """`A, then B` without amounts: such an arm also receives what the intervention's text says of B."""
    if statement.stated_arm_nos or not statement.registered:
        return
    key = statement.agent.key
    for arm in study.arms:
        if arm.arm_no in own or arm.arm_no in statement.arm_nos or arm.type in NO_DRUG:
            continue
        if any(_holds(lexicon, number, key) for number in arm.intervention_nos):
            continue  # linked, and not found to receive it
        if statement.agent.kind == "drug" and key in _named_in(arm, lexicon):
            statement.arm_nos = sorted({*statement.arm_nos, arm.arm_no})


def _believe_arms(statements: list[Statement]) -> None:
    """What prose says of an arm ("10 mg in groups 2 and 3") does not count where the arm's text has another amount."""
    stated: dict[str, set[int]] = {}
    for statement in statements:
        stated.setdefault(statement.agent.key, set()).update(statement.stated_arm_nos)
    for statement in statements:
        if statement.stated_arm_nos or statement.registered:
            elsewhere = stated[statement.agent.key] - set(statement.stated_arm_nos)
            left = [number for number in statement.own_arm_nos if number not in elsewhere]
            statement.own_arm_nos = left or [n for n in statement.own_arm_nos if n in statement.arm_nos]


_EXPANSION = re.compile(r"\bexpan(?:sion|ded)\b", re.IGNORECASE)
_ESCALATION = re.compile(r"\b(?:escalat\w+|finding)\b", re.IGNORECASE)


def _give_levels_to_escalation(study: Study, statements: list[Statement]) -> None:
    """Levels that no arm's own text states are those of "Dose escalation"; "Expansion" gets one of them later."""
    labels = [arm.label.text.norm for arm in study.arms]
    if not any("xpan" in label or "XPAN" in label for label in labels):
        return
    expansion = {k for k, label in enumerate(labels, 1) if _EXPANSION.search(label) and not _ESCALATION.search(label)}
    if not expansion or not any(_ESCALATION.search(label) for label in labels):
        return
    for statement in statements:
        levels = {s.amount.low for s in statements if s.agent.key == statement.agent.key and not s.own_arm_nos}
        if len(levels) > 2 and not statement.own_arm_nos:
            statement.arm_nos = sorted(set(statement.arm_nos) - expansion) or statement.arm_nos


_AS_ELSEWHERE = re.compile(
    r"\b(?:as|like|same)\b[^.;]{0,40}\b(?:arm|group|cohort|above|other|first|schedule|regimen|doses?)\b", re.IGNORECASE
)


def _share(study: Study, lexicon: Lexicon, statement: Statement, own: dict[str, set[int]]) -> None:
    """`Drug B as in arm A`: an arm whose text names an agent, or refers to another arm, without an amount."""
    if statement.source.arm_no is None:
        statement.own_arm_nos = sorted({*statement.own_arm_nos, *_told_as_elsewhere(study, lexicon, statement)})
        return
    for arm in study.arms:
        if arm.arm_no in own[statement.agent.key] or arm.description is None:
            continue
        if not any(
            a.key == statement.agent.key for n in arm.intervention_nos for a in lexicon.by_intervention.get(n, [])
        ):
            continue
        said = _AS_ELSEWHERE.search(arm.description.text.norm)
        above = said is not None and statement.source.arm_no > arm.arm_no and "above" in said[0]
        if said is not None and not above and _refers_to(study, lexicon, said[0], statement.source.arm_no):
            statement.own_arm_nos = sorted({*statement.own_arm_nos, arm.arm_no})


def _refers_to(study: Study, lexicon: Lexicon, said: str, arm_no: int) -> bool:
    """Whether "as in arm B", "as in the bortezomib arm" may be about an arm: it names no other."""
    if named := named_arms(study, said):
        return arm_no in named
    keys = {mention.agent.key for mention in find_agents(said, lexicon.names)}
    return not keys or bool(keys & _named_in(study.arms[arm_no - 1], lexicon))


def _told_as_elsewhere(study: Study, lexicon: Lexicon, statement: Statement) -> set[int]:
    """Under its heading an arm may get agents "as in arm A", for which prose states the amount."""
    text, key = statement.source.text.norm, statement.agent.key
    if statement.registered or not 0 < len(statement.own_arm_nos) < len(study.arms):
        return set()
    linked = set(_linked_arms(study, lexicon, statement))
    found: set[int] = set()
    for match in _AS_ELSEWHERE.finditer(text):
        start = max(text.rfind(mark, 0, match.start()) + 1 for mark in ".;\n")
        if any(mention.agent.key == key for mention in find_agents(text[start : match.start()], lexicon.names)):
            found.update(linked.intersection(arms_of_heading(study, text, match.start())))
    return found

"""Regimens: what an arm gives together, by phase, by name, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from extract.doses.agents import find_agents
from extract.doses.arm_headings import arms_of_heading
from extract.doses.arm_names import named_arms
from extract.doses.defined import defined_names, with_defined
from extract.doses.given import given_at
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.named import find_names_in
from extract.doses.segments import segments
from extract.doses.sequences import find_sequence
from extract.doses.vocabulary import words
from extract.facts import Evidence, Regimen, RegimenStep, evidence
from extract.lower import holds_any
from extract.study import Arm, Field, Study

# What stands beside a regimen's name, but not beside the same letters where they abbreviate something else: "FC
# chemotherapy", "FC x 4" and "four courses of FC", but not "FC after induction".
_THERAPY = (
    r"(?:(?:poly|immuno)?chemo|regimen|protocol|conditioning|lympho-?deplet|combination|(?:re-?)?induction\b|salvage|"
    r"consolidation\b|intensification\b|mobili[sz]ation\b|schedule|cycles?\b|courses?\b)"
)
_CONTEXT_AFTER = re.compile(
    rf"[\s\"')]*(?:-?based\s)?(?:(?:combination|standard|doublet|triplet|like|type)[\s-])?{_THERAPY}"
    r"|\s?(?:x|\u00d7|\*)\s?\d{1,2}\b(?!\s?[a-z(/]*\d)|\sfor\s(?:\d{1,2}|\w{3,5})\s(?:more\s)?(?:cycles|courses)\b",
    re.IGNORECASE,
)
_CONTEXT_BEFORE = re.compile(
    rf"\b{_THERAPY}\w*[\s:(,\"'-]*(?:(?:regimen|therapy|chemotherapy|with|by|of|using|is|was|are|includes?|consists?|the|an?|"
    r"standard|either|full|high|low|reduced|dose|dense|escalated|rapid|weekly|\d+)\b[\s:(\"'-]*){0,6}\Z",
    re.IGNORECASE,
)
_CYTOTOXIC = frozenset(words("cytotoxic"))
_PHASE_ORDER = (
    "mobilization", "bridging", "lymphodepletion", "conditioning", "transplantation", "gvhd prophylaxis", "run-in",
    "titration", "neoadjuvant", "induction", "consolidation", "intensification", "adjuvant", "treatment", "maintenance",
)  # fmt: skip


@dataclass(slots=True)
class _Named:
    """A named regimen found in a text."""

    name: str
    start: int
    components: list[str]
    phase: str
    evidence: Evidence


@dataclass(slots=True)
class _Group:
    """The doses that an arm gives in one phase."""

    phase: str
    statements: list[tuple[int, Statement]] = field(default_factory=list)


def find_regimens(study: Study, lexicon: Lexicon, statements: list[Statement]) -> list[Regimen]:
    """The regimens of every arm: one a phase with its doses in order, named ones with the components inferred.

    `statements` are the study's merged doses; their position in the list is `dose_no` - 1. A step that is only
    implied by a regimen's name has the flag `inferred`. A step with the flag `after:<agent_key>` counts its days
    from that step; others count from day 0 (or day 1 of the cycle).
    """
    ordered = _may_be_ordered(study)
    fields = [_fields_of(study, arm) for arm in study.arms]
    of_arms = {source.path: source for sources in fields for source in sources}
    prose = _prose(study)
    defined = defined_names([*of_arms.values(), *prose.values()], lexicon)
    known = {agent.key for agents in lexicon.by_intervention.values() for agent in agents}
    known |= {statement.agent.key for statement in statements}
    in_prose = _named_in_prose(study, lexicon, statements, _named_in(prose, defined, known), prose)
    named = _named_in(of_arms, defined, known)
    if not (statements or named or in_prose or ordered):
        return []
    found: list[Regimen] = []
    for arm, sources in zip(study.arms, fields, strict=True):
        names = [name for source in sources for name in named.get(source.path, ())]
        names += [name for arms, name in in_prose if arm.arm_no in arms]
        found += _of_arm(lexicon, statements, arm, names, sources if ordered else [])
    return found


def _of_arm(
    lexicon: Lexicon, statements: list[Statement], arm: Arm, named: list[_Named], ordered: list[Field]
) -> list[Regimen]:
    """The regimens of one arm; `ordered` are its fields that may tell an order of steps."""
    own = [(number, s) for number, s in enumerate(statements, 1) if arm.arm_no in s.arm_nos]
    groups: dict[str, _Group] = {}
    for number, statement in own:
        phase = str(statement.facts.get("phase") or "treatment")
        groups.setdefault(phase, _Group(phase)).statements.append((number, statement))
    regimens = [_from_group(arm, group, named) for group in groups.values()]
    regimens = [
        regimen for regimen in regimens if len(regimen.steps) > 1 or regimen.regimen or regimen.phase != "treatment"
    ]
    taken = {_bare(regimen.regimen or "") for regimen in regimens}
    for name in named:
        if _bare(name.name) not in taken:
            taken.add(_bare(name.name))
            regimens.append(_inferred(arm, name))
    regimens.sort(key=lambda regimen: _order(regimen.phase))
    for source in ordered:
        sequence = find_sequence(source, arm.arm_no, lexicon, own)
        if sequence is not None:
            return [sequence, *regimens]
    return regimens


def _bare(name: str) -> str:
    """`M-VAC` and `MVAC` are one."""
    return name.lower().replace("-", "")


_ORDERED = ("transplant", "sct", "dli")
_CAR = re.compile(r"car(?<!\w...)")


def _may_be_ordered(study: Study) -> bool:
    """Whether the study is about cells or transplantation, whose steps have an order worth looking for."""
    texts = [item.name.raw for item in study.interventions]
    texts += [title.raw for title in study.titles()]
    low = "\n".join(texts).lower()
    return holds_any(low, _ORDERED) or _CAR.search(low) is not None


def _order(phase: str) -> int:
    base = phase.split(" ")[0] if phase not in _PHASE_ORDER else phase
    return _PHASE_ORDER.index(base) if base in _PHASE_ORDER else len(_PHASE_ORDER)


def _fields_of(study: Study, arm: Arm) -> list[Field]:
    """What is said of the arm: its own text, its interventions', and in a study of one arm the prose."""
    fields = [arm.label]
    if arm.description is not None:
        fields.append(arm.description)
    for number in arm.intervention_nos:
        intervention = study.interventions[number - 1]
        fields.append(intervention.name)
        if intervention.description is not None:
            fields.append(intervention.description)
    if len(study.arms) == 1:
        fields += [source for source in (study.detailed_description, study.brief_summary) if source is not None]
    return fields


def _given(study: Study, lexicon: Lexicon, statements: list[Statement]) -> dict[int, set[str]]:
    """The keys of the agents that each arm is linked to or receives an amount of."""
    given = {
        arm.arm_no: {a.key for n in arm.intervention_nos for a in lexicon.by_intervention.get(n, ())}
        for arm in study.arms
    }
    for statement in statements:
        for number in statement.arm_nos:
            given[number].add(statement.agent.key)
    return given


def _prose(study: Study) -> dict[str, Field]:
    """The titles and descriptions of a study that gives agents, by path."""
    if not study.arms or not any(item.type in ("DRUG", "BIOLOGICAL", "RADIATION") for item in study.interventions):
        return {}
    prose = [study.detailed_description, study.brief_summary] if len(study.arms) > 1 else []  # of one arm: its fields
    return {source.path: source for source in [*prose, *study.titles()] if source is not None}


def _named_in_prose(
    study: Study,
    lexicon: Lexicon,
    statements: list[Statement],
    by_path: dict[str, list[_Named]],
    sources: dict[str, Field],
) -> list[tuple[list[int], _Named]]:
    """Regimens that titles and descriptions name, with their arms.

    These are the arms that are called so, or that the same phrase names, or else those that receive all its agents.
    """
    found: list[tuple[list[int], _Named]] = []
    given = _given(study, lexicon, statements) if by_path else {}
    for path, names in by_path.items():
        for named in names:
            called = [arm.arm_no for arm in study.arms if named.name in arm.label.text.norm]
            if arms := called or _arms_of_phrase(study, sources[path].text.norm, named) or _all_given(given, named):
                found.append((arms, named))
    return found


def _arms_of_phrase(study: Study, text: str, named: _Named) -> list[int]:
    """The arms that the phrase or the heading around a regimen's name names, where there are several."""
    if len(study.arms) < 2:
        return []
    phrase = next((text[a:b] for a, b in segments(text) if a <= named.start < b), "")
    return named_arms(study, phrase) or arms_of_heading(study, text, named.start)


def _all_given(given: dict[int, set[str]], named: _Named) -> list[int]:
    """The arms that receive every agent of a regimen of several."""
    components = set(named.components)
    return [number for number, keys in given.items() if components <= keys] if len(components) > 1 else []


def _named_in(
    sources: dict[str, Field], defined: dict[str, dict[str, Any]], known: set[str]
) -> dict[str, list[_Named]]:
    """The named regimens of the fields that hold any, by path.

    `defined` are names that the record explains, `known` the agents that the study registers or gives amounts of.
    """
    texts = [source.text.norm for source in sources.values()]
    found = find_names_in(texts)
    if defined:
        found = [with_defined(text, names, defined) for text, names in zip(texts, found, strict=True)]
    return {
        source.path: _named(source, names, known)
        for source, names in zip(sources.values(), found, strict=True)
        if names
    }


def _named(source: Field, names: list[tuple[int, int, dict[str, Any]]], known: set[str]) -> list[_Named]:
    text = source.text.norm
    in_prose = source.arm_no is None and source.intervention_no is None
    found = []
    for start, end, entry in names:
        around = text[max(0, start - 45) : end + 45]
        if entry.get("needs_context") and not _in_context(text, start, end, entry["components"], known):
            continue
        if not given_at(text, start, end) or (in_prose and _is_of_others(entry["components"], known)):
            continue
        place = evidence(source, start, end, ["inferred"])
        found.append(_Named(text[start:end], start, entry["components"], _phase_near(around, entry), place))
    return found


def _is_of_others(components: list[str], known: set[str]) -> bool:
    """Whether a regimen that prose names is not the study's: its chemotherapy is known, and is none of it."""
    return known.isdisjoint(components) and not known.isdisjoint(_CYTOTOXIC)


def _in_context(text: str, start: int, end: int, components: list[str], known: set[str]) -> bool:
    """Whether the words beside a name, or the agents of the study or around it, say that it is a regimen."""
    if len(components) > 1 and known.issuperset(components):
        return True
    if _CONTEXT_AFTER.match(text, end) or _CONTEXT_BEFORE.search(text, max(0, start - 70), start):
        return True
    around = text[max(0, start - 45) : end + 45]
    return sum(mention.agent.key in components for mention in find_agents(around, stems=False)) >= 2


def _phase_near(around: str, entry: dict[str, Any]) -> str:
    lowered = around.lower()
    for phase, word in (
        ("lymphodepletion", "deplet"),
        ("conditioning", "conditioning"),
        ("conditioning", "preparative"),
    ):
        if word in lowered:
            return phase
    for phase in ("induction", "consolidation", "maintenance", "bridging", "neoadjuvant", "adjuvant"):
        if phase in lowered:
            return phase
    return str(entry.get("phase", "treatment"))


def _from_group(arm: Arm, group: _Group, named: list[_Named]) -> Regimen:
    statements = sorted(group.statements, key=lambda item: _first_day(item[1]))
    keys = {statement.agent.key for _, statement in statements}
    name = next((n for n in named if set(n.components) <= keys), None)
    days = [day for _, statement in statements for day in statement.facts.get("days") or ()]
    lengths = [s.facts["cycle_days"] for _, s in statements if "cycle_days" in s.facts]
    cycles = [s.facts["cycles"] for _, s in statements if "cycles" in s.facts]
    first = statements[0][1]
    return Regimen(
        arm_no=arm.arm_no,
        regimen=name.name if name else None,
        phase=group.phase,
        start_day=min(days) if days else None,
        end_day=max(days) if days else None,
        cycle_days=max(set(lengths), key=lengths.count) if lengths else None,
        cycles=max(set(cycles), key=cycles.count) if cycles else None,
        steps=[_step(number, statement) for number, statement in statements],
        evidence=evidence(first.source, first.start, first.end),
    )


def _first_day(statement: Statement) -> tuple[int, int]:
    days = statement.facts.get("days")
    return (min(days), 0) if days else (1 << 20, statement.start)


def _step(number: int, statement: Statement) -> RegimenStep:
    days = statement.facts.get("days")
    return RegimenStep(
        agent_key=statement.agent.key,
        dose_no=number,
        start_day=min(days) if days else None,
        end_day=max(days) if days else None,
        evidence=evidence(statement.source, statement.start, statement.end),
    )


def _inferred(arm: Arm, named: _Named) -> Regimen:
    steps = [RegimenStep(agent_key=component, evidence=named.evidence) for component in named.components]
    return Regimen(arm_no=arm.arm_no, regimen=named.name, phase=named.phase, steps=steps, evidence=named.evidence)

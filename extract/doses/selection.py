"""Which bound amounts are doses, and of what: the rulings of the annotation guideline that need the agent."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from extract.doses.agents import Agent, find_agents, known_keys
from extract.doses.amount import Amount
from extract.doses.bound import Bound
from extract.doses.contents import is_named_part, is_part
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.own_cells import is_class_of_cells, own_cells
from extract.doses.placebos import is_looked_like
from extract.doses.vocabulary import one_of, read_toml
from extract.lower import holds_any

_NOT_A_CONCENTRATION = re.compile(
    r"\s*(?:of\s+(?:the|all|patients|subjects|participants)|CI\b|confidence|increase|decrease|reduction|risk|power|chance"
    r"|received|recovered|responded|survived|had\b|were\b|\(95)"
)
_DOSAGE_FORM = re.compile(rf"\s*(?:\w+\s+){{0,2}}?{one_of('dosage_form_after')}", re.IGNORECASE)
_FAR = 80  # from the name of an agent to its percentage
_FORM_BEFORE = re.compile(rf"\b{one_of('dosage_form_before')}\s+(?:of |at )?\Z", re.IGNORECASE)


def agent_of(bound: Bound, lexicon: Lexicon, *, inert: bool = False) -> Agent | None:
    """The agent of an amount: radiation for Gy, the study's own cell product for a class of cells.

    An unknown name is the one agent of the study, except in the text of an arm that is `inert`.
    """
    agent = bound.agent
    if not inert and agent is not None and agent.intervention_no is None and agent.key not in known_keys():
        agent = _only_own(lexicon) or agent
    if bound.amount.kind == "radiation":
        own = [a for agents in lexicon.by_intervention.values() for a in agents if a.kind == "radiation"]
        if agent is not None and agent.kind == "radiation" and (agent.intervention_no is not None or not own):
            return agent
        if agent is not None and agent.key in ("total-body irradiation", "total marrow irradiation"):
            return agent
        if agent is not None and agent.intervention_no is not None and agent.key.endswith("mab"):
            return agent  # an antibody that carries the rays
        return own[0] if own else Agent("radiation", "radiation", "radiation")
    if agent is None:
        return None
    if agent.intervention_no is None and agent.key in _compounds():
        agent = _own_compound(agent.key, lexicon) or agent
    generic = is_class_of_cells(agent)
    # "cyclophosphamide, then 1x10^6/kg" is of the study's cells
    no_cells = bound.amount.unit == "{cells}" and agent.kind == "drug" and agent.key in known_keys()
    return (own_cells(agent, lexicon) if generic or no_cells else None) or agent


@cache
def _compounds() -> dict[str, list[str]]:
    """By element, what the names of its compounds hold."""
    return {entry["element"]: entry["in_names"] for entry in read_toml("agent_kinds.toml")["element"]}


def _own_compound(element: str, lexicon: Lexicon) -> Agent | None:
    """`1,000 mg iron` of ferric carboxymaltose: the study's one compound of an element."""
    own = {a.key: a for agents in lexicon.by_intervention.values() for a in agents if a.kind == "drug"}
    found = [agent for key, agent in own.items() if holds_any(key, _compounds()[element]) and _is_one(key)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1000)
def _is_one(key: str) -> bool:
    """Whether a name is that of one agent: "iron sucrose", but not "iron folic acid"."""
    return len({mention.agent.key for mention in find_agents(key, stems=False)}) < 2


def as_meant(amount: Amount, agent: Agent) -> Amount:
    """The amount in micrograms where its milligrams can only be a misprint: `salmeterol 50 mg`."""
    bounds = read_toml("misprints.toml")["ug"].get(agent.key) if amount.unit == "mg" else None
    least = bounds.get("per_body" if amount.per else "fixed") if bounds is not None else None
    if least is None or amount.low < least or amount.concentration:
        return amount
    return replace(amount, unit="ug", flags=[*amount.flags, "misprinted_unit"])


def _only_own(lexicon: Lexicon) -> Agent | None:
    """In a study of one agent an unknown code name is that agent's."""
    own = {
        a.key: a for agents in lexicon.by_intervention.values() for a in agents if a.kind not in ("placebo", "group")
    }
    return next(iter(own.values())) if len(own) == 1 else None


def is_beam(agent: Agent) -> bool:
    """Whether an agent is radiation from outside: no radionuclide ("iodine-131"), whose Gy it gives from within."""
    return agent.kind == "radiation" and not re.search(r"\d", agent.key)


# "air instead of 100% oxygen"
_INSTEAD = re.compile(
    r"\b(?:instead of|rather than|in place of|replac(?:es|ed|ing)) (?:the |an? |their )?(?:usual |standard )?\Z",
    re.IGNORECASE,
)


def accepted(bound: Bound, agent: Agent, text: str) -> bool:
    """Whether the amount can be a dose of this agent at all."""
    amount = bound.amount
    if is_looked_like(bound, agent, text):
        return False
    if agent.intervention_no is None and is_part(text, amount.start):
        return False
    if (bound.named is None or bound.agent is not agent) and is_named_part(text, amount.start, amount.end):
        return False
    if _INSTEAD.search(text, max(0, bound.start - 40), bound.start):
        return False
    if amount.kind == "percent":
        if agent.kind in ("radiation", "cells", "group", "vaccine") or amount.low <= 0 or amount.high > 100:
            return False
        if not _is_concentration(bound, text):
            return False
        amount.role = "concentration"
    if amount.kind == "radiation" and "brachy" in (bound.named or agent.name).lower():
        bound.facts["route"] = "other"  # its source is put into the body
    elif amount.kind == "radiation" and is_beam(agent):
        bound.facts["route"] = "rt-external"
    if amount.unit == "{dose}" and amount.high == 1 and agent.kind == "fluid":
        return False  # what is given for a vaccine
    if amount.unit == "{dose}" and (amount.role in ("maximum", "minimum") or not _counts_administrations(bound, text)):
        return False
    if amount.kind == "cells":
        return amount.low >= 1e3 or amount.unit == "{pfu}"
    return not (amount.kind == "auc" and agent.kind == "radiation")


_LEVELS = re.compile(r"(?<!total )(?<!series )(?<!course )\bof (?:the )?\Z", re.IGNORECASE)
_INJECTIONS = re.compile(r"(?:injection|vaccination)s\Z", re.IGNORECASE)


def _counts_administrations(bound: Bound, text: str) -> bool:
    """`6 doses of A`, but not `a comparison of 2 doses of A`; in a text about A also `2 injections`."""
    start, end = bound.amount.start, bound.amount.end
    if bound.named is None:
        return _INJECTIONS.search(text, start, end) is not None and not text.startswith(" of ", end)
    return _LEVELS.search(text, max(0, start - 15), start) is None


_OF_VOLUME = re.compile(r"\d\s?(?:m[lL]|cc)\s(?:of\s)?(?:an?\s)?\(?\Z")  # "20 mL of 0.25%"
# What may stand between a percentage and a name. The name itself is compared as text: a pattern of it would have to be
# compiled anew for almost every agent.
_BEFORE_NAME = [re.compile(p) for p in (r"\s*", r"\s*\w+[\s-]+", r"\s*\([^)]*\)\s*", r"\s*\([^)]*\)\s*\w+[\s-]+")]
_AFTER_NAME = [re.compile(p, re.IGNORECASE) for p in (r"\s+\(?\Z", r"\s+at\s\(?\Z", rf"\s{one_of('salts')}\s\(?\Z")]


def _is_concentration(bound: Bound, text: str) -> bool:
    """`0.5% bupivacaine`, `bupivacaine 0.5%`, `a 5% cream`: the agent or the dosage form stands beside it."""
    amount = bound.amount
    if text.strip(" .()") == text[amount.start : amount.end]:
        return True  # the whole description of a product
    after = text[amount.end : amount.end + 60]
    if _NOT_A_CONCENTRATION.match(after):
        return False
    form = _DOSAGE_FORM.match(after) or _FORM_BEFORE.search(text[max(0, amount.start - 22) : amount.start])
    if form and amount.start - bound.start < _FAR:
        return True
    if _OF_VOLUME.search(text, max(0, amount.start - 16), amount.start):
        return True
    if bound.agent is not None and bound.agent.kind == "placebo" and _is_saline(text, amount):
        return True
    if bound.named is None:
        return False
    name = bound.named.lower()
    after = after.lower()
    if any(after.startswith(name, gap.end()) for pattern in _BEFORE_NAME if (gap := pattern.match(after)) is not None):
        return True
    before = text[max(0, amount.start - len(name) - 18) : amount.start].lower()
    return any(before.endswith(name, 0, gap.start()) for pattern in _AFTER_NAME if (gap := pattern.search(before)))


_SALINE = r"(?:(?:normal |isotonic )?saline|sodium chloride|NaCl)"
_SALINE_AFTER = re.compile(rf"\s(?:normal\s|sterile\s)?{_SALINE}\b", re.IGNORECASE)
_SALINE_BEFORE = re.compile(rf"\b{_SALINE}(?: solution)?\s\(?\Z", re.IGNORECASE)


def _is_saline(text: str, amount: Amount) -> bool:
    """Whether saline stands beside a percentage: what a placebo is."""
    after = _SALINE_AFTER.match(text, amount.end)
    return (after or _SALINE_BEFORE.search(text, max(0, amount.start - 28), amount.start)) is not None


def select(statements: list[Statement]) -> list[Statement]:
    """Counts, volumes and percentages only where the agent has no mass (the mass of the intake counts)."""
    massive = {
        s.agent.key
        for s in statements
        if s.amount.kind in ("mass", "cells", "activity", "substance", "auc")
        and s.amount.role not in ("strength", "concentration")
    }
    liquid = {s.agent.key for s in statements if s.amount.kind == "volume"}
    counted = {s.agent.key for s in statements if s.amount.kind == "count"}
    kept = []
    for statement in statements:
        kind, key = statement.amount.kind, statement.agent.key
        if (
            kind in ("count", "percent")
            and (key in massive or key in liquid)
            and not (_of_own_arms(statement, statements) or _is_other_product(statement, statements))
        ):
            continue
        if kind == "percent" and key in counted:
            continue
        if kind == "mass" and statement.amount.role == "concentration" and (key in massive or key in liquid):
            continue
        if kind == "volume" and key in massive and not _of_another_mass(statement, statements):
            continue
        kept.append(statement)
    return kept


_WITHIN = 0.02  # "about 50 mg (10 mL of 0.5%)"


def _of_another_mass(volume: Statement, statements: list[Statement]) -> bool:
    """Whether a volume is another amount than its agent's masses: spinal 12.5 mg, a block with 20 mL of 0.25%.

    So is one whose strength makes another mass than any that is stated, and a rate, unless a mass in the same phrase
    is what the fluid holds: "20 IU in 1 L at 125 mL/h".
    """
    own = [s for s in statements if s.agent.key == volume.agent.key]
    masses = [s for s in own if s.amount.kind == "mass" and s.amount.role not in ("strength", "concentration")]
    held = [s for s in own if s.amount.kind in ("mass", "activity")]
    if any(s.source is volume.source and s.segment == volume.segment for s in held):
        return False
    if volume.amount.per_time:
        return True
    made = [volume.amount.high * s.amount.high * 10 for s in own if s.amount.kind == "percent" and _beside(s, volume)]
    return bool(made) and not any(abs(_mg(s.amount) - mg) <= _WITHIN * mg for s in masses for mg in made)


_MG = {"g": 1e3, "mg": 1.0, "ug": 1e-3, "ng": 1e-6}


def _mg(amount: Amount) -> float:
    return amount.high * _MG.get(amount.unit, 0.0)


def _beside(strength: Statement, volume: Statement) -> bool:
    """Whether a percentage is said of a volume: `20 mL of bupivacaine 0.25%`."""
    if strength.source is not volume.source or strength.segment != volume.segment:
        return False
    return abs(strength.amount.start - volume.amount.start) < _FAR


def _is_other_product(strength: Statement, statements: list[Statement]) -> bool:
    """Whether a percentage is that of a product that other arms than those with a mass receive: a cream, no tablet."""
    if (
        strength.amount.kind != "percent"
        or strength.agent.kind != "drug"
        or not (strength.arm_nos and strength.registered)
    ):
        return False
    others = [s for s in statements if s.agent.key == strength.agent.key and s.amount.kind not in ("count", "percent")]
    return all(s.arm_nos and s.registered and not set(s.arm_nos).intersection(strength.arm_nos) for s in others)


def _of_own_arms(pieces: Statement, statements: list[Statement]) -> bool:
    """Whether no arm that receives a number of placebo's pieces receives a mass or a volume of it too."""
    if pieces.agent.kind != "placebo" or pieces.amount.kind != "count" or not pieces.arm_nos:
        return False
    others = [s for s in statements if s.agent.kind == "placebo" and s.amount.kind not in ("count", "percent")]
    return all(s.arm_nos and not set(s.arm_nos).intersection(pieces.arm_nos) for s in others)

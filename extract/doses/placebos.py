"""What stands beside a placebo: the drug that it looks like, what it is made of."""

from __future__ import annotations

import re

from extract.doses.agents import Agent, known_keys
from extract.doses.bound import Bound
from extract.doses.vocabulary import one_of, words

_LOOKS_LIKE = re.compile(rf"\b{one_of('looks_like')}", re.IGNORECASE)
_SEVERAL = re.compile(r"[/+&]|\b(?:and|with|plus)\b", re.IGNORECASE)
_CORRESPONDING = re.compile(
    r"\b(?:corresponding|equivalent|equal) (?:volume|amount|number|dose)s? (?:to|of)\b", re.IGNORECASE
)
_INERT_FLUIDS = frozenset(words("inert_fluid"))
_PLACEBO_OF = re.compile(r"\bplacebo of\b", re.IGNORECASE)


def imitated(default: Agent, bound: Bound, text: str) -> bool:
    """Whether a placebo's text names an agent with its amount only as what the placebo looks like."""
    if bound.named is None and _CORRESPONDING.search(text):
        return True
    named = bound.agent
    if named is None or named.kind != "drug" or named.intervention_no is None or _SEVERAL.search(default.name):
        return False
    return bound.amount.kind != "count" and _LOOKS_LIKE.search(text) is not None


def stands_for(default: Agent, named: Agent, text: str) -> bool:
    """Whether a placebo's text names an agent as what it is made of ("2 g olive oil") or a placebo of."""
    if _SEVERAL.search(default.name):
        return False
    if named.key in _INERT_FLUIDS:
        return named.intervention_no is None
    if named.kind != "drug":
        return False
    if named.intervention_no is not None:
        return _PLACEBO_OF.search(text) is not None or _LOOKS_LIKE.search(text) is not None
    return named.key not in known_keys()


# "A 30 mg plus placebo of A 60 mg"
_IMITATED = re.compile(
    r"(?<!from )\bplacebos?\s(?:(?:tablets?|capsules?|pills?|injections?|infusions?|gel)\s)?(?:(?:that|which)\s)?"
    r"(?:of|to|for|as a substitute (?:of|for)|"
    r"(?:to\s)?match\w*(?:\s(?:to|with|for))?|correspond\w*\sto|identical\s(?:to|with)|resembl\w+|mimic\w*"
    r"|(?:with|of|having)\s(?:the|an?)\s(?:same|similar|identical)\sappearance\s(?:of|as|to|with)|look(?:s|ing)?\slike"
    r"|(?:with\san\sappearance\s)?(?:similar|identical)\s(?:in\sappearance\s)?(?:to|with)|indistinguishable\sfrom)\s"
    r"(?:the\s|oral\s|active\s)?\Z",
    re.IGNORECASE,
)


_PLACEBO_OF_DRUG = re.compile(r"placebos? (?:of|to|for|match\w*(?: to)?) \w", re.IGNORECASE)
_RIGHT_BEHIND = 20


def is_looked_like(bound: Bound, agent: Agent, text: str) -> bool:
    """Whether an amount is that of a drug that a placebo only looks like."""
    if bound.named is None:
        return False
    if agent.kind == "placebo":
        return _PLACEBO_OF_DRUG.match(bound.named) is not None and bound.end == bound.amount.end
    if agent.kind != "drug":
        return False
    if not 0 < bound.amount.start - bound.start - len(bound.named) < _RIGHT_BEHIND:
        return False
    before = text[max(0, bound.start - 60) : bound.start]
    return "lacebo" in before.lower() and _IMITATED.search(before) is not None

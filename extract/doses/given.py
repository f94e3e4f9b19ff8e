"""Whether the words around an agent's name allow that it is given: not what was had before, nor what is measured."""

from __future__ import annotations

import re

from extract.doses.agents import Mention
from extract.doses.vocabulary import one_of, one_of_lower
from extract.lower import holds_any

_NOT_GIVEN_BEFORE = re.compile(rf"\b{one_of_lower('not_given_before')}\s+(?:\w+[\s-]+){{0,2}}\Z")
_NOT_GIVEN_AFTER = re.compile(rf"[\s-]*(?:-?{one_of('not_given_after')}\b)", re.IGNORECASE)

# "refractory to oral treatment (A, B …)"
_FAILED = re.compile(
    r"\b(?:refractory|resistan\w*|intoleran\w*|failed|failure|unresponsive|prior|previous\w*)\b[^().;]{0,40}\([^()]*\Z",
    re.IGNORECASE,
)


# "If glucose > 180 mg/dL, 4 units": measured, not given
_COMPARED = re.compile(r"\s(?:levels?\s|values?\s)?(?:(?:is|was|are|remains)\s)?[<>]=?\s?\d")

_MEASURED_BY = re.compile(
    r"\b(?:for|per) (?:each|every) [\d.]+ ?\w+ (?:of )?(?:\w+ )?\Z", re.IGNORECASE
)  # "2 U for each 5 mg of A"


def is_measured(text: str, mention: Mention) -> bool:
    """Whether a name is that of what is measured, or of what something else is measured by."""
    if text.startswith(" ", mention.end) and _COMPARED.match(text, mention.end) is not None:
        return True
    before = text[max(0, mention.start - 40) : mention.start]
    return ("each " in before or "every " in before) and _MEASURED_BY.search(before) is not None


_TRAIT_AFTER = re.compile(
    r"[\s-](?:gene[\s-])?(?:secreting|expressing|producing|encoding|transfected|transduced|modified|deficient)\b",
    re.IGNORECASE,
)
_TRAIT_BEFORE = re.compile(
    r"\b(?:expressing|encoding|secreting|carrying|overexpressing)\s(?:the |a )?(?:human |murine |recombinant )*\Z",
    re.IGNORECASE,
)
_TRAITS = ("secret", "express", "produc", "encod", "transfect", "transduc", "modified", "deficient", "carrying")


def is_trait(text: str, mention: Mention) -> bool:
    """Whether a name says what cells or a virus make: `GM-CSF secreting cells`, `a virus encoding IL-12`."""
    around = text[max(0, mention.start - 36) : mention.end + 20].lower()
    if not holds_any(around, _TRAITS):
        return False
    before = _TRAIT_BEFORE.search(text, max(0, mention.start - 36), mention.start)
    return before is not None or _TRAIT_AFTER.match(text, mention.end) is not None


_HAD_BEFORE = re.compile(
    r"\b(?:(?:who|which) (?:were|are|was|had been)|already|patients|participants|subjects|women|men|children|adults)"
    r" (?:\w+ )?(?:receiving|taking|on|using|treated with)\s[^.;,]{0,30}\Z",
    re.IGNORECASE,
)
_AT_BASELINE = re.compile(
    r"(?![^.;]*\bcontinu)[^.;,]{0,80}?\b(?:at (?:the time of )?|(?:prior to|before) )"
    r"(?:baseline|screening|study entry|entry|enrol\w+|inclusion|randomi[sz]ation|switch\w*)\b",
    re.IGNORECASE,
)

_BASELINE_WORDS = ("baseline", "screening", "entry", "enrol", "inclusion", "randomi", "switch")


def is_had_at_baseline(text: str, mention: Mention) -> bool:
    """Whether a name is that of what was taken before: `patients who were receiving A 20 mg at baseline`."""
    if not holds_any(text[mention.end : mention.end + 100].lower(), _BASELINE_WORDS):
        return False
    if _HAD_BEFORE.search(text, max(0, mention.start - 80), mention.start) is None:
        return False
    return _AT_BASELINE.match(text, mention.end) is not None


def given(text: str, mention: Mention) -> bool:
    """Whether the words around a name allow that the agent is given."""
    if mention.text == "RT" and _SEQUENCE.search(text, 0, mention.start):
        return False
    if mention.agent.intervention_no is None and is_trait(text, mention):
        return False
    if is_measured(text, mention) or is_had_at_baseline(text, mention):
        return False
    return given_at(text, mention.start, mention.end)


# "Sequence RT": first the reference, then the test; no radiotherapy
_SEQUENCE = re.compile(r"\bsequence\W{0,3}\Z", re.IGNORECASE)


def given_at(text: str, start: int, end: int) -> bool:
    """Whether the words around `start:end` allow that what is named there is given."""
    before = text[max(0, start - 45) : start]
    # The words stand apart from the name; a name after a bracket, or at the start of a label, has none before it.
    if before and (before[-1] == "-" or before[-1].isspace()) and _NOT_GIVEN_BEFORE.search(before.lower()):
        return False
    if "(" in before and _FAILED.search(text, max(0, start - 90), start):
        return False
    return not _NOT_GIVEN_AFTER.match(text, end)


# "Placebo for A, B, or C" is given for them all
_IMITATES = re.compile(r"\bplacebos?\s(?:tablets?\s|capsules?\s)?(?:for|of|to|matching)\s[^.;:()]*\Z", re.IGNORECASE)
_NEXT_OF_LIST = re.compile(r"(?:/\w+)?,\s?(?:(?:or|and|and/or)\s)?|\sor\s", re.IGNORECASE)
_ITS_AMOUNT = re.compile(r"\s?\(?\d")  # "placebo for A, B 10 mg"


def given_of(text: str, mentions: list[Mention]) -> list[Mention]:
    """The mentions that may be given; a name in brackets ("placebo to A (AB)") is as the name before it."""
    found: list[Mention] = []
    for index, mention in enumerate(mentions):
        before = mentions[index - 1] if index else mention
        between = text[before.end : mention.start]
        again = before.agent.key == mention.agent.key and between.strip() == "("
        if (
            index
            and found[-1:] != [before]
            and _NEXT_OF_LIST.fullmatch(between)
            and not _ITS_AMOUNT.match(text, mention.end)
        ):
            again = _IMITATES.search(text, max(0, before.start - 60), before.start) is not None
        if (found[-1:] == [before]) if again else given(text, mention):
            found.append(mention)
    return found


_VOLUME = r"[\d.,-]+\s?(?:m[lL]|cc|L|liters?)\s+(?:of\s+)?"
_DILUTED = re.compile(
    rf"\b(?:{one_of('diluted')}\s+(?:{_VOLUME}|\w+\s+(?:m[lL]|cc)\s+(?:of\s+)?)?|in\s+(?:an?\s+)?{_VOLUME})"
    r"(?:\d[\d.]*\s?%\s+)?(?:\w+\s+){0,2}\Z",
    re.IGNORECASE,
)


# "100 ml saline containing 1% human albumin": what a fluid or a vehicle holds
_IN_CARRIER = re.compile(
    rf"(?:\b(?:{_VOLUME}|suspended in )(?:[\w.%]+\s){{0,3}}?|\b(?=saline)|\bsodium (?=chloride))"
    r"(?:saline|chloride|solution|medium|buffer|PBS|ringer\S*(?: lactate)?|plasma-?lyte(?: A)?"
    r"|vehicle|excipient)\)?,?\s(?:that )?(?:contain(?:s|ing)|supplemented with|plus|with)\s(?:[\d.]+\s?%\s)?"
    r"(?:\w+\s){0,2}?(?:and\s(?:[\d.]+\s?%\s)?)?\Z",
    re.IGNORECASE,
)
# Drugs, but as solutions they dilute others, as oils do; the last is mixed with cells.
_SUGARS = frozenset(("dextrose", "glucose", "dimethyl sulfoxide"))


_CONJUGATED = (
    "conjugated to ",
    "conjugated with ",
    "coupled to ",
    "linked to ",
    "adsorbed on ",
    "adsorbed onto ",
    "adsorbed to ",
)


def only_dilutes(text: str, mention: Mention) -> bool:
    """`100 mg mixed with sterile saline` is not of saline, nor `25 ug conjugated to tetanus toxoid` of the toxoid."""
    if text.endswith(_CONJUGATED, 0, mention.start):
        return True
    key = mention.agent.key
    fluid = mention.agent.kind == "fluid" or key in _SUGARS or key.endswith(" oil")
    return fluid and in_diluent(text, mention.start)


def in_diluent(text: str, position: int) -> bool:
    """Whether the words before say that something is dissolved in what stands there ("in 500 mL of 5% dextrose")."""
    if _DILUTED.search(text, max(0, position - 50), position) is not None:
        return True
    return _IN_CARRIER.search(text, max(0, position - 70), position) is not None

"""What an intervention's name holds: names without amounts, forms and salts, and the parts that it joins."""

from __future__ import annotations

import re
from functools import lru_cache

from extract.doses.agents import find_agents, has_stem, vocabulary, words_of
from extract.doses.named import find_names
from extract.doses.vocabulary import one_of, one_of_lower

_AMOUNT_IN_NAME = re.compile(
    r"[(\[]?\s*(?:\b(?:low|high|medium|mid|middle)[- ]?dose\b(?![- ]rate)|\bdose \d+\b|"
    r"\b(?<![A-Za-z]-)\d[\d.,]*(?:\s?(?:-|to|/|,)\s?\d[\d.,]*)*\s?-?(?:x\s?10\^?\d+\s?)?"  # no "ZX-912 cells"
    r"(?:mg|milligrams?|mcg|micrograms?|ug|g|gm|grams?|ml|iu|units?|%|mg/kg|mg/m\^?2|mg/ml|mg/day|gy|cgy|mmol|meq|mci|mbq|million|billion|cells?|cfu|kg|u)\b(?:\s?/\s?(?:kg|m\^?2|ml|g\b|day|d|h|min|dose|week|m2))*\s*%?\s*[)\]]?|\d[\d.,]*\s?%|\b1\s?:\s?\d[\d,]*)",
    re.IGNORECASE,
)
# "One Zanfluril capsule daily": how many pieces is no part of a name
_PIECES_OF = re.compile(
    r"\A(?:[1-4]|one|two|three|four) (?=[A-Za-z](?:(?! of\b)[^,;:()])+ "
    r"(?:capsule|tablet|pill|caplet|sachet|patch|puff|drop)(?:e?s)?\b)",
    re.IGNORECASE,
)
_DIGIT_OR_DOSE = re.compile(r"\d|dose", re.IGNORECASE)  # without either there is no amount to leave out
_TYPE_BEFORE_NAME = re.compile(
    r"\A\s*(?:drug|biological|placebo comparator|experimental|active comparator|intervention|"
    r"(?:test|reference)(?: (?:product|drug|formulation|treatment|tablet|capsule))?(?: \([a-z]\d?\))?|"
    r"(?:arm|group|treatment|cohort|part|period) [a-z0-9]+)\s*:\s*",
    re.IGNORECASE,
)
_TWO_SIGNS = re.compile(r"[^\W_]{2}")
_TWO_LETTERS = re.compile(r"[A-Za-z]{2}")
# "inhalation of A", "A once a day [A(OaD)]", "A as monotherapy"
_LEFT_OVER = re.compile(r"\A(?:of|with) |\s\[\w{0,2}\s?\]?\Z|\sas(?:\sa)?\Z", re.IGNORECASE)
_EMPTY_PARENTHESIS = re.compile(r"\(\s*[,;/ ]*\s*\)")
_FORM = re.compile(rf"\b{one_of('form_in_name')}\b\.?", re.IGNORECASE)
# The same for a name in lower case: many times faster, and most names hold none.
_MAYBE_FORM = re.compile(rf"\b{one_of_lower('form_in_name')}\b")
_KEEP_WHOLE = re.compile(rf"\b{one_of('salt_kept')}\b", re.IGNORECASE)
_JOINERS = re.compile(rf"\s*{one_of('joins_agents')}\s*", re.IGNORECASE)
_PARENTHESIS = re.compile(r"[(\[]([^()\[\]]{2,})[)\]]")
_SUM = re.compile(r"[(\[](?P<agents>[^()\[\]+]{3,}\s\+\s[^()\[\]]{3,})[)\]]")
_TARGETS = re.compile(
    r"(?<=\w)\s(?:targeting|directed (?:against|at|to)|(?<=antibody\s)(?:for|against|to))"
    r"\s[^,/]+(?:,|/|\s(?:and|or)\s).*"
)
# "CD19 and CD22 CAR-T cells": one product with two targets, which are no agents
_TARGET = one_of("target")
_OF_TARGETS = re.compile(
    rf"(?!.*\b(?:PD-?L?1|CTLA-?4|TIGIT|LAG-?3|VEGF)\b.*\bCAR\b)(?:[^,;+&\s]+\s){{0,3}}?(?:anti-?)?{_TARGET}(?:,\s?(?:anti-?)?{_TARGET})*,?\s(?:and|&)\s(?:anti-?)?{_TARGET}[\s-]"
    r"(?:\w+[\s-]){0,2}(?:CAR\b|chimeric|(?:bi|tri)-?specific)[^,;+&]*",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(one_of("not_an_agent"), re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _is_no_name(name: str) -> bool:
    return _NOT_A_NAME.fullmatch(name) is not None


@lru_cache(maxsize=20_000)
def clean_name(raw: str) -> str:
    """An intervention's name without amounts, dosage forms, salts and trade marks."""
    name = raw.replace("\u00ae", " ").replace("\u2122", " ").replace("(R)", " ").replace("(TM)", " ")
    if ":" in name:
        name = _TYPE_BEFORE_NAME.sub("", name)
    name = _PIECES_OF.sub("", name)
    stripped = _AMOUNT_IN_NAME.sub(" ", name) if _DIGIT_OR_DOSE.search(name) else name
    if not _KEEP_WHOLE.search(stripped) or len(stripped.split()) > 3:
        shorter = _FORM.sub(" ", stripped) if _MAYBE_FORM.search(stripped.lower()) else stripped
        stripped = shorter if _TWO_LETTERS.search(shorter) else stripped
    if "(" in stripped:
        stripped = _EMPTY_PARENTHESIS.sub(" ", stripped)
    return _LEFT_OVER.sub("", " ".join(stripped.split())).strip(" ,;:-/.*\"'+()[]")


_NAMES = re.compile(r"[A-Za-z][\w-]*(?:\s[\w-]+)?(?:[,;]\s[A-Za-z][\w-]*(?:\s[\w-]+)?){1,4}")


def listed_names(text: str) -> list[str]:
    """The names in one entry of other names: of "ZFL, Zanfluril" both, if they are all of one or two words."""
    return re.split(r"[,;]\s", text) if ("," in text or ";" in text) and _NAMES.fullmatch(text) else [text]


@lru_cache(maxsize=20_000)
def parts_of_name(raw: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A name without its parentheses, what stands in them, and the names of its components."""
    outside = _PARENTHESIS.sub(" ", raw)
    if (sum_of := _SUM.search(raw)) is not None and not any(m.agent.kind != "group" for m in find_agents(outside)):
        return parts_of_name(sum_of["agents"])  # "Triple therapy (A + B + C)"
    inside = [part for match in _PARENTHESIS.finditer(raw) for part in re.split(r"[,;/]", match.group(1))]
    outside = _TARGETS.sub("", outside)
    whole = clean_name(outside)
    known = " ".join(words_of(whole)) in vocabulary()[1]  # "amoxicillin and clavulanic acid" is one agent
    known = known or _OF_TARGETS.fullmatch(outside) is not None
    pieces = [whole] if known else [clean_name(piece) for piece in _JOINERS.split(outside)]
    parts = [p for piece in pieces for p in _split_further(piece) if not says_nothing(p)]
    if not parts and inside:
        parts = [part for part in map(clean_name, inside) if not _is_no_name(part)][:1]
        inside = []
    return outside, tuple(inside), tuple(parts)


def says_nothing(name: str) -> bool:
    """Whether a name is no agent's: a word like "device", a regimen's name, or only a form ("epidural injection")."""
    if _is_no_name(name):
        return True
    if " ".join(words_of(name)) in vocabulary()[1] or _KEEP_WHOLE.search(name):
        return False
    if not _TWO_SIGNS.search(_FORM.sub(" ", name) if _MAYBE_FORM.search(name.lower()) else name):
        return True
    return any(start == 0 and end == len(name) for start, end, _ in find_names(name))


_FOR_WHOM = re.compile(r"\s(?:for|in)\s(?:the\s)?(?!vitro|vivo|situ|combination|injection)[a-z][\w-]+\s", re.IGNORECASE)


def _split_further(name: str) -> list[str]:
    """`A with B` and `A/B` are two agents only where each is known; `AMG 162 / Denosumab` is one with two names."""
    vocabulary_names = vocabulary()[1]
    if " ".join(words_of(name)) in vocabulary_names:
        return [name]
    if (for_whom := _FOR_WHOM.search(name)) is not None and find_agents(name[: for_whom.start()], stems=False):
        name = name[: for_whom.start()].strip()
    if "/" in name:
        parts = [part.strip() for part in name.split("/") if part.strip()]
        known = [part for part in parts if " ".join(words_of(part)) in vocabulary_names or has_stem(part.lower())]
        if len(known) == len(parts) > 1:
            return parts
        return known[:1] if known and len(parts) == 2 and re.search(r"\d", name) else [name]
    if "-" in name:
        parts = [part.strip() for part in name.split("-")]
        if len(parts) > 1 and all(" ".join(words_of(part)) in vocabulary_names for part in parts):
            return parts
    left, separator, right = name.partition(" with ")
    if separator and len(right.split()) <= 4 and find_agents(right):
        return [left.strip(), right.strip()]
    return [left.strip()] if separator and len(name.split()) > 5 else [name]

"""Agents that nobody knows, recognised by where they stand."""

from __future__ import annotations

import re

from extract.doses.agents import Agent, Mention
from extract.doses.amount import Amount
from extract.doses.vocabulary import one_of

_SUBJECT = re.compile(
    r"[\W\d]*(?P<name>[A-Z][\w-]{4,}) (?:(?:will be|was|is|were|are|shall be) )?" + one_of("giving_verb") + r"\b"
)
_NO_SUBJECT = re.compile(one_of("not_a_subject") + r"\Z", re.IGNORECASE)


def subject(text: str, segment: tuple[int, int]) -> list[Mention]:
    """`Streptokinase was given …`: the subject of a phrase that names no known agent."""
    match = _SUBJECT.match(text, segment[0], segment[1])
    if match is None or _NO_SUBJECT.match(match["name"]):
        return []
    name = match["name"]
    return [Mention(Agent(name.lower(), name), match.start("name"), match.end("name"), name)]


_NAME_BEFORE = re.compile(r"(?<![\w-])(?P<name>[A-Za-z][\w/-]*(?:[A-Z0-9][\w/-]*|-[A-Za-z]+))\s*\((?:dose[: ]*|at )?\Z")
_WORD_BEFORE = re.compile(
    r"\b(?:oral|orally|plus|\+|with|receiv(?:e|ed|ing)|then|taking|intravenous|iv)\s+(?P<name>[a-z]{6,}(?<!ing)(?<!ed)(?<!tion)(?<!ment)(?<!ly)(?<!ous)(?<!al)(?<!ary))\s\Z"
)
_NO_NAME = re.compile(one_of("not_a_name_before") + r"[\w-]*\Z", re.IGNORECASE)
_NAME_AFTER = re.compile(rf"\s*of\s+(?:absolute\s)?(?P<name>[A-Za-z][\w-]{{3,}}(?:\s{one_of('substance_word')})?)\b")
_NO_NAME_AFTER = re.compile(one_of("not_a_name_after") + r"\b", re.IGNORECASE)


def name_after(text: str, amount: Amount) -> Mention | None:
    """`200 mg of quercetin`: what "of" names is an agent although nobody knows it."""
    match = _NAME_AFTER.match(text, amount.end) if amount.kind != "percent" else None
    if match is None or _NO_NAME_AFTER.match(match["name"]):
        return None
    name = match["name"]
    return Mention(Agent(name.lower(), name), match.start("name"), match.end("name"), name)


def name_before(text: str, amount: Amount) -> Mention | None:
    """`Id-KLH (0.5 mg)`: a code name right before a bracketed amount is an agent although nobody knows it."""
    before = max(0, amount.start - 40)
    match = _NAME_BEFORE.search(text, before, amount.start) or _WORD_BEFORE.search(text, before, amount.start)
    if match is None or _NO_NAME.match(match["name"]) or amount.kind in ("percent", "count"):
        return None
    name = match["name"]
    return Mention(Agent(name.lower(), name), match.start("name"), match.end("name"), name)

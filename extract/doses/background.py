"""Common drugs that prose gives to everyone beside the treatment: "Patients will also receive vitamin D"."""

from __future__ import annotations

import re

from extract.doses.agents import find_agents
from extract.doses.arm_headings import arms_of_heading
from extract.doses.arm_names import named_arms
from extract.doses.everyone import ONE_OF_SEVERAL, is_for_all
from extract.doses.given import given_of
from extract.doses.lexicon import BODY_SUBSTANCES, Lexicon
from extract.doses.told import Told, sentences_with
from extract.study import Study

_GET = r"(?:receives?|received|get|gets|take|takes|took|(?:be |are |were )?(?:given|treated with|supplemented with))\b"
_PEOPLE = r"(?:patients|participants|subjects|women|men|children|infants|volunteers|they)"
_ALSO = re.compile(
    rf"\b{_PEOPLE}(?: (?:in|of) (?:both|all|the two) (?:groups|arms))?(?: will| shall)? (?:also|additionally) "
    rf"(?:be )?{_GET}"
    r"|\b(?:both|all)(?: of)?(?: the)?(?: \w+)? (?:groups|arms|cohorts)(?: of patients)?(?: will| shall)? "
    rf"(?:(?:also|all) )?(?:be )?{_GET}"
    r"|\b(?:in addition to|on top of|added to|add-on to|together with|combined with|in combination with) their\b",
    re.IGNORECASE,
)
# What such a sentence holds, in lower case.
_FOR_ALL = (
    " also ",
    "additionally",
    " to their",
    " of their",
    " with their",
    "both ",
    " all ",
    "all pa",
    "all subj",
    "all wom",
)
_GETS = re.compile(rf"\b{_GET}", re.IGNORECASE)
# What only some receive, or only at times.
_SOME = re.compile(
    r"\b(?:if|may|might|can|could|rescue|needed|required|necessary|unless|not|no|allowed|permitted"
    r"|\w+ (?:group|arm|cohort) \w)\b",
    re.IGNORECASE,
)
_SUPPLEMENTED = re.compile(r"\bsupplement", re.IGNORECASE)


def find_background(study: Study, lexicon: Lexicon) -> list[Told]:
    """The drugs that a summary or description gives to all arms and no intervention registers, each once."""
    found: dict[str, Told] = {}
    for source in (study.brief_summary, study.detailed_description):
        if source is None or not study.arms:
            continue
        text = source.text.norm
        for start, end in sentences_with(text, _FOR_ALL):
            behind = _for_all_behind(text[start:end])
            if behind is None or _under_an_arm(study, text, start, end):
                continue
            part = text[start + behind : end]
            for mention in given_of(part, find_agents(part, lexicon.names)):
                agent = mention.agent
                if agent.kind != "drug" or agent.intervention_no is not None or agent.key in found:
                    continue
                if agent.key in BODY_SUBSTANCES and not _SUPPLEMENTED.search(part):
                    continue
                place = start + behind
                found[agent.key] = Told(agent, source, place + mention.start, place + mention.end)
    return list(found.values())


def _under_an_arm(study: Study, text: str, start: int, end: int) -> bool:
    """Whether a sentence stands in a paragraph about one of the arms: "Arm I: A. Patients also receive B"."""
    about = named_arms(study, text[text.rfind("\n", 0, start) + 1 : end]) or arms_of_heading(study, text, start)
    return 0 < len(about) < len(study.arms)


def _for_all_behind(sentence: str) -> int | None:
    """Behind which place a sentence names what everyone receives; none if it tells of no such thing."""
    said = _ALSO.search(sentence)
    if said is None and is_for_all(sentence):
        said = _GETS.search(sentence)
    if said is None or _SOME.search(sentence):
        return None
    beside = sentence[: said.start()] + sentence[said.end() :]
    their = said[0].lower().endswith("their")
    return said.end() if their or ONE_OF_SEVERAL.search(beside) is None else None

"""Times without a number: "until progression", "at discharge", "end of treatment"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Protocol

from extract.endpoints.time_tokens import Token, blank_noise
from extract.endpoints.vocabulary import load_toml
from extract.lower import lowered

_WORDS = re.compile(r"[a-z]{3,}")
_STATEMENT = re.compile(r"\b(?:will|shall|is|are|was|were)\b")
_TEMPORAL = re.compile(
    r"\b(?:until|during|after|before|at the|at (?:end|study|each|time)|from the|through|end of|visit|follow|prior|while"
    r"|when|upon|completion|whichever|duration of|time of|time to|time from|every|daily)\b"
)
_EMPTY = {
    "through", "until", "and", "from", "approximately", "about", "date", "the", "for", "not", "applicable", "none",
    "unknown", "tbd", "specified", "provided", "time", "frame", "expected", "ending",
}  # fmt: skip
_ANDS = {"and", "and at", "and then", "as well as"}
_LEAD = (
    "at on the and or immediately shortly right day time date hospital of study in pacu icu after before during to a"
)


class _Spanned(Protocol):
    first: int
    last: int


def is_event(text: str) -> bool:
    """Does a time frame without any number still name a time? Dates alone and statements about methods do not."""
    text = lowered(text)
    words = set(_WORDS.findall(blank_noise(text)))
    if not words - _EMPTY:
        return False
    return not _STATEMENT.search(text) or bool(_TEMPORAL.search(text))


@cache
def _event_words() -> re.Pattern[str]:
    words = sorted(load_toml("time_relations.toml")["events"]["words"], key=len, reverse=True)
    events = "|".join(word.replace(" ", "[ -]") for word in words)
    return re.compile(rf"\s*(?:(?:{_LEAD.replace(' ', '|')}) )*(?:{events})\b", re.IGNORECASE)


def event_segments(text: str, tokens: list[Token], items: Iterable[_Spanned]) -> list[tuple[int, int]]:
    """Members of a list that name an event, as character spans: "Baseline, week 12, end of treatment"."""
    taken = {index for item in items for index in range(item.first, item.last + 1)}
    if not taken:
        return []
    found = []
    for segment in _segments(tokens):
        if segment and taken.isdisjoint(segment) and _plain(tokens, segment):
            start, end = tokens[segment[0]].start, tokens[segment[-1]].end
            if _event_words().match(text, start, end) and not _explained(tokens, segment[-1], taken):
                found.append((start, end))
    return found


@cache
def _start_words() -> re.Pattern[str]:
    table = load_toml("time_relations.toml")["starts"]
    points = "|".join(table["points"])
    return re.compile(rf"\s*{table['lead']}(?:(?:the )?(?:{points})|{table['before']})\s*", re.IGNORECASE)


_START_STEMS = ("before", "prior", "pre", "admi", "inclu", "enrol", "random", "recruit", "intake", "arriv", "entry",
                "start", "begin", "initiat", "commenc", "onset", "t0", "t 0", "time", "initial")  # fmt: skip


def start_segments(text: str, tokens: list[Token], items: Iterable[_Spanned]) -> list[tuple[int, int]]:
    """The member of a list that names its zero point, as a character span: "admission, 24 hours, 48 hours".

    At most one: "before and after 8 weeks" has one, too. A member with a number of its own is none.
    """
    low = lowered(text)
    if not any(stem in low for stem in _START_STEMS):
        return []
    taken = {index for item in items for index in range(item.first, item.last + 1)}
    found = []
    for segment in _segments(tokens):
        if segment and taken.isdisjoint(segment) and not any(tokens[i].kind in ("number", "baseline") for i in segment):
            start, end = tokens[segment[0]].start, tokens[segment[-1]].end
            if _start_words().fullmatch(text, start, end) and not _explained(tokens, segment[-1], taken):
                found.append((start, end))
    return found[:1]


def _explained(tokens: list[Token], last: int, taken: set[int]) -> bool:
    """Does a bracket with a time of its own follow: "after treatment (3 months)", "treatment (EOT) (week 12)"?"""
    index = last + 1
    while index < len(tokens) and tokens[index].name == "(":
        while index < len(tokens) and tokens[index].name != ")":
            if index in taken:
                return True
            index += 1
        index += 1
    return False


def _plain(tokens: list[Token], segment: Sequence[int]) -> bool:
    return not any(
        tokens[index].kind in ("number", "unit", "baseline")
        or tokens[index].name in ("up_to", "from", "within", "every")
        for index in segment
    )


def _segments(tokens: list[Token]) -> list[list[int]]:
    segments: list[list[int]] = [[]]
    depth = 0
    for index, token in enumerate(tokens):
        if token.name == "(":
            depth += 1
        elif token.name == ")":
            depth = max(0, depth - 1)
        elif depth == 0 and (
            token.name in (",", ";") or token.text in _ANDS or (token.name == "/" and not token.glued)
        ):
            segments.append([])
        elif depth == 0:
            segments[-1].append(index)
    return segments

"""What makes a number with a unit something else than a dose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.doses.amounts import Amount
from extract.doses.vocabulary import read_toml

_WINDOW = 130
_NEVER = re.compile(r"(?!)")


@dataclass(slots=True)
class _Decoy:
    name: str
    before: re.Pattern[str]
    after: re.Pattern[str]
    unless_before: re.Pattern[str]
    unless_after: re.Pattern[str]
    kinds: tuple[str, ...]
    needs_other_amount: bool


@dataclass(slots=True)
class _Role:
    code: str
    before: re.Pattern[str]
    after: re.Pattern[str]


def _pattern(text: str | None) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE) if text else _NEVER


@cache
def _decoys() -> list[_Decoy]:
    return [
        _Decoy(
            entry["name"],
            _pattern(entry.get("before")),
            _pattern(entry.get("after")),
            _pattern(entry.get("unless_before")),
            _pattern(entry.get("unless_after")),
            tuple(entry.get("kinds", ())),
            bool(entry.get("needs_other_amount")),
        )
        for entry in read_toml("decoys.toml")["decoy"]
    ]


@cache
def _roles() -> list[_Role]:
    return [
        _Role(entry["code"], _pattern(entry.get("before")), _pattern(entry.get("after")))
        for entry in read_toml("roles.toml")["role"]
    ]


@cache
def _decoy_hint() -> re.Pattern[str]:
    patterns = [entry.get("before") for entry in read_toml("decoys.toml")["decoy"] if not entry.get("kinds")]
    return _hint("|".join(pattern for pattern in patterns if pattern))


@cache
def _role_hint() -> re.Pattern[str]:
    patterns = [entry.get(side) for entry in read_toml("roles.toml")["role"] for side in ("before", "after")]
    return _hint("|".join(pattern for pattern in patterns if pattern) + "|fraction|fx| x |[x*]\\s?\\d")


def mark_decoys(
    text: str, amounts: list[Amount], segments: list[tuple[int, int]], names: list[tuple[int, int]] | None = None
) -> None:
    """Name in `amount.decoy` why it is no dose, where it is none, and set roles from the words around.

    `names` are the places of agents: an agent that stands right before its amount is no laboratory value.
    """
    name_ends = {end for _, end in names or ()}
    index = 0
    previous_end = 0
    for amount in amounts:
        while index + 1 < len(segments) and segments[index][1] < amount.start:
            index += 1
        start, end = segments[index] if segments else (0, len(text))
        before = text[max(start, previous_end, amount.start - _WINDOW) : amount.start]
        previous_end = amount.end
        after = text[amount.end : max(amount.end, min(end, amount.end + 110))]
        named = any(amount.start - gap in name_ends for gap in range(5))
        amount.decoy = _decoy(before, after, amount, amounts, (start, end), named)
        if not amount.decoy:
            _set_role(before, after, amount)


def _hint(pattern: str | None) -> re.Pattern[str]:
    """The longest word of every alternative of a pattern, in lower case: cheap to search for, and mostly absent."""
    text = (pattern or "(?!)").lower()
    text = re.sub(r"\\[a-z]", " ", text)
    for _ in range(2):
        text = re.sub(r"(?<=[a-z])\(\?:[^()]*\)\??", "", text)  # endings
    words = []
    for alternative in re.split(r"[|()\[\]]", text):
        found = re.findall(r"[a-z]{3,}(?!\?)|[a-z]{3,}(?=[a-z]\?)|[<>=]", alternative)
        words += sorted(found, key=len)[-1:]
    words = [word for word in dict.fromkeys(words) if word not in _COMMON_WORDS]
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)")


# Words that stand in most texts about doses; no alternative in the data files rests on one of them alone.
_COMMON_WORDS = frozenset(
    [
        "the",
        "and",
        "for",
        "not",
        "was",
        "has",
        "had",
        "have",
        "been",
        "were",
        "who",
        "that",
        "with",
        "will",
        "dos",
        "dose",
        "doses",
        "daily",
        "take",
        "are",
        "its",
        "per",
        "one",
        "each",
        "allowed",
    ]
)


def _decoy(
    before: str, after: str, amount: Amount, amounts: list[Amount], segment: tuple[int, int], named: bool
) -> str:
    if amount.concentration:
        return "concentration"
    hinted = _decoy_hint().search(before.lower()) is not None
    for decoy in _decoys():
        if (decoy.kinds and amount.kind not in decoy.kinds) or (named and decoy.name == "laboratory"):
            continue
        if not hinted and not decoy.kinds and decoy.after is _NEVER:
            continue
        hit = (decoy.before.search(before) and not decoy.unless_before.search(before)) or (
            decoy.after.search(after)
            and not decoy.unless_after.search(after)
            and not decoy.unless_before.search(before)
        )
        if not hit:
            continue
        if decoy.needs_other_amount and not any(
            other is not amount
            and other.kind not in ("volume", "percent", "count")
            and segment[0] <= other.start < segment[1]
            for other in amounts
        ):
            continue
        return decoy.name
    return ""


def _set_role(before: str, after: str, amount: Amount) -> None:
    if amount.role not in ("dose", "level"):
        return
    if not _role_hint().search((before + " " + after).lower()):
        return
    for role in _roles():
        if role.before.search(before) or role.after.search(after):
            amount.role = role.code
            return
    if amount.kind == "radiation" and (
        re.search(r"(?:\d\s?x\s?|fractions? of\s*)\Z", before)
        or re.match(r"\s*(?:x|\*)\s?\d|\s*(?:per|each|daily) ?(?:fraction|fx)", after)
    ):
        amount.role = "fraction"

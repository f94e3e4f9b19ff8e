"""What makes a number with a unit something else than a dose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from extract.doses.agents import Mention
from extract.doses.amount import Amount
from extract.doses.scanning import any_word
from extract.doses.vocabulary import read_toml
from extract.lower import lowered

_WINDOW = 130

Search = Callable[[str], "re.Match[str] | None"]


def _never(_: str) -> None:
    return None


@dataclass(slots=True)
class _Decoy:
    name: str
    before: Search
    after: Search
    unless_before: Search
    unless_after: Search
    kinds: tuple[str, ...]
    needs_other_amount: bool
    both: bool


@dataclass(slots=True)
class _Role:
    code: str
    before: Search
    after: Search


_LETTER_OR_ESCAPE = re.compile(r"\\.|[A-Z]")


def _pattern(text: str | None) -> Search:
    """A pattern over texts in lower case: the engine is many times faster than where it minds both cases."""
    if not text:
        return _never
    pattern = re.compile(_LETTER_OR_ESCAPE.sub(lambda found: found[0] if len(found[0]) > 1 else found[0].lower(), text))
    return pattern.match if text.startswith("^") else pattern.search  # `search` would try "^" at every letter


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
            bool(entry.get("both")),
        )
        for entry in read_toml("decoys.toml")["decoy"]
    ]


@cache
def _decoys_of(kind: str) -> list[tuple[int, _Decoy]]:
    """The decoys that amounts of a kind can be, by their place among all."""
    return [(index, decoy) for index, decoy in enumerate(_decoys()) if not decoy.kinds or kind in decoy.kinds]


@cache
def _roles() -> list[_Role]:
    return [
        _Role(entry["code"], _pattern(entry.get("before")), _pattern(entry.get("after")))
        for entry in read_toml("roles.toml")["role"]
    ]


@cache
def _hints() -> tuple[re.Pattern[str], dict[str, set[int]]]:
    """One scan for a word of every alternative of every pattern, and which decoys and roles each word stands in.

    They are numbered as in `_decoys`, then as in `_roles`. Decoys of some kinds of amounts are tried in any case.
    """
    entries = [*read_toml("decoys.toml")["decoy"], *read_toml("roles.toml")["role"]]
    standing: dict[str, set[int]] = {}
    for index, entry in enumerate(entries):
        patterns = [] if entry.get("kinds") else filter(None, (entry.get("before"), entry.get("after")))
        for word in _words("|".join(patterns)):
            standing.setdefault(word, set()).add(index)
    for word in standing:  # the scan stops at the shorter of two words with one beginning: it stands for both
        for longer in standing:
            if longer.startswith(word):
                standing[word] |= standing[longer]
    return re.compile(any_word(standing)), standing


_SOLVENTS = ("diluent", "solvent", "preparation")
_OF_IT = re.compile(r"\s*(?:of\s+)?(?:an?\s+)?(?:sterile\s+|normal\s+)?")
_SALT_BEFORE = re.compile(r"\s(?:sodium|potassium|calcium|tablets?|capsules?|pills?|gel|cream|solution)[\s(,:]*\Z")


def mark_decoys(
    text: str, amounts: list[Amount], segments: list[tuple[int, int]], names: Sequence[Mention] = ()
) -> None:
    """Name in `amount.decoy` why it is no dose, where it is none, and set roles from the words around.

    `names` are the agents named: one that stands right before its amount is no laboratory value.
    """
    name_ends = {name.end for name in names}
    low = _without_names(lowered(text), names)
    index = 0
    previous_end = 0
    solvent: Amount | None = None
    last_decoy: Amount | None = None
    strength: Amount | None = None
    for amount in amounts:
        while index + 1 < len(segments) and segments[index][1] < amount.start:
            index += 1
        start, end = segments[index] if segments else (0, len(text))
        first = max(start, previous_end, amount.start - _WINDOW)
        if amount.kind != "percent" or not _SHARE.match(low, amount.end):
            previous_end = amount.end
        if amount.concentration:
            amount.decoy = "concentration"
            continue
        last = max(amount.end, min(end, amount.end + 110))
        # A line end within a phrase is only where an old record wraps its lines.
        before, after = low[first : amount.start].replace("\n", " "), low[amount.end : last].replace("\n", " ")
        stops = (
            (amount.start, amount.start - len(salt[0])) if (salt := _SALT_BEFORE.search(before)) else (amount.start,)
        )
        named = any(not name_ends.isdisjoint(range(stop - 4, stop + 1)) for stop in stops)
        hinted = (_hinted(before), _hinted(after))
        amount.decoy = _decoy(before, after, amount, amounts, (start, end), named, hinted)
        if amount.kind == "percent" and solvent is not None and _OF_IT.fullmatch(text, solvent.end, amount.start):
            amount.decoy = solvent.decoy  # "diluted in 50 ml of 0.9% saline"
        solvent = amount if amount.kind == "volume" and amount.decoy in _SOLVENTS else None
        if not amount.decoy and last_decoy is not None and last_decoy.end > start:
            amount.decoy = last_decoy.decoy if _ALIKE.fullmatch(low, last_decoy.end, amount.start) else ""
        last_decoy = amount if amount.decoy in _OF_SENTENCES else None
        if not amount.decoy:
            _set_role(before, after, amount, hinted)
            if strength is not None and _is_next_size(low, strength, amount):
                amount.role = "strength"
        strength = amount if amount.role == "strength" else None


# What a sentence says of one amount, it says of the next that stands beside it: "prior therapy with A 5 mg or B 10 mg".
_OF_SENTENCES = ("prior therapy", "known effects", "earlier study", "permitted")
_ALIKE = re.compile(
    r"(?:\s?(?:/|per |a )\s?d(?:ay)?|\s(?:daily|once daily|twice daily|weekly|bid|qd|po|iv))*\)?,?"
    r"(?:\s(?:or|and|and/or|vs\.?|versus|to)\b|/|,)\s?(?:(?!will|then|receiv|given|treated|after|random)[\w-]+\s|[<>]=?\s?){0,3}\(?"
)
# "5 mg tablets, 10 mg tablets and 20 mg tablets"
_SIZES = re.compile(r"(?: (?:tablets?|capsules?))?(?:,|,? and|,? or) ")
# "the bioavailability was 50% in subjects treated with 5 mg": a share is no amount that ends what is said before it
_SHARE = re.compile(r"\s(?:in|among|when|after|following|of (?:the|all|patients|subjects))\b")
_GIVEN = ("drug", "cells", "vaccine")


def _is_next_size(low: str, strength: Amount, amount: Amount) -> bool:
    """Whether an amount is another size of the pieces whose strength stands before it."""
    if amount.role != "dose" or amount.unit != strength.unit:
        return False
    return _SIZES.fullmatch(low, strength.end, amount.start) is not None


_LETTER = re.compile(r"[^\W\d_]")
_LONG_NAME = re.compile(r"\w\W+\w")


def _without_names(low: str, names: Sequence[Mention]) -> str:
    """Without the words of names of several: "low molecular weight heparin" is no weight, "sodium fluorescein" no diet.

    What is dissolved in "normal saline" is still seen, and what "total body irradiation" is.
    """
    for name in names:
        start, end = name.start, name.end
        if name.agent.kind in _GIVEN and _LONG_NAME.search(low, start, end):
            low = low[:start] + _LETTER.sub("z", low[start:end]) + low[end:]
    return low


def _words(pattern: str) -> list[str]:
    """The longest word of every alternative of a pattern, in lower case: cheap to search for, and mostly absent."""
    text = re.sub(r"\\[a-z]", " ", pattern.lower())
    for _ in range(2):
        text = re.sub(r"(?<=[a-z])\(\?:[^()]*\)\??", "", text)  # endings
    words = []
    for alternative in re.split(r"[|()\[\]]", text):
        found = re.findall(r"[a-z]{3,}(?!\?)|[a-z]{3,}(?=[a-z]\?)|[<>=]", alternative)
        words += sorted(found, key=len)[-1:]
    return [word for word in dict.fromkeys(words) if word not in _COMMON_WORDS]


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
    ]
)


def _decoy(
    before: str,
    after: str,
    amount: Amount,
    amounts: list[Amount],
    segment: tuple[int, int],
    named: bool,
    hinted: tuple[frozenset[int], frozenset[int]],
) -> str:
    hints = hinted[0] | hinted[1]
    for index, decoy in _decoys_of(amount.kind):
        if index not in hints and not decoy.kinds:
            continue
        may_before = index in hinted[0] or decoy.kinds
        may_after = index in hinted[1] or decoy.kinds
        if (named or amount.kind == "radiation") and decoy.name == "laboratory":
            continue
        hits = (
            bool(
                may_before
                and decoy.before(before)
                and not decoy.unless_before(before)
                and not (decoy.after is _never and decoy.unless_after(after))
            ),
            bool(
                may_after and decoy.after(after) and not decoy.unless_after(after) and not decoy.unless_before(before)
            ),
        )
        if not (all(hits) if decoy.both else any(hits)):
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


_NONE: frozenset[int] = frozenset()


def _hinted(low: str) -> frozenset[int]:
    """The decoys and roles that a text in lower case has a word of."""
    pattern, standing = _hints()
    words: list[str] = pattern.findall(low)
    return _NONE.union(*[standing[word] for word in words]) if words else _NONE


def _set_role(before: str, after: str, amount: Amount, hinted: tuple[frozenset[int], frozenset[int]]) -> None:
    if amount.role not in ("dose", "level"):
        return
    for index, role in enumerate(_roles(), len(_decoys())) if hinted[0] or hinted[1] else ():
        if (index in hinted[0] and role.before(before)) or (index in hinted[1] and role.after(after)):
            amount.role = role.code
            return
    if amount.kind == "radiation" and (
        re.search(r"(?:\d\s?x\s?|fractions? of\s*)\Z", before)
        or re.match(r"\s*(?:x|\*)\s?\d|\s*(?:per|each|daily) ?(?:fraction|fx)", after)
    ):
        amount.role = "fraction"

"""Routes of administration."""

from __future__ import annotations

import re
import sys
from functools import cache

from extract.doses.items import Item
from extract.doses.scanning import Scanner
from extract.doses.vocabulary import one_of, read_toml
from extract.lower import lowered


@cache
def _routes() -> tuple[Scanner, list[str], re.Pattern[str], list[str]]:
    entries = read_toml("routes.toml")["route"]
    words = [(pattern, entry["code"]) for entry in entries for pattern in entry["patterns"]]
    exact = [(pattern, entry["code"]) for entry in entries for pattern in entry.get("exact", [])]
    return (
        Scanner([pattern for pattern, _ in words], before=r"^\W_", after="(?![a-z])"),
        [code for _, code in words],
        re.compile("|".join(f"{pattern}()" for pattern, _ in exact)),
        [code for _, code in exact],
    )


@cache
def _place_names() -> re.Pattern[str]:
    """What turns a route into the name of a place: `rectal` in `rectal cancer`."""
    return re.compile(rf"[\s-]+(?:{'|'.join(read_toml('routes.toml')['not_before'])})(?![a-z])")


@cache
def _vague() -> re.Pattern[str]:
    return re.compile("|".join(read_toml("routes.toml")["vague"]))


_EVENT = re.compile(rf"\b{one_of('time_reference')}\s+(?:(?!(?:with|of|by)\b)[\w/+-]+\s+){{0,3}}\Z", re.IGNORECASE)


# "After spinal anesthesia 4 mg are given": of something else; "under spinal anesthesia with A 10 mg" is not.
_NARCOSES = ("anesthesia", "anaesthesia", "block", "blocks", "analgesia")
_UNDER = re.compile(
    r"\b(?:after|before|during|under|undergoing|following|prior to|post)[\s-]+(?:the\s|a\s)?\Z", re.IGNORECASE
)
_WITH = re.compile(r"\s?(?:\(|(?:with|using|by|of|consisting)\b)", re.IGNORECASE)


def _names_event(text: str, item: Item) -> bool:
    """`before the CAR-T infusion` says when, not how."""
    said = text[item.start : item.end].lower()
    if said.endswith(_NARCOSES):
        under = _UNDER.search(text, max(0, item.start - 24), item.start)
        return under is not None and not _WITH.match(text, item.end)
    if not said.endswith(("infusion", "infusions")):
        return False
    return _EVENT.search(text, max(0, item.start - 40), item.start) is not None


@cache
def _numbered() -> re.Pattern[str]:
    """What stands before a Roman four: `stage IV`, `III or IV`, or the end of a sentence."""
    words = "|".join(read_toml("routes.toml")["numbered"])
    return re.compile(
        rf"(?:\b(?:{words})\s|\b(?:i{{1,3}}|v)[abc]?\s?(?:,|/|-|&|\bto\b|\b(?:and|or)\b)(?:\s(?:and|or))?\s?)\Z"
    )


_LISTED = re.compile(r"(?:^|[.:;\n])\s*\Z")
_LIST_POINT = re.compile(r"\.\s[a-z]")


def _is_a_four(low: str, item: Item) -> bool:
    """Whether "IV" is a number: that of a stage or an arm, or of a point of a list ("IV. Compare …")."""
    if low[item.start : item.end] != "iv":
        return False
    start = max(0, item.start - 16)
    if _LIST_POINT.match(low, item.end) and _LISTED.search(low, start, item.start):
        return True
    return _numbered().search(low, start, item.start) is not None


def find_routes(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Every route named within `start:end` of the text, in order."""
    scanner, codes, exact, exact_codes = _routes()
    low = lowered(text)
    found = [
        Item("route", match.start(), match.end(), codes[index])
        for index, match in scanner.find(low, start, end)
        if not _place_names().match(low, match.end())
    ]
    found = [item for item in found if not (_names_event(text, item) or _is_a_four(low, item))]
    found += [
        Item("route", match.start(), match.end(), exact_codes[(match.lastindex or 1) - 1])
        for match in exact.finditer(text, start, end)
    ]
    if len(found) > 1:
        found = _joined(low, sorted(_without_vague(low, found), key=lambda item: item.start))
    return found


_OR = re.compile(r"\)?\s?,?\s?(?:/|\(?(?:and/)?or\b)\s?(?:an?\s)?")


def _joined(low: str, found: list[Item]) -> list[Item]:
    """`Oral or IV` is one route, the first (ruling 9 of the annotation guideline); so is `orally (PO) or IV`."""
    joined = found[:1]
    for item in found[1:]:
        last = joined[-1]
        same = last.value == item.value and low[last.end : item.start] in (" (", "(")
        if same or (last.value != item.value and _OR.fullmatch(low, last.end, item.start)):
            joined[-1] = Item("route", last.start, item.end, last.value)
        else:
            joined.append(item)
    return joined


_NEAR = 120


# "As an infusion. Twelve hours later oral A is begun": what a later sentence says is of something else
_NEXT_SENTENCE = re.compile(r"\.\s")


def _beside(low: str, vague: Item, other: Item) -> bool:
    if abs(vague.start - other.start) >= _NEAR:
        return False
    return other.start < vague.start or not _NEXT_SENTENCE.search(low, vague.end, other.start)


def _without_vague(low: str, found: list[Item]) -> list[Item]:
    """`infused` says nothing where another place than a vein is named beside it."""
    vague = [item for item in found if _vague().fullmatch(low, item.start, item.end)]
    elsewhere = [item for item in found if item.value != "iv"]
    idle = [item for item in vague if any(_beside(low, item, other) for other in elsewhere)]
    return [item for item in found if item not in idle] if idle else found

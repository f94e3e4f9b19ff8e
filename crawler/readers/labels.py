"""The words that pages head and label things with, from `data/page_labels.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading or a label stands for. `inside`: the sections of which it is a part; empty: it opens its own."""

    field: str
    section: bool
    inside: frozenset[str]
    bare: bool


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("crawler.readers").joinpath("data/page_labels.toml").read_text(encoding="utf-8"))


@cache
def _phrases() -> dict[str, list[Meaning]]:
    found: dict[str, list[Meaning]] = {}
    for field, entry in _data().items():
        for phrase in entry.get("phrases", ()):
            inside = frozenset(entry.get("inside", ()))
            meaning = Meaning(field, entry["kind"] == "section", inside, entry.get("bare", False))
            found.setdefault(plain(phrase), []).append(meaning)
    return found


def plain(text: str) -> str:
    """A heading as it is compared: without case, colons, numbers before it, dashes and blanks too many."""
    text = " ".join(text.casefold().replace("’", "'").split()).strip(" :*#-–—?.!•")
    return re.sub(r"^\d{1,2}[.)]\s+", "", text)


def meaning(text: str, section: str) -> Meaning | None:
    """What a text stands for as a heading or label, within a section (`""` for none); None for no known one."""
    if not 0 < len(text) < 80:
        return None
    for found in sorted(_phrases().get(plain(text), ()), key=lambda item: not item.inside):
        if not found.inside or section in found.inside:
            return found
    return None


def bare(text: str, section: str) -> tuple[Meaning, str] | None:
    """A label that runs into its value without a colon, as in `Group Type EXPERIMENTAL`."""
    if len(text) > 80:
        return None
    words = text.split()
    for count in (2, 3):
        found = meaning(" ".join(words[:count]), section) if len(words) > count else None
        if found is not None and found.bare:
            return found, " ".join(words[count:])
    return None


@cache
def _boilerplate() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in _data()["boilerplate"]["patterns"]), re.IGNORECASE)


def is_boilerplate(text: str) -> bool:
    """True for a line that the site adds of its own: what its sections are for, disclaimers, buttons."""
    return len(text) < 400 and _boilerplate().fullmatch(text.strip()) is not None


@cache
def prose(name: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a fact that only running text states."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in _data()["prose"][name])


@cache
def countries() -> frozenset[str]:
    """Names of countries that end the line of a place."""
    return frozenset(name.casefold() for name in _data()["prose"]["countries"])

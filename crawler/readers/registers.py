"""Ids of trial registers, each checked by its register's own pattern (`data/registers.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# The WHO's number of a trial: it names a trial, but no record.
UTN = "UTN"


@dataclass(frozen=True, slots=True)
class Register:
    """A register: its name, the pattern of its ids, and other ways of writing them."""

    name: str
    pattern: re.Pattern[str]
    written: tuple[tuple[re.Pattern[str], str], ...]
    example: str


@cache
def registers() -> tuple[Register, ...]:
    """All registers, the one whose record is preferred first."""
    data = tomllib.loads(files("crawler.readers").joinpath("data/registers.toml").read_text(encoding="utf-8"))
    return tuple(
        Register(
            item["name"],
            re.compile(item["pattern"], re.ASCII),
            tuple((re.compile(pattern, re.ASCII | re.IGNORECASE), to) for pattern, to in item.get("written", ())),
            item["example"],
        )
        for item in data["register"]
    )


def identify(text: str) -> tuple[str, str] | None:
    """(register, id in its own form) of a text that is a register's id and nothing else; None for anything else."""
    text = text.strip().rstrip(".,;")
    if not 5 < len(text) < 40:
        return None
    for register in registers():
        if register.pattern.fullmatch(text):
            return register.name, text
    upper = re.sub(r"\s+", "", text)
    for register in registers():
        for form in (upper, upper.upper()):
            if register.pattern.fullmatch(form):
                return register.name, form
        for pattern, to in register.written:
            if match := pattern.fullmatch(upper):
                return register.name, match.expand(to)
    return None


def is_record_id(text: str) -> bool:
    """True for an id, in its own form, that names a record of a register."""
    found = identify(text)
    return found is not None and found[1] == text and found[0] != UTN


@cache
def anywhere() -> re.Pattern[str]:
    """Ids of any register within a text."""
    alternatives = "|".join(f"(?:{register.pattern.pattern})" for register in registers() if register.name != "NTR")
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w]|-\d)", re.ASCII)

"""Reading the data files that rules and vocabularies are kept in, and turning phrases into patterns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any


def load_toml(name: str) -> dict[str, Any]:
    """The data file `extract/data/<name>`."""
    return tomllib.loads(files("extract").joinpath("data", name).read_text(encoding="utf-8"))


def phrase_pattern(phrases: Iterable[str]) -> str:
    """One alternation of literal phrases, the longest first; a blank matches any run of blanks.

    A phrase that begins or ends with a letter does not match inside a word.
    """
    return "|".join(_literal(phrase) for phrase in sorted(phrases, key=len, reverse=True))


def _literal(phrase: str) -> str:
    body = r"\s+".join(re.escape(word) for word in phrase.split())
    start = r"(?<![a-z])" if phrase[0].isalpha() else r"\b" if phrase[0].isdigit() else ""
    end = r"(?![a-z])" if phrase[-1].isalpha() else ""
    return start + body + end


def any_of(patterns: Iterable[str]) -> str:
    """One group of alternative regular expressions."""
    return "(?:" + "|".join(patterns) + ")"

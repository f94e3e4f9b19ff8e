"""Regimens: what an arm gives together, in order."""

from __future__ import annotations

from extract.doses.lexicon import Lexicon
from extract.facts import DoseFacts, Regimen
from extract.study import Study


def find_regimens(study: Study, lexicon: Lexicon, facts: DoseFacts) -> list[Regimen]:
    """The regimens of every arm, named ones and phases."""
    return []

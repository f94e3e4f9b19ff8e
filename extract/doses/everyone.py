"""Phrases about all who take part, whatever their arm: background drugs, run-in phases."""

from __future__ import annotations

import re

_EVERYONE = re.compile(
    r"\ball (?:of )?(?:(?:the|our|these|enrolled|eligible|study|included|recruited|randomi[sz]ed) )*"
    r"(?:patients|participants|subjects|women|men|children|cases|individuals|volunteers|mothers|parturients|infants"
    r"|neonates|adults|pts)\b(?! (?:who|whose|with|that|in|on|assigned|randomi[sz]ed|allocated|having)\b)"
    r"|\b(?:to|for|in) (?:all|everyone)\s?(?:[.;,)]|\Z)"
    r"|\ball (?:of them )?(?:(?:will|shall) )?(?:gets?|got|receiv\w+|(?:(?:be|are|were) )?given)\b",
    re.IGNORECASE,
)
_BEFORE_ALL = re.compile(
    r"\A\W{0,3}"
    r"(?:(?:open|label|single|blind|active|the|during|in|an?|\d+|weeks?)[\s-])*"
    r"(?:run-?in|lead-in|(?:titration|stabili[sz]ation|conversion) (?:period|phase))\b",
    re.IGNORECASE,
)
ONE_OF_SEVERAL = re.compile(
    r"\b(?:either|or|random\w*|groups?|arms?|cohorts?|respectively|placebo)\b|[a-z]{4,}\s?/\s?[a-z]{4,}", re.IGNORECASE
)


def speaks_of_all(phrase: str) -> bool:
    """Whether a phrase is no more about the arm under whose heading it stands: "All patients are premedicated …"."""
    return "all" in phrase.lower() and _EVERYONE.search(phrase) is not None


def is_for_all(phrase: str) -> bool:
    """Whether what a phrase tells is given in every arm: "All patients receive 5 mg of A", "Run-in: A 5 mg"."""
    low = phrase.lower()
    if "all" not in low and "run" not in low and "lead-in" not in low and "ation p" not in low and "sion p" not in low:
        return False
    named = speaks_of_all(phrase) or _BEFORE_ALL.search(phrase) is not None
    return named and ONE_OF_SEVERAL.search(phrase) is None

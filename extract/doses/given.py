"""Whether the words around an agent's name allow that it is given: not what was had before, nor what is measured."""

from __future__ import annotations

import re

from extract.doses.agents import Mention
from extract.doses.vocabulary import one_of

_NOT_GIVEN_BEFORE = re.compile(rf"\b{one_of('not_given_before')}\s+(?:\w+[\s-]+){{0,2}}\Z", re.IGNORECASE)
_NOT_GIVEN_AFTER = re.compile(rf"[\s-]*(?:-?{one_of('not_given_after')}\b)", re.IGNORECASE)


def given(text: str, mention: Mention) -> bool:
    """Whether the words around a name allow that the agent is given."""
    if _NOT_GIVEN_BEFORE.search(text[max(0, mention.start - 45) : mention.start]):
        return False
    return not _NOT_GIVEN_AFTER.match(text, mention.end)

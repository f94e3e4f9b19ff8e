"""What stands beside a dose and is said of something else: of what is observed, or of a drug that is added."""

from __future__ import annotations

import re

from extract.doses.items import Item
from extract.doses.vocabulary import one_of_lower

_OBSERVED = re.compile(rf"\b{one_of_lower('observed')}\b")
# "an epidural block added to paracetamol 1 g": how the first is given is not said of the second
ADDED_TO = re.compile(
    r"\b(?:during|"
    r"add(?:ed|-?on)(?:\s\w+)?\sto|adjunct(?:ive)?(?:\s\w+)?\sto|in addition to|compared (?:to|with)|versus|vs)\b",
    re.IGNORECASE,
)
_PLUS = re.compile(r"(?:\+|\bplus)\s?(?:(?:an?|the|new|open-label|standard)\s)*\Z", re.IGNORECASE)
_OTHER_THING = re.compile(
    r"\s(?!(?:and|or|on|at|in|for|every|once|twice|daily|doses?|route|administration|infusions?|injections?|tablets?"
    r"|capsules?|solution|over|with|then|after|before|days?|weekly|q\d)\b)[a-z]",
    re.IGNORECASE,
)


def is_of_another_thing(text: str, item: Item) -> bool:
    """Whether a route is that of something unknown which is added: `10 mg + oral antidepressant`."""
    before = _PLUS.search(text, max(0, item.start - 20), item.start)
    return before is not None and _OTHER_THING.match(text, item.end) is not None


def is_observed(text: str) -> bool:
    """Whether a text, or what stands before a schedule, speaks of visits, samples and the like."""
    return len(text) > 1 and _OBSERVED.search(text.lower()) is not None

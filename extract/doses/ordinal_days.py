"""Days of a cycle told by their order: `the first and eighth day of each cycle`, `the first 5 days of every course`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.doses.days_before import ORDINALS
from extract.doses.items import Item
from extract.doses.vocabulary import NUMBER, number
from extract.lower import lowered

_SPELLED = {**ORDINALS, "fourteenth": 14, "fifteenth": 15}
_ORDINAL = rf"(?:{'|'.join(_SPELLED)}|\d{{1,2}}(?:st|nd|rd|th))"
_OF_CYCLE = r" (?:of|in) (?:each|every|a|the|all)\s(?:[\w-]+\s){0,3}?(?:cycle|course)s?\b"
_DAYS = re.compile(
    rf"\b(?P<list>{_ORDINAL}(?:\s?(?:,\s?and|,|and|&)\s?(?:the\s)?{_ORDINAL})*) days?{_OF_CYCLE}"
    rf"|\bfirst\s(?P<count>{NUMBER})\s(?:consecutive )?days{_OF_CYCLE}"
)
_EACH = re.compile(_ORDINAL)
_MAX_DAYS = 42
_DAY_OF = (" day of ", " days of ", " day in ", " days in ")


def ordinal_days(text: str, start: int, end: int) -> Iterator[Item]:
    """Every such mention within `start:end`, to the word "day"."""
    low = lowered(text)
    if not any(low.find(words, start, end) >= 0 for words in _DAY_OF):
        return
    for match in _DAYS.finditer(low, start, end):
        if match["list"]:
            days = sorted({_day(word) for word in _EACH.findall(match["list"])})
        else:
            days = list(range(1, int(number(match["count"])) + 1))
        if days and days[-1] <= _MAX_DAYS:
            yield Item("days", match.start(), low.index("day", match.start()) + 3, days)


def _day(ordinal: str) -> int:
    return _SPELLED.get(ordinal) or int(ordinal[:-2])

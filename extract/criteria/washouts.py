"""Times since a treatment or event: "within 4 weeks before" (less), "at least 4 weeks since" (more)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extract.criteria.comparisons import AFTER_LOW, NUMBER_WORDS, comparison_before, sides
from extract.criteria.limits import Limit, Value
from extract.criteria.names import DATA, Quantity

_WASHOUT = DATA["washout"]
WASHOUT = Quantity("washout", "d", {"h": 1 / 24, "d": 1, "wk": 7, "mo": 30.4375, "a": 365.25})
_UNITS = "|".join(rf"(?P<{unit}>{DATA['unit_words'][unit]})" for unit in WASHOUT.units)
_UNIT = re.compile(_UNITS)
_NUMBER_BEFORE = re.compile(
    rf"(?P<number>\d+(?:\.\d+)?|\b(?:{'|'.join(NUMBER_WORDS)}))\s*-?\s*(?:\(\d+\)\s*|full\s+|consecutive\s+)?\Z"
)
_AGO_BEFORE = re.compile(rf"{_WASHOUT['ago_before']}\s*(?:[<>=]+|at\s+least|less\s+than|approximately|about)?\s*\Z")
_AGO_WORDS: list[str] = _WASHOUT["ago_words"]
_AGO_AFTER = re.compile(rf"\s*{_WASHOUT['ago_after']}")
_SINCE = re.compile(rf"\s*{_WASHOUT['since']}")
_NEGATION = re.compile(_WASHOUT["negation"])
_TREATMENT: list[str] = _WASHOUT["treatment"]


def read_washouts(low: str, start: int, end: int, times: Iterable[int], *, excluding: bool) -> Iterator[Limit]:
    """The washouts of the criterion `low[start:end]`; `times` are where words of time ("week") stand in it.

    Less than some time ago is a washout only where that is excluded: under such a heading, or by a "no" before it.
    """
    text = low[start:end]
    for position in times:
        unit_match = _UNIT.match(low, position, end)
        number_match = _NUMBER_BEFORE.search(low, max(start, position - 30), position) if unit_match else None
        if unit_match is None or number_match is None or unit_match.lastgroup is None:
            continue
        at, stop = number_match.start(), unit_match.end()
        begin = max(start, at - 45)
        before = low[begin:at]
        ago = _AGO_BEFORE.search(before) if any(word in before for word in _AGO_WORDS) else None
        if ago:
            forward = _AGO_AFTER.match(low, stop, end)
            if forward or not (excluding or _NEGATION.search(text)):
                continue
            sign, at = "<=", begin + ago.start()
        else:
            compared = comparison_before(low, begin, at)
            if not any(stem in text for stem in _TREATMENT) or not _is_long_ago(low, stop, end, bool(compared)):
                continue
            sign, at = compared or (">=", at)
        figure = number_match["number"]
        number = float(NUMBER_WORDS.get(figure, figure))
        yield Limit(WASHOUT, at, Value(at, stop, sign, *sides(sign, number), unit_match.lastgroup))


def _is_long_ago(low: str, position: int, end: int, compared: bool) -> bool:
    """Whether the time counts back from the study: "at least 4 weeks since", "5 years or more before"."""
    if not compared:
        more = AFTER_LOW.match(low, position, end)
        if more is None:
            return False
        position = more.end()
    return _SINCE.match(low, position, end) is not None

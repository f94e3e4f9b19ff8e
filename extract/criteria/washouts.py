"""Times since a treatment or event: "within 4 weeks before" (less), "at least 4 weeks since" (more)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extract.criteria.comparisons import AFTER_LOW, NUMBER_WORDS, comparison_before, sides
from extract.criteria.limits import Limit, Value
from extract.criteria.names import DATA, Quantity
from extract.lower import holds_any
from extract.sentences import find_all

_WASHOUT = DATA["washout"]
WASHOUT = Quantity("washout", "d", {"h": 1 / 24, "d": 1, "wk": 7, "mo": 30.4375, "a": 365.25})
_UNITS = "|".join(rf"(?P<{unit}>{DATA['unit_words'][unit]})" for unit in WASHOUT.units)
_UNIT = re.compile(_UNITS)
_TO_UNIT = r"\s*-?\s*(?:\(\d+\)\s*|full\s+|consecutive\s+)?\Z"
_FIGURE_BEFORE = re.compile(rf"(?P<number>\d+(?:\.\d+)?){_TO_UNIT}")
_WORD_BEFORE = re.compile(rf"(?P<number>\b(?:{'|'.join(NUMBER_WORDS)})){_TO_UNIT}")  # never where the other matches
_TIME_STEMS = ("day", "week", "month", "year", "hour", "wk", "yr", "hr")
_COUNTS = (*NUMBER_WORDS, "full", "consecutive")  # how words end that `_number_before` finds before a word of time
_AGO_BEFORE = re.compile(rf"{_WASHOUT['ago_before']}\s*(?:[<>=]+|at\s+least|less\s+than|approximately|about)?\s*\Z")
_AGO_WORDS: list[str] = _WASHOUT["ago_words"]
_AGO_AFTER = re.compile(rf"\s*{_WASHOUT['ago_after']}")
_SINCE = re.compile(rf"\s*{_WASHOUT['since']}")
_NEGATION = re.compile(_WASHOUT["negation"])
_MEASURED = re.compile(_WASHOUT["measured"])
_IN_THE = re.compile(_WASHOUT["in_the"])
_ELAPSED = re.compile(_WASHOUT["elapsed"])
_BRACKET = re.compile(_WASHOUT["bracket"])
_FUTURE = re.compile(_WASHOUT["future"])
_LASTING = re.compile(_WASHOUT["lasting"])
_OFF = re.compile(_WASHOUT["off"])
_NEAR = 80  # how far behind a washout a bracket may stand, in characters
_TREATMENT: list[str] = _WASHOUT["treatment"]


def counted_times(low: str) -> list[int]:
    """Where words of time ("week") stand behind what may be a number, ascending."""
    return [position for position in find_all(low, _TIME_STEMS) if _may_be_counted(low, position)]


def _may_be_counted(low: str, position: int) -> bool:
    before = low[max(0, position - 30) : position].rstrip(" -\t\r\n")
    return not before[-1:].isalpha() or before.endswith(_COUNTS)


def read_washouts(low: str, start: int, end: int, times: Iterable[int], *, excluding: bool) -> Iterator[Limit]:
    """The washouts of the criterion `low[start:end]`; `times` are those of `counted_times` in it.

    Less than some time ago is a washout only where that is excluded: under such a heading, or by a "no" before it.
    """
    told = 0  # where the last ">=" ends
    for position in times:
        unit_match = _UNIT.match(low, position, end)
        number_match = _number_before(low, max(start, position - 30), position) if unit_match else None
        if unit_match is None or number_match is None or unit_match.lastgroup is None:
            continue
        at, stop = number_match.start(), unit_match.end()
        begin = max(start, at - 45)
        since = _SINCE.match(low, stop, end) is not None  # what follows says from where the time is counted
        ago = _within(low, begin, at, since=since)
        if ago is not None:
            forward = _AGO_AFTER.match(low, stop, end)
            if forward or not (excluding or _NEGATION.search(low[start:end])):
                continue
            if not _is_past(low, start, ago, stop, since=since) or _MEASURED.search(low, start, ago):
                continue
            sign, at = "<=", ago
        else:
            elapsed = not excluding and low[at - 1] != "-" and _ELAPSED.match(low, stop, end) is not None
            elapsed = elapsed or (0 < at - told < _NEAR and _is_aside(low, told, at, stop, end))
            if not (elapsed or since or AFTER_LOW.match(low, stop, end)) or not holds_any(low[start:end], _TREATMENT):
                continue
            compared = comparison_before(low, begin, at)
            if not elapsed and not (since if compared else _is_longer_ago(low, stop, end)):
                continue
            sign, at = compared or (">=", at)
            if _LASTING.search(low, start, at) and not _OFF.search(low, start, at):
                continue
        told = stop if sign in (">=", ">") else told
        figure = number_match["number"]
        number = float(NUMBER_WORDS.get(figure, figure))
        yield Limit(WASHOUT, at, Value(at, stop, sign, *sides(sign, number), unit_match.lastgroup))


def _number_before(low: str, start: int, end: int) -> re.Match[str] | None:
    """The number that ends before a word of time at `end`; most are figures, which are found much faster."""
    return _FIGURE_BEFORE.search(low, start, end) or _WORD_BEFORE.search(low, start, end)


def _is_aside(low: str, told: int, at: int, stop: int, end: int) -> bool:
    """Whether a bracket says another time for some: "(8 weeks for strontium)"."""
    return told > 0 and low[at - 1] == "(" and _BRACKET.match(low, stop, end) is not None


def _is_past(low: str, start: int, at: int, stop: int, *, since: bool) -> bool:
    """Whether "within 6 months" (at `at:stop`) looks back: "in the past", "before", or at least nothing planned."""
    if holds_any(low[at:stop], _AGO_WORDS[1:]) or since:
        return True
    return _FUTURE.search(low, start, at) is None


def _within(low: str, begin: int, at: int, *, since: bool) -> int | None:
    """Where "within", "in the past" begins before a time at `at`, or "in the" before "17 days prior to"."""
    before = low[begin:at]
    found = _AGO_BEFORE.search(before) if holds_any(before, _AGO_WORDS) else None
    if found is None and since:
        found = _IN_THE.search(before)
    return None if found is None else begin + found.start()


def _is_longer_ago(low: str, position: int, end: int) -> bool:
    """Whether a time with no comparison before it counts back from the study: "5 years or more before"."""
    more = AFTER_LOW.match(low, position, end)
    return more is not None and _SINCE.match(low, more.end(), end) is not None

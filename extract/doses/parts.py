"""An amount said as a whole and in its parts: `600 mg a day in two doses of 300 mg`."""

from __future__ import annotations

import re
from itertools import pairwise

from extract.doses.amount import Amount
from extract.doses.vocabulary import NUMBER_WORDS

_IN_PARTS = re.compile(
    r"(?P<before>[^.;]{0,60}?)\b(?:in|into|as)\s(?:(?:equal|divided)\s)?(?P<count>[2-6]|two|three|four|five|six)\s"
    r"(?:(?:divided|equal|separate|single|daily)\s)*doses\sof\s\(?"
)
_A_DAY = re.compile(r"\b(?:daily|(?:per|a|each) day)\b|/\s?d(?:ay)?\b")
_BEHIND = 60  # how far behind the parts it may be said that all is of one day


def name_parts(low: str, amounts: list[Amount]) -> None:
    """Make the whole a total of the day and give its parts their frequency; `low` is the text in lower case."""
    if "doses of " not in low:
        return
    for whole, part in pairwise(amounts):
        match = _IN_PARTS.fullmatch(low, whole.end, part.start)
        if match is None or (whole.unit, whole.per) != (part.unit, part.per):
            continue
        count = float(NUMBER_WORDS.get(match["count"]) or match["count"])
        if abs(part.low * count - whole.low) > 1e-9 or whole.low != whole.high:
            continue
        rest = re.split(r"[.;]", low[part.end : part.end + _BEHIND])[0]
        if "d" in (whole.per_time, part.per_time) or part.frequency or _A_DAY.search(match["before"] + " " + rest):
            whole.per_time, whole.role, whole.frequency = "d", "total", None
            part.per_time, part.frequency = None, (count, 1.0, "d")

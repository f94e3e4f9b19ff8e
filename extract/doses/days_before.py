"""Days counted back from an infusion of cells or a transplant: `5, 4 and 3 days before the infusion`, `-5d~-3d`.

How the preparation for cells is written where the infusion is day 0 and days before it have no sign, or the sign stands
before the number and the word for days behind it. The words are in `days.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.doses.vocabulary import read_toml
from extract.lower import holds_any, lowered

_FIRST_TO_TENTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINALS = {word: place for place, word in enumerate(_FIRST_TO_TENTH, 1)}
_EVENT = "(?:" + "|".join(read_toml("days.toml")["counted_back_from"]["words"]) + ")"
_BEFORE = (
    r"(?:\s?\(\+/-[^()]{1,12}\))?\s(?:before|prior to|preceding)\s"
    rf"(?:(?!days?\b)[\w+/-]+\s){{0,4}}?(?:[\w+-]*-)?{_EVENT}"
)
_NUMBER = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{'|'.join(ORDINALS)})"
_JOINT = r"\s*(?:,\s*and\s|,|and\s|&|to\s|-|~)\s*(?:the\s)?"
# "5, 4 and 3 days before", "the fifth, fourth and third day before"; not "for 3 days before", "within 14 days before"
_NUMBERS_FIRST = re.compile(
    rf"(?<![\w.^/~-])(?<!for )(?<!for the )(?<!within )(?<!least )(?<!last )(?<!than )(?<!first )(?<!over )(?<!up to )"
    rf"(?<!every )(?<!or )(?<!to )"
    rf"(?<!about )(?<!approximately )(?<!minimum )(?P<days>{_NUMBER}(?:{_JOINT}{_NUMBER})*)\s?-?days?{_BEFORE}"
)
_DAY_FIRST = re.compile(
    rf"\b(?:on|from|at)\s(?:the\s)?days?\s(?P<days>\d{{1,2}}(?:{_JOINT}(?:day\s)?\d{{1,2}})*){_BEFORE}"
)
_SIGNED = r"-\s?\d{1,2}"
_SIGNS_FIRST = re.compile(
    rf"(?P<days>-(?<![\w.)-]-)\s?\d{{1,2}}\s?d?(?:\s*(?:,\s*and\s|,|and\s|&|to\s|~|-)\s*{_SIGNED}(?:\s?d)?)+)"
    r"(?:(?<=d)|\s?days?)(?![\w-])"
)
_STARTING = re.compile(
    rf"\b(?:{'|'.join(read_toml('days.toml')['starting']['words'])})\s(?:about\s|approximately\s)?\Z"
)
_WORD = re.compile("|".join(ORDINALS))


def counted_back(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Where such days stand between two positions, and the same in signed numbers: `-5 to -3`."""
    low = lowered(text)
    if holds_any(low, (" before ", " prior to ", " preceding ")):
        for pattern in (_NUMBERS_FIRST, _DAY_FIRST):
            for match in pattern.finditer(low, start, end):
                days = _WORD.sub(lambda word: str(ORDINALS[word[0]]), match["days"])
                signed = re.sub(r"\d+(?:st|nd|rd|th)?", lambda day: "-" + day[0].rstrip("stndrh"), days)
                if not (_is_window(days) or _STARTING.search(low, max(0, match.start() - 30), match.start())):
                    yield match.start("days"), match.end("days"), re.sub(r"(?<=\d)\s?-\s?(?=-)", " to ", signed)
    if "-" in low:
        for match in _SIGNS_FIRST.finditer(low, start, end):
            yield match.start(), match.end(), re.sub(r"(?<=\d)\s?d\b", "", match["days"])


def _is_window(days: str) -> bool:
    """`2 to 14 days before` says within which days; `5 to 3` are three days."""
    ends = re.fullmatch(r"(\d+)\w*\s*(?:-|to|~)\s*(?:the\s)?(\d+)\w*", days)
    return ends is not None and int(ends[1]) < int(ends[2])

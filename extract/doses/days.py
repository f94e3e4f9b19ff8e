"""Days on which something is given: `days 1, 8 and 15`, `D1-5`, `day -5 to -3`. The words are in `days.toml`."""

from __future__ import annotations

import re
import sys
from itertools import pairwise

from extract.doses.days_before import counted_back
from extract.doses.items import Item
from extract.doses.ordinal_days import ordinal_days
from extract.doses.vocabulary import number, read_toml
from extract.lower import lowered


def _any(name: str, key: str = "words") -> str:
    words: list[str] = read_toml("days.toml")[name][key]
    return "(?:" + "|".join(words) + ")"


_NOT_PER = "".join(f"(?<!{word})" for word in read_toml("days.toml")["per"]["words"])
_ANY_DAY_WORD = (
    r"(?:\b(?:days?(?:\b|(?=\d))|dys?\b|dd\b|PODs?\b)|"
    r"(?<![\w-])[dD](?=\s?[+-]?\d)|\bC\d\s?D(?=\d)|\bD(?=\s?\d))"
)
_DAY_WORD = rf"(?:study\s)?{_NOT_PER}{_ANY_DAY_WORD}"
_NEXT_WORD = rf"(?:study\s)?(?:{_NOT_PER}{_ANY_DAY_WORD}|(?<=\d/)d(?:ay)?(?=\s?\d))"  # "d1/d8/d15"
_SPELLED = r"(?:one|two|three|four|five|six|seven|eight|nine|ten)\b"
# "0,5 mg" with a decimal comma is no day, nor are "50,000 units"
_INTEGER = rf"(?:-?\s?(?!0,\d|\d{{1,3}},\d{{3}}(?!\d))\d{{1,3}}|{_SPELLED})"
_SIGNED = rf"(?:\+\s?\d{{1,3}}|{_INTEGER})"
_DAY_RANGE_TO = rf"\s*{_any('range')}\s*"
_DAY_LIST_SEPARATOR = rf"\s*(?:{_any('list')}|;\s?(?=d))\s*"
_DAY_VALUE = (
    rf"(?:{_NEXT_WORD}\s*)?\(?{_SIGNED}\)?(?!\d*\.\d|\d*(?:\s*{_any('not_before')}| ?- ?(?!d(?:ays?)?\s?-?\d)[a-z]))"
    rf"(?:\s?(?:st|nd|rd|th)\b)?\*?"
)
_NOT_NEXT_ITEM = r"(?!\n\s*\d{1,2}[.)]\s)"  # "for ten days", and the number of the next item of a list
_DAYS = re.compile(
    r"(?<![\w])(?<!(?<![\^.=])(?<!auc )(?<!auc of )(?<!cycle )(?<!course )(?<!week )\b\d )(?<!\b\d\d )(?<!\d-)"
    rf"{_DAY_WORD}{_NOT_NEXT_ITEM}\s*[#:]?\s*{_DAY_VALUE}"
    rf"(?:(?:{_DAY_RANGE_TO}|{_DAY_LIST_SEPARATOR}){_DAY_VALUE})*",
    re.IGNORECASE,
)
_WEEK = rf"{_INTEGER}(?!\d*(?:\.\d+)?\s*{_any('not_before')})"
_OF_WEEKS = re.compile(
    rf"\s(?:of|in|during)\sweeks?\s(?P<weeks>{_WEEK}(?:(?:{_DAY_RANGE_TO}|{_DAY_LIST_SEPARATOR}){_WEEK})*)",
    re.IGNORECASE,
)
# In lower case. These begin with one set of characters, which the engine looks for fastest.
_DAYS_BEGIN = re.compile(r"[dscp](?:(?<=d)(?<!\w.)|(?<=p)ods?\s?\d|(?<=s)tudy(?<!\w.{5})\s|(?<=c)(?<!\w.)\dd)")
_BEGINS = r"(?<![\w-].)"  # after the first letter: the engine looks for that first
_AFTER_ROUTE = re.compile(
    rf"(?:{'|'.join(route[0] + _BEGINS + route[1:] for route in read_toml('days.toml')['after_route']['words'])})\b"
    rf"\s*(?P<days>{_INTEGER}(?:(?:{_DAY_RANGE_TO}|{_DAY_LIST_SEPARATOR}){_INTEGER}\*?)*)"
    rf"(?!\d*(?:\.\d+)?\s*{_any('after_route', 'not_before')}|\d*\s*(?:-|to)\s*\d)"
)


_IN_BRACKETS = re.compile(
    r"\sdays?\s?\((?P<days>-\s?\d{1,2}(?:\s*(?:,\s*and\s|,|and|to|&)\s*-\s?\d{1,2})*)\)", re.IGNORECASE
)


# "from the 2nd to the 6th day"
_ORDINALS = re.compile(
    r"\b(?P<first>\d{1,2})(?:st|nd|rd|th)(?: day)?"
    r"(?:\s?-\s?| (?:to|through|until|till|up to) )(?:the )?(?P<last>\d{1,2})th day",
    re.IGNORECASE,
)


def find_days(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Days on which something is given, ranges listed in full."""
    found = []
    done = start
    for beginning in _DAYS_BEGIN.finditer(lowered(text), start, end):
        match = _DAYS.match(text, beginning.start(), end) if beginning.start() >= done else None
        if match is None:
            continue
        done = match.end()
        days = _days_of(text, match)
        if (
            text.endswith("between ", 0, match.start())
            or _OFF_AFTER.match(text, done)
            or (_OFF_BEFORE.search(text, max(0, match.start() - 30), match.start()) and not text.startswith(":", done))
        ):
            continue  # "Days 2-8: wash-out Days 9-12: A 5 mg": the colon says whose days they are
        weeks = _OF_WEEKS.match(text, done, end)
        if weeks is not None:
            done = weeks.end()
            days = [7 * (week - 1) + day for week in read_days(weeks["weeks"]) for day in days if week > 0]
        elif days:
            days = _single_day(text, match, days[0]) if len(days) == 1 else _several_runs(text, match.start(), days)
        if days:
            found.append(Item("days", match.start(), done, days))
    if "th day" in lowered(text):
        for match in _ORDINALS.finditer(text, start, end):
            found.append(Item("days", match.start(), match.end(), read_days(f"{match['first']} to {match['last']}")))
    found += [
        item for item in ordinal_days(text, start, min(end, len(text))) if not _any_within(found, item.start, item.end)
    ]
    behind = _IN_BRACKETS.finditer(text, start, end) if "(-" in text else ()
    for match in (*_AFTER_ROUTE.finditer(text, start, end), *behind):
        if not _any_within(found, match.start("days"), match.end()):
            days = read_days(match["days"])
            if days:
                found.append(Item("days", match.start("days"), match.end(), days))
    for first, last, days_back in counted_back(text, start, min(end, len(text))):
        days = read_days(days_back)
        if days:
            found = [item for item in found if not _any_within([item], first, last)]
            found.append(Item("days", first, last, days))
    return sorted(found, key=lambda item: item.start)


_DASHED = re.compile(r"(?<=\bday)-(?=\d)|(?<=\bD)-(?=\d)", re.IGNORECASE)
_DASHED_DAY = re.compile(r"\bd(?:ay)?-(\d{1,3})\b", re.IGNORECASE)


def _days_of(text: str, match: re.Match[str]) -> list[int]:
    days = read_days(match.group())
    if days and days[0] < 0 and _DASHED.search(match.group()) and _counts_up(text):
        return read_days(_DASHED.sub(" ", match.group()))
    return days


def _counts_up(text: str) -> bool:
    """Whether the dash of "Day-1 … Day-16" only joins: of days before an event the greatest number comes first."""
    numbers = [int(match[1]) for match in _DASHED_DAY.finditer(text)]
    return len(set(numbers)) > 1 and all(a <= b for a, b in pairwise(numbers))


def _any_within(items: list[Item], start: int, end: int) -> bool:
    return any(item.start < end and start < item.end for item in items)


_OFF_AFTER = re.compile(rf"\)?\s?[:=-]?\s?{_any('off')}", re.IGNORECASE)
_OFF_BEFORE = re.compile(rf"\b{_any('off')}(?: \w+)? ?(?:\(|on |from )?\Z", re.IGNORECASE)
_OF_WHAT = r"(?: (?:the|study|cycle|menstrual|stimulation))*"
_STARTING = re.compile(rf"\b{_any('starting')}{_OF_WHAT}\s*\Z", re.IGNORECASE)
_FOR_DAYS_FROM = re.compile(
    r"\bfor (?:a total of )?(?P<count>\d{1,2}|two|three|four|five|six|seven|ten) "
    r"(?:consecutive |successive )?days,?\s?(?:\([^()]{0,30}\)\s)?\(?"
    rf"{_any('starting')}{_OF_WHAT}\s*\Z",
    re.IGNORECASE,
)
_ENDING = re.compile(rf"\b{_any('ending')}(?: study)?\s*\Z", re.IGNORECASE)
_FOR_DAYS = re.compile(
    r"(?:(?!\buntil\b|\btill\b)[^.;]){0,40}?"
    r"\bfor (?P<count>\d{1,2}|two|three|four|five|six|seven) (?:consecutive )?days",
    re.IGNORECASE,
)


_TO_DAY = re.compile(rf"[^.;]{{0,50}}?\b{_any('range')} (?:study )?day\s?\+?(?P<last>-?\d{{1,3}})\b", re.IGNORECASE)


# "Day 1 to week 12", "(D-0) to the end of week 8": where a span of weeks begins, whose other days are not listed
_OF_A_SPAN = re.compile(
    r"\)?\s?(?:-|to\b|through\b|until\b|till\b|up to\b)\s?(?:the\s)?(?:end of\s)?(?:the\s)?(?:study\s)?"
    r"(?:weeks?|wks?|months?|years?|visit|(?:hospital\s)?discharge|end|completion|delivery|progression)\b",
    re.IGNORECASE,
)


def _single_day(text: str, match: re.Match[str], day: int) -> list[int]:
    """`beginning on day 4 for 3 days` is days 4 to 6, as `until day 6`; a mere beginning or end is no list of days."""
    before = text[max(0, match.start() - 36) : match.start()]
    if _STARTING.search(before):
        long_before = text[max(0, match.start() - 70) : match.start()]
        if length := _FOR_DAYS.match(text, match.end()) or _FOR_DAYS_FROM.search(long_before):
            return list(range(day, day + int(number(length["count"]))))
        last = _TO_DAY.match(text, match.end())
        return read_days(f"{day} to {last['last']}") if last else []
    return [] if _ENDING.search(before) or _OF_A_SPAN.match(text, match.end()) else [day]


def _several_runs(text: str, start: int, days: list[int]) -> list[int]:
    """`for 5 days beginning on days 1 and 15` is days 1 to 5 and 15 to 19."""
    length = _FOR_DAYS_FROM.search(text, max(0, start - 100), start)
    count = int(number(length["count"])) if length else 1
    if count == 1 or any(b - a <= count for a, b in pairwise(days)):
        return days
    return [day + more for day in days for more in range(count)]


def _tokens(name: str) -> str:
    """The words of a list as tokens of their own; a dash may be a sign as well and is none of them."""
    words = [word for word in read_toml("days.toml")[name]["words"] if word != "-"]
    return "|".join(rf"\b{word}\b" if word.isalpha() else word for word in words)


_DAY_TOKEN = re.compile(
    rf"(?P<number>\b{_SPELLED})|(?P<cycle>\bC\d\s?(?=D))"
    rf"|(?P<to>{_tokens('range')})|(?P<value>\d+)|(?P<minus>-)|(?P<sep>{_tokens('list')}|;)|(?P<word>[A-Za-z]+)",
    re.IGNORECASE,
)


_PLUS = re.compile(r"(?<=[a-z,])\s*\+(?=\s?\d)", re.IGNORECASE)  # of "day -8 to +60"; not that of "1 + 8"


def read_days(text: str) -> list[int]:
    """`-5 to -3` → [-5, -4, -3]; `1, 8-10 and 15` → [1, 8, 9, 10, 15]."""
    days: list[int] = []
    text = _PLUS.sub(" ", text)
    pending_range = negative = False
    previous = ""
    for match in _DAY_TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "to":
            pending_range = True
        elif kind == "minus":
            # A dash after a number is a range; after a word, a separator or another dash it is a sign.
            if previous == "value":
                pending_range = True
            else:
                negative = True
        elif kind in ("value", "number"):
            kind, digits = "value", int(number(match.group()))
            value = -digits if negative else digits
            if pending_range and days and days[-1] < value <= days[-1] + 400:
                days += range(days[-1] + 1, value + 1)
            elif pending_range and days and days[-1] < 0 < value and -value > days[-1]:
                days += range(days[-1] + 1, -value + 1)  # "day -5-3" means -5 to -3
            else:
                days.append(value)
            pending_range = negative = False
        previous = kind if kind != "word" else previous if pending_range else kind
        if kind == "sep":
            pending_range = False
    unique = sorted(set(days))
    return unique if len(unique) <= 400 and all(abs(day) <= 1100 for day in unique) else []

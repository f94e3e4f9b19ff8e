"""How long a treatment lasts, how long its cycles are and how many."""

from __future__ import annotations

import re
import sys

from extract.doses.items import Item
from extract.doses.scanning import Scanner
from extract.doses.vocabulary import NUMBER, TIME_UNITS, number
from extract.lower import holds_any, lowered

_LEAD = (
    r"(?:a\s+|an\s+|the\s+)?(?:total(?: duration| treatment period)? (?:of )?|period of |maximum of |"
    r"max(?:imum)?(?: of)? |up to |additional |about |approximately |at least |at most |(?:no|not) more than |"
    r"first |next |another |further |"
    r"subsequent )*"
)
_DURATION = (
    rf"\s*{_LEAD}(?P<value>{NUMBER})(?:\s*(?:-|to|or)\s*(?P<high>{NUMBER}))?(?:\s?\(\d+\))?[\s-]*"
    r"(?:consecutive |continuous |successive |more |full |calendar |additional )?"
    r"(?P<unit>days?|d|weeks?|wks?|wk|w|months?|mos?|years?|yrs?|hours?|hrs?|h)(?![a-z])"
    r"(?!\s*(?:cycle|apart|interval|before|prior|after (?:the )?last))"
)
_LENGTH = (
    rf"\b(?<!each )(?<!every )(?<!of a )(?P<value>{NUMBER})[\s-](?P<unit>day|week|month|year)s?[\s-]"
    r"(?:treatment|course|period|duration|regimen|"
    r"double[- ]blind|open[- ]label|of treatment|study treatment|therapy|of (?:daily|once|twice))"
)
_WEEKS = r"weeks?\s(?P<from>\d{1,2})(?:\s?(?:-|to|through)\s?(?:weeks?\s)?(?P<value>\d{1,2}))(?!\d|\s?[-,/])"
_UNTIL = r"\b(?:until|through|to|up to)\s+(?P<unit>week|month|day|year)\s+(?P<value>\d{1,3})\b"
_FOR = (
    r"\b(?:for|during|lasting|duration of|period of|total of|up to|within|course of|over(?: a)?|continued for|x)"
    + _DURATION
)
_DURATIONS = Scanner([_FOR])
_STARRED_DURATIONS = Scanner([_FOR, r"\b\*" + _DURATION], before="")  # "weekly*4 weeks": the star follows a word
_LONG_UNITS = ("day", "week", "month", "year")
_NUMBERED_WEEKS = Scanner([_WEEKS])
_LENGTHS = (Scanner([_LENGTH]), Scanner([_UNTIL]))
_INFUSION_TIME = re.compile(
    r"\bover(?: a| about| approximately)*\s*$|\binfus\w+ (?:for|over)\s*$|\bwithin\s*$", re.IGNORECASE
)
_CYCLE_DAYS = re.compile(
    rf"\b(?:(?P<a>{NUMBER})[\s-]?(?P<au>days?|d|weeks?|wks?|wk|w|"
    rf"months?)(?:\s?\([^)]{{0,12}}\))?[\s-]*(?:(?:treatment|dosing|chemotherapy|study)\s)?(?:cycles?|"
    rf"courses?|a cycle|as (?:a|one|1) (?:cycle|course)|(?:is|was|constitutes?|for|=) (?:a|one|1|"
    rf"each) (?:cycle|course))"
    rf"|(?:cycles?|courses?)(?: length)?(?: \w+)?(?:\s(?:of|is|was|lasts?|every|repeated every|"
    rf"repeats? every|will be repeated every|are repeated every|length|"
    rf"duration))*\s*[=:(]?\s*(?P<b>{NUMBER})[\s-]?(?P<bu>days?|d|weeks?|wks?|wk|w|months?)\b"
    rf"|repeat(?:s|ed|ing)?(?:\s\w+)?\s(?:every|each|q)\s?(?P<c>{NUMBER})[\s-]?(?P<cu>days?|d|weeks?|wks?|wk|w)\b"
    rf"|every\s(?P<e>{NUMBER})[\s-](?P<eu>days?|weeks?)[\s-](?:\([^)]*\)\s)?(?:as (?:a|one|1)|per|"
    rf"for (?:one|1|a)|=|is a|(?:was|were) (?:a|one))\s(?:cycle|course)"
    rf"|weekly for (?P<g>{NUMBER}) weeks? (?:followed by|with|then) (?:a |an )?(?:(?P<h>{NUMBER})|"
    rf"rest)?[\s-]?(?:weeks?)?\s?(?:of )?(?:rest|off|break)?)",
    re.IGNORECASE,
)
_CYCLES = re.compile(
    rf"\b(?:(?:(?:for|total(?: of)?|up to|maximum(?: of)?|max(?:imum)?|x|complete|receive|least|"
    rf"repeated for|additional|until|to|of)\s+)(?:(?:a|the|up to|total of|maximum of|another|additional|"
    rf"about|first)\s+)*"
    rf"(?P<a>{NUMBER})(?:\s*(?:-|to|or)\s*(?P<b>{NUMBER}))?(?:\s(?:treatment|consecutive|planned|additional|\d+-(?:week|day)|three-week|four-week|21-day|28-day|14-day))*\s(?:cycles?|courses?)(?!\s?\d)"
    rf"|(?P<c>{NUMBER})(?:\s?-\s?(?P<d>{NUMBER}))?\s(?:treatment\s)?cycles\b|x\s?(?P<e>\d{{1,2}})\scycles?)",
    re.IGNORECASE,
)


def find_durations(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """How long the treatment lasts; the time of a single infusion is left out."""
    found = []
    low = lowered(text)
    for _, match in (_STARRED_DURATIONS if "*" in low else _DURATIONS).find(low, start, end):
        unit = TIME_UNITS[match["unit"]]
        if unit == "h" or _INFUSION_TIME.search(low[max(0, match.start() - 14) : match.start("value")]):
            continue
        found.append(Item("duration", match.start(), match.end(), (number(match["high"] or match["value"]), unit)))
    for scanner in _LENGTHS if holds_any(low, _LONG_UNITS) else ():
        for _, match in scanner.find(low, start, end):
            value = (number(match["value"]), TIME_UNITS[match["unit"]])
            found.append(Item("duration", match.start(), match.end(), value))
    for _, match in _NUMBERED_WEEKS.find(low, start, end) if "week" in low else ():
        weeks = int(match["value"]) - int(match["from"]) + 1
        if weeks > 1:
            found.append(Item("duration", match.start(), match.end(), (float(weeks), "wk")))
    return sorted(found, key=lambda item: item.start)


_IN_DAYS = {"d": 1.0, "wk": 7.0, "mo": 30.0}


_CYCLE_WORDS = ("cycle", "Cycle", "CYCLE", "course", "Course", "repeat", "Repeat", "eekly for")


def find_cycles(text: str, start: int = 0, end: int = sys.maxsize) -> list[Item]:
    """Cycle lengths in days and numbers of cycles."""
    found: list[Item] = []
    if not holds_any(text[start:end], _CYCLE_WORDS):
        return found
    for match in _CYCLE_DAYS.finditer(text, start, end):
        if match["g"]:
            weeks = number(match["g"]) + (number(match["h"]) if match["h"] else 1)
            found.append(Item("cycle_days", match.start(), match.end(), weeks * 7))
            continue
        for name in "abce":
            if match[name]:
                days = number(match[name]) * _IN_DAYS[TIME_UNITS[match[name + "u"].lower()]]
                found.append(Item("cycle_days", match.start(), match.end(), days))
    for match in _CYCLES.finditer(text, start, end):
        value = next(match[name] for name in "badce" if match[name])
        found.append(Item("cycles", match.start(), match.end(), number(value)))
    return sorted(found, key=lambda item: item.start)

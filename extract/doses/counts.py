"""Counts of pieces: `two tablets`, `2 placebo capsules`, and the mass of `two 5 mg tablets` or `2 x 250 mg`.

The forms are in `extract/data/dose_forms.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from extract.doses.amount import Amount, Frequency
from extract.doses.days import find_days
from extract.doses.indexes import ends_with_index_word
from extract.doses.scanning import Scanner
from extract.doses.vocabulary import NUMBER_WORDS, TIME_UNITS, number, one_of, read_toml
from extract.lower import holds_any

_PIECES: dict[str, str] = read_toml("dose_forms.toml")["pieces"]
_FORMS: dict[str, list[str]] = read_toml("dose_forms.toml")["forms"]


def _any(name: str) -> str:
    return "(?:" + "|".join(_FORMS[name]) + ")"


_COUNTED = Scanner(
    [
        r"(?P<count>one and (?:a|one)[\s-]half|two and a half|a half|half|one-half|one|two|three|four|five|six|seven|"
        r"eight|nine|ten|eleven|twelve|1/2)(?:\s?\(\d+\))?(?:\s?(?P<joined>to|or|-)\s?(?P<most>two|three|four|five|six)(?:\s?\(\d+\))?)?"
        r"[\s-]+(?:(?!mg|days?|weeks?)[\w-]+\s){0,2}?"
        rf"(?P<unit>{'|'.join(_PIECES)})\b",
    ]
)
# A figure right before the form is read with the other amounts; this is for "2 placebo capsules".
_FIGURED = re.compile(
    rf"(?P<count>[1-9])(?<![\w.,/^-].)\s(?:(?!{one_of('no_name_of_pieces')}\b)[a-z][\w-]+\s){{1,3}}?"
    rf"(?P<unit>{_any('named')})\b"
)
_COUNT_BEFORE = re.compile(
    r"(?<![\w.])(?P<count>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\s*"
    r"(?:x|\*|of(?: the)?|tablets? of|"
    r"capsules? of|tablets? x|-)?\s*(?:\(\s*)?$",
    re.IGNORECASE,
)
_PIECES_AFTER = re.compile(
    r"\s*(?:[,:x*]|\(|per (?:puff|actuation)[,:]?)?\s*(?P<count>\d{1,2}|one|two|three|four)\s+"
    rf"{_any('sprayed')}\b(?!\s?(?:of|x|@|each)\s?[\d.])|\s?[x*]\s?(?P<times>[2-9]|two|three|four|five|six)\s?{_any('solid')}\b"
    rf"|\s(?P<pieces>[2-4]|two|three|four)\s?{_any('solid')}\b"
    rf"|\s{_any('solid')}\s?(?:[,:;]|\),?)\s?(?:take\s)?(?P<then>[2-6]|two|three|four|five|six)\s{_any('solid')}\b",
    re.IGNORECASE,
)
# Behind the parts of one piece: "lopinavir/ritonavir 200/50 mg, 2 tablets twice daily".
_TABLETS_AFTER = re.compile(
    rf"\)?(?:,|\s|:|\sper tablet\)?,?)\s?(?:take\s)?(?P<count>[2-6]|two|three|four|five|six)\s{_any('solid')}\b",
    re.IGNORECASE,
)
# "2 x 1 g, 14 days apart": not in one intake.
_ON_SEVERAL_DAYS = re.compile(
    r"[^.;]{0,45}?\b(?:apart\b|"
    r"(?:interval|separated) (?:of|by)\b|(?:days?|weeks?) \d+\s?(?:,|and|&|/)\s?(?:days? )?\d)",
    re.IGNORECASE,
)
_FORM_AFTER = re.compile(rf"\s*-?(?:(?!and\b|or\b|of\b)[A-Za-z-]+\s){{0,2}}?{_any('solid')}\b", re.IGNORECASE)
_TIMES_BEFORE = re.compile(r"(?<![A-Za-z])[xX*]\s*(?:\(\s*)?\Z")
# "3 doses of 100 mg per day" and "3 x 1 g/day" are of one intake; "2 x 100 mg tablets daily" are two pieces in one.
_PARTS_BEFORE = re.compile(
    r"(?<![\w.,-])(?P<count>\d|two|three|four|five|six)\s*(?:(?:(?:divided|separate|single|equal|oral|daily)\s)*doses\s+of|x|\*|times)\s*\Z",
    re.IGNORECASE,
)
_SPREAD = re.compile(
    r"(?:\s(?!mg|x\b|once|twice|every)[\w-]+){0,2}?(?:\s?/\s?|\s(?:per|a|each|every|in|within|over)\s|\s(?=daily|weekly))"
    r"(?:(?P<every>\d{1,2}|two|three|four|five|six)\s)?(?P<unit>daily|day|d|weekly|week|wk|month)s?\b",
    re.IGNORECASE,
)
# What is handed out is no intake.
_SUPPLY = re.compile(
    r"\b(?:suppl(?:y|ied|ies)(?: of| with)?|dispens\w+|provided with"
    r"|(?:pack\w*|box\w*|bottles?|kits?|sets?|blisters?|strips?) (?:of|with|containing)"
    r"|(?:month|week)(?:'s|ly)? (?:dosage|supply) of)\s*(?:with\s)?\Z",
    re.IGNORECASE,
)
_SUPPLIED = re.compile(
    r"[^.;,]{0,40}?(?:\b(?:are|is|were|was|will be)\s"
    r"(?:supplied|dispensed|handed|provided|given (?:out|for|to (?:use|take)))"
    r"|\bfor (?:on[- ]demand )?use\b)",
    re.IGNORECASE,
)
_COUNT_OF_AGENT = re.compile(
    r"(?<![\w.,/-])(?P<count>[2-6]|two|three|four|five|six)\s+(?:[A-Za-z][\w-]{3,}\s+){1,2}$", re.IGNORECASE
)
_TABLETS_OF = re.compile(
    r"(?P<count>\d{1,2}|one|two|three|four)\s+"
    r"(?:tablets?|tabs?|capsules?|caps?|pills?|amp[ou]u?les?|ampuls?|vials?|puffs?|inhalations?|actuations?)\s+(?:of\s+)?"
    r"(?:[\w/-]+\s+){0,2}\(?(?:\d+ ?mg (?:of )?[\w-]+ ?(?:/|\+|and) ?)?$",
    re.IGNORECASE,
)


def holds_pieces(low: str) -> bool:
    """Whether a text in lower case names a form that can be counted: if not, it needs none of these patterns."""
    return holds_any(low, _FORMS["openings"])


def counted(low: str, known: list[Amount]) -> list[Amount]:
    """Counts in a text in lower case that are not among the known amounts."""
    taken = {amount.start for amount in known}
    found = []
    for match in [*(match for _, match in _COUNTED.find(low)), *_figured(low)]:
        if match.start() not in taken:
            found += _pieces(match)
    return found


_HALVES = {"one and": 1.5, "two and": 2.5}


def _pieces(match: re.Match[str]) -> list[Amount]:
    """What a match counts: `two tablets`, `one to two tablets`, or both of `one or two tablets`."""
    words = match.groupdict()
    word, unit = match["count"], _unit_of(match["unit"])
    count = _HALVES.get(word[:7], 0.5) if "half" in word or word == "1/2" else _count(word)
    if not words.get("most"):
        return [Amount(count, count, unit, "count", match.start(), match.end())]
    most = _count(match["most"])
    if match["joined"] != "or":
        return [Amount(count, max(count, most), unit, "count", match.start(), match.end())]
    return [
        Amount(count, count, unit, "count", match.start(), match.end("count")),
        Amount(most, most, unit, "count", match.start("most"), match.end()),
    ]


@cache
def _unit_of(form: str) -> str:
    return next(unit for pattern, unit in _PIECES.items() if re.fullmatch(pattern, form))


def _figured(low: str) -> Iterator[re.Match[str]]:
    """`2 placebo capsules`, but not `on day 2 placebo capsules`."""
    for match in _FIGURED.finditer(low):
        if not ends_with_index_word(low[max(0, match.start() - 30) : match.start()]):
            yield match


def read_strength(text: str, amounts: list[Amount], pieces: bool) -> None:
    """Make amounts that are the strength of several pieces the mass of one intake (`two 5 mg tablets`).

    `amounts` share one printed unit: several are levels, or the parts of one piece (`two 300/100 mg tablets`).
    `pieces`: what `holds_pieces` says of the text.
    """
    last = amounts[-1]
    if last.kind not in ("mass", "activity") or last.concentration:
        return
    parts = amounts if last.joined_by == "slash" else amounts[-1:]
    start = parts[0].start
    before = text[max(0, start - 60) : start]
    if (often := _often(text, last, before)) is not None:
        for amount in amounts:
            amount.per_time, amount.frequency = None, often
        return
    times = _TIMES_BEFORE.search(before) is not None
    if last.per or not (pieces or times):
        return
    form = _FORM_AFTER.match(text, last.end)
    match = (
        _TABLETS_OF.search(before)
        or (form and _count_of_agent(before))
        or ((form or times) and _COUNT_BEFORE.search(before))
    )
    if not match and (
        puffs := _PIECES_AFTER.match(text, last.end) or (len(parts) > 1 and _TABLETS_AFTER.match(text, last.end))
    ):
        _multiply(parts, _count(next(filter(None, puffs.groups()))))
        last.end, last.role = puffs.end(), "dose"
    if not match:
        return
    count = _count(match["count"])
    supply = _SUPPLIED.match(text, last.end) or _SUPPLY.search(
        text, max(0, start - 70), start - len(before) + match.start()
    )
    if 1 < count <= 12 and not supply and not (times and not form and _ON_SEVERAL_DAYS.match(text, last.end)):
        _multiply(parts, count)
        if " mg" not in match.group():  # "two tablets of (40 mg A/320 mg B": the first part's
            parts[0].start -= len(before) - match.start()


def _multiply(parts: list[Amount], count: float) -> None:
    for amount in parts:
        amount.low, amount.high = round(amount.low * count, 9), round(amount.high * count, 9)


def _often(text: str, amount: Amount, before: str) -> Frequency | None:
    """How often, where a number says it that is no number of pieces: `3 doses of 100 mg per day`, `3 x 1 g/day`."""
    match = _PARTS_BEFORE.search(before)
    if match is None or _FORM_AFTER.match(text, amount.end) or not 1 < _count(match["count"]) <= 8:
        return None
    times = _count(match["count"])
    if amount.per_time == "d":
        return None if _on_so_many_days(text, amount, times) else (times, 1.0, "d")
    if amount.per_time:
        return None
    spread = _SPREAD.match(text, amount.end)
    if spread is None:
        return None
    return times, number(spread["every"] or "1"), TIME_UNITS[spread["unit"].lower()]


def _on_so_many_days(text: str, amount: Amount, times: float) -> bool:
    """`5 x 30 mg/m2/d, day -6 to -2` counts the days, of which there are five."""
    days = find_days(text, amount.end, min(len(text), amount.end + _SCHEDULE))
    return bool(days) and len(days[0].value) == times


_SCHEDULE = 60


def _count_of_agent(before: str) -> re.Match[str] | None:
    """`2 zanfluril` before `100 mg capsules`, but not `Day 2 zanfluril`."""
    match = _COUNT_OF_AGENT.search(before)
    return match if match is not None and not ends_with_index_word(before[: match.start()]) else None


def _count(word: str) -> float:
    return float(word) if word.isdecimal() else NUMBER_WORDS[word.lower()]

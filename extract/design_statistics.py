"""The numbers of the planned analysis: alpha, power, dropout, sample size, effect and planned rates.

Wordings are data (`extract/data/design_statistics.toml`). Plain patterns over the few sentences that hold a word of
the planned analysis are enough; no tokenizer is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from extract.facts import DesignStatistic, evidence
from extract.lower import holds_any, lower_text
from extract.sentences import PROSE_BREAK, around, find_all
from extract.study import Field, Study
from extract.vocabulary import any_of, load_toml

__all__ = ["extract_design_statistics"]

_VOCABULARY = load_toml("design_statistics.toml")
_NUMBER_WORDS: dict[str, int] = load_toml("ages.toml")["numbers"]
_IS = rf"(?:\s*(?:{'|'.join(_VOCABULARY['is'])})(?![a-z]))*\s*"
_N = r"(?<![\d.,/])(\d{1,3}(?:[.,]\d+)?|[.,]\d+)(?![\d/]|[.,]\d)(?:\s?%)?"
_C = (
    rf"(?<![\d.,/])(\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}|(?:{'|'.join(_NUMBER_WORDS)})(?![\w-]))"
    r"(?:\s?(?:-|to)\s?(\d{1,6}))?(?!\s?%|[\d.]\d)"
)
_PEOPLE = rf"{any_of(_VOCABULARY['people'])}\b"
_KINDS = ("alpha", "power", "beta", "dropout_rate", "effect", "sample_size")
_IN_WORDS = ("sample_size",)  # the kind whose number may be in words


def _compiled(pattern: str) -> re.Pattern[str]:
    filled = pattern.replace("{is}", _IS).replace("{n}", _N).replace("{c}", _C).replace("{people}", _PEOPLE)
    return re.compile(_literal_first(filled))


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    needs: tuple[tuple[str, ...], ...]  # stems, of each group of which the sentence must hold one


def _rule(entry: str | dict[str, Any]) -> _Rule:
    if isinstance(entry, str):
        return _Rule(_compiled(entry), ())
    return _Rule(_compiled(entry["pattern"]), tuple(tuple(entry[key]) for key in ("needs", "also") if key in entry))


def _literal_start(pattern: str) -> str:
    """The characters that everything begins with that a pattern matches."""
    literal = re.match(r"[^\\\[(?*+.{]*", pattern)
    start = literal.group() if literal else ""
    return start[:-1] if pattern[len(start) : len(start) + 1] in tuple("?*{") else start


def _literal_first(pattern: str) -> str:
    """The same pattern, the edge of a word behind the characters that begin it: those are looked for much faster."""
    start = _literal_start(pattern[2:]) if pattern.startswith(r"\b") else ""
    if not start or "|" in start:
        return pattern
    return rf"{start}(?<=\b{start}){pattern[2 + len(start) :]}"


_ANALYSIS_STEMS = [_literal_start(pattern) for pattern in _VOCABULARY["analysis"]]  # tried before the slow pattern
_ANALYSIS = re.compile(rf"(?<![a-z]){any_of(_VOCABULARY['analysis'])}(?![a-z])")
_RULES = {kind: [_rule(entry) for entry in _VOCABULARY[kind]["patterns"]] for kind in _KINDS}
_NOT_BEFORE = {kind: [re.compile(p) for p in _VOCABULARY[kind].get("not_before", [])] for kind in _KINDS}
_RATES = {name: _compiled(_VOCABULARY["rates"][name]) for name in ("versus", "rise", "control", "experimental")}
_CONTROL = re.compile(any_of(_VOCABULARY["rates"]["control_words"]))
_VERSUS = re.compile(r"\b(?:vs\.?|versus|and|or|compared)\b")
_NEEDS: dict[str, list[str]] = {kind: _VOCABULARY[kind]["needs"] for kind in _KINDS}  # one of them, before any pattern
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile("[a-z]+")
_COUNT_WORDS = frozenset(_NUMBER_WORDS)
_REACH = 50  # how far before the participants their number may stand, in characters


class _Stems(NamedTuple):
    trigger: list[str]
    counted: list[str]


class _Hit(NamedTuple):
    kind: str
    value: float
    start: int
    end: int


def extract_design_statistics(study: Study) -> list[DesignStatistic]:
    """The distinct design numbers of titles, summary and description; percentages as fractions."""
    found: dict[tuple[str, float], DesignStatistic] = {}
    fields = [(field, lower_text(field.text.norm)) for field in study.prose()]
    together = "\n".join(text for _, text in fields)  # most stems are in none of the fields: one search tells
    stems = _Stems(_stems_in(together, "trigger"), _stems_in(together, "counted"))
    for field, text in fields:
        for hit in _field_hits(field, text, stems):
            key = (hit.kind, round(hit.value, 6))
            if key not in found:
                found[key] = DesignStatistic(kind=hit.kind, value=key[1], evidence=evidence(field, hit.start, hit.end))
    return list(found.values())


@cache
def _families(use: str) -> list[tuple[str, list[str]]]:
    """What stems share, or the stem itself, with the stems."""
    families: dict[str, list[str]] = {}
    for stem in _VOCABULARY[use]:
        shared = next((part for part in _VOCABULARY["shared"] if part in stem), stem)
        families.setdefault(shared, []).append(stem)
    return list(families.items())


def _stems_in(text: str, use: str) -> list[str]:
    found = []
    for shared, stems in _families(use):
        if shared in text:
            found += [stem for stem in stems if stem in text] if len(stems) > 1 else stems
    return found


def _field_hits(field: Field, text: str, stems: _Stems) -> Iterator[_Hit]:
    for start, end in around(field.text.norm, PROSE_BREAK, _positions(text, stems)):
        sentence = text[start:end]
        in_digits = _DIGIT.search(sentence) is not None
        if not in_digits and _COUNT_WORDS.isdisjoint(_LETTERS.findall(sentence)):
            continue
        analysis = holds_any(sentence, _ANALYSIS_STEMS) and _ANALYSIS.search(sentence) is not None
        for kind in _KINDS if in_digits else _IN_WORDS:
            wanted = analysis or kind in ("sample_size", "dropout_rate")
            if wanted and (not _NEEDS[kind] or holds_any(sentence, _NEEDS[kind])):
                yield from _kind_hits(text, sentence, start, kind)
        if analysis and "%" in sentence:
            yield from _rate_hits(text, start, end)


def _positions(text: str, stems: _Stems) -> list[int]:
    """Where a word of the planned analysis stands, or a word for participants behind a number."""
    counted = [position for position in find_all(text, stems.counted) if _is_counted(text, position)]
    return sorted(find_all(text, stems.trigger) + counted)


def _is_counted(text: str, position: int) -> bool:
    before = text[max(0, position - _REACH) : position]
    return _DIGIT.search(before) is not None or not _COUNT_WORDS.isdisjoint(before.split())


def _kind_hits(text: str, sentence: str, start: int, kind: str) -> Iterator[_Hit]:
    low, high = _bounds(kind)
    end = start + len(sentence)
    taken: list[tuple[int, int]] = []
    for pattern, needs in _RULES[kind]:
        if needs and not all(holds_any(sentence, group) for group in needs):
            continue
        for match in pattern.finditer(text, start, end):
            before = text[max(start, match.start() - 20) : match.start()]
            overlaps = any(match.start() < b and a < match.end() for a, b in taken)
            if overlaps or any(bad.search(before) for bad in _NOT_BEFORE[kind]):
                continue
            taken.append(match.span())
            for group, raw in enumerate(match.groups(), 1):
                if raw is None:
                    continue
                value = _count(raw) if kind == "sample_size" else _value(text, raw, match.end(group), kind)
                if low <= value <= high and not _is_year(raw, kind):
                    yield _named(kind, value, *match.span())


def _named(kind: str, value: float, start: int, end: int) -> _Hit:
    return _Hit("power", round(1 - value, 6), start, end) if kind == "beta" else _Hit(kind, value, start, end)


@cache
def _bounds(kind: str) -> tuple[float, float]:
    return float(_VOCABULARY[kind]["low"]), float(_VOCABULARY[kind]["high"])


def _value(text: str, raw: str, end: int, kind: str) -> float:
    """The number; a percentage as a fraction, also where its sign was left out ("power=80")."""
    value = float(raw.replace(",", "."))
    if text[end : end + 2].lstrip().startswith("%"):
        return value / 100
    return value / 100 if kind in ("power", "dropout_rate", "alpha", "beta") and value >= 1 else value


def _count(raw: str) -> float:
    digits = raw.replace(",", "")
    return float(digits) if digits.isdecimal() else float(_NUMBER_WORDS.get(raw.lower(), 0))


def _is_year(raw: str, kind: str) -> bool:
    return kind == "sample_size" and len(raw) == 4 and raw[:2] in ("19", "20")


def _rate_hits(text: str, start: int, end: int) -> Iterator[_Hit]:
    """Planned rates of the two sides, from "90% vs 60%" and its kin."""
    for name in ("versus", "rise"):
        match = _RATES[name].search(text, start, end)
        if match is None or not _both_percent(text, match):
            continue
        first, second = float(match[1]) / 100, float(match[2]) / 100
        control_first = name == "rise" or _control_comes_first(text, match, end)
        experimental, control = (second, first) if control_first else (first, second)
        if max(first, second) <= 1:
            yield _Hit("response_rate_experimental", experimental, *match.span())
            yield _Hit("response_rate_control", control, *match.span())
        return
    for name in ("control", "experimental"):
        match = _RATES[name].search(text, start, end)
        if match:
            group = 1 if match[1] else 2
            if text[match.end(group) :].lstrip().startswith("%") and float(match[group]) <= 100:
                yield _Hit(f"response_rate_{name}", float(match[group]) / 100, *match.span())


def _both_percent(text: str, match: re.Match[str]) -> bool:
    second = text[match.end(2) : match.end(2) + 2].lstrip().startswith("%")
    return second and match[1].replace(".", "").isdigit() and match[2].replace(".", "").isdigit()


def _control_comes_first(text: str, match: re.Match[str], end: int) -> bool:
    """Whether the control's rate is the first of two: named between them, or first in "in control vs CAR-T"."""
    between = text[match.end(1) : match.start(2)]
    control = _CONTROL.search(between)
    versus = _VERSUS.search(between)
    if control and versus:
        return control.start() < versus.start()
    after = text[match.end() : min(end, match.end() + 120)]
    control, versus = _CONTROL.search(after), _VERSUS.search(after)
    return bool(control and versus and control.start() < versus.start())

"""Where a text is worth reading for doses, and where its phrases begin and end."""

from __future__ import annotations

import re

_ABBREVIATION = re.compile(
    r"(?:\b(?:i\.?v|i\.?m|s\.?c|p\.?o|e\.?g|i\.?e|vs|approx|inj|tab|tabs|cap|max|min|dr|no|resp|etc|fig|ca|incl|wt|q|b\.?i\.?d|t\.?i\.?d|mg|kg|ml|hr|hrs|[a-z]))\Z",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*(?:[-*>\u2043]\s|\d{1,2}[.)]\s|[a-zA-Z][.)]\s)")
_BREAK = re.compile(
    r"\n\s*\n|\n(?=\s*(?:[-*>\u2043]\s|\d{1,2}[.)]\s|[a-zA-Z][.)]\s))|\n|;|[.!?](?=\s+[A-Z0-9*(\"\[-])|(?<=[a-z)\]])\.(?=[A-Z0-9])|\s\*\s(?=[A-Z])|\u3002"
)


_MAYBE = re.compile(
    r"\d[\s-]{0,2}(?:m[gclLeECBiIM]|[umn]g\b|[umM]?[gG]\b|[gG]rams?|[gG]y|cG|[cC][cC]\b|cell|L\b|lit|IU|[iI]\.?[uU]|[uU]nit|[uU]\b|MU|MIU|%|per ?cent|[mnu]mol|MBq|GBq|kBq|[rR]ad|[ctpdaisCTPDAIS][a-z]+|vg|pfu|PFU|cfu|CFU|VP|vp|v\.|[bm]illion|MSC|CAR|[kK]g|m[oO]l|Mg\b|MG\b|ML\b|mG|n[ag]|nano|micro|[Mm]ill|MCG|UG|GY|G\b|gm|GM|gr|x|\u03bc)"
    r"|[x*X]\s?10|\d[eE]\d|10\s?\^|10\s?\(|AUC|nder the curve|\b(?:[Oo]ne|[Tt]wo|[Tt]hree|half) (?:\w+ )?(?:tab|cap|pill|drop|puff|sachet|patch)"
)


def dose_like(text: str) -> list[int]:
    """Positions of numbers that may be amounts."""
    return [match.start() for match in _MAYBE.finditer(text)]


def passages(text: str, hits: list[int], before: int = 420, after: int = 420) -> list[tuple[int, int]]:
    """The parts of a text around `hits`, cut at the ends of sentences; a short text is one passage."""
    if not hits:
        return []
    if len(text) <= 1500:
        return [(0, len(text))]
    merged: list[tuple[int, int]] = []
    for hit in hits:
        start = max(0, hit - before)
        if start:
            cut = max(text.rfind(". ", start, hit), text.rfind("\n", start, hit - 0))
            first = _first_break(text, start, hit)
            start = first if first is not None else (cut + 1 if cut >= 0 else start)
        end = min(len(text), hit + after)
        if end < len(text):
            stop = max(text.rfind(". ", hit, end), text.rfind("\n", hit, end))
            end = stop + 1 if stop > hit else _word_end(text, end)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _first_break(text: str, start: int, hit: int) -> int | None:
    candidates = [position for position in (text.find(". ", start, hit), text.find("\n", start, hit)) if position >= 0]
    return min(candidates) + 1 if candidates else None


def _word_end(text: str, position: int) -> int:
    while position < len(text) and not text[position].isspace():
        position += 1
    return position


def segments(text: str) -> list[tuple[int, int]]:
    """Phrases: sentences, list items and parts between semicolons, as (start, end)."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in _BREAK.finditer(text):
        position = match.start()
        if position < start or not _is_break(text, match, start):
            continue
        found.append((start, position))
        start = match.end()
    found.append((start, len(text)))
    return [(a, b) for a, b in found if text[a:b].strip(" .-*\n")]


def _is_break(text: str, match: re.Match[str], start: int) -> bool:
    mark = match.group()
    if mark.startswith("\n"):
        if len(mark) > 1 or _BULLET.match(text, match.end()):
            return True
        # Old records wrap their lines at about 95 characters: such a line end means nothing.
        line_start = text.rfind("\n", 0, match.start()) + 1
        following = text[match.end() : match.end() + 1]
        continues = following.islower() or following.isdigit() or following in "(+"
        return match.start() - line_start < 60 or (not continues and text[match.start() - 1] in ".:;")
    if mark == ";":
        # A semicolon within brackets separates remarks, not phrases.
        return text.count("(", start, match.start()) <= text.count(")", start, match.start())
    if mark == ".":
        if text[match.end() : match.end() + 1].isdigit() and text[match.start() - 1 : match.start()].isdigit():
            return False
        return not _ABBREVIATION.search(text, max(start, match.start() - 8), match.start())
    return True

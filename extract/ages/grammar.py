"""The grammar of age expressions: tokens, bounds, ranges.

A grammar over characters is enough here and cheap: it runs only over the sentences that hold an age word, while
tokenising every criterion would cost more than the whole extraction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.vocabulary import load_toml, phrase_pattern

VOCABULARY = load_toml("ages.toml")
_NUMBERS: dict[str, int] = VOCABULARY["numbers"]
_TENS = [word for word, value in _NUMBERS.items() if value >= 20]
_ONES = [word for word, value in _NUMBERS.items() if value < 10]
_BEFORE, _AFTER, _RANGE = VOCABULARY["before"], VOCABULARY["after"], VOCABULARY["range"]
DAYS = {"a": 365.25, "mo": 30.4375, "wk": 7.0, "d": 1.0, "h": 1 / 24}

_UNIT = "|".join(rf"(?P<{unit}>(?:{'|'.join(words)})(?![a-z0-9]))" for unit, words in VOCABULARY["units"].items())
_UNIT_AFTER = re.compile(rf"\s*-?\s*(?:{_UNIT})")
_LONE_UNIT = re.compile(rf"(?:{_UNIT})")
_DIGITS = re.compile(r"(?<![/^])\d{1,3}(?:[.]\d{1,2})?(?!\d|[.,/^]\d|\s?%|(?:st|nd|rd|th)\b)")
_WORD_NUMBER = re.compile(rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join(_NUMBERS)})\b(?!-)")
_WORD = re.compile(r"[a-z][\w'-]*|\d[\d.,]*|\S")
# Kinds of phrases; of two kinds with the same phrase the earlier counts.
_PHRASES: dict[str, str] = {
    **dict.fromkeys(_RANGE["soft"], "soft"),
    **dict.fromkeys(_RANGE["join"], "join"),
    **dict.fromkeys(_RANGE["exclusive"], "excl"),
    **dict.fromkeys(_RANGE["inclusive"], "incl"),
    **dict.fromkeys(_RANGE["open"], "open"),
    **dict.fromkeys(VOCABULARY["cues"]["age"], "agecue"),
    **dict.fromkeys(VOCABULARY["cues"]["old"], "old"),
    **{phrase: side for side in ("low_ex", "low_in", "high_ex", "high_in") for phrase in _BEFORE[side]},
    **dict.fromkeys(_AFTER["high_in"], "after_high"),
    **dict.fromkeys(_AFTER["low_in"], "after_low"),
}
# "older then" is written as often as not.
_PHRASES.update({phrase.replace("than", "then"): kind for phrase, kind in list(_PHRASES.items()) if "than" in phrase})
_PUNCTUATION = "()[],:=\"'"
_ANY_DIGITS = re.compile(r"\d+")
_ANY_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})")
_REACH = 60  # how far from a number the words that belong to it may stand, in characters
_AGE_WORD = re.compile(r"\bage|\bold|\byoung|\belder|\by/?\s?o\b", re.IGNORECASE)
_OPERATORS = {
    "low_in": ("low", True), "low_ex": ("low", False), "high_in": ("high", True), "high_ex": ("high", False),
}  # fmt: skip


@dataclass(slots=True)
class Token:
    """A token of an age expression: its kind and its span in the text."""

    kind: str
    start: int
    end: int
    value: float = 0.0
    unit: str | None = None


@dataclass(slots=True)
class Bound:
    """One number with what stands around it. `side` is low, high or None (an end of a range)."""

    value: float
    unit: str | None
    side: str | None
    inclusive: bool
    first: int  # index of its first token
    last: int  # index of its last token
    flags: set[str]


@dataclass(slots=True)
class Expression:
    """An age expression: the bounds as *worded* (an exclusion criterion is not turned yet)."""

    start: int
    end: int
    low: Bound | None
    high: Bound | None
    either: bool  # "under 18 or over 65": what is outside a range
    cue: bool  # an age word belongs to it
    has_unit: bool


def number(text: str) -> float:
    """The value of a number in digits or words."""
    try:
        return float(text)
    except ValueError:
        return float(sum(_NUMBERS[word] for word in re.split(r"[-\s]+", text.lower())))


def read_expressions(text: str, start: int, end: int) -> list[Expression]:
    """Every age expression in `text[start:end]` (in lower case), in order. Only what is near a number is tokenised."""
    spans = [match.span() for match in _ANY_DIGITS.finditer(text, start, end)]
    spans = spans or [match.span() for match in _ANY_WORD.finditer(text, start, end)]
    if not spans:
        return []
    first, last = max(start, spans[0][0] - _REACH), min(end, spans[-1][1] + _REACH)
    while first > start and text[first - 1].isalnum():
        first -= 1
    while last < end and text[last - 1].isalnum() and text[last].isalnum():
        last += 1
    return parse(_without_restatements(tokenize(text, first, last), text), text)


def _without_restatements(tokens: list[Token], text: str) -> list[Token]:
    """Drop a bracket that says a number again: "between 1 year (12 months or more) and 18 years", "18 (eighteen)"."""
    for index, token in enumerate(tokens):
        if index and text[token.start] == "(" and tokens[index - 1].kind == "num" and index + 2 < len(tokens):
            again, behind = tokens[index + 1], tokens[index + 2]
            same = again.kind == "num" and again.value == tokens[index - 1].value
            if same and text[behind.start] == ")":
                return _without_restatements(_with_unit(tokens[:index], tokens[index + 3 :]), text)
        if index and text[token.start] == "(" and tokens[index - 1].kind in ("num", "old", "unit"):
            closing = next((k for k in range(index, min(index + 8, len(tokens))) if text[tokens[k].start] == ")"), None)
            if closing is None or closing + 1 >= len(tokens) or tokens[closing + 1].kind != "join":
                continue
            if any(inner.kind == "num" and inner.unit for inner in tokens[index:closing]):
                return tokens[:index] + tokens[closing + 1 :]
    return tokens


def _with_unit(before: list[Token], after: list[Token]) -> list[Token]:
    """The unit behind a bracket belongs to the number in front of it: "18 (eighteen) years"."""
    if after and after[0].kind == "unit" and before[-1].unit is None:
        before[-1].unit, before[-1].end = after[0].unit, after[0].end
        return before + after[1:]
    return before + after


_LETTERS = re.compile("[a-z]+")


def _phrases_by_beginning() -> dict[str, re.Pattern[str]]:
    """By first word, or by first sign: trying only the phrases that may stand here is much faster than trying all."""
    groups: dict[str, list[str]] = {}
    for phrase in _PHRASES:
        word = _LETTERS.match(phrase)
        groups.setdefault(word.group() if word else phrase[0], []).append(phrase)
    # "and older", "or over" are no comparisons of their own in "and older than 18", "or over 70".
    # Nor in "18-30 years and older adults 65-85 years".
    people = "|".join(VOCABULARY["cues"]["person"])
    tail = rf"(?!\s+th[ae]n|\s+(?:the\s+age\s+of\s+)?\d|\s+(?:{people})\b[^.;]{{0,25}}\d)"
    return {
        first: re.compile(
            "|".join(
                phrase_pattern([phrase]) + (tail if _PHRASES[phrase].startswith("after") else "")
                for phrase in sorted(phrases, key=len, reverse=True)
            )
        )
        for first, phrases in groups.items()
    }


_BY_BEGINNING = _phrases_by_beginning()
_UNIT_INITIALS = frozenset("ymwdha")


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """Tokens of `text[start:end]` (in lower case); numbers carry the unit written right after them."""
    tokens: list[Token] = []
    position = start
    while position < end:
        character = text[position]
        if character.isspace():
            position += 1
            continue
        token = _token(text, position, end, character)
        tokens.append(token)
        position = token.end
    return tokens


def _token(text: str, position: int, end: int, character: str) -> Token:
    beginning = character
    if "a" <= character <= "z":
        word = _LETTERS.match(text, position, end)
        beginning = word.group() if word else character
        number_match = _WORD_NUMBER.match(text, position, end) if beginning in _NUMBERS else None
    else:
        number_match = _DIGITS.match(text, position, end) if character.isdigit() else None
    if number_match:
        return _number_token(text, number_match, end)
    phrases = _BY_BEGINNING.get(beginning)
    match = phrases.match(text, position, end) if phrases else None
    if match:
        return Token(_PHRASES[" ".join(match.group().split())], position, match.end())
    if character in _PUNCTUATION:
        return Token("punct", position, position + 1)
    if character in _UNIT_INITIALS:
        unit = _LONE_UNIT.match(text, position, end)
        if unit:
            return Token("unit", position, unit.end(), unit=unit.lastgroup)
    other = _WORD.match(text, position, end)
    return Token("word", position, other.end() if other else position + 1)


def _number_token(text: str, found: re.Match[str], end: int) -> Token:
    stop = found.end()
    unit = _UNIT_AFTER.match(text, stop, end)
    if unit:
        return Token("num", found.start(), unit.end(), number(found.group()), unit.lastgroup)
    return Token("num", found.start(), stop, number(found.group()))


def parse(tokens: list[Token], text: str) -> list[Expression]:
    """Every age expression among the tokens, in order."""
    bounds = [
        bound for index, token in enumerate(tokens) if token.kind == "num" for bound in [_bound(tokens, index, text)]
    ]
    bounds = _compound(bounds, tokens)
    found = []
    index = 0
    while index < len(bounds):
        first = bounds[index]
        second = bounds[index + 1] if index + 1 < len(bounds) else None
        pair = _pair(first, second, tokens, text) if second else None
        if pair is not None:
            found.append(_expression(pair, tokens, text))
            index += 2
            continue
        single = _single(first, tokens)
        if single is not None:
            found.append(_expression(single, tokens, text))
        index += 1
    return found


def _bound(tokens: list[Token], index: int, text: str) -> Bound:
    """The number at `index` with the comparison before or after it."""
    token = tokens[index]
    bound = Bound(token.value, token.unit, None, True, index, index, set())
    before = _operator_before(tokens, index)
    if before is not None:
        bound.first = before
        bound.side, bound.inclusive = _OPERATORS[tokens[before].kind]
    after = _operator_after(tokens, index)
    if after is not None and bound.side is None:
        bound.last = after
        bound.side, bound.inclusive = _flipped(tokens[after].kind, trailing=_trails(tokens, after))
        if bound.unit is None and after + 1 < len(tokens) and tokens[after + 1].kind == "unit":
            bound.unit, bound.last = tokens[after + 1].unit, after + 1  # "18+ years"
    return bound


def _operator_before(tokens: list[Token], index: int) -> int | None:
    """Index of a comparison right before the number, soft words and age words skipped."""
    position = index - 1
    while position >= 0 and tokens[position].kind in ("soft", "agecue", "old", "punct"):
        position -= 1
    return position if position >= 0 and tokens[position].kind in _OPERATORS else None


def _operator_after(tokens: list[Token], index: int) -> int | None:
    """Index of "and older" after the number, or of a sign before the age word in "18 <= age"."""
    position = index + 1
    while position < len(tokens) and tokens[position].kind in ("old", "unit", "punct", "soft", "agecue"):
        position += 1
    if position >= len(tokens):
        return None
    kind = tokens[position].kind
    if kind in ("after_low", "after_high"):
        return position
    if kind in ("low_in", "high_in") and _trails(tokens, position):
        return position
    is_sign = kind in _OPERATORS and tokens[position].end - tokens[position].start <= 4
    follows_age = position + 1 < len(tokens) and tokens[position + 1].kind in ("agecue", "old")
    return position if is_sign and follows_age else None


def _trails(tokens: list[Token], position: int) -> bool:
    """Whether a comparison in words ends its phrase, as in "18 years minimum"."""
    long = tokens[position].end - tokens[position].start > 4
    return long and (position + 1 == len(tokens) or tokens[position + 1].kind not in ("num", "soft", "agecue"))


def _flipped(kind: str, *, trailing: bool) -> tuple[str, bool]:
    if kind == "after_low":
        return "low", True
    if kind == "after_high":
        return "high", True
    if trailing:
        return _OPERATORS[kind]
    side, inclusive = _OPERATORS[kind]
    return ("low" if side == "high" else "high"), inclusive


def _compound(bounds: list[Bound], tokens: list[Token]) -> list[Bound]:
    """Join "17 years 11 months" into one bound, in the smaller unit."""
    joined: list[Bound] = []
    for bound in bounds:
        last = joined[-1] if joined else None
        gap = [tokens[k].kind for k in range(last.last + 1, bound.first)] if last else []
        smaller = last and last.unit and bound.unit and DAYS[bound.unit] < DAYS[last.unit]
        words = {tokens[k].kind for k in range(last.last + 1, bound.first)} if last else set()
        if last and smaller and bound.side is None and not last.flags and words <= {"punct", "join"} and len(gap) <= 1:
            between_is_and = not gap or gap == ["punct"] or tokens[last.last + 1].end - tokens[last.last + 1].start == 3
            if between_is_and and last.unit == "a" and bound.unit == "mo" and bound.value < 12:
                last.value, last.unit = last.value * 12 + bound.value, "mo"
                last.last = bound.last
                last.flags.add("compound")
                continue
        joined.append(bound)
    return joined


def _pair(first: Bound, second: Bound, tokens: list[Token], text: str) -> tuple[Bound, Bound, bool] | None:
    """(low, high, either) where two bounds belong together."""
    gap = tokens[first.last + 1 : second.first]
    kinds = {token.kind for token in gap}
    if not kinds <= {"join", "punct", "soft", "old", "agecue", "unit", "open", "incl"} or len(gap) > 8:
        return None
    joined = "join" in kinds
    if first.side is None and second.side is None:
        ok = joined and not _is_or(gap, text)
        result = (first, second, False) if ok else None
    elif first.side in (None, "low") and second.side == "high":
        result = (first, second, False) if joined or first.side == "low" or _has_open(tokens, first) else None
        if result and first.side == "low" and _is_or(gap, text):
            result = (first, second, True)
    elif first.side == "low" and second.side is None:
        words = {text[token.start : token.end] for token in gap if token.kind == "join"}
        apart = words == {"and"} and "agecue" in kinds  # "diabetes for 3 years, and age 11"
        result = (first, second, False) if joined and not apart and not _is_or(gap, text) else None
    elif first.side == "high" and second.side == "low":
        result = (second, first, True)
    else:
        result = None
    if result is None:
        return None
    low, high, either = result
    unit_low, unit_high = low.unit or high.unit, high.unit or low.unit
    low_value = low.value * DAYS[unit_low or "a"]
    high_value = high.value * DAYS[unit_high or "a"]
    if not either and low_value >= high_value:
        return None
    if low_value == high_value:
        return None  # "under 50 (50 and over if …)"
    if either and low_value < high_value:
        if first is low:
            return None  # "over 18 or under 65" says nothing
        low.unit, high.unit = unit_low, unit_high
        return low, high, False  # "under 65 and over 18" is a range, said backwards
    low.unit, high.unit = unit_low, unit_high
    return low, high, either


def _is_or(gap: list[Token], text: str) -> bool:
    return any(token.kind == "join" and text[token.start : token.end].lower() == "or" for token in gap)


def _has_open(tokens: list[Token], bound: Bound) -> bool:
    return any(token.kind in ("open", "agecue") for token in tokens[max(0, bound.first - 2) : bound.first])


def _single(bound: Bound, tokens: list[Token]) -> tuple[Bound | None, Bound | None, bool] | None:
    if bound.side is None:
        previous = tokens[bound.first - 1].kind if bound.first else ""
        starts_open = previous == "open" or (
            previous in ("agecue", "soft") and bound.first > 1 and tokens[bound.first - 2].kind == "open"
        )
        following = tokens[bound.last + 1 : bound.last + 3]
        if not starts_open and not any(token.kind == "incl" for token in following):
            return None
        bound.side = "low"  # "from 18 years of age"
    if not bound.value:
        return None  # "from birth"
    return (bound, None, False) if bound.side == "low" else (None, bound, False)


def _expression(found: tuple[Bound | None, Bound | None, bool], tokens: list[Token], text: str) -> Expression:
    low, high, either = found
    bounds = [bound for bound in (low, high) if bound is not None]
    first, last = min(b.first for b in bounds), max(b.last for b in bounds)
    cue = any(_AGE_WORD.search(text, tokens[k].start, tokens[k].end) for k in range(first, last + 1))
    first, last, wider_cue = _extent(tokens, first, last, text)
    follow = [token.kind for token in tokens[last + 1 : last + 4]]
    ends = [token.kind for token in tokens[max(0, last - 2) : last + 1]]
    if low and high and not either and ("excl" in follow[:2]):
        low.inclusive = high.inclusive = False
    if "incl" in follow[:2] + ends and not either:
        for bound in bounds:
            bound.inclusive = True  # also "greater than 18 years, inclusive"
    has_unit = any(bound.unit for bound in bounds)
    return Expression(tokens[first].start, tokens[last].end, low, high, either, cue or wider_cue, has_unit)


def _extent(tokens: list[Token], first: int, last: int, text: str) -> tuple[int, int, bool]:
    """Widen the tokens `first..last` by the age words around them; whether there is any."""
    cue = False
    position = first - 1
    while position >= 0 and tokens[position].kind in ("agecue", "open", "soft", "punct", "join"):
        token = tokens[position]
        is_age_word = _AGE_WORD.match(text, token.start) is not None
        if is_age_word or token.kind == "open":
            cue = cue or is_age_word
            first = position
        position -= 1
    position = last + 1
    while position < len(tokens) and tokens[position].kind in (
        "old",
        "unit",
        "soft",
        "punct",
        "incl",
        "excl",
        "agecue",
    ):
        if tokens[position].kind in ("old", "incl", "unit", "agecue"):
            cue = cue or tokens[position].kind in ("old", "agecue")
            last = position
        position += 1
    if last + 1 < len(tokens) and "(" in text[tokens[first].start : tokens[last].end]:
        closing = text[tokens[last + 1].start] in ")]" and text[tokens[first].start : tokens[last].end].count(")") == 0
        last += closing
    return first, last, cue

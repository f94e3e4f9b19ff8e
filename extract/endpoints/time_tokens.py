"""The words of a time frame: numbers, units, relations, marks.

`tokenise` blanks what holds numbers but no time (tolerances, cycle lengths, dates, visits, doses: the `noise` of
`time_relations.toml`) and then cuts the rest into tokens. Offsets are those of the text given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from extract.endpoints.vocabulary import load_toml
from extract.lower import lowered
from extract.time_units import INTERVALS, NUMBER_WORDS, ORDINAL_WORDS, UNIT_LETTERS, UNIT_WORDS


@dataclass(slots=True)
class Token:
    """One token. `kind`: number, unit, interval, keyword, baseline, mark, word, fill (filler), between.

    `text` is the token in lower case, `value` a number's value or an interval's count; `name` is a unit's code, a
    keyword's kind, a mark's character or the word itself. `glued`: nothing stands between it and the token before.
    """

    kind: str
    name: str
    start: int
    end: int
    text: str = ""
    value: float = 0.0
    glued: bool = False
    plural: bool = False
    ordinal: bool = False


@cache
def _noise() -> list[re.Pattern[str]]:
    return [re.compile(item["pattern"]) for item in load_toml("time_relations.toml")["noise"]]


@cache
def _needs() -> dict[str, int]:
    """Each text that a noise pattern needs → the patterns that need it, one bit each."""
    needs: dict[str, int] = {}
    for number, item in enumerate(load_toml("time_relations.toml")["noise"]):
        for need in item["needs"]:
            needs[need] = needs.get(need, 0) | 1 << number
    return needs


@cache
def _needs_of_two_words() -> list[tuple[str, int]]:
    return [(need, bits) for need, bits in _needs().items() if " " in need.lstrip()]


@lru_cache(maxsize=8192)
def _noise_in(word: str) -> int:
    """The noise patterns that need something which a word, with a blank before it, holds."""
    word = " " + word
    found = 0
    for need, bits in _needs().items():
        if need in word:
            found |= bits
    return found


def _possible_noise(text: str) -> int:
    """The noise patterns that may match, one bit each. Words repeat, so each is looked through once."""
    found = 0
    for word in text.split():
        found |= _noise_in(word)
    for need, bits in _needs_of_two_words():
        if need in text:
            found |= bits
    return found


@cache
def _phrases() -> dict[str, tuple[str, str]]:
    """Phrase in lower case with single blanks → (token kind, name)."""
    table = load_toml("time_relations.toml")
    phrases: dict[str, tuple[str, str]] = {}
    for word in table["filler"]["words"]:
        phrases[word] = ("fill", word)
    for word in table["between"]["words"]:
        phrases[word] = ("between", word)
    for kind, words in table["keywords"].items():
        for word in words:
            phrases[word] = ("keyword", kind)
    for word in table["baseline"]["words"]:
        phrases[word] = ("baseline", word)
    return phrases


@cache
def _long_phrases() -> dict[str, re.Pattern[str]]:
    """First word → pattern of the phrases of several words that begin with it, longest first."""
    by_first: dict[str, list[str]] = {}
    for phrase in sorted((phrase for phrase in _phrases() if " " in phrase), key=len, reverse=True):
        by_first.setdefault(phrase.split(" ")[0], []).append(phrase.replace(" ", "[ -]+"))
    return {first: re.compile(rf"(?:{'|'.join(found)})\b") for first, found in by_first.items()}


_LEXER = re.compile(
    r"(?P<word>(?P<letter>(?<![a-z\d])[dwmhyj](?=-?\d)|(?<![a-z\d])(?<!\d )[wmy](?= \d))"
    r"|q ?(?P<every>\d+) ?-?(?P<every_unit>h|d|w|m|y|hrs?|hours?|days?|wks?|weeks?|mos?|mths?|months?|yrs?|years?)\b"
    r"|(?:semi|bi|half)-(?:weekly|monthly|annual(?:ly)?|yearly)\b|[^\W\d_]+(?:'s)?)"
    r"|(?P<number>1 ?/ ?2(?= ?-?(?:an? )?(?:h|hrs?|hours?|years?|yrs?)\b)|\d+(?:\.\d+)?|(?<![\w)])\.\d+)"
    r"(?P<ordinal>st|nd|rd|th)?(?![a-z]*\d*[a-z]+\d)"
    r"|(?P<mark>[-,;.():/&+\[\]\n、])"
)


# Many time frames are made of these alone and hold no noise; the test is much cheaper than the search.
_SIMPLE = re.compile(
    r"(?:[\s,;.&()-]+|\d{1,3}(?!\d)|(?:baseline|weeks?|months?|days?|years?|hours?|minutes?|and|at|to|up|after|from|of|the"
    r"|through|until|within|approximately|average|an?|end|completion|surgery|treatment)(?![a-z]))*"
)


_MOST = 12  # of an interval's units: "12-weekly"
_SHORTENED = {
    "max",
    "approx",
    "ca",
    "no",
    "min",
    "wk",
    "wks",
    "mo",
    "mos",
    "yr",
    "yrs",
    "hr",
    "hrs",
    "post",
    "pre",
    "op",
}
_WORDED = NUMBER_WORDS.keys() | ORDINAL_WORDS.keys()
_MARKS = {"[": "(", "]": ")", "\n": ";", "、": ","}
_EMPTY_BRACKET = re.compile(r"\(\s*\)")


def blank_noise(text: str) -> str:
    """A text in lower case, of the same length, with its noise overwritten by blanks."""
    simple = _SIMPLE.match(text)  # looking how far it goes is faster than a pattern tied to the end
    if simple is not None and simple.end() == len(text):
        return text
    possible = _possible_noise(text)
    if possible:
        for number, pattern in enumerate(_noise()):
            if possible >> number & 1:
                text = pattern.sub(_blanks, text)
    return _EMPTY_BRACKET.sub(_blanks, text) if "(" in text else text


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match.group())


def tokenise(text: str) -> list[Token]:
    """The tokens of a time frame, noise left out."""
    text = blank_noise(lowered(text))
    tokens: list[Token] = []
    long_phrases = _long_phrases()
    position = last_end = 0
    worded = False  # it holds numbers in words
    for match in _LEXER.finditer(text):
        if match.start() < position:
            continue  # within a longer phrase
        token = _token(match)
        if token.text in long_phrases and token.kind not in ("number", "mark"):
            longer = long_phrases[token.text].match(text, token.start)
            if longer is not None:
                token = _phrase(longer)
        token.glued = token.start == last_end and token.start > 0
        position = last_end = token.end
        if token.name in ".+" and _says_nothing(token, tokens, text):
            continue
        if tokens and _belongs_to_number(token, tokens, text):
            token = _after_number(token, tokens)
        worded = worded or token.text in _WORDED
        tokens.append(token)
    if worded:
        tokens = _merge_numbers(tokens)
    return _without_repeated_numbers(tokens) if "(" in text else tokens


def _without_repeated_numbers(tokens: list[Token]) -> list[Token]:
    """`six (6) months`: the bracket only says the number again."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        kept.append(token)
        again = tokens[index + 1 : index + 4]
        said = len(again) == 3 and token.kind == again[1].kind == "number" and token.value == again[1].value
        index += 4 if said and again[0].name == "(" and again[2].name == ")" else 1
    return kept


_GOES_ON = re.compile(r"\s*(?:,|and\b|&)")
_UNIT_AHEAD = re.compile(r"\s+(?:h|d|hours?|days?|weeks?|months?|years?)\b")
_COUNTED = re.compile(
    r"\s*(?:sessions?|visits?|injections?|doses?|infusions?|treatments?|assessments?|calls?|class(?:es)?|meetings?"
    r"|cycles?|questionnaires?|surveys?|measurements?)\b"
)


def _says_nothing(token: Token, tokens: list[Token], text: str) -> bool:
    """The point of a shortened word or an ordinal ("approx.", "2., 4. and 6. hours"), the plus of "day +30, +60", of
    "5+ years"."""
    before = tokens[-1] if tokens else None
    if before is None:
        return token.name == "+"
    if token.name == "+":
        if before.kind == "number":
            return token.glued and _UNIT_AHEAD.match(text, token.end) is not None
        return before.name in (",", ";", "(", "/", "and", "to")
    if before.kind == "number":
        return token.glued and _GOES_ON.match(text, token.end) is not None
    return token.glued and before.text in _SHORTENED


def _belongs_to_number(token: Token, tokens: list[Token], text: str) -> bool:
    """`30 second`; `6-monthly` and `6 monthly`, where the number says how many of the interval's units.

    Not in "12 weekly sessions".
    """
    if token.text != "second" and token.kind != "interval":
        return False
    dash = tokens[-1].name == "-"
    number = tokens[-2] if dash and len(tokens) > 1 else tokens[-1]
    if number.kind != "number" or number.ordinal:
        return False
    return token.text == "second" or (1 < number.value <= _MOST and _COUNTED.match(text, token.end) is None)


def _after_number(token: Token, tokens: list[Token]) -> Token:
    if token.text == "second":
        return Token("unit", "s", token.start, token.end, token.text, glued=token.glued)
    if tokens[-1].name == "-":
        del tokens[-1]
    number = tokens.pop()
    return Token("interval", token.name, number.start, token.end, token.text, number.value * token.value)


def _token(match: re.Match[str]) -> Token:
    start, end = match.span()
    text = match.group()
    kind = match.lastgroup  # of nested groups the outer one
    if kind == "mark":
        return Token("mark", _MARKS.get(text, text), start, end, text)
    if kind != "word":
        value = 0.5 if "/" in text else float(match["number"])
        return Token("number", text, start, end, text, value, ordinal=kind == "ordinal")
    if len(text) == 1 and match["letter"] is not None:
        return Token("unit", UNIT_LETTERS[text], start, end, text)
    if text[0] == "q" and match["every"] is not None:
        unit = _unit(match["every_unit"]) or "d"
        return Token("interval", unit, start, end, text, value=float(match["every"]))
    kind, name, value, plural = _meaning(text)
    return Token(kind, name, start, end, text, value, False, plural)


def _phrase(match: re.Match[str]) -> Token:
    text = match.group()
    kind, name = _phrases()[re.sub(r"[ -]+", " ", text)]
    return Token(kind, name, match.start(), match.end(), text)


@lru_cache(maxsize=8192)
def _meaning(lower: str) -> tuple[str, str, float, bool]:
    """Kind, name, value and plural of a word."""
    lower = lower.replace("-", "")  # "semi-annually"
    unit = UNIT_WORDS.get(lower)
    if unit is not None:
        return "unit", unit, 0.0, lower.endswith("s")
    if lower in INTERVALS:
        count, unit = INTERVALS[lower]
        return "interval", unit, count, False
    if lower in NUMBER_WORDS:
        return "number", lower, NUMBER_WORDS[lower], False
    if lower in UNIT_LETTERS:
        return "letter", UNIT_LETTERS[lower], 0.0, False
    kind, name = _phrases().get(lower, ("word", lower))
    return kind, name, 0.0, False


def _unit(word: str) -> str | None:
    return UNIT_WORDS.get(word) or UNIT_LETTERS.get(word)


def _merge_numbers(tokens: list[Token]) -> list[Token]:
    """`twenty - four` → 24, `one hundred` → 100, `one and a half` → 1.5, `third` before a unit → 3."""
    merged: list[Token] = []
    for index, token in enumerate(tokens):
        word = token.text.rpartition(" ")[2]  # of "the first"
        if word in ORDINAL_WORDS and token.kind != "unit" and _counts_units(tokens, index):
            token = Token("number", word, token.start, token.end, token.text, ORDINAL_WORDS[word], ordinal=True)
        if token.kind == "number" and token.name in NUMBER_WORDS and merged and _extend(merged, token):
            continue
        merged.append(token)
    return merged


def _counts_units(tokens: list[Token], index: int) -> bool:
    """Does a unit follow an ordinal, or further ordinals with a unit: "second, third and sixth month"?

    "First" straight in front of a unit is the word of a span ("first week"), but "first postoperative day" is a day.
    """
    first = tokens[index].text.endswith("first")
    position = index + 1
    while position < len(tokens):
        token = tokens[position]
        if token.kind == "unit":
            return tokens[position - 1].kind != "mark" and (position > index + 1 or not first) and token.name != "cycle"
        if token.text.rpartition(" ")[2] in ORDINAL_WORDS:
            pass
        elif token.name not in (",", "and", "&", "-", "the") and token.kind != "between":
            return False
        position += 1
    return False


def _adds_up(high: float, low: float, between: list[str]) -> bool:
    """`twenty - four`, `one hundred and eighty`."""
    if high >= 100 and high % 100 == 0:
        return low < 100 and between in ([], ["and"])
    return high % 100 in (20, 30, 40, 50, 60, 70, 80, 90) and 0 < low < 10 and between in ([], ["-"])


def _extend(merged: list[Token], token: Token) -> bool:
    """Add a number word to the number word before it; False where they do not belong together."""
    if token.name == "half" and [item.name for item in merged[-3:]] == ["and", "one", "-"]:
        del merged[-2:]  # "and one-half"
    index = len(merged) - 1
    while (
        index >= 0
        and (merged[index].name in ("-", "a", "an") or merged[index].name == "and")
        and index > len(merged) - 3
    ):
        index -= 1
    before = merged[index]
    if before.kind != "number":
        return False
    between = [item.name for item in merged[index + 1 :]]
    if token.name == "half" and between in (["and", "a"], ["and"]):
        before.value += 0.5
    elif token.name == "hundred" and not between:
        before.value *= 100
    elif before.name not in NUMBER_WORDS or before.ordinal:
        return False
    elif _adds_up(before.value, token.value, between):
        before.value += token.value
    else:
        return False
    del merged[index + 1 :]
    before.end = token.end
    return True

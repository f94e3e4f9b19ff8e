"""The number grammar: every printed form of a number, a range or a list of numbers that share one unit.

Text is normalised (`extract.text`): dashes are `-`, `×` is `x`, superscripts after a digit are `^6`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

_UNITS_AHEAD = r"(?=\s?(?:IU|U)\b)"
_DECIMAL = (
    r"(?:\d{1,3}(?:\.\d{3}){2,}(?![\d.])"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d{1,3}(?:'\d{3})+(?!\d)|\d{1,3}(?: 000)+(?!\d)"
    rf"|\d{{2,3}} \d{{3}}{_UNITS_AHEAD}"  # "12 500 IU"
    r"|\d+(?:[.,]\d+)?|(?<![A-Za-z])\.\d+)"
)
_EXPONENT = r"(?:\s?\^\s?\(?\+?-?\d{1,2}\)?|\*\*?\s?\d{1,2}|\s?[eE]\s?\+?\d{1,2}|\s?\(\d{1,2}\)|exp\s?\d{1,2})"
# "5 x 108" has lost its superscript; "2 x 100" has none, and nothing is counted in tens.
_CELLS_AHEAD = r"(?=\s?(?:/|cells?\b|CAR|viable|[A-Z]))"
_LOST = rf"(?:(?:[3-9]|1[0-4])(?!\d)| (?:[3-9]|1[0-4])(?!\d){_CELLS_AHEAD})"
_TIMES = r"\s?(?:x|X|\*|\u2022)\s?"
_POINTED = r"\d{1,3}(?:\.| \. )10\s?\^\s?\(?\d{1,2}\)?"  # "2.10^6": the point multiplies
_POWER = rf"(?:{_DECIMAL}{_TIMES}10(?:{_EXPONENT}|{_LOST})|{_POINTED}|10{_EXPONENT}|{_DECIMAL}[eE]\+?\d{{1,2}})"
_SCALE = r"(?:[\s-]?(?i:thousand|million|billion|trillion|mln|mio|bn)\b)"
_VALUE = rf"(?:{_POWER}|{_DECIMAL}){_SCALE}?"
_SEPARATOR = (
    r"(?:\s*(?:\u2192|,\s*(?:and|or|then|to)\s|,|;(?=\s?\d)|/|\s(?:and|or|vs\.?|versus|then|and/or|&)\s|\+(?=\s?\d)|&)\s*"
    r"|\s*-\s*|\s*(?:to|through|up to|until)\s+|\s?<\s?)"
)
_UNIT_BEHIND = r"\s?(?:m[gl]|mcg|ug|g|IU|Gy)\b"
_GLUED = rf"(?=\d+(?:[.,]\d{{1,2}})?{_UNIT_BEHIND})"  # "canagliflozin100mg": no blank after the name
_GLUED_ABBREVIATION = r"(?=\d+(?:[.,]\d{1,2})?\s?(?:mg|g)/)"  # "CTX500mg/m2", "Flu30mg/m2"
_BEHIND_INDEX = rf"(?<=[a-z]\d,)(?=\d+{_UNIT_BEHIND})"  # "cohort3,120mg"
# "(1-5) x 10^6": from behind the bracket on.
_BRACKETED = (
    rf"(?<=\()(?P<least>{_DECIMAL})\s?(?:-|to)\s?(?P<most>{_DECIMAL})\s?\)"
    rf"{_TIMES}10(?P<both>{_EXPONENT}|{_LOST})(?![\d^])"
)
VALUES = re.compile(
    rf"{_BRACKETED}|(?:(?<![\w^])(?<!\d[.,:])|(?<=\d[xX*])|(?<=\d [xX*]\s)|(?:(?<=[a-z]{{5}})|(?<=\sof)){_GLUED}"
    rf"|(?<![A-Za-z\d-][A-Za-z]{{3}})(?<=[A-Z][A-Za-z][A-Za-z]){_GLUED_ABBREVIATION}|{_BEHIND_INDEX})"
    rf"(?:{_VALUE})(?:{_SEPARATOR}(?:{_VALUE})){{0,9}}(?![\d^])"
)
_DIGIT = re.compile(
    r"[0-9.](?:(?<=[0-9])|(?=[0-9]))"
)  # what a number begins with: found faster than by trying the whole everywhere

# One plain number before a letter or sign that nothing of the above begins with: found so, most need no more.
_PLAIN = re.compile(
    r"(?<![\w^])(?<!\d[.,:])\d+(?:\.\d+)?(?=\s?(?:[%)]|m(?!il|ln|io)|[cdf-ik-lnp-swyzACDF-LN-SU-WYZ]"
    r"|M(?!(?i:il|ln|io))|B(?!(?i:il|n))|T(?!(?i:h|ri))))"
)


def _within(pattern: str) -> str:
    """The pattern for a number that was found already, from within which nothing ahead can be seen."""
    return pattern.replace(_UNITS_AHEAD, "").replace(_CELLS_AHEAD, "")


_ONE = re.compile(
    _within(
        rf"(?P<mantissa>{_DECIMAL}){_TIMES}10(?:(?P<exponent>{_EXPONENT})|(?P<lost>{_LOST}))(?P<scale0>{_SCALE})?"
        rf"|(?P<before_point>\d{{1,3}})(?:\.| \. )10\s?\^\s?\(?(?P<after_point>\d{{1,2}})\)?"
        rf"|10(?P<bare>{_EXPONENT})"
        rf"|(?P<e_mantissa>{_DECIMAL})[eE]\+?(?P<e>\d{{1,2}})"
        rf"|(?P<plain>{_DECIMAL})(?P<scale>{_SCALE})?"
    )
)
_RUN = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{1,2}){2,}(?![\d.,])")  # "1,3,6,10" is a list, whatever "1,3" is alone
# "200,300,400 mg", "200,300, 400 mg" and "100,200 and 400 mg" rise by small steps, as a number's thousands hardly do.
_HUNDREDS = re.compile(r"(?<![\d.,])[1-9]\d{1,2}(?:,[1-9]\d[05])+(?![\d.,])")
_QUARTERS = ("25", "75")
_SPLIT = re.compile(_within(rf"(?P<value>{_VALUE})|(?P<separator>{_SEPARATOR})"))
_DIGITS = re.compile(r"-?\d+")
_SCALES = {"thousand": 3, "million": 6, "mln": 6, "mio": 6, "billion": 9, "bn": 9, "trillion": 12}


@dataclass(slots=True)
class Value:
    """One number or range. `power` says that it was printed as a power of ten; positions are in the text."""

    low: float
    high: float
    start: int
    end: int
    power: bool = False
    joined_by: str = ""  # the separator before it: "", "list" or "slash"
    flags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Number:
    mantissa: float
    exponent: int | None
    start: int
    end: int
    flags: list[str]

    @property
    def value(self) -> float:
        # A decimal string is the only way to keep 1.2e6 exact.
        return self.mantissa if not self.exponent else float(f"{self.mantissa!r}e{self.exponent}")


def decimal(text: str) -> float:
    """A printed number as meant: `1,000` is a thousand, `1.000.000` a million, `0,5` and `2,25` are decimals."""
    text = text.replace(" ", "").replace("'", "")
    if text.count(".") > 1:
        text = text.replace(".", "")
    if "," in text:
        whole, _, rest = text.partition(",")
        thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text) and whole != "0"
        text = text.replace(",", "") if thousands else f"{whole}.{rest}"
    return float(text)


def find_values(text: str) -> Iterator[re.Match[str]]:
    """Every number, range or list of numbers in a text, in order."""
    done = 0
    for first in _DIGIT.finditer(text):
        position = first.start()
        if position < done:
            continue
        match = _PLAIN.match(text, position) or VALUES.match(text, position)
        if match is not None:
            done = match.end()
            yield match


def values(match: re.Match[str]) -> list[Value]:
    """The numbers and ranges in a match of `VALUES`; a number without power takes that of the last one."""
    printed = match.group()
    if match.re is VALUES and match["both"]:
        return [_bracketed(match)]
    if printed.replace(".", "", 1).isdecimal():  # most are one plain number
        only = float(printed)
        return [Value(only, only, match.start(), match.end())]
    numbers, separators = _numbers(match)
    _share_exponent(numbers)
    if _is_staircase(numbers, separators):
        separators = ["list"] * len(separators)
    found: list[Value] = []
    index = 0
    while index < len(numbers):
        number = numbers[index]
        value = Value(number.value, number.value, number.start, number.end, number.exponent is not None)
        value.flags = list(number.flags)
        value.joined_by = separators[index - 1] if index else ""
        if index < len(separators) and separators[index] == "range" and numbers[index + 1].value > number.value:
            upper = numbers[index + 1]
            value.high, value.end = upper.value, upper.end
            value.flags += [flag for flag in upper.flags if flag not in value.flags]
            index += 1
        elif value.joined_by == "range":
            value.joined_by = "list"
        found.append(value)
        index += 1
    return found


def _bracketed(match: re.Match[str]) -> Value:
    """`(1-5) x 10^6`."""
    power = _DIGITS.findall(match["both"])[-1]
    low, high = (float(f"{decimal(match[name])!r}e{power}") for name in ("least", "most"))
    flags = [] if re.match(r"\s?[\^(*eE]|exp", match["both"]) else ["lost_superscript"]
    return Value(low, high, match.start(), match.end(), power=True, flags=flags)


def _numbers(match: re.Match[str]) -> tuple[list[_Number], list[str]]:
    numbers: list[_Number] = []
    separators: list[str] = []
    offset = match.start()
    runs = [run.span() for run in _RUN.finditer(match.group())]
    all_parts = list(_SPLIT.finditer(match.group()))
    for index, part in enumerate(all_parts):
        if part.lastgroup == "separator" or part.group("separator") is not None:
            separators.append(_separator(part.group()))
        else:
            run = any(start <= part.start() < end for start, end in runs)
            following = all_parts[index + 2].group() if index + 2 < len(all_parts) else ""
            position = offset + part.start()
            run = run or _is_counting(part.group(), following)
            numbers += (
                _hundreds(part.group(), position, following)
                or _list_without_blanks(part.group(), position, run=run)
                or [_number(part.group(), position)]
            )
            separators += ["list"] * (len(numbers) - len(separators) - 1)
    return numbers, separators[: max(0, len(numbers) - 1)]


def _is_staircase(numbers: list[_Number], separators: list[str]) -> bool:
    """`50-75-100` are three steps, no range."""
    rising = all(low.value < high.value for low, high in pairwise(numbers))
    return len(separators) > 1 and set(separators) == {"range"} and rising


def _list_without_blanks(text: str, start: int, *, run: bool) -> list[_Number] | None:
    """`5,10` is a list when it rises and neither part looks like a decimal's (`1,25`), or within a `run`."""
    left, comma, right = text.partition(",")
    if run and comma and left.isdigit() and right.isdigit():
        return [_number(left, start), _number(right, start + len(left) + 1)]
    if not comma or not right.isdigit() or not left.isdigit() or len(right) == 3 or left == "0":
        return None
    if len(left) == 1 and right in _QUARTERS:
        return None
    if len(right) >= 2 and int(right) > int(left) and right[-1] in "05":
        return [_number(left, start), _number(right, start + len(left) + 1)]
    return None


def _separator(text: str) -> str:
    text = text.strip()
    if text in ("-", "to", "through", "up to", "until", "<"):
        return "range"
    return "slash" if text == "/" else "list"


def _is_counting(text: str, following: str) -> bool:
    """Whether `2,3` with a 4 behind it counts on, and is no decimal."""
    left, comma, right = text.partition(",")
    if not (comma and left.isdigit() and right.isdigit() and following.isdigit()):
        return False
    return int(left) + 2 == int(right) + 1 == int(following)


def _hundreds(text: str, start: int, following: str) -> list[_Number]:
    """Numbers of a list without blanks that looks like one with thousands; `following` is the number behind it."""
    if _HUNDREDS.fullmatch(text) is None:
        return []
    parts = text.split(",")
    rising = [int(part) for part in [*parts, *([following] if following.isdigit() else [])]]
    if len(rising) < 3 or any(not low < high <= 5 * low for low, high in pairwise(rising)):
        return []
    numbers = []
    for part in parts:
        numbers.append(_number(part, start))
        start += len(part) + 1
    return numbers


def _number(text: str, start: int) -> _Number:
    match = _ONE.fullmatch(text)
    if match is None:  # cannot happen while _VALUE and _ONE agree; a plain reading is still better than a failure
        return _Number(decimal(_DIGITS.findall(text)[0]), None, start, start + len(text), [])
    flags: list[str] = []
    exponent: int | None = None
    if match["mantissa"]:
        mantissa = decimal(match["mantissa"])
        exponent = int(_DIGITS.findall(match["exponent"] or match["lost"])[-1])
        if match["lost"]:
            flags.append("lost_superscript")
        elif "e" in match["exponent"].lower() and "x" not in match["exponent"]:
            flags.append("e_notation")
    elif match["before_point"]:
        mantissa, exponent = float(match["before_point"]), int(match["after_point"])
    elif match["bare"]:
        mantissa = 1.0
        exponent = int(_DIGITS.findall(match["bare"])[-1])
        if "e" in match["bare"].lower() and "x" not in match["bare"]:
            flags.append("e_notation")
    elif match["e_mantissa"]:
        mantissa, exponent = decimal(match["e_mantissa"]), int(match["e"])
        flags.append("e_notation")
    else:
        mantissa = decimal(match["plain"])
    scale = match["scale"] or match["scale0"]
    if scale:
        exponent = (exponent or 0) + _SCALES["".join(filter(str.isalpha, scale)).lower()]
    return _Number(mantissa, exponent, start, start + len(text), flags)


def _share_exponent(numbers: list[_Number]) -> None:
    last = numbers[-1]
    if not last.exponent:
        return
    for number in numbers[:-1]:
        if number.exponent is None and number.mantissa < 1000:
            number.exponent = last.exponent
            number.flags += [flag for flag in last.flags if flag not in number.flags]

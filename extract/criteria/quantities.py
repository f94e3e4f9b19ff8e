"""Reading the limits that a criterion sets on the common quantities: name, comparison, numbers, unit.

Names, units and what counts as plausible are data (`extract/data/quantities.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from extract.vocabulary import load_toml, phrase_pattern

_DATA = load_toml("quantities.toml")
_COMPARISONS = load_toml("ages.toml")
_NUMBER_WORDS: dict[str, int] = _COMPARISONS["numbers"]
_SIDES = {"low_in": ">=", "low_ex": ">", "high_in": "<=", "high_ex": "<"}
_FLIP = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}
_LONGEST_GAP = 70
_LONGEST_BARE_GAP = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of the data file."""

    name: str
    unit: str | None
    units: dict[str, float]
    bare: tuple[float, float] | None
    whole: bool
    roman: bool
    before: bool
    pair: tuple[str, ...]


@dataclass(slots=True)
class Value:
    """A limit found: span and figures, before it is told which quantities it is said of."""

    start: int
    end: int
    operator: str
    low: float | None
    high: float | None
    unit: str | None
    flags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Limit:
    """A quantity with a value."""

    quantity: Quantity
    start: int
    value: Value


@dataclass(slots=True)
class _Mention:
    quantity: Quantity
    start: int
    end: int


def _quantity(row: dict[str, object]) -> Quantity:
    bare = row.get("bare")
    return Quantity(
        name=str(row["name"]),
        unit=str(row["unit"]) if "unit" in row else None,
        units={str(unit): float(factor) for unit, factor in dict(row.get("units") or {}).items()},  # type: ignore[call-overload]
        bare=(float(bare[0]), float(bare[1])) if isinstance(bare, list) else None,
        whole=bool(row.get("whole")),
        roman=bool(row.get("roman")),
        before=bool(row.get("before")),
        pair=tuple(str(name) for name in row.get("pair") or ()),  # type: ignore[attr-defined]
    )


_QUANTITIES = {row["name"]: _quantity(row) for row in _DATA["quantity"]}
_BY_NAME = {name: _QUANTITIES[row["name"]] for row in _DATA["quantity"] for name in row["names"]}
_FIRST_WORD = re.compile(r"[a-z][a-z0-9]*")


def _names_by_first_word() -> dict[str, re.Pattern[str]]:
    groups: dict[str, list[str]] = {}
    for name in _BY_NAME:
        first = _FIRST_WORD.match(name)
        groups.setdefault(first.group() if first else name, []).append(name)
    return {first: re.compile(rf"(?:{phrase_pattern(names)})(?![a-z0-9])") for first, names in groups.items()}


_NAMES = _names_by_first_word()
_UNITS = {unit: re.compile(rf"\s*-?\s*(?:{pattern})") for unit, pattern in _DATA["unit_words"].items()}
_OPERATOR_OF = {phrase: _SIDES[side] for side in _SIDES for phrase in _COMPARISONS["before"][side]}
_LONGEST_OPERATOR = max(len(phrase.split()) for phrase in _OPERATOR_OF)
_FILLERS = frozenset(["to", "of", "the", "a", "an", "="])
_OPERATOR = re.compile(phrase_pattern(_OPERATOR_OF))
_NUMBER = re.compile(r"(?<![\w.,^])(?<!\)-)(?<![a-z]-)(?:\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?|[.]\d+)(?!\d)")
_WORD_OR_NUMBER = re.compile(_NUMBER.pattern + r"|(?<![a-z])(?:one|two|three|four|five|six|eight|nine|ten|twelve)(?![a-z-])")
_ROMAN = re.compile(r"(?<![a-z])(?:iv|iii|ii|i|v)(?![a-z])")
_ROMAN_VALUES = {"i": 1.0, "ii": 2.0, "iii": 3.0, "iv": 4.0, "v": 5.0}
_JOIN = re.compile(r"\s*(?:-|--|to|through|or|and|/|,|and/or|up to)\s*(?:<=|<)?\s*")
_AFTER_LOW = re.compile(
    r"[\s,)]*(?:(?:or|and|&)\s+(?:greater|higher|above|more|over|better|longer|at least)|\+|and up|or older|minimum)(?!\s+than)"
)
_AFTER_HIGH = re.compile(r"[\s,)]*(?:(?:or|and|&)\s+(?:less|lower|below|fewer|under|smaller|shorter)|maximum)(?!\s+than)")
_CHAIN_GAP = re.compile(
    r"[\s,;/()&+-]*(?:and|or|and/or|plus|as well as|both|serum|total|level|levels|count|counts|concentration|score|test|value|values|\(|\)|/|,|\s|of|is|the|performance|status|scale|group|cooperative|oncology)*[\s,/()&+-]*"
)
_SLASHED = re.compile(r"\s?/\s?(\d{2,3})(?!\d)")
_LOST = re.compile(r"(?:x|\*)\s?10(\d{1,2})(?=\s?/)")
_CONDITIONAL = re.compile(r"[^.;\n]{0,50}?\b(?:if|in (?:case|patients|the presence|subjects|participants)|for (?:patients|subjects|participants|those)|when|unless|with (?:liver|documented|known|gilbert)|except)\b")
_OPENED = re.compile(r"\([^)]*\Z|\bor\s*\Z|\bunless\b[^.;]*\Z|\bexcept\b[^.;]*\Z|\b(?:fe)?males?\W+(?:and|or)?\W*\Z|\b(?:wo)?men\W+(?:and|or)?\W*\Z")
_OTHER_BEFORE = re.compile(r"\b(?:ages?|aged|grade|visit|day|days|week|item|items|stage|type|cycle|criteri\w+|protocol|version|v|table|appendix|type|part|arm|within|last|past|previous|prior|every|times|hepatitis|dose)\W{0,3}(?:[<>=]+\s?)?\Z")
_OTHER_AFTER = re.compile(r"\s*-?\s*(?:days?|weeks?|months?|years?|yrs?|hours?|hrs?|min\b|minutes?|mg|mcg|ug|g\b|kg|ml\b|cm|mm\b|times|doses?|cycles?|visits?|occasions?|readings?|measurements?|patients|subjects|participants|lines?|weekly|units?|items?|consecutive|or more (?:days|weeks|drugs|agents)|drugs?|agents?|medications?|episodes?|%|:|\.\d)")
_STOP = re.compile(r"[.;](?=\s|$)|\n\s*\n")


def _comparison_before(low: str, start: int, end: int) -> tuple[str, int] | None:
    """The comparison that ends right before `end`, and where it begins.

    Looking the last words up is much faster than an alternation of all comparisons tied to the end.
    """
    tail = low[start:end].rstrip(" \t\n:(")
    for _ in range(3):
        signs = len(tail)
        while signs and tail[signs - 1] in "<>=/":
            signs -= 1
        if tail[signs:] in _OPERATOR_OF:
            return _OPERATOR_OF[tail[signs:]], start + signs
        words = tail.split()[-_LONGEST_OPERATOR:]
        for count in range(len(words), 0, -1):
            operator = _OPERATOR_OF.get(" ".join(words[-count:]))
            if operator:
                position = len(tail)
                for word in reversed(words[-count:]):
                    position = tail.rfind(word, 0, position)
                return operator, start + position
        if not words or words[-1] not in _FILLERS:
            return None
        tail = tail[: -len(words[-1])].rstrip(" \t\n:(")
    return None


def first_words(low: str) -> list[tuple[int, re.Pattern[str]]]:
    """Places in a text (in lower case) where a quantity's name may begin, ascending."""
    present = set(_FIRST_WORD.findall(low)) & _NAMES.keys()
    found = []
    for word in present:
        position = low.find(word)
        while position >= 0:
            if not low[position - 1 : position].isalpha():
                found.append((position, _NAMES[word]))
            position = low.find(word, position + 1)
    found.sort(key=lambda place: place[0])
    return found


def read_limits(low: str, start: int, end: int, places: list[tuple[int, re.Pattern[str]]]) -> list[Limit]:
    """The limits that the criterion `low[start:end]` sets; `places` are the possible names within it."""
    mentions = _mentions(low, end, places)
    found: list[Limit] = []
    for first, last in _chains(low, mentions):
        stop = mentions[last + 1].start if last + 1 < len(mentions) else end
        found += _limits_of(low, start, mentions[first : last + 1], stop)
    return _without_repeats(found)


def _chains(low: str, mentions: list[_Mention]) -> Iterator[tuple[int, int]]:
    """Names in a row, which share the value behind the last: "AST and ALT of at most 3 x ULN"."""
    first = 0
    while first < len(mentions):
        last = first
        while last + 1 < len(mentions) and _CHAIN_GAP.fullmatch(low, mentions[last].end, mentions[last + 1].start):
            last += 1
        yield first, last
        first = last + 1


def _without_repeats(limits: list[Limit]) -> list[Limit]:
    """One limit a quantity and place: "neutrophils (ANC) of 1.0" names it twice and means it once."""
    kept: dict[tuple[str, int, int], Limit] = {}
    for limit in limits:
        kept.setdefault((limit.quantity.name, limit.value.start, limit.value.end), limit)
    return list(kept.values())


def _mentions(low: str, end: int, places: list[tuple[int, re.Pattern[str]]]) -> list[_Mention]:
    mentions: list[_Mention] = []
    done = -1
    for position, pattern in places:
        if position < done:
            continue
        match = pattern.match(low, position, end)
        if match:
            mentions.append(_Mention(_BY_NAME[" ".join(match.group().split())], position, match.end()))
            done = match.end()
    return mentions


def _limits_of(low: str, start: int, chain: list[_Mention], stop: int) -> Iterator[Limit]:
    first_mentions = {mention.quantity.name: mention for mention in reversed(chain)}
    for mention in sorted(first_mentions.values(), key=lambda mention: mention.start):
        quantity = mention.quantity
        before = _before_name(low, start, mention.start)
        values = list(_values(low, chain[-1].end, stop, quantity, before))
        if not values and quantity.before:
            values = list(_values_before(low, start, mention.start, quantity))
        for value in values:
            if quantity.pair:
                yield from _pair(low, quantity, mention, value)
            elif len(chain) > 1 and quantity.name.endswith("_blood_pressure"):
                yield Limit(quantity, mention.start, _part_of_pair(low, quantity, value))
            else:
                yield Limit(quantity, mention.start, value)


def _before_name(low: str, start: int, position: int) -> str | None:
    """The comparison in front of the name: "minimum platelet count of 100,000"."""
    found = _comparison_before(low, max(start, position - 30), position)
    return found[0] if found else None


def _values(low: str, position: int, stop: int, quantity: Quantity, before_name: str | None) -> Iterator[Value]:
    """The first value after the name, and further ones in brackets or after "or"."""
    first = True
    while position < stop:
        gap = _LONGEST_GAP if first else 45
        value = _next_value(low, position, min(stop, position + gap), stop, quantity)
        if value is None:
            return
        if not first and not _OPENED.search(low, position, value.start):
            return
        if value.operator == "=" and before_name:
            value.operator, value.low, value.high = before_name, *_sides(before_name, value.low)
        if _CONDITIONAL.match(low, value.end, stop) and (not first or low[value.end : value.end + 2].strip()[:1] not in "(,"):
            value.flags.append("conditional")
        yield value
        first = False
        position = value.end


def _next_value(low: str, position: int, near: int, stop: int, quantity: Quantity) -> Value | None:
    """The first number from `position` that can be this quantity's, with its comparison and unit."""
    sentence = _STOP.search(low, position, near)
    near = sentence.start() if sentence else near
    timed = quantity.name == "life_expectancy"
    pattern = _WORD_OR_NUMBER if timed else _NUMBER
    if quantity.roman and _ROMAN.search(low, position, near):
        pattern = _ROMAN
    for match in pattern.finditer(low, position, stop):
        if match.start() >= near:
            break
        if match.start() < position:
            continue
        value = _value_at(low, position, match, stop, quantity, pattern)
        if value is not None:
            return value
        join = _JOIN.match(low, match.end(), stop)
        partner = pattern.match(low, join.end(), stop) if join else None
        position = partner.end() if partner else position
    return _limit_of_normal(low, position, near) if "[ULN]" in quantity.units else None


def _limit_of_normal(low: str, position: int, near: int) -> Value | None:
    """ "at most the upper limit of normal": once the limit, without a number."""
    if low.find("uln", position, near + 40) < 0 and low.find("upper", position, near + 40) < 0:
        return None
    for match in _OPERATOR.finditer(low, position, near):
        unit = _UNITS["[ULN]"].match(low, match.end(), near + 40)
        if unit and "limit" in unit.group() + low[unit.end() : unit.end() + 20] or unit and "uln" in unit.group():
            operator = _OPERATOR_OF[" ".join(match.group().split())]
            return Value(match.start(), unit.end(), operator, *_sides(operator, 1.0), "[ULN]")
    return None


def _value_at(
    low: str, position: int, match: re.Match[str], stop: int, quantity: Quantity, pattern: re.Pattern[str]
) -> Value | None:
    number = _figure(match.group())
    compared = _comparison_before(low, max(position, match.start() - 45), match.start())
    operator, start = compared if compared else (None, match.start())
    end, second = match.end(), None
    unit, unit_end, flags = _unit_at(low, end, stop, quantity)
    join = _JOIN.match(low, unit_end or end, stop)
    upper = pattern.match(low, join.end(), stop) if join else None
    joined_by = join.group().strip() if join else ""
    if upper and _may_join(joined_by, operator, quantity):
        second_unit, second_end, second_flags = _unit_at(low, upper.end(), stop, quantity)
        if second_unit == unit or unit is None or second_unit is None:
            second, end = _figure(upper.group()), upper.end()
            unit, unit_end, flags = (second_unit or unit), second_end or (end if second_unit is None else unit_end), flags + second_flags
    end = max(end, unit_end or end)
    if not _plausible(quantity, number, second, unit) or (unit is None and _is_other(low, position, match, stop, quantity)):
        return None
    if unit is None and operator is None and match.start() - position > _LONGEST_BARE_GAP:
        return None
    if operator is None:
        if _AFTER_LOW.match(low, end, stop):
            operator, end = ">=", _AFTER_LOW.match(low, end, stop).end()  # type: ignore[union-attr]
        elif _AFTER_HIGH.match(low, end, stop):
            operator, end = "<=", _AFTER_HIGH.match(low, end, stop).end()  # type: ignore[union-attr]
    if second is not None and (operator is None or operator in (">=", "=") or (operator == ">" and second > number)):
        return Value(start, end, "range" if second > number else "=", min(number, second), max(number, second), unit, flags)
    if operator is None and unit is None and not (quantity.whole or quantity.bare):
        return None
    if operator is None:
        return Value(start, end, "=", number, number, unit, flags)
    return Value(start, end, operator, *_sides(operator, number), unit, flags)


def _may_join(word: str, operator: str | None, quantity: Quantity) -> bool:
    if word in ("-", "--", "to", "through", "up to"):
        return operator in (None, ">=", ">")
    if word in ("or", "and", ",", "and/or"):
        return operator is None and (quantity.whole or (word == "and" and bool(quantity.bare)))
    return bool(quantity.pair) and word == "/"


def _figure(text: str) -> float:
    if text in _ROMAN_VALUES:
        return _ROMAN_VALUES[text]
    if text in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[text])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def _sides(operator: str, number: float | None) -> tuple[float | None, float | None]:
    return (number, None) if operator.startswith(">") else (None, number)


def _unit_at(low: str, position: int, stop: int, quantity: Quantity) -> tuple[str | None, int | None, list[str]]:
    """The unit right after a number, if it is one that the quantity comes in."""
    for unit in quantity.units:
        match = _UNITS[unit].match(low, position, min(len(low), stop + 30))
        if match and match.group().strip():
            flags = ["lost_superscript"] if _LOST.search(match.group()) else []
            return unit, match.end(), flags
    return None, None, []


def _is_other(low: str, position: int, match: re.Match[str], stop: int, quantity: Quantity) -> bool:
    """Whether a number without a unit of this quantity plainly belongs to something else."""
    if not quantity.whole and _OTHER_BEFORE.search(low, max(position, match.start() - 20), match.start()):
        return True
    return _OTHER_AFTER.match(low, match.end(), stop) is not None


def _plausible(quantity: Quantity, number: float, second: float | None, unit: str | None) -> bool:
    if quantity.whole and not number.is_integer():
        return False
    if unit is not None:
        return True
    if quantity.bare is None:
        return False
    low, high = quantity.bare
    return low <= number <= high and (second is None or low <= second <= high)


def _values_before(low: str, start: int, position: int, quantity: Quantity) -> Iterator[Value]:
    """A value in front of the name: "5 % or more blasts"."""
    for match in _NUMBER.finditer(low, max(start, position - 25), position):
        value = _value_at(low, max(start, position - 45), match, position, quantity, _NUMBER)
        if value is not None and value.unit is not None:
            yield value
            return


def _part_of_pair(low: str, quantity: Quantity, value: Value) -> Value:
    """Of "systolic/diastolic below 90/50" the figure that is this quantity's."""
    second = _SLASHED.match(low, value.end)
    if second and quantity.name == "diastolic_blood_pressure":
        figure = float(second[1])
        sides = (figure, figure) if value.operator == "=" else _sides(value.operator, figure)
        return Value(value.start, second.end(), value.operator, *sides, value.unit or "mm[Hg]", value.flags)
    return value


def _pair(low: str, quantity: Quantity, mention: _Mention, value: Value) -> Iterator[Limit]:
    """ "160/100 mmHg" limits two quantities."""
    slash = re.search(r"(\d{2,3})\s?/\s?(\d{2,3})", low[value.start : value.end])
    if not slash:
        return
    operator = value.operator if value.operator in _FLIP else "="
    before = _comparison_before(low, max(0, value.start - 30), value.start + slash.start())
    if before:
        operator = before[0]
    for name, figure in zip(quantity.pair, slash.groups(), strict=True):
        sides = _sides(operator, float(figure)) if operator != "=" else (float(figure), float(figure))
        yield Limit(_QUANTITIES[name], mention.start, Value(value.start, value.end, operator, *sides, value.unit, value.flags))


_WASHOUT = _DATA["washout"]
_TIME_UNITS = "|".join(rf"(?P<{unit}>{_DATA['unit_words'][unit]})" for unit in _WASHOUT["units"])
_TIME = re.compile(rf"(?P<number>\d+(?:\.\d+)?|{'|'.join(_NUMBER_WORDS)})\s*-?\s*(?:\(\d+\)\s*|full\s+|consecutive\s+)?(?:{_TIME_UNITS})")
_AGO_BEFORE = re.compile(rf"{_WASHOUT['ago_before']}\s*(?:{phrase_pattern(_OPERATOR_OF)})?\s*\Z")
_AGO_AFTER = re.compile(rf"\s*{_WASHOUT['ago_after']}")
_SINCE = re.compile(rf"\s*{_WASHOUT['since']}")
_NEGATION = re.compile(_WASHOUT["negation"])
_TREATMENT: list[str] = _WASHOUT["treatment"]
_AGO_WORDS = ("within", "last", "past", "previous", "prior", "preceding")
WASHOUT = Quantity("washout", "d", {"h": 1 / 24, "d": 1, "wk": 7, "mo": 30.4375, "a": 365.25}, None, False, False, False, ())


def read_washouts(low: str, start: int, end: int, *, excluding: bool) -> Iterator[Limit]:
    """Times since a treatment or event: "within 4 weeks before" (less), "at least 4 weeks since" (more).

    Less than some time ago is a washout only where that is excluded: under such a heading, or by a "no" before it.
    """
    text = low[start:end]
    for match in _TIME.finditer(low, start, end):
        begin = max(start, match.start() - 45)
        before = low[begin : match.start()]
        compared = _comparison_before(low, begin, match.start())
        operator, at = compared if compared else (None, match.start())
        ago = _AGO_BEFORE.search(before) if any(word in before for word in _AGO_WORDS) else None
        if ago:
            excluding = excluding or _NEGATION.search(text) is not None
            if not excluding or _AGO_AFTER.match(low, match.end(), end):
                continue
            operator, at = "<=", begin + ago.start()
        elif not _is_long_ago(low, match.end(), end, operator) or not any(stem in text for stem in _TREATMENT):
            continue
        operator = operator or ">="
        number = float(_NUMBER_WORDS.get(match["number"], 0) or match["number"])
        unit = next(unit for unit in _WASHOUT["units"] if match[unit])
        yield Limit(WASHOUT, at, Value(at, match.end(), operator, *_sides(operator, number), unit))


def _is_long_ago(low: str, position: int, end: int, operator: str | None) -> bool:
    """Whether the time counts back from the study: "at least 4 weeks since", "5 years or more before"."""
    if operator is None:
        more = _AFTER_LOW.match(low, position, end)
        if more is None:
            return False
        position = more.end()
    return _SINCE.match(low, position, end) is not None

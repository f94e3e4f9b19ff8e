"""The arms that a text names: by their labels, as "group B", by their roles and levels."""

from __future__ import annotations

import re
from functools import lru_cache

from extract.doses.vocabulary import words
from extract.lower import holds_any
from extract.study import Arm, Study

_CODE = r"(?-i:[A-Z]{2,5}\d{0,2}|[A-Z]\d{1,2})"  # "group BD", "group M2"
_GROUP_NAME = re.compile(
    rf"\b(?P<word>arm|group|cohort|part)s?(?:\s+|-\s?|\s?\()[\"']?(?P<first>[A-Z]|\d{{1,2}}[A-Za-z]?|I{{1,3}}|IV|V|{_CODE})\b"
    rf"(?:\s*(?:,|/|and|or|&|\+|to|-)\s*(?:(?:arm|group|cohort|part)s?\s+)?(?P<second>[A-Z]|\d{{1,2}}|I{{1,3}}|IV|V|{_CODE})\b)?"
    # "the LIA group", "D group"; but "A group of patients"
    rf"|(?<![\w-])(?:(?!A\b)(?-i:[A-Z])|{_CODE})(?=\s(?:arm|group)\b)",
    re.IGNORECASE,
)
# What a label calls its arm; "part" counts only where the text speaks of parts too.
_CALLED = tuple(
    re.compile(rf"\b(?:{words})s?(?:\s+|-\s?|\s?[(:]\s?)[\"']?(?=(\w+))|\b(\w+)\s(?=(?:{words})\b)", re.IGNORECASE)
    for words in ("arm|group|cohort", "part|arm|group|cohort")
)
# Of a transplant's two arms of people a text speaks by what they are: "Donors will receive A".
_SIDES = re.compile(
    r"\A\W*(?:the )?(?:\w+ )?(?P<side>donor|recipient)s?\b(?! lymphocyte| cell| T\b| bone| stem| blood|-)", re.I
)
_GROUP_WORDS = ("arm", "group", "cohort", "part")  # nothing but a label names arms without any of these
_ALL = re.compile(r"\b(?:both|all|each|two|three|every)\s+(?:\w+\s+)?(?:groups?|arms?|cohorts?)\b", re.IGNORECASE)
_ROLE_WORDS = {
    "EXPERIMENTAL": re.compile(
        r"\b(?:experimental|treatment|study|intervention|test)\s+(?:group|arm)\b", re.IGNORECASE
    ),
    "CONTROL": re.compile(r"\b(?:control|comparator|standard)\s+(?:group|arm)\b", re.IGNORECASE),
    "PLACEBO": re.compile(r"\bplacebo\s+(?:group|arm)\b", re.IGNORECASE),
}


def named_arms(study: Study, text: str) -> list[int]:
    """The arms that a phrase names: by label, by letter or number, by role, or all of them."""
    arms = study.arms
    if not arms:
        return []
    lowered = text.lower()
    if by_level := _of_levels(study, lowered):
        return by_level
    if by_label := _by_labels(arms, lowered):
        return by_label
    if by_side := _of_side(arms, text, lowered):
        return by_side
    found: list[int] = []
    if not holds_any(lowered, _GROUP_WORDS):
        return found
    for match in _GROUP_NAME.finditer(text):
        for name in (match["first"], match["second"]) if match["word"] else (match[0],):
            if name:
                found += [a.arm_no for a in arms if _is_called(a, match["word"] or "group", name)] or _by_order(
                    study, name
                )
    if found:
        return sorted(set(found))
    if _ALL.search(text):
        return [a.arm_no for a in arms]
    if by_words := _by_words(arms, lowered):
        return by_words
    for role, pattern in _ROLE_WORDS.items():
        if pattern.search(text):
            found += [a.arm_no for a in arms if _has_role(a, role)]
    return sorted(set(found)) if 0 < len(set(found)) < len(arms) else []


def _of_side(arms: list[Arm], text: str, lowered: str) -> list[int]:
    """The one arm of donors, or of recipients, that a phrase begins with."""
    if ("donor" not in lowered and "recipient" not in lowered) or (side := _SIDES.match(text)) is None:
        return []
    found = [arm.arm_no for arm in arms if side["side"].lower() in arm.label.text.norm.lower()]
    return found if len(found) == 1 < len(arms) else []


# "Group II (n = 40): …", where no label has a number
_GROUP = re.compile(r"\b(?:arm|group|cohort)s?\s\(?(?P<name>[A-F]|[1-6]|I{1,3}|IV|VI?)\b", re.IGNORECASE)
_SERIES = (("A", "B", "C", "D", "E", "F"), ("1", "2", "3", "4", "5", "6"), ("I", "II", "III", "IV", "V", "VI"))
_MAX_TOLD = 200  # how much of what follows the name of a group is looked at


def _by_order(study: Study, name: str) -> list[int]:
    """The arm that running text calls by its place, where no label has a letter or a number: group B is the second."""
    number = _groups_in_order(study).get(name.upper())
    return [] if number is None else [number]


@lru_cache(maxsize=2)
def _groups_in_order(study: Study) -> dict[str, int]:
    """The names that running text gives to the arms in their order; none if what it tells of one is not that arm's."""
    if len(study.arms) < 2 or any(_GROUP_NAME.search(arm.label.text.norm) for arm in study.arms):
        return {}
    for text in [source.text.norm for source in study.prose()]:
        matches = [match for match in _GROUP.finditer(text) if match["name"] != "a"]
        named = {match["name"].upper() for match in matches}
        series = next((s[: len(study.arms)] for s in _SERIES if named == set(s[: len(study.arms)])), None)
        if series is None:
            continue
        numbers = {name: number for number, name in enumerate(series, 1)}
        ends = [*(match.start() for match in matches[1:]), len(text)]
        told = [(numbers[m["name"].upper()], text[m.end() : end]) for m, end in zip(matches, ends, strict=True)]
        return numbers if all(_may_tell_of(study, number, part[:_MAX_TOLD].lower()) for number, part in told) else {}
    return {}


def _may_tell_of(study: Study, number: int, told: str) -> bool:
    """Whether what is told of a group names no intervention that its arm is not linked to."""
    for item in study.interventions:
        if 0 < len(item.arm_nos) < len(study.arms) and number not in item.arm_nos:
            first = item.name.text.norm.lower().split(maxsplit=1)[:1]
            if first and len(first[0]) > 4 and first[0] in told:
                return False
    return True


_LEVEL = re.compile(r"\b(low|high|medium|mid|middle|intermediate|moderate)(?:er)?\b")
_LEVEL_SAID = re.compile(
    rf"{_LEVEL.pattern}[- ]?(?:dos\w*|level|strength|concentration|group|arm|\s?:|\((?=\d|\Z)|(?=\)))"
)
_MIDDLE = ("medium", "mid", "middle", "intermediate", "moderate")


def _of_levels(study: Study, lowered: str) -> list[int]:
    """The arms of the dose levels that a text names, where labels are told apart by them: "Low", "High dose"."""
    if "low" not in lowered and "high" not in lowered and not holds_any(lowered, _MIDDLE):
        return []
    said = {_level(match) for match in _LEVEL_SAID.finditer(lowered)}
    labels = [{_level(m) for m in _LEVEL.finditer(arm.label.text.norm.lower())} for arm in study.arms] if said else []
    if len({level for levels in labels if len(levels) == 1 for level in levels}) < 2:
        return []
    return [arm.arm_no for arm, levels in zip(study.arms, labels, strict=True) if len(levels) == 1 and levels <= said]


def _level(match: re.Match[str]) -> str:
    return "medium" if match[1] in _MIDDLE else match[1]


_LABEL_IS_AMOUNT = re.compile(r"\d[\d.,]*\s?[a-zA-Z%]")
_CALLED_GROUP = re.compile(r"(?P<name>[a-z][\w -]{3,40}) (?:arm|group|cohort)")


def _by_labels(arms: list[Arm], lowered: str) -> list[int]:
    """The arms whose labels a text in lower case prints, "A" not where it is a part of "A plus B"."""
    found = {arm.arm_no: places for arm in arms if (places := _printed(arm.label.text.norm, lowered))}
    if len(found) < 2:
        return list(found)
    everywhere = [place for places in found.values() for place in places]
    return [number for number, places in found.items() if not all(_is_inside(place, everywhere) for place in places)]


_WORDED_GROUP = re.compile(r"(?P<words>(?:[a-z][\w+-]*\s){1,3})(?:arm|group|cohort)s?\b")
_LABEL_WORD = re.compile(r"[a-z][\w-]*")
# Words that tell no arm from another, or by which the roles of arms are called.
_NO_NAMES = frozenset(words("no_arm_name"))


def _by_words(arms: list[Arm], lowered: str) -> list[int]:
    """The arms that a text calls by words of their labels: "the budesonide group" of "Inhaled budesonide"."""
    labels = [set(_LABEL_WORD.findall(arm.label.text.norm.lower())) - _NO_NAMES for arm in arms]
    shared = set.intersection(*labels) | _NO_NAMES
    found: set[int] = set()
    for match in _WORDED_GROUP.finditer(lowered):
        words = match["words"].split()
        while words and not (named := _of_words(arms, labels, set(words) - shared)):
            words = words[1:]
        found.update(named if words else ())
    return sorted(found)


def _of_words(arms: list[Arm], labels: list[set[str]], words: set[str]) -> list[int]:
    """The one arm whose label has all of the words, or has no others."""
    if not words:
        return []
    having = [arm.arm_no for arm, label in zip(arms, labels, strict=True) if words <= label]
    alone = [arm.arm_no for arm, label in zip(arms, labels, strict=True) if words == label]
    return having if len(having) == 1 else (alone if len(alone) == 1 else [])


def _is_inside(place: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(a <= place[0] and place[1] <= b and (a, b) != place for a, b in others)


def _printed(label: str, lowered: str) -> list[tuple[int, int]]:
    """Where a label stands as whole words: "group i" is no part of "group ii", and the "A group" may be "the A arm"."""
    # A label that is an amount ("10 mg of A") stands in every list of amounts and names nobody.
    if len(label) <= 3 or _LABEL_IS_AMOUNT.match(label):
        return []
    label = label.lower()
    if label in lowered:
        return _places(label, lowered)
    called = _CALLED_GROUP.fullmatch(label)
    if called is None or called["name"] not in lowered:
        return []
    return [place for word in ("arm", "group", "cohort") for place in _places(f"{called['name']} {word}", lowered)]


def _places(name: str, lowered: str) -> list[tuple[int, int]]:
    found = []
    start = lowered.find(name)
    while start >= 0:
        end = start + len(name)
        if not (lowered[start - 1 : start].isalnum() or lowered[end : end + 1].isalnum()):
            found.append((start, end))
        start = lowered.find(name, end)
    return found


def _is_called(arm: Arm, word: str, name: str) -> bool:
    label = arm.label.text.norm
    names = {(match[1] or match[2]).lower() for match in _CALLED[word.lower() == "part"].finditer(label)}
    return name.lower() in names or label.strip().lower() == name.lower()


def _has_role(arm: Arm, role: str) -> bool:
    if role == "EXPERIMENTAL":
        return arm.type == "EXPERIMENTAL"
    if role == "PLACEBO":
        return arm.type == "PLACEBO_COMPARATOR" or "placebo" in arm.label.text.norm.lower()
    return (
        arm.type in ("ACTIVE_COMPARATOR", "NO_INTERVENTION", "PLACEBO_COMPARATOR", "SHAM_COMPARATOR")
        or "control" in arm.label.text.norm.lower()
    )

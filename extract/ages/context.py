"""Where in a study's text ages may stand, and what the words around a number say about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.ages.grammar import VOCABULARY, Expression
from extract.lower import holds_any
from extract.sentences import PROSE_BREAK, around, find_all
from extract.vocabulary import any_of

_DECOYS, _PROSE = VOCABULARY["decoys"], VOCABULARY["prose"]
PERSON = rf"(?:{'|'.join(VOCABULARY['cues']['person'])})"
_STRONG_STEMS = ("age", "old", "yo", "y/o", "y.o")  # one of them stands where an age word does
_WEAK_STEMS = ("year", "yrs", "month", "week", "days", "y or ", "y and ")
_STRONG = re.compile(
    r"(?<![a-z])(?:age[ds]?(?![a-z])|older|young|yo(?![a-z])|old(?![a-z]))|(?<=years)old|(?<=\d)\s?y[./]?o(?![a-z])|y/o|y\.o"
)
_DIGIT = re.compile(r"\d")
_NEAR = 70  # a number further than this from an age word is none of its own
# A word that holds another need not be looked for: "sixty" holds "six".
_NUMBER_STEMS = [
    word for word in VOCABULARY["numbers"] if not any(other in word for other in VOCABULARY["numbers"] if other != word)
]
_OPENERS = frozenset("0123456789<>=abflmnou")  # of numbers, and of "at least", "from", "over", "under" …
BREAK = re.compile(
    r"\n(?=[ \t]*(?:\r?\n|[*#A-Z-]|>(?!\s?[=\d])|\d{1,2}[.)]|[a-z][.)]|[ivx]+[.)]))|;"
    r"|\.(?<=[a-z)\d]\.)(?=\s+[A-Z(\d])|\.(?<=[a-z]\.)(?=[A-Z])"
)
_WEAK_PLACE = re.compile(rf"\b{PERSON}\b[^.;]{{0,40}}?\d")
_AGE_LABEL = re.compile(
    r"(?:^|\n)[\s*-]*(?:\w+ )?ages?(?: range| group| limits?| criteria)?[ \t]*(?:\([^()\n]*\))?[ \t]*[:-]?\s*\Z"
)
_GLUED_NUMBER = re.compile(r"\s*\d{1,2}\.(?=\d{2}\s*(?:years|yrs|<|-|to\b|and\b))")
_LIST_GAP = re.compile(r"\s*(?:and|or|,|/|&|;)+\s*(?:or|and)?\s*")
_TIME_WORDS = ("within", "past ", "last ", "prior", "previous", "for ", "since", "every", "after", "during", "survival")
_LABEL_LINE = re.compile(r"\bage[^\n:]{0,20}:\s*\n\s*[*-]?\s*(?=[\d<>=a-z])")
_COHORT = r"\b(?:part|cohort|group|arm|stratum|substudy|panel)\s+(?:[a-h]\d?|\d{1,2}[a-z]?|[iv]{1,3}[ab]?)\b"
_LEAD = re.compile(
    r"[\s*>#_-]*(?:(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]+(?!\d\b)\s*)*\s*"
    rf"(?:(?:{_COHORT})\s*(?:[:=-]\s*|\((?=[^)]*\d)))?"
)
PERSON_BEFORE = re.compile(
    rf"\b{PERSON}\b[\s,(:=/-]*(?:(?:{'|'.join(VOCABULARY['cues']['between'])}|{PERSON})\b[\s,(:/-]*){{0,5}}\Z"
)
_SMALL = re.compile(rf"\b{any_of(VOCABULARY['cues']['small'])}\b")
_WHO = re.compile(rf"criteri|clusion|eligib|\bages?\b|must|{PERSON}")
_FOLLOW = re.compile(rf"[\s)]*{any_of(VOCABULARY['cues']['follow'])}")
OTHER_UNIT = re.compile(rf"\s?-?{any_of(_DECOYS['other_units'])}(?![a-z])")
_CONDITIONAL_NEAR = re.compile(rf"[\s,):]*(?:\w+\s+){{0,4}}{any_of(_DECOYS['conditional_near'])}\b")
_DOUBTFUL = re.compile(rf"\b{any_of(_DECOYS['doubtful'])}\b")
_THRESHOLD = re.compile(r"[<>]|\d\s?%|\bat least\b|\bmore than\b|\bless than\b|\bgreater than\b|\d/")
_COLON_AFTER = re.compile(r"[\s)]*:")
_OR_AFTER = re.compile(
    r"[\s,)]*(?:or|and/or)\s+(?=[a-z]{3})(?!older|over|above|more|greater|legal|up\b|(?:wo)?men\b|(?:fe)?males?\b)"
)
_CONSENT = re.compile(rf"\b{any_of(_DECOYS['consent'])}\b")
_AGE_BEFORE = re.compile(rf"\bage[ds]?(?:[\s,:(=)/'-]+(?:(?:{'|'.join(VOCABULARY['cues']['age_gap'])})(?![a-z]))?)*\Z")
_GAP_WORD = r"(?:[\s,:(-]+[^\s\d]+)"
DECOY_BEFORE = re.compile(
    rf"\b(?:{any_of(_DECOYS['before'])}{_GAP_WORD}?|{any_of(_DECOYS['before_people'])}{_GAP_WORD}{{0,3}})[\s,:(-]*\Z"
)
_DECOY_AFTER = re.compile(rf"[\s,)]*{any_of(_DECOYS['after'])}")
_TIME_BEFORE = re.compile(rf"\b{any_of(_DECOYS['before_time'])}{_GAP_WORD}?[\s,:(-]*\Z")
_TIME_AFTER = re.compile(rf"[\s,)]*{any_of(_DECOYS['after_time'])}")
_RESTRICTED = re.compile(rf"[\s,)]*{any_of(_DECOYS['restricted'])}\b")
_CONDITIONAL = re.compile(rf"\b{any_of(_DECOYS['conditional'])}")
_CONDITIONAL_AFTER = re.compile(rf"{any_of(_DECOYS['conditional_after'])}")
_ENROL = re.compile(rf"\b{any_of(_PROSE['enrol'])}\b")
_ASSIGNED = re.compile(rf"\b{PERSON}\b[^.;]*\d[^.;]*\b{any_of(_PROSE['assigned'])}\b")
_BACKGROUND = re.compile(rf"\b{any_of(_PROSE['background'])}(?!\w)|\d\s?%")
_COHORT_NAME = re.compile(_COHORT)
# "(>= 21 in Thailand)" right behind the age that holds elsewhere
_ELSEWHERE_GAP = re.compile(r"[\s,;]*\(?(?:or|and)?\s*")
_ELSEWHERE = re.compile(
    r"\s*(?:for\s+\w+\s+)?in\s+(?:the\s+)?(?!the\b|general\b|good\b|order\b|both\b)([a-z]{4,}(?:\s[a-z]+)?)\s*[);,]"
)
_LABEL_REACH = 400  # how far above a list item the line stands that introduces it, in characters
_LIST_ITEM = re.compile(r"\s*(?:[*+-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])")
_NUMBERED = re.compile(r"\s*\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]")
_ALTERNATIVES = re.compile(any_of(_DECOYS["alternatives"]))
_OR_AT_END = re.compile(r"(?<=[\s,])(?-i:or)\s*\Z")
_BARE_END = re.compile(r"\s*(?:[.;)\n]|\Z)")
_YOUNGEST_BARE = 12  # a number without a unit and without an age word is an age only from here on
_OUTSIDE = re.compile(rf"\b{any_of(_DECOYS['outside'])}\s*(?:of\s+)?(?:the\s+)?(?:\(|,)?\s*\Z")
_COHORTS = {name: re.compile(rf"\b{any_of(words)}\b") for name, words in VOCABULARY["cohorts"].items()}


@dataclass(slots=True)
class Block:
    """A criterion or sentence that may hold an age."""

    start: int
    end: int
    strong: bool  # it holds an age word
    labelled: bool = False  # the line before it is "Age:"


def criterion_blocks(text: str, low: str) -> Iterator[Block]:
    """The criteria of an eligibility text that hold a number and a word of age or time; `low` is it in lower case."""
    positions = {*_strong_positions(low), *_weak_positions(low), *_label_ends(low)}
    for start, end in around(text, BREAK, sorted(positions)):
        start = _after_glued_number(low, start, end)
        strong = holds_any(low[start:end], _STRONG_STEMS) and _STRONG.search(low, start, end) is not None
        block = Block(start, end, strong)
        before = low[max(0, start - 40) : start]
        block.labelled = "age" in before and "\n" in before and bool(_AGE_LABEL.search(before))
        if block.strong or block.labelled or _may_open(low, block) or _WEAK_PLACE.search(low, start, end):
            yield block


def sentence_blocks(text: str, low: str) -> Iterator[Block]:
    """The sentences of running text that hold a number and an age word; `low` is the text in lower case."""
    for start, end in around(text, PROSE_BREAK, _strong_positions(low)):
        yield Block(start, end, strong=True)


def _label_ends(low: str) -> Iterator[int]:
    """Where the line below a label "Age:" begins."""
    position = low.find("age")
    while position >= 0:
        match = _LABEL_LINE.match(low, position)
        if match:
            yield match.end()
        position = low.find("age", position + 1)


def _weak_positions(low: str) -> Iterator[int]:
    """Where a number of years (months …) stands that is not plainly a time since something."""
    for position in find_all(low, _WEAK_STEMS):
        if _DIGIT.search(low, max(0, position - 3), position):
            before = low[max(0, position - 30) : position]
            if not holds_any(before, _TIME_WORDS):
                yield position


def _strong_positions(low: str) -> list[int]:
    """Where an age word stands with a number near it."""
    return [
        position
        for position in find_all(low, _STRONG_STEMS)
        if _STRONG.match(low, position)
        and (_DIGIT.search(low, max(0, position - _NEAR), position + _NEAR) or _says_number(low, position))
    ]


def _says_number(low: str, position: int) -> bool:
    return holds_any(low[max(0, position - _NEAR) : position + _NEAR], _NUMBER_STEMS)


def _may_open(low: str, block: Block) -> bool:
    lead = _LEAD.match(low, block.start, block.end)
    return lead is not None and low[lead.end() : lead.end() + 1] in _OPENERS


def _after_glued_number(low: str, start: int, end: int) -> int:
    """Skip a list number that is glued to the age: "1.18 years and older" does not mean 1.18 years."""
    match = _GLUED_NUMBER.match(low, start, end)
    return match.end() if match else start


def opens_block(text: str, block: Block, expression: Expression) -> bool:
    """Whether the expression is the first thing said in its block."""
    lead = _LEAD.match(text, block.start, block.end)
    return lead is None or lead.end() >= expression.start


def is_age(text: str, block: Block, expression: Expression) -> bool:
    """Whether the number is an age of somebody at all."""
    before = text[max(block.start, expression.start - 100) : expression.start]
    after = text[expression.end : min(block.end, expression.end + 80)]
    if DECOY_BEFORE.search(before) or _DECOY_AFTER.match(after):
        return False
    if not expression.cue and (_TIME_BEFORE.search(before) or _TIME_AFTER.match(after)):
        return False
    if not expression.has_unit and OTHER_UNIT.match(after):
        return False
    if not expression.has_unit and not _DIGIT.search(text, expression.start, expression.end):
        return False  # "at least one"
    if expression.cue or block.labelled or _AGE_BEFORE.search(before):
        return True
    if not expression.has_unit:
        return _is_bare_age(before, after, expression)
    if not _FOLLOW.match(after):
        return False
    bounds = [bound for bound in (expression.low, expression.high) if bound is not None]
    # also "1 month to 18 years" and "17 years 11 months"
    in_years = any(bound.unit == "a" for bound in bounds) or "year" in text[expression.start : expression.end]
    if PERSON_BEFORE.search(before):
        return in_years or _SMALL.search(before) is not None
    return in_years and opens_block(text, block, expression) and not stands_below_label(text, block)


def _is_bare_age(before: str, after: str, expression: Expression) -> bool:
    """Whether a comparison that ends its phrase is an age: "Patients must be at least 18"."""
    bound = expression.low or expression.high
    if bound is None or (expression.low and expression.high) or bound.value < _YOUNGEST_BARE:
        return False
    return bool(PERSON_BEFORE.search(before) and _BARE_END.match(after))


def stands_below_label(text: str, block: Block) -> bool:
    """Whether the line before names something else: "Life expectancy:" and below "At least 5 years"."""
    label = text[max(0, block.start - 60) : block.start].rstrip("-* \t\r\n").rpartition("\n")[2]
    return label.endswith(":") and not _WHO.search(label)


def is_elsewhere(text: str, expression: Expression) -> bool:
    """Whether the age holds in one country: "(>= 21 in Thailand)"."""
    return (expression.low is None or expression.high is None) and bool(_ELSEWHERE.match(text, expression.end))


def is_labelled(text: str, block: Block, expression: Expression) -> bool:
    """Whether criteria in sections say the age under its own label: "PATIENT CHARACTERISTICS: Age: 18 to 65"."""
    return "characteristics:" in text and (block.labelled or text.startswith("age:", expression.start))


def is_outside(text: str, block: Block, expression: Expression) -> bool:
    """Whether what is excluded is what lies outside the range: "not between 18 and 65 years"."""
    number = _DIGIT.search(text, expression.start, expression.end)
    ends = (expression.start, number.start() if number else expression.start)
    return any(_OUTSIDE.search(text, block.start, end) for end in ends)


def continues(text: str, previous: Expression, expression: Expression) -> bool:
    """Whether the expression goes on with a list of ages: "20-30 and 55-65 years"."""
    if is_elsewhere(text, expression) and _ELSEWHERE_GAP.fullmatch(text, previous.end, expression.start):
        return True
    has_digit = _DIGIT.search(text, expression.start, expression.end) is not None
    return has_digit and _LIST_GAP.fullmatch(text, previous.end, expression.start) is not None


def label_above(text: str, block: Block) -> str:
    """The line ending in a colon below which a block stands as a list item ("Donor:", "one of the following:")."""
    above = text[max(0, block.start - _LABEL_REACH) : block.start].rstrip("-*+ \t\r\n")
    while above and not above.endswith(":"):
        above, _, line = above.rpartition("\n")
        if line and not _LIST_ITEM.match(line):
            return ""
        above = above.rstrip()
    label = above.rpartition("\n")[2]
    own = text[text.rfind("\n", 0, block.start) + 1 : block.start]
    return "" if _NUMBERED.match(own) and _indent(label) == _indent(own) and _NUMBERED.match(label) else label


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def is_alternative(text: str, block: Block, expression: Expression) -> bool:
    """Whether the age is one of several ways to meet a criterion, or a condition of something else."""
    if _OR_AT_END.search(text, max(expression.end - 1, block.end - _NEAR), block.end):
        return block.end - expression.end < _NEAR
    label = label_above(text, block)
    return bool(label) and _ALTERNATIVES.search(label) is not None


def is_conditional(text: str, block: Block, expression: Expression) -> bool:
    """Whether the age only says for whom something else holds ("for children under 12: Lansky")."""
    if _CONDITIONAL_AFTER.match(text, expression.end, block.end) or _CONDITIONAL_NEAR.match(text, expression.end):
        return True
    return not opens_block(text, block, expression) and bool(_CONDITIONAL.search(text, block.start, expression.start))


def is_doubtful(text: str, block: Block, expression: Expression, *, excluded: bool) -> bool:
    """Whether the age may be a condition of something else: bracketed behind a limit, before a colon, one of two."""
    if excluded:
        return _DOUBTFUL.search(text, block.start, block.end) is not None
    before = text[block.start : expression.start]
    opening = before.rfind("(")
    if is_elsewhere(text, expression):
        return False
    if opening >= 0 and ")" not in before[opening:] and _THRESHOLD.search(before, before.rfind(")", 0, opening) + 1):
        return True
    if _COLON_AFTER.match(text, expression.end, block.end) or _OR_AFTER.match(text, expression.end, block.end):
        return True
    return _DOUBTFUL.search(text, block.start, block.end) is not None


def is_restricted(text: str, block: Block, expression: Expression) -> bool:
    """Whether an exclusion goes on to say who of that age is excluded ("65 or older with renal failure")."""
    return _RESTRICTED.match(text, expression.end, block.end) is not None


def is_about_consent(text: str, block: Block) -> bool:
    """Whether the criterion speaks of consent or assent."""
    return bool(_CONSENT.search(text, block.start, block.end))


def speaks_of_enrolment(sentence: str) -> bool:
    """Whether a sentence of running text (in lower case) says who takes part in this study."""
    return _ENROL.search(sentence) is not None


def speaks_of_assignment(sentence: str) -> bool:
    """Whether a sentence of running text (in lower case) says what participants of some age are given."""
    return _ASSIGNED.search(sentence) is not None


def is_background(sentence: str) -> bool:
    """Whether a sentence of running text (in lower case) is about people in general, or an earlier study."""
    return _BACKGROUND.search(sentence) is not None


def cohort_of(text: str, block: Block, expression: Expression, heading: str) -> str | None:
    """The subgroup that the age applies to, where the text names one; `heading` stands above it."""
    before = text[block.start : expression.start]
    for name in ("donor", "caregiver", "partner"):
        if _COHORTS[name].search(before) or _COHORTS[name].search(heading):
            return name
    country = _ELSEWHERE.match(text, expression.end) if is_elsewhere(text, expression) else None
    if country:
        return country[1]
    named = _COHORT_NAME.search(before) or _COHORT_NAME.search(heading)
    if named:
        return named.group()
    own = before[max((digit.end() for digit in _DIGIT.finditer(before)), default=0) :]  # behind the number before
    sexes = _sexes(own) or _sexes(before)
    return sexes[0] if len(sexes) == 1 else None


def _sexes(text: str) -> list[str]:
    return [sex for sex in ("female", "male") if _COHORTS[sex].search(text)]

"""Ages: who may take part, as the free text says it.

Read from criteria, titles, summaries, descriptions, the study population and the arms. What counts as an age of taking
part is defined by the project's annotation guideline; wordings and decoys are data (`extract/data/ages.toml`). A
grammar over characters is used rather than spaCy: it is enough, and tokenising every criterion would cost more than
the whole extraction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from extract.ages.bare import bare_blocks
from extract.ages.context import (
    Block,
    cohort_of,
    continues,
    criterion_blocks,
    is_about_consent,
    is_age,
    is_alternative,
    is_background,
    is_conditional,
    is_doubtful,
    is_labelled,
    is_outside,
    is_restricted,
    label_above,
    sentence_blocks,
    speaks_of_assignment,
    speaks_of_enrolment,
)
from extract.ages.grammar import DAYS, Bound, Expression, read_expressions
from extract.eligibility import EXCLUSION, Sections, read_sections
from extract.facts import AgeRange, evidence
from extract.lower import holds_any, lower_text
from extract.study import Field, Study

__all__ = ["extract_ages"]

_AGE_STEMS = ("year", "Year", "aged", "Age", "older", "y/o", "of age")  # of arms only those that hold one are read
_STRUCTURED_UNITS = {"year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h"}


@dataclass(slots=True)
class _Candidate:
    fact: AgeRange
    about_consent: bool = False
    doubtful: bool = False
    excluded: bool = False
    labelled: bool = False  # under a label of its own, in criteria in sections
    lone: bool = False  # a number without unit and age word, alone on its line


_Reader = Callable[[str, str], Iterable[tuple[Block, list[Expression], bool]]]  # of a text, and it in lower case


def extract_ages(study: Study) -> list[AgeRange]:
    """The distinct age ranges of a study, each with the place that says it best; those of the criteria first."""
    found: list[AgeRange] = []
    if study.eligibility_criteria is not None:
        candidates = _plain_ranges(list(_from_criteria(study.eligibility_criteria, _worded)))
        candidates = candidates or _bare_ranges(study, study.eligibility_criteria)
        found = [candidate.fact for candidate in candidates if not candidate.excluded]
        found += _news([candidate.fact for candidate in candidates if candidate.excluded], found)
    known = _known_bounds(study, found)
    titles = list(study.titles())
    for field in (study.study_population, *study.prose(), *_arm_fields(study)):
        if field is not None:
            in_arm = field.arm_no is not None
            trusted = in_arm or field is study.study_population or field in titles
            facts = [
                fact
                for fact, sentence in _from_prose(field)
                if (_fits(fact, known) and (trusted or _is_about_participants(fact, sentence, known)))
                or _is_part(fact, sentence, known, in_arm=in_arm)
            ]
            if facts:
                found += _news(facts, found)
    return _name_sexes(_distinct(found))


def _arm_fields(study: Study) -> Iterator[Field]:
    for arm in study.arms:
        for field in (arm.label, arm.description):
            if field is not None and holds_any(field.raw, _AGE_STEMS):
                yield field


def _news(facts: list[AgeRange], told: list[AgeRange]) -> list[AgeRange]:
    """The facts but those with one bound only, which a range told before has already ("not under 18" after "18-65")."""
    sides = {side for fact in told for side in _sides(fact)}
    return [fact for fact in facts if len(_sides(fact)) > 1 or not _sides(fact) <= sides]


def _sides(fact: AgeRange) -> set[tuple[str, float, bool | None, str | None]]:
    return {
        (side, days, fact.min_inclusive if side == "low" else fact.max_inclusive, fact.cohort)
        for side, days in _bounds(fact)
    }


def _worded(norm: str, text: str) -> Iterator[tuple[Block, list[Expression], bool]]:
    for block in criterion_blocks(norm, text):
        yield block, _ages_in(text, block), False


def _bare_ranges(study: Study, field: Field) -> list[_Candidate]:
    """Numbers without unit and age word, as far as the registry's ages do not speak against them."""
    registered = _known_bounds(study, [])
    found = _from_criteria(field, bare_blocks)
    return [candidate for candidate in found if not registered or _is_registered(candidate, registered)]


def _is_registered(candidate: _Candidate, registered: set[tuple[str, float]]) -> bool:
    return _bounds(candidate.fact) <= registered if candidate.lone else _fits(candidate.fact, registered)


def _from_criteria(field: Field, read: _Reader) -> Iterator[_Candidate]:
    norm = field.text.norm
    text = lower_text(norm)
    sections: Sections | None = None
    for block, expressions, lone in read(norm, text):
        for expression in expressions:
            if is_conditional(text, block, expression):
                continue
            sections = sections or read_sections(norm)
            heading = sections.at(block.start)
            excluded = heading is not None and heading.kind == EXCLUSION
            if excluded and is_restricted(text, block, expression):
                continue
            if not excluded and is_alternative(text, block, expression):
                continue
            above = f"{heading.text.lower() if heading else ''} / {label_above(text, block)}"
            cohort = cohort_of(text, block, expression, above)
            turned = excluded != is_outside(text, block, expression)
            fact = _age_range(field, expression, cohort, turned)
            if fact is not None:
                doubtful = is_doubtful(text, block, expression, excluded=excluded)
                labelled = is_labelled(text, block, expression)
                yield _Candidate(fact, is_about_consent(text, block), doubtful, excluded, labelled, lone)


def _from_prose(field: Field) -> Iterator[tuple[AgeRange, str]]:
    """Ages of running text, each with its sentence in lower case."""
    norm = field.text.norm
    text = lower_text(norm)
    for block in sentence_blocks(norm, text):
        for expression in _ages_in(text, block):
            fact = _age_range(field, expression, cohort_of(text, block, expression, ""), turned=False)
            if fact is not None:
                yield fact, text[block.start : block.end]


def _is_about_participants(fact: AgeRange, sentence: str, known: set[tuple[str, float]]) -> bool:
    """Whether a sentence says by its words, or by an age known of the study, that it is about who takes part."""
    if is_background(sentence):
        return len(_bounds(fact)) > 1 and _bounds(fact) <= known
    return bool(known) or speaks_of_enrolment(sentence)


def _ages_in(text: str, block: Block) -> list[Expression]:
    """The numbers of a block that are ages, or go on with a list of ages."""
    found: list[Expression] = []
    for expression in read_expressions(text, block.start, block.end):
        if is_age(text, block, expression) or (found and continues(text, found[-1], expression)):
            found.append(expression)
    return found


def _plain_ranges(candidates: list[_Candidate]) -> list[_Candidate]:
    """Leave out, where plainer ranges are there, those that say who signs or for whom something else holds.

    Where the age has a section of its own, an age within that range elsewhere is part of another criterion ("poor risk:
    over 60 years").
    """
    labelled = [c.fact for c in candidates if c.labelled]
    plain = [c.fact for c in candidates if not c.about_consent and not c.doubtful]
    kept = []
    for candidate in candidates:
        if candidate.about_consent:
            only_minors = candidate.fact.min_value is None
            if only_minors or any(_holds(outer, candidate.fact) for outer in plain):
                continue
        inner = not candidate.labelled and any(_is_inner(candidate.fact, outer) for outer in labelled)
        if not inner and not (candidate.doubtful and plain):
            kept.append(candidate)
    return kept


def _days(fact: AgeRange) -> tuple[float, float]:
    low = 0.0 if fact.min_value is None else fact.min_value * DAYS[fact.min_unit or "a"]
    high = 1e6 if fact.max_value is None else fact.max_value * DAYS[fact.max_unit or "a"]
    return low, high


def _holds(outer: AgeRange, inner: AgeRange) -> bool:
    (low, high), (inner_low, inner_high) = _days(outer), _days(inner)
    return low <= inner_low and inner_high <= high and (low, high) != (inner_low, inner_high)


def _is_inner(fact: AgeRange, outer: AgeRange) -> bool:
    """Whether every bound of a range of participants lies within another range, which says something else."""
    if fact.cohort in ("donor", "caregiver", "partner") or _bounds(fact) <= _bounds(outer):
        return False
    low, high = _days(outer)
    return all(low <= days <= high for _, days in _bounds(fact))


def _known_bounds(study: Study, found: list[AgeRange]) -> set[tuple[str, float]]:
    """Bounds said by the criteria and the structured ages, in days; running text tells of many other ages."""
    known = set()
    for fact in found:
        known |= _bounds(fact)
    for side, text in (("low", study.minimum_age), ("high", study.maximum_age)):
        value, _, unit = (text or "").partition(" ")
        code = _STRUCTURED_UNITS.get(unit.lower().rstrip("s"))
        if value.isdecimal() and code:
            known.add((side, int(value) * DAYS[code]))
    return known


def _bounds(fact: AgeRange) -> set[tuple[str, float]]:
    low, high = _days(fact)
    sides = (("low", low, fact.min_value), ("high", high, fact.max_value))
    return {(side, days) for side, days, value in sides if value is not None}


def _fits(fact: AgeRange, known: set[tuple[str, float]]) -> bool:
    """Whether a range shares a bound, to a year, with what is known."""
    year = DAYS["a"] + 1
    own = _bounds(fact)
    return not known or any(side == other and abs(a - b) <= year for side, a in own for other, b in known)


def _is_part(fact: AgeRange, sentence: str, known: set[tuple[str, float]], *, in_arm: bool) -> bool:
    """Whether a range is that of some of the participants: of an arm, or of those a sentence says what they receive."""
    if in_arm and fact.cohort == "donor":
        return True
    if not (known and _lies_within(fact, known)):
        return False
    said = fact.cohort != "donor" and speaks_of_assignment(sentence) and not is_background(sentence)
    return in_arm or said


def _lies_within(fact: AgeRange, known: set[tuple[str, float]]) -> bool:
    """Whether every bound of a range lies within the widest range known."""
    lowest = min([days for side, days in known if side == "low"], default=0.0)
    highest = max([days for side, days in known if side == "high"], default=1e6)
    return all(lowest < days < highest for _, days in _bounds(fact))


def _age_range(field: Field, expression: Expression, cohort: str | None, turned: bool) -> AgeRange | None:
    """The allowed range; None for what an exclusion cannot be turned into one range."""
    low, high = expression.low, expression.high
    if turned or expression.either:
        if low is not None and high is not None and not expression.either:
            return None  # "18 to 30" is excluded: what is allowed is no range
        low, high = _turned(high), _turned(low)
    return AgeRange(
        min_value=low.value if low else None,
        min_unit=(low.unit or "a") if low else None,
        min_inclusive=low.inclusive if low else None,
        max_value=high.value if high else None,
        max_unit=(high.unit or "a") if high else None,
        max_inclusive=high.inclusive if high else None,
        cohort=cohort,
        evidence=evidence(field, expression.start, expression.end),
    )


def _turned(bound: Bound | None) -> Bound | None:
    """The other side of an excluded bound: not "under 18" means 18 and over."""
    if bound is None:
        return None
    return Bound(bound.value, bound.unit, None, not bound.inclusive, bound.first, bound.last, bound.flags)


def _key(fact: AgeRange) -> tuple[object, ...]:
    low = None if fact.min_value is None else round(fact.min_value * DAYS[fact.min_unit or "a"], 1)
    high = None if fact.max_value is None else round(fact.max_value * DAYS[fact.max_unit or "a"], 1)
    return (
        low,
        fact.min_inclusive,
        high,
        fact.max_inclusive,
        fact.cohort in ("donor", "caregiver", "partner") and fact.cohort,
    )


def _distinct(found: list[AgeRange]) -> list[AgeRange]:
    distinct: dict[tuple[object, ...], AgeRange] = {}
    for fact in found:
        distinct.setdefault(_key(fact), fact)
    return list(distinct.values())


def _name_sexes(found: list[AgeRange]) -> list[AgeRange]:
    """A sex is a cohort only where the other sex has a range of its own."""
    cohorts = {fact.cohort for fact in found}
    for fact in found:
        if fact.cohort in ("male", "female") and not cohorts >= {"male", "female"}:
            fact.cohort = None
    return found

"""Ages of criteria that have neither a unit nor an age word: "Adults (≥18)", "Males 25-65", a bullet "under 12".

Read only where the criteria say no age in plainer words. A number alone may be anything, so it counts only where a
person stands before it, or where it is all that its line says, and the caller holds it against the registry's ages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.ages.context import BREAK, DECOY_BEFORE, OTHER_UNIT, PERSON, PERSON_BEFORE, Block, stands_below_label
from extract.ages.grammar import VOCABULARY, Expression, read_expressions
from extract.sentences import around
from extract.vocabulary import any_of

# The first digit stands before what must not be in front of it: a digit is looked for much faster.
_NUMBER = re.compile(r"[1-9](?<![\d.,/^x*].)\d(?![\d%/^]|[.,]\d)")
_PERSON_NEAR = re.compile(rf"\b{PERSON}\b[^.;\n]{{0,40}}\Z")
_PERSON_AFTER = re.compile(rf"[\s,)]*(?:of )?(?:(?:either|both|any) )?{PERSON}\b")
_MUST_BE = re.compile(r"\A[\s*>#.)(\d-]*(?:(?:must|should|to) )?be\s*\Z")
_RANGE_END = re.compile(rf"[\s)]*{any_of(VOCABULARY['cues']['follow_bare'])}")
_ONE_END = re.compile(r"\s*(?:[.;)\n]|\Z|with\b|who\b)")
_LONE = re.compile(r"[\s*>#.)(:-]*\Z")
_LONGEST_OPENING, _LONGEST_ENDING = 32, 24  # around the first number of a line that says nothing else, in characters
_YOUNGEST = 12  # of a single bound; smaller numbers count other things


def bare_blocks(text: str, low: str) -> Iterator[tuple[Block, list[Expression], bool]]:
    """Blocks with their bare ages, and whether the number is all that its line says; `low` is `text` in lower case."""
    positions = [found.start() for found in _NUMBER.finditer(low) if _may_be_age(low, found.start())]
    for start, end in around(text, BREAK, positions):
        block = Block(start, end, strong=False)
        expressions = read_expressions(low, start, end)
        expressions = [item for item in expressions if _is_in_years(low, item)]
        lone = [item for item in expressions if _is_lone(low, block, item)]
        ages = lone or [item for item in expressions if _is_bare_age(low, block, item)]
        if ages:
            yield block, ages, bool(lone)


def _may_be_age(low: str, position: int) -> bool:
    line_start, line_end = low.rfind("\n", 0, position) + 1, low.find("\n", position)
    line_end = line_end if line_end >= 0 else len(low)
    if position - line_start <= _LONGEST_OPENING and line_end - position <= _LONGEST_ENDING:
        return True
    return _PERSON_NEAR.search(low, max(line_start, position - 60), position) is not None


def _is_in_years(low: str, expression: Expression) -> bool:
    bounds = [bound for bound in (expression.low, expression.high) if bound is not None]
    return all(bound.unit in (None, "a") for bound in bounds) and not OTHER_UNIT.match(low, expression.end)


def _is_lone(low: str, block: Block, expression: Expression) -> bool:
    rest = low[expression.end : block.end]
    if _LONE.match(low, block.start, expression.start) is None or rest.strip(" .;\r)"):
        return False
    return not stands_below_label(low, block)


def _is_bare_age(low: str, block: Block, expression: Expression) -> bool:
    bounds = [bound for bound in (expression.low, expression.high) if bound is not None]
    before = low[max(block.start, expression.start - 100) : expression.start]
    if DECOY_BEFORE.search(before):
        return False
    if len(bounds) == 1:
        after = _ONE_END.match(low, expression.end)
        named = PERSON_BEFORE.search(before) or _MUST_BE.search(before)
        return bounds[0].value >= _YOUNGEST and after is not None and named is not None
    if PERSON_BEFORE.search(before):
        return _RANGE_END.match(low, expression.end) is not None
    return _PERSON_AFTER.match(low, expression.end) is not None

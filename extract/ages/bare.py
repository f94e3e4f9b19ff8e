"""Ages of criteria that have neither a unit nor an age word: "Adults (≥18)", "Males 25-65", a bullet "under 12".

Read only where the criteria say no age in plainer words. A number alone may be anything, so it counts only where a
person stands before it, or where it is all that its line says, and the caller holds it against the registry's ages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.ages.context import BREAK, DECOY_BEFORE, OTHER_UNIT, PERSON, PERSON_BEFORE, Block
from extract.ages.grammar import VOCABULARY, Expression, read_expressions
from extract.sentences import around
from extract.vocabulary import any_of

_NUMBER = re.compile(r"(?<![\d.,/^x*])[1-9]\d(?![\d%/^]|[.,]\d)")
_PERSON_NEAR = re.compile(rf"\b{PERSON}\b[^.;\n]{{0,40}}\Z")
_PERSON_AFTER = re.compile(rf"[\s,)]*{PERSON}\b")
_RANGE_END = re.compile(rf"[\s)]*{any_of(VOCABULARY['cues']['follow_bare'])}")
_ONE_END = re.compile(r"\s*(?:[.;)\n]|\Z|with\b|who\b)")
_LONE = re.compile(r"[\s*>#.)(:-]*\Z")
_LONGEST_LINE = 40
_YOUNGEST = 12  # of a single bound; smaller numbers count other things


def bare_blocks(text: str, low: str) -> Iterator[tuple[Block, list[Expression], bool]]:
    """Blocks with their bare ages, and whether the number is all that its line says; `low` is `text` in lower case."""
    positions = [found.start() for found in _NUMBER.finditer(low) if _may_be_age(low, found.start())]
    for start, end in around(text, BREAK, positions):
        block = Block(start, end, strong=False)
        expressions = read_expressions(low, start, end)
        lone = [item for item in expressions if _is_lone(low, item)]
        ages = lone or [item for item in expressions if _is_bare_age(low, block, item)]
        if ages:
            yield block, ages, bool(lone)


def _may_be_age(low: str, position: int) -> bool:
    line_start, line_end = low.rfind("\n", 0, position) + 1, low.find("\n", position)
    if (line_end if line_end >= 0 else len(low)) - line_start <= _LONGEST_LINE:
        return True
    return _PERSON_NEAR.search(low, max(0, position - 80), position) is not None


def _is_lone(low: str, expression: Expression) -> bool:
    line_start, line_end = low.rfind("\n", 0, expression.start) + 1, low.find("\n", expression.end)
    rest = low[expression.end : line_end if line_end >= 0 else len(low)]
    return _LONE.match(low[line_start : expression.start]) is not None and not rest.strip(" .;\r)")


def _is_bare_age(low: str, block: Block, expression: Expression) -> bool:
    if expression.has_unit or OTHER_UNIT.match(low, expression.end):
        return False
    bounds = [bound for bound in (expression.low, expression.high) if bound is not None]
    before = low[max(block.start, expression.start - 100) : expression.start]
    if DECOY_BEFORE.search(before):
        return False
    if len(bounds) == 1:
        after = _ONE_END.match(low, expression.end)
        return bounds[0].value >= _YOUNGEST and after is not None and PERSON_BEFORE.search(before) is not None
    if PERSON_BEFORE.search(before):
        return _RANGE_END.match(low, expression.end) is not None
    return _PERSON_AFTER.match(low, expression.end) is not None

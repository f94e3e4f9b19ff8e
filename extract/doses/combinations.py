"""Fixed combinations: `100/25 mcg` of a product is so much of each of its parts, in the order of its name."""

from __future__ import annotations

import re
from itertools import pairwise

from extract.doses.agents import Agent
from extract.doses.bound import Bound
from extract.doses.lexicon import Lexicon
from extract.study import Field, Study


def parts_of_product(study: Study, lexicon: Lexicon, source: Field) -> list[Agent]:
    """The drugs of a fixed combination, where a field is about nothing else: in the order of its name."""
    if source.intervention_no is not None:
        numbers = [source.intervention_no]
    else:
        numbers = study.arms[source.arm_no - 1].intervention_nos if source.arm_no is not None else []
    products = [agents for number in numbers if (agents := lexicon.by_intervention.get(number))]
    products = [agents for agents in products if agents[0].kind != "placebo"]
    return products[0] if len(products) == 1 and len(products[0]) > 1 else []


_STROKE = re.compile(r"\s?/\s?")


def give_parts(text: str, bounds: list[Bound], parts: list[Agent], default: Agent | None) -> None:
    """`100/25 mcg` of a combination that is not named, or by letters: each amount is of one of its parts."""
    count = len(parts)
    for first in range(len(bounds) - count + 1 if parts else 0):
        run = bounds[first : first + count]
        if any(bound.named is not None or bound.agent not in (default, None) for bound in run):
            continue
        joined = all(
            _STROKE.fullmatch(text, a.amount.end, b.amount.start)
            if a.amount.series != b.amount.series
            else b.amount.joined_by == "slash"
            for a, b in pairwise(run)
        )
        if joined:
            for bound, part in zip(run, parts, strict=True):
                bound.agent, bound.sure = part, True

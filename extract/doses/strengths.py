"""How strong a product is, where its name is all that the record says of its amount: `Zanfluril, 100 units/mL`."""

from __future__ import annotations

import re

from extract.doses.amount import Amount
from extract.doses.amounts import find_amounts
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.study import Intervention, Study

_PER_VOLUME = re.compile(r"\d\s?[a-z]{1,5}\s?/\s?[\d.]*\s?ml", re.IGNORECASE)
_KINDS = ("mass", "activity")


def named_strengths(study: Study, lexicon: Lexicon, statements: list[Statement]) -> list[Statement]:
    """One statement of the role `concentration` for every agent whose one amount is that of its product's name."""
    dosed = {statement.agent.key for statement in statements}
    found = []
    for intervention in study.interventions:
        agents = lexicon.by_intervention.get(intervention.intervention_no, [])
        if len(agents) != 1 or agents[0].key in dosed:
            continue
        strength = _strength(intervention)
        if strength is not None:
            dosed.add(agents[0].key)
            statement = Statement(
                strength, agents[0], None, intervention.name, strength.start, strength.end, rank=1, registered=True
            )
            statement.arm_nos = list(intervention.arm_nos)
            found.append(statement)
    return found


def _strength(intervention: Intervention) -> Amount | None:
    name = intervention.name.text.norm
    if _PER_VOLUME.search(name) is None:
        return None
    amounts = [amount for amount in find_amounts(name) if amount.concentration and amount.kind in _KINDS]
    if len(amounts) != 1:
        return None
    amounts[0].role = "concentration"
    return amounts[0]

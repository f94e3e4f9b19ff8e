"""How strong a product is: the mass of an intake of several pieces, and what is known of a product never measured out.

`5 mg/tablet … 2 tablets twice daily` is an intake of 10 mg; `Zanfluril, 100 units/mL` may be all that a record says.
"""

from __future__ import annotations

import re
from dataclasses import replace

from extract.doses.amount import Amount
from extract.doses.amounts import find_amounts
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement, scaled
from extract.study import Study

_PER_VOLUME = re.compile(r"\d\s?[a-z]{1,5}(?:\sI)?\s?(?:/|per)\s?(?:1\s)?(?:ml|cc|millilit)", re.IGNORECASE)
# "50 ug/g cream"; without the form it may be what is in the urine
_PER_MASS = re.compile(
    r"\d\s?(?:mg|ug|mcg)\s?(?:/|per)\s?g(?:m|ram)?\b\)?,?\s(?:topical\s)?(?:cream|ointment|gel|lotion|foam|emulsion)",
    re.IGNORECASE,
)
_KINDS = ("mass", "activity")
_MASSIVE = ("mass", "activity", "substance", "cells")


_PIECES = ("{tablet}", "{capsule}", "{sachet}", "{puff}")


def as_intakes(statements: list[Statement]) -> list[Statement]:
    """The same, with the mass of an intake for the number of its pieces, where only the mass of one piece is stated.

    The strength of a piece is then stated no more if an intake is one piece.
    """
    intakes: set[int] = set()
    for strength in _only_strengths(statements):
        mine = [s for s in statements if s.agent.key == strength.agent.key]
        for statement in mine:
            if statement.amount.unit in _PIECES:
                statement.amount = _several(strength.amount, statement.amount)
                intakes.add(id(statement))
        if any(s.amount.low == strength.amount.low and id(s) in intakes for s in mine):
            statements = [s for s in statements if s not in mine or s.amount.role != "strength"]
    return statements


def _only_strengths(statements: list[Statement]) -> list[Statement]:
    """Of every agent of which no mass is stated but that of one piece, the first statement of this."""
    by_agent: dict[str, list[Statement]] = {}
    for statement in statements:
        if statement.amount.kind in _MASSIVE:
            by_agent.setdefault(statement.agent.key, []).append(statement)
    return [
        mine[0]
        for mine in by_agent.values()
        if {s.amount.role for s in mine} == {"strength"} and len({scaled(s.amount) for s in mine}) == 1
    ]


def _several(strength: Amount, pieces: Amount) -> Amount:
    return replace(
        pieces,
        low=round(pieces.low * strength.low, 9),
        high=round(pieces.high * strength.high, 9),
        unit=strength.unit,
        kind=strength.kind,
    )


_FORM = r"(?:tablet|capsule|tab|cap|pill|softgel|caplet)s?\b"
# "150 mg and 50 mg tablets taken by mouth at a dose of 300 mg", "25 mg capsules; 100 mg is taken", "(as 50 mg tablets)"
_KIND = r"(?:oral|hard|gelatin|(?:film[- ])?coated|[a-z]+[- ]release)"
_AT_A_DOSE = r"[^.;:\d]{0,60}\bat (?:a|the|an (?:initial|oral)) (?:\w+ )?(?:dose|dosage)s? of\s\d"
_OF_PIECE = re.compile(
    rf"(?:(?:,|,?\s(?:and|or)|\s?/)\s?\d[\d.]*\s?m?c?g)*\s?(?:{_KIND}\s){{0,3}}"
    rf"{_FORM}(?:\s?(?:[.;:)\n]|\Z)|{_AT_A_DOSE})",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b(?:an?|one|two|three|four|single|each|every|\d)\s(?:x\s)?(?:[\w-]+\s){0,2}\Z", re.IGNORECASE)
_INTAKES = ("dose", "level", "maintenance", "loading", "maximum")
_MOST_PIECES = 20


def is_of_piece(text: str, amount: Amount) -> bool:
    """Whether an amount is that of a tablet, and its phrase says neither how many are taken nor how often."""
    if amount.kind != "mass" or amount.per is not None or amount.per_time is not None:
        return False
    if not _OF_PIECE.match(text, amount.end):
        return False
    return not _COUNTED.search(text, max(0, amount.start - 30), amount.start)


def mark_pieces(statements: list[Statement]) -> None:
    """Let the mass of a tablet be a strength where all its arms take a multiple: "300 mg daily as 50 mg tablets"."""
    for piece in [s for s in statements if s.of_piece and s.amount.role in ("dose", "level")]:
        taken = [s for s in statements if s.agent.key == piece.agent.key and _is_multiple(s, piece)]
        arms = {number for s in taken for number in s.arm_nos}
        if taken and arms.issuperset(piece.arm_nos):
            piece.amount = replace(piece.amount, role="strength")


def _is_multiple(intake: Statement, piece: Statement) -> bool:
    if intake.of_piece or intake.amount.per is not None or intake.amount.role not in _INTAKES:
        return False
    (unit, low, high), (own_unit, size, _) = scaled(intake.amount), scaled(piece.amount)
    return unit == own_unit and low == high and 2 <= low / size <= _MOST_PIECES and low % size == 0


def named_strengths(study: Study, lexicon: Lexicon, statements: list[Statement]) -> list[Statement]:
    """One statement of the role `concentration` for every agent of which nothing is known but its product's strength.

    It stands in the name of the product, or in its description.
    """
    dosed = {statement.agent.key for statement in statements}
    found = []
    for intervention in study.interventions:
        agents = lexicon.by_intervention.get(intervention.intervention_no, [])
        if len(agents) != 1 or agents[0].key in dosed:
            continue
        for source in filter(None, (intervention.name, intervention.description)):
            strength = _strength(source.text.norm)
            if strength is not None:
                dosed.add(agents[0].key)
                statement = Statement(
                    strength, agents[0], None, source, strength.start, strength.end, rank=1, registered=True
                )
                statement.arm_nos = list(intervention.arm_nos)
                found.append(statement)
                break
    return found


_IN_THE_BODY = re.compile(
    r"\b(?:levels?|plasma|serum|blood|trough|target\w*|concentrations? (?:above|below|between|over|under)|limit)\b"
    r"[^.;]{0,40}\Z",
    re.IGNORECASE,
)
# A mass counts per mL; units are those by which insulin is ordered, whatever the volume.
_UNITS = {"mg": "mg/mL", "ug": "ug/mL", "g": "g/mL"}
_UNITS_OF_CREAMS = {"mg": "mg/g", "ug": "ug/g"}


def _strength(text: str) -> Amount | None:
    """The one strength of a product that a text states."""
    if _PER_VOLUME.search(text) is None and _PER_MASS.search(text) is None:
        return None
    amounts = [amount for amount in find_amounts(text) if _is_strength(text, amount)]
    if len({(amount.low, amount.high, amount.unit) for amount in amounts}) != 1:
        return None
    amounts[0].role = "concentration"
    units = _UNITS_OF_CREAMS if _PER_MASS.match(text, _last_digit(text, amounts[0])) else _UNITS
    amounts[0].unit = units.get(amounts[0].unit, amounts[0].unit)
    return amounts[0]


def _last_digit(text: str, amount: Amount) -> int:
    """Where the number of an amount ends."""
    return max(position for position in range(amount.start, amount.end) if text[position].isdigit())


def _is_strength(text: str, amount: Amount) -> bool:
    if not amount.concentration or amount.kind not in _KINDS or _IN_THE_BODY.search(text[: amount.start]):
        return False
    if _PER_VOLUME.search(text, amount.start, amount.end) is not None:
        return True
    return _PER_MASS.match(text, _last_digit(text, amount)) is not None

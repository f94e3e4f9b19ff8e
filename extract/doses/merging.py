"""From what each field says to one row a fact: the same dose said in several fields is one dose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from extract.doses.agents import Agent
from extract.doses.amounts import Amount
from extract.study import Field

_MASS = {"g": 1e6, "mg": 1e3, "ug": 1.0, "ng": 1e-3}
_OTHER = {"cGy": ("Gy", 0.01), "GBq": ("MBq", 1000.0), "L": ("mL", 1000.0)}


@dataclass(slots=True)
class Statement:
    """A dose as one field states it; `rank` says how much the field is trusted (0 is best)."""

    amount: Amount
    agent: Agent
    named: str | None
    source: Field
    start: int
    end: int
    rank: int
    facts: dict[str, Any] = field(default_factory=dict)
    arm_nos: list[int] = field(default_factory=list)
    own_arm_nos: list[int] = field(default_factory=list)  # stated in the arm's own text or by its name
    sure: bool = True
    segment: tuple[int, int] = (0, 0)
    flags: list[str] = field(default_factory=list)


def scaled(amount: Amount) -> tuple[str, float, float]:
    """Unit and bounds on a scale that makes `1 g` and `1000 mg` equal."""
    if amount.unit in _MASS:
        factor = _MASS[amount.unit]
        return "ug", round(amount.low * factor, 6), round(amount.high * factor, 6)
    unit, factor = _OTHER.get(amount.unit, (amount.unit, 1.0))
    return unit, round(amount.low * factor, 6), round(amount.high * factor, 6)


def merge(statements: list[Statement]) -> list[Statement]:
    """One statement a fact, in the order of first mention."""
    merged: list[Statement] = []
    by_amount: dict[tuple[Any, ...], list[Statement]] = {}
    for statement in statements:
        amount = statement.amount
        key = (*scaled(amount), amount.per)
        for other in by_amount.get(key, ()):
            if _same(other, statement):
                _unite(other, statement)
                break
        else:
            by_amount.setdefault(key, []).append(statement)
            merged.append(statement)
    return merged


def _same(a: Statement, b: Statement) -> bool:
    if a.agent.key != b.agent.key and a.sure and b.sure:
        return False
    if {a.amount.per_time, b.amount.per_time} - {None, "d"} and a.amount.per_time != b.amount.per_time:
        return False
    special = {"loading", "maximum", "minimum", "boost"}
    if a.amount.role != b.amount.role and special & {a.amount.role, b.amount.role} and a.source is b.source:
        return False
    together = a.source is b.source and a.segment == b.segment
    return all(_compatible(a.facts.get(kind), b.facts.get(kind), kind, together) for kind in ("frequency", "days"))


def _compatible(a: Any, b: Any, kind: str, together: bool) -> bool:  # noqa: ANN401
    if a is None or b is None or a == b:
        return True
    return kind == "days" and together


def _unite(kept: Statement, other: Statement) -> None:
    better = len(other.facts) > len(kept.facts) or (kept.rank > other.rank and len(other.facts) == len(kept.facts))
    facts = {**other.facts, **kept.facts}
    if "days" in kept.facts and "days" in other.facts:
        facts["days"] = sorted({*kept.facts["days"], *other.facts["days"]})
    if kept.agent.key != other.agent.key and not kept.sure:
        kept.agent, kept.named, kept.sure = other.agent, other.named, other.sure
    if better:
        kept.source, kept.start, kept.end, kept.flags = other.source, other.start, other.end, other.flags
        kept.segment = other.segment
    kept.facts = facts
    kept.amount.per_time = kept.amount.per_time or other.amount.per_time
    if kept.amount.role in ("dose", "level") and other.amount.role not in ("dose", "level"):
        kept.amount.role = other.amount.role
    kept.arm_nos = sorted({*kept.arm_nos, *other.arm_nos})
    kept.own_arm_nos = sorted({*kept.own_arm_nos, *other.own_arm_nos})
    kept.rank = min(kept.rank, other.rank)

"""From what each field says to one row a fact: the same dose said in several fields is one dose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from extract.doses.agents import Agent
from extract.doses.amount import Amount
from extract.doses.filling import is_cycle
from extract.doses.vocabulary import one_of
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
    registered: bool = False  # `arm_nos` come from the arm's or the intervention's own text, not from prose
    own_arm_nos: list[int] = field(default_factory=list)  # stated in the arm's own text or by its name
    stated_arm_nos: list[int] = field(default_factory=list)  # those of them whose own label or description states it
    in_sequence: bool = False  # stated in the text of an arm that is an order of treatments
    in_turns: bool = False  # united of such arms with other days in each
    sure: bool = True
    of_piece: bool = False  # the mass of a tablet, of which the phrase says no intake
    segment: tuple[int, int] = (0, 0)
    flags: list[str] = field(default_factory=list)
    cycles_named: set[str] = field(default_factory=set)  # of those that are united with it


def scaled(amount: Amount) -> tuple[str, float, float]:
    """Unit and bounds on a scale that makes `1 g` and `1000 mg` equal."""
    if amount.unit in _MASS:
        factor = _MASS[amount.unit]
        return "ug", round(amount.low * factor, 6), round(amount.high * factor, 6)
    unit, factor = _OTHER.get(amount.unit, (amount.unit, 1.0))
    return unit, round(amount.low * factor, 6), round(amount.high * factor, 6)


_PROSE = 2  # the rank of running text
_TIMES = frozenset(("days", "duration", "phase"))


def merge(statements: list[Statement]) -> list[Statement]:
    """One statement a fact, in the order of first mention."""
    merged: list[Statement] = []
    by_amount: dict[tuple[Any, ...], list[Statement]] = {}
    for statement in statements:
        amount = statement.amount
        key = (*scaled(amount), amount.per)
        alike = [other for other in by_amount.get(key, ()) if _same(other, statement)]
        if alike:
            _unite(max(alike, key=lambda other: _agreement(other, statement)), statement)
        else:
            by_amount.setdefault(key, []).append(statement)
            merged.append(statement)
    for statement in merged:
        if statement.in_turns:
            del statement.facts["days"]
    return merged


_WHEN = frozenset(("frequency", "days", "duration", "cycle_days"))
_TOLD = ("frequency", "days", "duration", "cycle_days", "phase", "route")


def _agreement(a: Statement, b: Statement) -> tuple[bool, int]:
    """How much two statements say alike: of several that may be one with another, that with most of it is.

    The label "A 240 mg" is about what its own arm's text says of 240 mg, whatever another arm's text says of it.
    """
    said = sum(kind in b.facts and a.facts.get(kind) == b.facts[kind] for kind in _TOLD)
    return _WHEN.isdisjoint(b.facts) and not set(a.own_arm_nos).isdisjoint(b.own_arm_nos), said


def without_ranges_of_levels(statements: list[Statement]) -> list[Statement]:
    """Without the ranges whose levels are stated ("5, 10 or 20 mg", "5 to 20 mg"): their ends by arms, or three."""
    stated = {_ends(s) for s in statements if s.rank < _PROSE}
    listed = {_ends(s) for s in statements if s.amount.role in ("dose", "level")}
    kept = []
    for statement in statements:
        *of, low, high = _ends(statement)
        levels = low < high and statement.rank >= _PROSE and {(*of, low, low), (*of, high, high)} <= stated
        if low < high:
            within = [ends[-2] for ends in listed if ends[:-2] == (*of,) and low <= ends[-2] == ends[-1] <= high]
            levels = levels or (len(within) > 2 and low in within and high in within)
        if not levels:
            kept.append(statement)
    return kept


_STATED = ("frequency", "days", "duration", "cycle_days", "cycles", "route", "phase", "dosing")


def without_repeats(statements: list[Statement]) -> list[Statement]:
    """With one statement for those that nothing tells apart but the arms, once all is filled that the record says.

    "450 mg on day 1 of each cycle" of one arm and "450 mg" of another, given as the first, are one fact of both.
    """
    kept: dict[str, Statement] = {}
    for statement in statements:
        amount = statement.amount
        told = [statement.facts.get(kind) for kind in _STATED]
        first = kept.setdefault(repr([*_ends(statement), amount.per_time, amount.role, *told]), statement)
        if first is not statement:
            _unite(first, statement)
    return list(kept.values())


def _ends(statement: Statement) -> tuple[Any, ...]:
    return statement.agent.key, statement.amount.per, *scaled(statement.amount)


_LATER_TIME = re.compile(
    rf"\b{one_of('later_time')}\s+(?:\w+\s+)?[\w.]+[\s-](?:days?|weeks?|months?|years?)\b", re.IGNORECASE
)
_SPECIAL = frozenset(("loading", "boost", "maintenance"))
_LATER = frozenset(("open-label", "extension"))  # what is given in these is given anew, if the same


def _same(a: Statement, b: Statement) -> bool:
    """Whether two statements of one amount are one fact.

    They are, unless something that both state differs: what one does not state may be what the other states.
    """
    if _of_another_kind(a, b):
        return False
    phases = {a.facts.get("phase"), b.facts.get("phase")}
    if phases & _LATER and len(phases) == 2:
        return False
    together = a.source is b.source and a.segment == b.segment and len(phases) == 1 and not _in_other_cycles(a, b)
    if a.source is b.source and len(phases) == 2 and None not in phases:
        return rate(a) == rate(b) and a.facts.get("days") == b.facts.get("days")
    if a.source is b.source and _follow(a, b):
        return False
    if a.source is b.source and a.segment == b.segment and a.amount.series != b.amount.series and _at_other_times(a, b):
        return False
    days = (a.facts.get("days"), b.facts.get("days"))
    routes = {a.facts.get("route"), b.facts.get("route")} - {None}
    if len(routes) == 2 and a.own_arm_nos and b.own_arm_nos and not set(a.own_arm_nos) & set(b.own_arm_nos):
        return False
    if _in_other_arms(a, b):
        if _at_other_times(a, b) or _once_and_more_often(a, b) or _once_and_more_often(b, a):
            return False
        on_demand = [s for s in (a, b) if "as_needed" in s.facts and "frequency" not in s.facts]
        lengths_differ = _differ(a, b, "duration") or _differ(a, b, "cycles")
        if lengths_differ or (len(on_demand) == 1 and (rate(a) or rate(b)) is not None):
            return False
    if _told_again(a, b) and not _other_role(a, b):
        return True
    alike = _same_rate(rate(a), rate(b)) or _of_one_day(a, b)
    return alike and (None in days or days[0] == days[1] or together or _in_turns(a, b) or _says_part(a, b))


def _in_turns(a: Statement, b: Statement) -> bool:
    """Whether each is given in another order of treatments: first here, last there."""
    return a.in_sequence and b.in_sequence and set(a.own_arm_nos).isdisjoint(b.own_arm_nos)


def _at_other_times(a: Statement, b: Statement) -> bool:
    """Whether one says only on which days, and the other only how often; a length of both is that of a daily dose."""
    rates = [s.facts["frequency"] for s in (a, b) if "frequency" in s.facts and "days" not in s.facts]
    if not (_only_on_days(a) or _only_on_days(b)) or not rates or rates[0][1] is None:
        return False
    lengths = a.facts.get("duration"), b.facts.get("duration")
    return None in lengths or lengths[0] != lengths[1]


def _once_and_more_often(a: Statement, b: Statement) -> bool:
    """Whether one is a single dose, the other given on several days: cohorts of one and of two infusions."""
    once = "days" not in a.facts and a.facts.get("frequency", (0, 0))[1] is None
    return once and len(b.facts.get("days", ())) > 1


def _only_on_days(statement: Statement) -> bool:
    """Whether it is said on which days, and not how often: "56 mg on day 1", not "56 mg twice a week"."""
    return "days" in statement.facts and "frequency" not in statement.facts


def _other_role(a: Statement, b: Statement) -> bool:
    roles = {a.amount.role, b.amount.role}
    return len(roles) == 2 and bool(_SPECIAL & roles)


def _of_another_kind(a: Statement, b: Statement) -> bool:
    """Whether they differ in what they are of, whenever it is given: agent, rate, role, single or repeated doses."""
    if a.agent.key != b.agent.key and ((a.sure and b.sure) or _in_other_arms(a, b)):
        return True
    if {a.amount.per_time, b.amount.per_time} - {None, "d"} and a.amount.per_time != b.amount.per_time:
        return True
    other_role = _other_role(a, b) or {a.amount.role, b.amount.role} == {"fraction", "total"}
    roles = {a.amount.role, b.amount.role}
    other_role = other_role and (
        a.source is b.source or roles <= _SPECIAL or ("loading" in roles and _in_other_arms(a, b))
    )
    return other_role or _differ(a, b, "dosing")


def _follow(a: Statement, b: Statement) -> bool:
    """Whether two statements of one text are steps of a schedule, or one is of a later time."""
    if a.segment == b.segment and (_differ(a, b, "step") or _then(a, b)):
        return True
    return _differ(a, b, "given_for") or (_differ(a, b, "duration") and (_is_later(a) or _is_later(b)))


_THEN = re.compile(r"[,;]\s(?:and\s)?then\b|\bfollowed by\b")


def _then(a: Statement, b: Statement) -> bool:
    """`45 mg on days 8 and 15, then 45 mg every 3 weeks`: an amount printed twice is given at two times."""
    first, second = (a, b) if a.start < b.start else (b, a)
    text, timed = a.source.text.norm, _TIMES | {"frequency"}
    if not timed & a.facts.keys() or not timed & b.facts.keys() or first.end > second.start:
        return False
    if is_cycle(first.facts.get("frequency")) and rate(first) == rate(second) and not _differ(a, b, "days"):
        return False  # "with B every 3 weeks for 4 cycles, followed by 200 mg every 3 weeks alone"
    return _THEN.search(text, first.end, second.start + 1) is not None


def _differ(a: Statement, b: Statement, kind: str) -> bool:
    """Whether both state a fact of this kind, and not the same."""
    return None not in (a.facts.get(kind), b.facts.get(kind)) and a.facts[kind] != b.facts[kind]


_CYCLES = r"(?:cycles?|courses?)\s?#?(?P<numbers>\d+(?:\s?(?:-|,|to|and|&)\s?\d+)*)"
_CYCLES_AFTER = re.compile(rf"[\s,(]*(?:(?:of|in|for|during)\s+)?{_CYCLES}(?!\d*\s?:)", re.IGNORECASE)
_CYCLES_BEFORE = re.compile(rf"{_CYCLES}[^.;:]{{0,20}}:", re.IGNORECASE)


def _cycles_named(statement: Statement) -> set[str]:
    """The numbers of the cycles that the text names right after a dose, or in a label before it."""
    text = statement.source.text.norm
    after = _CYCLES_AFTER.match(text, statement.end)
    named = [after] if after else list(_CYCLES_BEFORE.finditer(text, statement.segment[0], statement.end))
    return statement.cycles_named | {match["numbers"] for match in named[-1:]}


def _in_other_cycles(a: Statement, b: Statement) -> bool:
    """Whether two statements of one phrase are each of named cycles, and not of the same."""
    cycles = _cycles_named(a), _cycles_named(b)
    return all(cycles) and not cycles[0] & cycles[1]


def _is_later(statement: Statement) -> bool:
    """Whether a statement is of a later time by its own words: `for the subsequent 4 weeks`."""
    return _LATER_TIME.search(statement.source.text.norm, statement.start, statement.end) is not None


def _told_again(a: Statement, b: Statement) -> bool:
    """Whether running text tells, without a time of its own, what an arm or intervention states (trusted more)."""
    return a.rank < _PROSE <= b.rank and a.registered and not _TIMES.intersection(b.facts)


def _says_part(a: Statement, b: Statement) -> bool:
    """Whether one of two fields states some of the days that the other does ("day 1", then "days 1 and 6")."""
    days = set(a.facts["days"]), set(b.facts["days"])
    return a.source is not b.source and (days[0] <= days[1] or days[1] <= days[0]) and not _in_other_arms(a, b)


def _in_other_arms(a: Statement, b: Statement) -> bool:
    """Whether each is stated by the text of an arm or intervention, and no arm receives both.

    Also where one text names the arms of each ("Group A: … Group B: …").
    """
    own = a.source is b.source and bool(a.own_arm_nos) and bool(b.own_arm_nos)
    if not (a.registered and b.registered) and not own:
        return False
    return bool(a.arm_nos) and not set(a.arm_nos) & set(b.arm_nos)


_HOURS = {"min": 1 / 60, "h": 1.0, "d": 24.0, "wk": 168.0, "mo": 730.5, "a": 8766.0}


Rate = tuple[float, str]
_ONCE_A_CYCLE = (1.0, "cycle")  # of a length that is not stated


def _same_rate(a: Rate | None, b: Rate | None) -> bool:
    if a is None or b is None:
        return True
    if a[1] == b[1]:
        return abs(a[0] - b[0]) <= 0.02 * max(a[0], b[0])  # "monthly" and "every 30 days" differ by 1.5 %
    return (a == _ONCE_A_CYCLE and _as_rare_as_cycles(b)) or (b == _ONCE_A_CYCLE and _as_rare_as_cycles(a))


def _as_rare_as_cycles(often: Rate) -> bool:
    """Whether something is given as often as cycles follow each other: every two weeks, or more rarely."""
    return often[1] == "h" and often[0] * 336 <= 1.01


def rate(statement: Statement) -> Rate | None:
    """How often, made comparable: "every 3 weeks" is "once a 21-day cycle", "40 mg/d" is "40 mg once a day"."""
    frequency = statement.facts.get("frequency")
    if frequency is None:
        daily = statement.amount.per_time == "d" and statement.amount.role != "loading"  # "20 mg/kg/day loading" is one
        return (round(1 / 24, 6), "h") if daily else None
    times, every, unit = frequency
    if every is None:
        return times, "once"
    if unit == "cycle":
        cycle = statement.facts.get("cycle_days")
        return (round(times / every / cycle / 24, 6), "h") if cycle else (times / every, "cycle")
    return (round(times / every / _HOURS[unit], 6), "h") if unit in _HOURS else (times / every, unit)


def _of_one_day(a: Statement, b: Statement) -> bool:
    """Whether both are so much a day, and one does not say in how many parts: "10 mg/kg/day", "in two doses".

    Or one says on how many days of a week that is: "30 mg/m2/day", "30 mg/m2, 5 days a week".
    """
    for daily, other in ((a, b), (b, a)):
        if daily.amount.per_time == "d" and "frequency" not in daily.facts and _some_days_of_weeks(other):
            return True
    return a.amount.per_time == b.amount.per_time == "d" and not ("frequency" in a.facts and "frequency" in b.facts)


def _some_days_of_weeks(statement: Statement) -> bool:
    times, every, unit = statement.facts.get("frequency", (0, None, None))
    return bool(unit == "wk" and every == 1 and 1 < times < 7)


def _by_weeks(statement: Statement) -> bool:
    if _some_days_of_weeks(statement):
        return False
    return statement.facts.get("frequency", (0, 0, None))[2] in ("wk", "mo", "a")


def _unite(kept: Statement, other: Statement) -> None:
    better = len(other.facts) > len(kept.facts) or (kept.rank > other.rank and len(other.facts) == len(kept.facts))
    facts = {**other.facts, **kept.facts}
    if "days" in kept.facts and "days" in other.facts:
        kept.in_turns |= _in_turns(kept, other) and _differ(kept, other, "days")
        facts["days"] = sorted({*kept.facts["days"], *other.facts["days"]})
    if rate(kept) == _ONCE_A_CYCLE and (often := rate(other)) is not None and _as_rare_as_cycles(often):
        facts["frequency"] = other.facts["frequency"]  # "once a cycle" of one field, "every 3 weeks" of another
    if kept.agent.key != other.agent.key and not kept.sure:
        kept.agent, kept.named, kept.sure = other.agent, other.named, other.sure
    if better:
        kept.source, kept.start, kept.end, kept.flags = other.source, other.start, other.end, other.flags
        kept.segment = other.segment
    if other.amount.per_time == "d" and kept.amount.per_time is None and _by_weeks(kept):
        del facts["frequency"]  # so much a day is not given by the month
    if kept.source is other.source and "ycle" in other.source.text.norm:
        kept.cycles_named |= _cycles_named(other)
    kept.facts = facts
    if kept.amount.role != "loading" or other.amount.per_time == kept.amount.per_time:
        kept.amount.per_time = kept.amount.per_time or other.amount.per_time
    else:
        kept.amount.per_time = None  # "20 mg/kg/day loading" of one field, "a loading dose of 20 mg/kg" of another
    if (kept.amount.role in ("maximum", "minimum", "strength") and other.amount.role in ("dose", "level")) or (
        kept.amount.role == "dose" and other.amount.role in ("level", "loading", "maintenance", "total", "fraction")
    ):
        kept.amount.role = other.amount.role
    kept.own_arm_nos = sorted({*kept.own_arm_nos, *other.own_arm_nos})
    kept.stated_arm_nos = sorted({*kept.stated_arm_nos, *other.stated_arm_nos})
    if kept.registered == other.registered:
        kept.arm_nos = sorted({*kept.arm_nos, *other.arm_nos})
    elif other.registered:
        kept.arm_nos, kept.registered = list(other.arm_nos), True
    kept.rank = min(kept.rank, other.rank)

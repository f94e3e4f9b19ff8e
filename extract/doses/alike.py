"""What holds for doses that are given alike: levels that stand together, a placebo and its drug, all of one title."""

from __future__ import annotations

import re
from functools import cache

from extract.doses.cycles import find_durations
from extract.doses.merging import Statement, scaled
from extract.doses.routes import find_routes
from extract.doses.vocabulary import read_toml
from extract.study import Study

_LENGTHS = frozenset(("duration", "days", "cycle_days", "cycles", "later"))
_PIECES = ("{tablet}", "{capsule}", "{sachet}", "{puff}", "{drop}", "{patch}")


def may_take_frequency(statement: Statement) -> bool:
    """Whether a frequency said elsewhere may hold for a dose of which none is said."""
    facts = statement.facts
    return not (
        "as_needed" in facts
        or "frequency" in facts
        or "days" in facts
        or statement.amount.per_time
        or _capped(statement)
        or _given_at_visit(statement)
    )


# "160 mg at week 0, 80 mg at week 2": what is given at a visit is not given as often as what follows
_AT_A_VISIT = re.compile(
    r"(?:/[\d.]+\s?[a-z]{1,3})?\)?[\s,]*(?:[\w.]+\s){0,2}?"
    r"(?:(?:at|on)\s(?:baseline\b|(?:weeks?|months?|visits?)\s\d)"
    r"|(?:(?:on|in|for|during)\s)?(?:the )?first (?:day|week|infusion|dose|cycle)\b)",
    re.IGNORECASE,
)


_CHANGED_TO = re.compile(
    r"(?:creas|titrat|escalat|rais|reduc|lower|switch)\w*\s(?:up\s)?to\s"
    r"(?:[^.;]{0,45}\b(?:and|then|followed by)\s(?:then\s)?to\s)?\Z",
    re.IGNORECASE,
)


def _given_at_visit(statement: Statement) -> bool:
    """Whether a dose is given at a visit; `increased to 5 mg at week 2` says from when on."""
    text = statement.source.text.norm
    if not _AT_A_VISIT.match(text, statement.end):
        return False
    return _CHANGED_TO.search(text, max(0, statement.start - 80), statement.start) is None


def may_take_length(statement: Statement) -> bool:
    """Whether a length said elsewhere may hold for a dose: of which none is said, and which is no single one."""
    facts = statement.facts
    return not _LENGTHS.intersection(facts) and (facts.get("frequency") or (0, 1))[1] is not None


def _capped(statement: Statement) -> bool:
    role = statement.amount.role
    if role == "total":  # "each session consists of a total of 5 mL" is given each session
        return statement.agent.kind == "radiation" or statement.amount.kind != "volume"
    return role in ("loading", "maximum", "boost", "fraction", "strength")


_BESIDE = 250
_RIGHT_BEHIND = 40


def as_other_levels(statements: list[Statement]) -> None:
    """`Once daily from 200 mg, increased to 400 mg and 600 mg`: levels that stand together are given alike."""
    lacking = [s for s in statements if s.amount.role in ("dose", "level") and may_take_frequency(s)]
    for statement in lacking:
        rates = {other.facts["frequency"] for other in statements if _level_beside(statement, other)}
        if len(rates) == 1:
            statement.facts["frequency"] = rates.pop()


_BAND = re.compile(r"\b(?:BSA|surface|m2|kg|weigh\w*|years?|months?|aged?|yrs?)\b|[<>≥≤]", re.IGNORECASE)
_LISTED = re.compile(r"\s?(?:,|;|/|and|or|,\s?and|,\s?or)\s?")
_SHARED = ("route", "frequency", "days", "cycle_days", "cycles")


def bands_as_each_other(statements: list[Statement]) -> None:
    """`BSA < 1.25 m2, 40 mg; 1.25-1.5 m2, 50 mg; ≥ 1.5 m2, 60 mg, bid, d1-14`: bands of size or age are given alike."""
    group: list[Statement] = []
    for statement in [*statements, None]:
        if statement is not None and group and _next_band(group[-1], statement):
            group.append(statement)
            continue
        for kind in _SHARED if len(group) > 1 else ():
            said = [s.facts[kind] for s in group if kind in s.facts]
            if said and all(value == said[0] for value in said):
                for band in group:
                    band.facts.setdefault(kind, said[0])
        group = [] if statement is None else [statement]


def _next_band(band: Statement, following: Statement) -> bool:
    if band.source is not following.source or band.agent.key != following.agent.key:
        return False
    a, b = band.amount, following.amount
    gap = following.start - band.end
    if (a.unit, a.per, a.role) != (b.unit, b.per, b.role) or not 0 < gap < _RIGHT_BEHIND or a.low == b.low:
        return False
    text = band.source.text.norm
    if a.kind == "cells":  # "on day 0 in cohorts of 3 x 10^5/kg and 1 x 10^6/kg"
        return _LISTED.fullmatch(text, band.end, following.start) is not None
    return _BAND.search(text, band.end, following.start) is not None


def _level_beside(statement: Statement, other: Statement) -> bool:
    """Whether the other is a level of the same agent, repeated by days, weeks or months, in the same few sentences."""
    every = (other.facts.get("frequency") or (0, None, None))[2]
    return (
        every in ("d", "wk", "mo")
        and other.source is statement.source
        and abs(other.start - statement.start) < _BESIDE
        and other.agent.key == statement.agent.key
        and (other.amount.unit, other.amount.per) == (statement.amount.unit, statement.amount.per)
        and other.amount.role in ("dose", "level", "maximum")
        and not {"as_needed", "days"} & other.facts.keys()
        and other.facts.get("phase") == statement.facts.get("phase")
        and statement.facts.get("route") in (None, other.facts.get("route"))
    )


_ADJUSTED = re.compile(r"[^.]*\b(?:(?:in|de)creas|titrat|reduc|adjust|lower|rais)\w*[^.]*\Z", re.IGNORECASE)
_LATER = re.compile(r"\b(?:then|after|thereafter|afterwards|follow\w*|subsequent\w*|next)\b", re.IGNORECASE)


def adjusted_as_first(statements: list[Statement]) -> None:
    """`50 mg for 12 weeks; the dose may be increased to 100 mg`: within the same time, unless it is then increased."""
    for step in statements:
        if step.amount.role not in ("dose", "level", "maximum") or not may_take_length(step):
            continue
        text = step.source.text.norm
        before = [first for first in statements if _timed_before(first, step)]
        if any(_LATER.search(text, first.end, step.start) for first in before):
            step.facts["later"] = True
            continue
        lengths = {first.facts["duration"] for first in before if _ADJUSTED.match(text, first.end, step.start)}
        if len(lengths) == 1 and not find_durations(text[step.end : step.end + _BESIDE].partition(".")[0]):
            step.facts["duration"] = lengths.pop()


def _timed_before(first: Statement, step: Statement) -> bool:
    """Whether the first is an amount of the same agent right before the other in one sentence, its length said."""
    beside = first.source is step.source and 0 < step.start - first.end < _BESIDE
    between = step.source.text.norm[first.end : step.start] if beside else "."
    return "duration" in first.facts and first.agent.key == step.agent.key and "." not in between


def totals_as_parts(statements: list[Statement]) -> None:
    """`50 mg/m2 daily on days -6 to -4. (Total dose 150 mg/m2)`: the total is given on the same days."""
    for total in statements:
        if (
            total.amount.role != "total"
            or total.agent.kind == "radiation"
            or {"days", "frequency"} & total.facts.keys()
        ):
            continue
        for part in statements:
            beside = part.source is total.source and 0 < total.start - part.end < _RIGHT_BEHIND
            if beside and part.agent.key == total.agent.key and "days" in part.facts:
                total.facts.update({kind: part.facts[kind] for kind in _LENGTHS if kind in part.facts})


def courses_as_fractions(statements: list[Statement]) -> None:
    """`40 Gy in 15 fractions (2.67 Gy each), 5 days a week`: the course and its fractions are given alike."""
    beams = [s for s in statements if s.agent.kind == "radiation" and s.amount.kind == "radiation"]
    for statement in beams:
        if statement.amount.role == "boost" or {"frequency", "days"} & statement.facts.keys():
            continue
        rates = {s.facts["frequency"] for s in beams if "frequency" in s.facts and _of_one_course(s, statement)}
        if len(rates) == 1 and some_days_a_week(rate := rates.pop()):
            statement.facts["frequency"] = rate


_WHEN: tuple[str, ...] = ("frequency", "days")


def fractions_as_total(statements: list[Statement]) -> None:
    """`8 Gy in 4 fractions of 2 Gy on days -8 to -5`, `165 cGy twice daily (total 1320 cGy)`: on the same days."""
    beams = [s for s in statements if s.agent.kind == "radiation" and s.amount.role in ("total", "fraction", "dose")]
    for statement in beams:
        if {"frequency", "days"} & statement.facts.keys():
            continue
        for other in beams:
            beside = other.source is statement.source and other.segment == statement.segment
            apart = other.agent.key != statement.agent.key or other.arm_nos != statement.arm_nos
            if beside and not apart and other.amount.role != statement.amount.role:
                statement.facts.update({kind: other.facts[kind] for kind in _WHEN if kind in other.facts})


def _of_one_course(a: Statement, b: Statement) -> bool:
    """Whether two amounts of radiation are a course and its fractions: of the same arms, and not two totals."""
    if a.facts.get("route") != b.facts.get("route"):
        return False  # brachytherapy is given apart from the beam
    return a.agent.key == b.agent.key and a.arm_nos == b.arm_nos and "fraction" in (a.amount.role, b.amount.role)


def some_days_a_week(rate: tuple[float, float | None, str | None] | None) -> bool:
    """`5 days a week`: so a whole course of radiation is given, whatever its parts."""
    return rate is not None and rate[0] > 1 and rate[1:] == (1.0, "wk")


def placebo_as_active(statements: list[Statement]) -> None:
    """A placebo of which nothing else is said is given as often and as long as what it stands for; pieces as it is."""
    for placebo in statements:
        if placebo.agent.kind != "placebo":
            continue
        drugs = _of_other_arms(placebo, statements)
        actives = _stood_for(placebo, drugs)
        for kind in ("route", "frequency", "duration"):
            said = [s.facts.get(kind) for s in (drugs if kind == "route" else actives)]
            if kind in placebo.facts or not said or len(set(said)) > 1 or said[0] is None:
                continue
            if kind == "duration" and said[0][1] in ("h", "min"):
                continue  # how long one infusion of a rate runs
            if _may_take(placebo, kind):
                placebo.facts[kind] = said[0]


def _may_take(placebo: Statement, kind: str) -> bool:
    if kind == "route":
        return placebo.amount.unit in _PIECES
    return may_take_frequency(placebo) if kind == "frequency" else may_take_length(placebo)


def _of_other_arms(placebo: Statement, statements: list[Statement]) -> list[Statement]:
    """The doses of drugs that the placebo's arms do not receive."""
    arms = set(placebo.arm_nos)
    return [s for s in statements if s.agent.kind == "drug" and not arms.intersection(s.arm_nos)]


def _stood_for(placebo: Statement, drugs: list[Statement]) -> list[Statement]:
    """Those of the placebo's own amount, if any, where all are of one drug."""
    alike = [s for s in drugs if scaled(s.amount) == scaled(placebo.amount)] or drugs
    return alike if len({s.agent.key for s in alike}) == 1 else []


def lengths_by_title(study: Study, statements: list[Statement]) -> None:
    """`A 12-week treatment with …`: so long are given the study's own agents of which nothing else is said."""
    lacking = [s for s in statements if s.agent.intervention_no is not None and may_take_length(s)]
    lengths = {item.value for title in study.titles() for item in find_durations(title.text.norm)} if lacking else set()
    if len(lengths) == 1:
        (length,) = lengths
        for statement in lacking:
            statement.facts["duration"] = length


def _solid(statement: Statement) -> bool:
    text = statement.source.text.norm[statement.start : statement.end + 12]
    return statement.amount.unit in _PIECES or _tablets().search(text) is not None


@cache
def _tablets() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(read_toml('dose_forms.toml')['forms']['solid'])})\b", re.IGNORECASE)


def _may_be_given_there(statement: Statement) -> bool:
    amount = statement.amount
    often = statement.facts.get("frequency", (0, None, None))
    daily = often[1] is not None and often[0] >= 1 and often[2] in ("h", "d") and amount.kind == "mass"
    return not ("route" in statement.facts or amount.per or amount.per_time or daily or _solid(statement))


def routes_by_title(study: Study, statements: list[Statement]) -> None:
    """`Epidural injection for …`: where the title names one place, there is given what is no tablet.

    Not what is given by weight or by time, such as the drugs of a narcosis, nor what prose alone tells of drugs beside
    the treatment ("All take paracetamol 1 g").
    """
    own = [s for s in statements if s.registered or s.agent.intervention_no is not None] or statements
    lacking = [s for s in own if _may_be_given_there(s)]
    routes = {item.value for title in study.titles() for item in find_routes(title.text.norm)} if lacking else set()
    if len(routes) == 1 and routes.issubset(read_toml("routes.toml")["local"]):
        (route,) = routes
        for statement in lacking:
            statement.facts["route"] = route

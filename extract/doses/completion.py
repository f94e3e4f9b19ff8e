"""Filling what a dose does not say from what the record says of the same agent elsewhere."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extract.doses.agents import find_agents
from extract.doses.alike import (
    adjusted_as_first,
    as_other_levels,
    bands_as_each_other,
    courses_as_fractions,
    fractions_as_total,
    lengths_by_title,
    may_take_frequency,
    may_take_length,
    placebo_as_active,
    routes_by_title,
    some_days_a_week,
    totals_as_parts,
)
from extract.doses.beside import is_observed
from extract.doses.bound import Remark
from extract.doses.days import find_days
from extract.doses.items import DAILY, ONCE
from extract.doses.lexicon import Lexicon
from extract.doses.merging import Statement
from extract.doses.routes import find_routes
from extract.doses.said import Said
from extract.doses.schedule_rules import complete_schedule, few_days, interval, is_long
from extract.doses.selection import is_beam
from extract.doses.treatment_lengths import TreatmentLengths, cycle_length
from extract.doses.vocabulary import read_toml
from extract.study import Study

_ROLES = ("dose", "level", "maintenance")


def complete(study: Study, lexicon: Lexicon, statements: list[Statement], remarks: list[Remark]) -> None:
    """Fill routes and frequencies from what the record says of the same agent without an amount."""
    if not statements:
        return
    _without_impossible(statements)
    _creams_beside_tablets(study, statements)
    bands_as_each_other(statements)
    as_other_levels(statements)
    adjusted_as_first(statements)
    _routes_of_arms(study, lexicon, statements)
    _as_said_once(statements, remarks)
    _days_of_arms(study, lexicon, statements)
    _from_sentences(study, lexicon, statements)
    lengths_by_title(study, statements)
    _in_cycles(study, statements)
    for statement in statements:
        if "route" not in statement.facts and (route := _route_of_form(study, statement)) is not None:
            statement.facts["route"] = route
    totals_as_parts(statements)
    courses_as_fractions(statements)
    fractions_as_total(statements)
    placebo_as_active(statements)
    routes_by_title(study, statements)
    for statement in statements:
        if statement.amount.role == "strength":
            for kind in ("frequency", "days", "duration"):
                statement.facts.pop(kind, None)  # how often a piece is taken is not how often so much is
        if statement.facts.get("dosing") == "repeated" and statement.facts.get("frequency") == ONCE:
            del statement.facts["frequency"]  # that of the single doses of other arms


def _creams_beside_tablets(study: Study, statements: list[Statement]) -> None:
    """A cream is not taken as the tablets of other arms, by mouth."""
    swallowed = {s.agent.key for s in statements if s.facts.get("route") == "po"}
    for statement in statements:
        other = statement.amount.kind == "percent" and statement.agent.key in swallowed
        if other and _route_of_form(study, statement) == "top":
            statement.facts.setdefault("route", "top")


def _as_said_once(statements: list[Statement], remarks: list[Remark]) -> None:
    """The route of an agent's other amounts; route and frequency that a phrase says of it without an amount."""
    known: dict[str, dict[str, list[Any]]] = {}
    for statement in statements:
        _note(known, statement.agent.key, statement.facts, ("route",))
    for remark in remarks:
        # "Cells are infused on day 0"; but cells are also collected, on other days
        infused = remark.agent.kind == "cells" and "route" in remark.facts
        kinds = ("route", "frequency", "days") if infused else ("route", "frequency")
        _note(known, remark.agent.key, remark.facts, kinds)
    for statement in statements:
        for kind, values in known.get(statement.agent.key, {}).items():
            if kind not in statement.facts and len(values) == 1 and _may_take(statement, statements, kind, values[0]):
                statement.facts[kind] = values[0]


def _may_take(statement: Statement, statements: list[Statement], kind: str, value: str) -> bool:
    if kind in ("frequency", "days"):
        return may_take_frequency(statement)
    return not (_not_there(statement, value) or _of_another_use(statement, statements, value))


def _without_impossible(statements: list[Statement]) -> None:
    """`Ropivacaine 20 mL and dexamethasone 8 mg IV`: the first is not given so; nor are tablets injected."""
    for statement in statements:
        route = statement.facts.get("route")
        if _is_never(statement, route) or (route in _INJECTED and _is_piece(statement)):
            del statement.facts["route"]


_INJECTED = ("iv", "sc", "im")
_PIECES = ("{tablet}", "{capsule}")
_PIECE = re.compile(
    r"\d\s?(?:mg|m?cg|ug|g)\s(?:film-coated\s|oral\s)?(?:tablet|capsule|caplet|pill)s?\b", re.IGNORECASE
)


def _is_piece(statement: Statement) -> bool:
    """Whether an amount is one of tablets or capsules: `300 mg tablets from day 1 single dose of B 150 mg IV`."""
    return (
        statement.amount.unit in _PIECES
        or _PIECE.search(statement.source.text.norm, statement.start, statement.end) is not None
    )


def _is_never(statement: Statement, route: str | None) -> bool:
    """Whether nobody gives an agent so."""
    never: dict[str, list[str]] = read_toml("routes.toml")["never"]
    return statement.agent.key in never.get(route or "", ())


_MEASURES = {"mass": "volume", "volume": "mass"}


def _of_another_use(statement: Statement, statements: list[Statement], route: str | None) -> bool:
    """Whether a place in the body is said only of the agent's masses, and this is a volume: `12.5 mg spinal, 20 mL`."""
    if route not in read_toml("routes.toml")["local"]:
        return False
    owners = {s.amount.kind for s in statements if s.agent.key == statement.agent.key and s.facts.get("route") == route}
    return owners == {_MEASURES.get(statement.amount.kind)}


def _days_of_arms(study: Study, lexicon: Lexicon, statements: list[Statement]) -> None:
    """`Cohort 1: 50 ug`, described as "one injection on days 1 and 29": the amount's days are those of its one arm."""
    told = {id(s.source) for s in statements}
    for statement in statements:
        arm = study.arms[statement.arm_nos[0] - 1] if len(statement.arm_nos) == 1 else None
        if arm is None or arm.description is None or id(arm.description) in told or not may_take_frequency(statement):
            continue
        key, text = statement.agent.key, arm.description.text.norm[:_MAX_DESCRIPTION]
        days = find_days(text)
        if len(days) != 1 or is_observed(text[: days[0].start]) or statement.agent.kind == "placebo":
            continue
        others = {m.agent.key for m in find_agents(text, lexicon.names) if m.agent.kind not in ("placebo", "fluid")}
        if others <= {key} and all(o.agent.key == key for o in statements if arm.arm_no in o.arm_nos):
            statement.facts["days"] = days[0].value
            complete_schedule(statement)


def _routes_of_arms(study: Study, lexicon: Lexicon, statements: list[Statement]) -> None:
    """`Group A: cells iv`, `Group B: cells ip`, the amounts in prose: each amount goes as its arm says."""
    lacking = [s for s in statements if "route" not in s.facts and len(s.arm_nos) == 1]
    if len({s.arm_nos[0] for s in lacking}) < 2:
        return
    said = {number: _said_of_arm(study, lexicon, number) for number in {s.arm_nos[0] for s in lacking}}
    for statement in lacking:
        routes, named = said[statement.arm_nos[0]]
        if len(routes) == 1 and named <= {statement.agent.key}:
            (statement.facts["route"],) = routes


def _said_of_arm(study: Study, lexicon: Lexicon, arm_no: int) -> tuple[set[str], set[str]]:
    """The routes and the agents that an arm's label and description name."""
    arm = study.arms[arm_no - 1]
    texts = [arm.label.text.norm, arm.description.text.norm[:_MAX_DESCRIPTION] if arm.description else ""]
    routes = {item.value for text in texts for item in find_routes(text)}
    return routes, {m.agent.key for text in texts for m in find_agents(text, lexicon.names)} if routes else set()


_MAX_DESCRIPTION = 600


def _in_cycles(study: Study, statements: list[Statement]) -> None:
    """Where a record states one length of a cycle and no phases, its days are days of that cycle."""
    days = [day for s in statements for day in s.facts.get("days", ())]
    only_one = len({s.agent.key for s in statements}) == 1
    lacking = [s for s in statements if "cycle_days" not in s.facts and ("days" in s.facts or (only_one and _daily(s)))]
    if not lacking or min(days, default=1) < 1 or any("phase" in s.facts for s in statements):
        return
    length = cycle_length(study)
    if length is None or max(days, default=1) > length:
        return
    for statement in lacking if all(_may_repeat(s, length) for s in statements) else ():
        if statement.amount.per_time == "d" and len(statement.facts.get("days", ())) == 1:
            continue  # "100 mg/day from day 15": so much every day
        if statement.facts.get("frequency") == ONCE and any(_given_again(s, statement) for s in statements):
            continue  # "a single dose of 400 mg on day 1; from day 15 on 400 mg daily in cycles"
        statement.facts["cycle_days"] = length
        complete_schedule(statement)


def _given_again(other: Statement, single: Statement) -> bool:
    return other.agent.key == single.agent.key and other.facts.get("frequency", ONCE) != ONCE


def _may_repeat(statement: Statement, length: float) -> bool:
    """Whether a dose is not said to be given at another interval than a cycle's."""
    frequency = statement.facts.get("frequency")
    return frequency is None or not is_long(frequency) or interval(frequency) == length


def _daily(statement: Statement) -> bool:
    return statement.amount.per_time == "d" or (statement.facts.get("frequency") or (0, 0, ""))[2] == "d"


def _route_of_form(study: Study, statement: Statement) -> str | None:
    """The route that a form of the product leaves no doubt about: a cream is topical, puffs are inhaled."""
    texts = [statement.source.text.norm[max(0, statement.start - 25) : statement.end + 30]]
    if statement.agent.intervention_no is not None:
        texts.append(study.interventions[statement.agent.intervention_no - 1].name.text.norm)
    for text in texts:
        for pattern, route in _routes_of_forms():
            if pattern.search(text):
                return route
    return None


@cache
def _routes_of_forms() -> list[tuple[re.Pattern[str], str]]:
    forms = read_toml("dose_forms.toml")["routes"].items()
    return [(re.compile(rf"\b(?:{form})\b", re.IGNORECASE), str(route)) for form, route in forms]


def _note(known: dict[str, dict[str, list[Any]]], key: str, facts: dict[str, Any], kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        if kind in facts:
            values = known.setdefault(key, {}).setdefault(kind, [])
            if facts[kind] not in values:
                values.append(facts[kind])


def _from_sentences(study: Study, lexicon: Lexicon, statements: list[Statement]) -> None:
    """Route, frequency or days and length from sentences that name the agent, where all that say one agree."""
    of_treatment = TreatmentLengths(study)
    for key in dict.fromkeys(s.agent.key for s in statements):
        mine = [s for s in statements if s.agent.key == key]
        others = [s for s in statements if s.agent.key != key and s.agent.kind != "placebo"]
        said = Said(study, lexicon, mine[0], others)
        lacking = [s for s in mine if "route" not in s.facts]
        route = said.route() if lacking else None
        _put("route", route, [s for s in lacking if not (_of_another_use(s, mine, route) or _not_there(s, route))])
        unscheduled = [s for s in mine if may_take_frequency(s)]
        courses = [s for s in mine if _is_course(s)]
        frequency = said.frequency() if unscheduled or courses else None
        if frequency is not None and is_beam(mine[0].agent) and not _several(frequency):
            frequency = None  # "weekly during radiotherapy", "each morning from the start of radiotherapy on"
        _put("frequency", frequency, [s for s in unscheduled if not _given_otherwise(s, frequency, mine)])
        if some_days_a_week(frequency):
            _put("frequency", frequency, courses)
        capped = [s for s in mine if s.amount.role == "maximum" and not {"frequency", "days"} & s.facts.keys()]
        if frequency is None and unscheduled and len(unscheduled) + len(capped) == len(mine) and (days := said.days()):
            _put("days", days, unscheduled)
            for statement in unscheduled:
                complete_schedule(statement)
        repeated = [s for s in mine if _lacks_day_of_cycle(s)]
        of_course = [s for s in mine if s.amount.role != "loading"]
        if 0 < len(repeated) == len(of_course) and (days := said.days()):
            _put("days", days, [s for s in repeated if _is_cycle_day(s, days)])
            for statement in repeated:
                complete_schedule(statement)
        roles = ("total", "fraction", *_ROLES) if is_beam(mine[0].agent) else _ROLES
        brief = [s for s in mine if may_take_length(s) and s.amount.role in roles]
        length = said.length(of_treatment) if brief else None
        if {s.facts["duration"] for s in mine if "duration" in s.facts} <= {length}:
            _put("duration", length, brief)


def _several(frequency: tuple[float, float | None, str | None]) -> bool:
    """Whether it is so many fractions a day or a week, or one alone."""
    return frequency[0] > 1 or frequency[1] is None


def _not_there(statement: Statement, route: str | None) -> bool:
    """Whether an amount would go where it does not; by the body's surface nothing goes into the spinal canal."""
    if route in _INJECTED and _is_piece(statement):
        return True
    return (route == "it" and statement.amount.per == "m2") or _is_never(statement, route)


def _given_otherwise(statement: Statement, frequency: object, mine: list[Statement]) -> bool:
    """Whether a frequency is said of the same agent by another route ("IV every 12 hours … intrathecally 30 mg")."""
    route = statement.facts.get("route")
    routes = {s.facts.get("route") for s in mine if s.facts.get("frequency") == frequency} - {None}
    return route in read_toml("routes.toml")["local"] and bool(routes) and route not in routes


def _is_course(statement: Statement) -> bool:
    """Whether an amount is a course of radiation or a fraction of one, and it is not said when it is given."""
    return is_beam(statement.agent) and not {"frequency", "days"} & statement.facts.keys()


def _lacks_day_of_cycle(statement: Statement) -> bool:
    """Whether an amount is given "every 3 weeks", "daily for 4 days" or "5 mg/d", and no day is said."""
    facts = statement.facts
    repeated = is_long(facts.get("frequency") or (0, None, None)) or few_days(facts.get("duration"))
    repeated = repeated or _once_a_day(statement)
    repeated = repeated or (statement.agent.kind == "cells" and facts.get("frequency") == ONCE)
    beam = is_beam(statement.agent) and (facts.get("frequency") or (0, 0, ""))[2] == "d"
    if "days" in facts or statement.amount.kind == "count":
        return False
    return beam or (repeated and statement.amount.role in _ROLES)


def _once_a_day(statement: Statement) -> bool:
    return statement.amount.per_time == "d" or statement.facts.get("frequency") == DAILY


def _is_cycle_day(statement: Statement, days: list[int]) -> bool:
    """Whether days said elsewhere fit: "daily for 4 days" has four."""
    length = statement.facts.get("duration")
    if len(days) == 1 and _once_a_day(statement):
        return False
    return not few_days(length) or length == (float(len(days)), "d")


def _put(kind: str, value: object, lacking: list[Statement]) -> None:
    for statement in lacking if value is not None else ():
        statement.facts[kind] = value

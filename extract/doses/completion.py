"""What a dose's own phrase leaves out but the record says elsewhere: route, frequency, days."""

from __future__ import annotations

import re
from typing import Any

from extract.doses.agents import Lexicon
from extract.doses.binding import Remark
from extract.doses.merging import Statement
from extract.doses.routes import find_routes
from extract.study import Field, Study

_IN_DAYS = {"d": 1.0, "wk": 7.0}


def complete_schedule(statement: Statement) -> None:
    """Frequency and cycle that follow from the days (rulings 1 and 2 of the guideline)."""
    facts = statement.facts
    days, frequency = facts.get("days"), facts.get("frequency")
    second = facts.pop("second_frequency", None)
    if second and _long(second) and frequency and not _long(frequency):
        facts.setdefault("cycle_days", second[1] * _IN_DAYS[second[2]])
    if days and len(days) > 1 and frequency and _long(frequency) and frequency[0] == 1:
        facts.setdefault("cycle_days", frequency[1] * _IN_DAYS[frequency[2]])
        del facts["frequency"]
        frequency = None
    if frequency and _long(frequency) and "cycles" in facts:
        facts.setdefault("cycle_days", frequency[1] * _IN_DAYS[frequency[2]])
    if frequency is not None:
        return
    if days and len(days) > 1 and all(length > 1 for length in _runs(days)):
        facts["frequency"] = (1.0, 1.0, "d")
    elif days and len(days) == 1 and "cycle_days" in facts:
        facts["frequency"] = (1.0, 1.0, "cycle")
    elif not days and statement.amount.role == "loading":
        facts["frequency"] = (1.0, None, None)
    elif not days and statement.amount.per_time is None and _few_days(facts.get("duration")):
        facts["frequency"] = (1.0, 1.0, "d")


def _few_days(duration: tuple[float, str] | None) -> bool:
    return duration is not None and duration[1] == "d" and 1 < duration[0] <= 14


def _long(frequency: tuple[float, float | None, str | None]) -> bool:
    every, unit = frequency[1], frequency[2]
    return every is not None and unit in _IN_DAYS and every * _IN_DAYS[unit] >= 14


def _runs(days: list[int]) -> list[int]:
    lengths = [1]
    for previous, day in zip(days, days[1:], strict=False):
        if day == previous + 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


def complete(study: Study, lexicon: Lexicon, statements: list[Statement], remarks: list[Remark]) -> None:
    """Fill routes and frequencies from what the record says of the same agent without an amount."""
    known: dict[str, dict[str, list[Any]]] = {}
    for statement in statements:
        _note(known, statement.agent.key, statement.facts, ("route",))
    for remark in remarks:
        _note(known, remark.agent.key, remark.facts, ("route", "frequency"))
    for statement in statements:
        found = known.get(statement.agent.key, {})
        for kind in ("route", "frequency"):
            values = found.get(kind, [])
            if kind in statement.facts or len(values) != 1:
                continue
            if kind == "frequency" and ("days" in statement.facts or statement.amount.per_time or _capped(statement)):
                continue
            statement.facts[kind] = values[0]
    _from_sentences(study, lexicon, statements)


def _capped(statement: Statement) -> bool:
    return statement.amount.role in ("loading", "total", "maximum", "boost", "fraction")


def _note(known: dict[str, dict[str, list[Any]]], key: str, facts: dict[str, Any], kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        if kind in facts:
            values = known.setdefault(key, {}).setdefault(kind, [])
            if facts[kind] not in values:
                values.append(facts[kind])


def _from_sentences(study: Study, lexicon: Lexicon, statements: list[Statement]) -> None:
    lacking = [s for s in statements if "route" not in s.facts]
    if not lacking:
        return
    for key in dict.fromkeys(s.agent.key for s in lacking):
        mine = [s for s in lacking if s.agent.key == key]
        route = _stated_route(study, lexicon, mine[0])
        if route is not None:
            for statement in mine:
                statement.facts["route"] = route


def _stated_route(study: Study, lexicon: Lexicon, statement: Statement) -> str | None:
    agent = statement.agent
    own_text: list[Field] = []
    for intervention in study.interventions:
        agents = lexicon.by_intervention.get(intervention.intervention_no, [])
        if any(a.key == agent.key for a in agents):
            own_text.append(intervention.name)
            own_text += intervention.other_names[:3]
            if intervention.description is not None and len({a.key for a in agents}) == 1:
                own_text.append(intervention.description)
    routes = {item.value for source in own_text for item in find_routes(source.text.norm[:600])}
    if len(routes) == 1:
        return str(routes.pop())
    names = {agent.key, agent.name.lower()} | {(s or "").lower() for s in (statement.named,)}
    single = (
        len(
            {a.key for agents in lexicon.by_intervention.values() for a in agents if a.kind not in ("placebo", "group")}
        )
        == 1
    )
    found: list[str] = []
    for source in study.prose():
        text = source.text.norm
        lowered = text.lower()
        if single:
            found += [item.value for item in find_routes(text[:3000])]
        else:
            found += _beside_name(text, lowered, names)
    if (
        agent.kind == "cells"
        and not found
        and re.search(r"\b(?:re-?)?infus", " ".join(f.text.norm.lower()[:4000] for f in study.prose()))
    ):
        return "iv"
    return found[0] if len(set(found)) == 1 else None


def _beside_name(text: str, lowered: str, names: set[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        position = lowered.find(name) if len(name) > 2 else -1
        count = 0
        while position >= 0 and count < 5:
            window = text[max(0, position - 25) : position + len(name) + 40]
            cut = re.split(r"[.;\n]", window[25 if position >= 25 else position :])[0]
            found += [item.value for item in find_routes(window[: 25 + len(cut)])][:1]
            position = lowered.find(name, position + len(name))
            count += 1
    return found

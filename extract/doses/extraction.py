"""The dose extractor: fields → passages → pipeline → bound amounts → merged doses."""

from __future__ import annotations

from collections.abc import Iterator

from extract.doses import pipeline
from extract.doses.arm_agents import find_arm_agents
from extract.doses.arm_headings import phrases_about
from extract.doses.arm_links import NO_DRUG
from extract.doses.arm_settling import settle_arms
from extract.doses.arms import arms_of_statement
from extract.doses.binding import bind
from extract.doses.bound import Bound, Remark
from extract.doses.combinations import give_parts, parts_of_product
from extract.doses.completion import complete
from extract.doses.default_agent import default_agent
from extract.doses.items import ONCE
from extract.doses.lexicon import Lexicon, study_lexicon
from extract.doses.merging import Statement, merge, without_ranges_of_levels, without_repeats
from extract.doses.own_cells import is_class_of_cells, own_cells
from extract.doses.phases import find_dosing
from extract.doses.placebos import imitated, stands_for
from extract.doses.regimens import find_regimens
from extract.doses.schedule_rules import complete_schedule
from extract.doses.segments import dose_like_in, passages
from extract.doses.selection import accepted, agent_of, as_meant, is_beam, select
from extract.doses.strengths import as_intakes, is_of_piece, mark_pieces, named_strengths
from extract.doses.switching import find_switches, give_after_switch
from extract.facts import Dose, DoseFacts, evidence
from extract.study import Field, Study


def extract_doses(study: Study) -> DoseFacts:
    """Every planned amount of every agent, the agents of every arm, and the regimens.

    Reads names, labels, titles and descriptions; never eligibility criteria. Rules: `extract/data`.
    """
    lexicon = study_lexicon(study)
    statements: list[Statement] = []
    remarks: list[Remark] = []
    fields = list(_fields(study))
    for index, hits in dose_like_in([source.text.norm for source, _ in fields]):
        found, said = _read(study, lexicon, *fields[index], hits)
        statements += found
        remarks += said
    mark_pieces(statements)
    merged = without_ranges_of_levels(merge(select(as_intakes(statements))))
    merged += named_strengths(study, lexicon, merged)
    settle_arms(study, lexicon, merged)
    switches = find_switches(study, lexicon)
    give_after_switch(study, switches, merged)
    complete(study, lexicon, merged, remarks)
    merged = without_repeats(merged)
    facts = DoseFacts(doses=[_dose(number, statement) for number, statement in enumerate(merged, 1)])
    facts.arm_agents = find_arm_agents(study, lexicon, facts.doses, switches)
    facts.regimens = find_regimens(study, lexicon, merged)
    return facts


def _fields(study: Study) -> Iterator[tuple[Field, int]]:
    """The fields that may state doses, with a rank: 0 says most, 3 least."""
    for arm in study.arms:
        if arm.description is not None:
            yield arm.description, 0
    for intervention in study.interventions:
        if intervention.description is not None:
            yield intervention.description, 0
    for arm in study.arms:
        yield arm.label, 1
    for intervention in study.interventions:
        yield intervention.name, 1
        for other in intervention.other_names:
            yield other, 3
    for source in (study.detailed_description, study.brief_summary, study.official_title, study.brief_title):
        if source is not None:
            yield source, 2


def _read(
    study: Study, lexicon: Lexicon, source: Field, rank: int, hits: list[int]
) -> tuple[list[Statement], list[Remark]]:
    text = source.text.norm
    found: list[Statement] = []
    remarks: list[Remark] = []
    default, parts = default_agent(study, lexicon, source), parts_of_product(study, lexicon, source)
    for start, end in passages(text, hits):
        reading = pipeline.read(text[start:end], lexicon.names, cells=lexicon.has_cells)
        if reading is None or all(amount.decoy for amount in reading.amounts):
            continue
        bounds, said = bind(reading.text, reading.segments, reading.amounts, reading.agents, reading.items, default)
        remarks += [_of_own_cells(remark, lexicon) for remark in said]
        give_parts(reading.text, bounds, parts, default)
        phrases = {} if source.arm_no is not None else _phrases_about(study, reading.text, bounds)
        for bound in bounds:
            if default is not None and bound.agent is not None and default.kind == "placebo":
                before = reading.text[max(0, bound.start - 40) : bound.end]
                if imitated(default, bound, before):
                    continue
                if stands_for(default, bound.agent, before):
                    bound.agent, bound.named = default, None
            phrase = phrases.get((bound.segment, bound.amount.start), "")  # none where the field's arm is known
            statement = _statement(study, lexicon, source, rank, start, bound, reading.text, phrase)
            if statement is not None:
                found.append(statement)
    return found, remarks


def _of_own_cells(remark: Remark, lexicon: Lexicon) -> Remark:
    """What is said of "CAR-T cells" is said of the study's own."""
    own = own_cells(remark.agent, lexicon) if is_class_of_cells(remark.agent) else None
    return remark if own is None else Remark(own, remark.facts)


def _phrases_about(study: Study, text: str, bounds: list[Bound]) -> dict[tuple[tuple[int, int], int], str]:
    """What may name the arms of an amount, by its phrase and its place: the phrase, or its part of one with several."""
    found = {}
    for segment in {bound.segment for bound in bounds}:
        beside = {bound.amount.start: bound.amount for bound in bounds if bound.segment == segment}
        starts = sorted(beside)
        parts = phrases_about(study, text, segment, [beside[start] for start in starts])
        found.update({(segment, start): part for start, part in zip(starts, parts, strict=True)})
    return found


def _statement(
    study: Study, lexicon: Lexicon, source: Field, rank: int, base: int, bound: Bound, text: str, phrase: str
) -> Statement | None:
    inert = source.arm_no is not None and study.arms[source.arm_no - 1].type in NO_DRUG
    agent = agent_of(bound, lexicon, inert=inert)
    if agent is None or not accepted(bound, agent, text):
        return None
    kept = bound.agent is not None and bound.agent.kind == agent.kind  # else it is of another than the one named
    named = bound.named if kept else None
    bound.amount = as_meant(bound.amount, agent)
    statement = Statement(
        bound.amount, agent, named, source, base + bound.start, base + bound.end, rank, dict(bound.facts)
    )
    statement.segment = (base + bound.segment[0], base + bound.segment[1])
    statement.of_piece = is_of_piece(text, bound.amount)
    statement.sure = bound.sure or (bound.named is None and (source.intervention_no or source.arm_no) is not None)
    if statement.facts.get("route") == "rt-external" and bound.amount.kind != "radiation" and not is_beam(agent):
        del statement.facts["route"]  # "radiotherapy with cisplatin 100 mg/m2"
    statement.flags = [*bound.amount.flags, *(["misspelled_agent"] if bound.misspelled else [])]
    complete_schedule(statement)
    if source.arm_no is not None and (dosing := find_dosing(study.arms[source.arm_no - 1].label.text.norm)) is not None:
        statement.facts["dosing"] = dosing
        if dosing == "single" and not {"frequency", "days"} & statement.facts.keys():
            statement.facts["frequency"] = ONCE
    arms_of_statement(study, lexicon, statement, phrase)
    return statement


def _dose(number: int, statement: Statement) -> Dose:
    amount, facts = statement.amount, statement.facts
    times, every, unit = facts.get("frequency") or (None, None, None)
    value, duration_unit = facts.get("duration") or (None, None)
    return Dose(
        dose_no=number,
        agent=statement.named or statement.agent.name,
        agent_key=statement.agent.key,
        intervention_no=statement.agent.intervention_no,
        amount_low=amount.low,
        amount_high=amount.high,
        unit=amount.unit,
        per=amount.per,
        per_time=amount.per_time,
        role=amount.role,
        route=facts.get("route"),
        frequency_times=times,
        frequency_every=every,
        frequency_every_unit=unit,
        days=facts.get("days"),
        duration_value=value,
        duration_unit=duration_unit,
        cycle_days=facts.get("cycle_days"),
        cycles=facts.get("cycles"),
        arm_nos=statement.arm_nos,
        evidence=evidence(statement.source, statement.start, statement.end, statement.flags),
    )

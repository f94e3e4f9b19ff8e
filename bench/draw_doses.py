"""Draws extracted doses, and amounts that were not taken as doses, at random, for reading by eye.

    python -m bench.draw_doses records.jsonl.gz --without annotated.jsonl --number 150 --seed 7

Prints each in its context, between «», with what was read. Records whose ids are in the second file are left out, so
that what is read is not what the rules were written on. An amount counts as not taken if no dose of the study has
its figures and unit. Not drawn: percentages (nearly all are statistics), and amounts in eligibility criteria and
outcomes, which the extractor does not read for doses.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bench.corpus import read_records
from extract.doses import extract_doses
from extract.doses.amount import Amount
from extract.doses.amounts import find_amounts
from extract.doses.merging import scaled
from extract.facts import Dose
from extract.study import Field, Study


def main() -> None:
    """Read the arguments, draw and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, help="registry records, as .jsonl or .jsonl.gz")
    parser.add_argument("--without", type=Path, help="annotated records to leave out, as .jsonl with nct_id")
    parser.add_argument("--number", type=int, default=150)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--context", type=int, default=130, help="characters on either side")
    arguments = parser.parse_args()
    left_out = (
        {item["nct_id"] for item in map(orjson.loads, read_records(arguments.without))} if arguments.without else set()
    )
    taken, not_taken = [], []
    for record in map(orjson.loads, read_records(arguments.records)):
        study = Study.from_record(record)
        if study.nct_id in left_out:
            continue
        doses = extract_doses(study).doses
        taken += [(study, dose) for dose in doses]
        not_taken += [(study, field, amount) for field, amount in amounts_not_taken(study, doses)]
    draw = random.Random(arguments.seed)
    print(f"{len(taken)} doses, {len(not_taken)} amounts not taken")
    for number, (study, dose) in enumerate(draw.sample(taken, min(arguments.number, len(taken))), 1):
        print(f"D{number} {study.nct_id} {described(dose)}\n    {quoted(study, dose, arguments.context)}")
    for number, (study, field, amount) in enumerate(draw.sample(not_taken, min(arguments.number, len(not_taken))), 1):
        place = field.path.removeprefix("protocolSection.")
        print(f"N{number} {study.nct_id} {place}\n    {in_context(field, amount, arguments.context)}")


def amounts_not_taken(study: Study, doses: list[Dose]) -> Iterator[tuple[Field, Amount]]:
    """The numbers with a unit in a study's descriptions, names and labels that are no dose's."""
    known = {
        scaled(Amount(dose.amount_low or 0, dose.amount_high or 0, dose.unit.removesuffix("/mL"), "", 0, 0))
        for dose in doses
    }
    for field in texts(study):
        for amount in find_amounts(field.text.norm):
            if amount.kind != "percent" and scaled(amount) not in known:
                yield field, amount


def texts(study: Study) -> Iterator[Field]:
    """The free text in which a study says what it gives."""
    yield from study.prose()
    for arm in study.arms:
        yield from (text for text in (arm.label, arm.description) if text is not None)
    for intervention in study.interventions:
        yield from (text for text in (intervention.name, intervention.description) if text is not None)


def described(dose: Dose) -> str:
    """What was read, on one line."""
    figures = (
        f"{dose.amount_low:g}" if dose.amount_low == dose.amount_high else f"{dose.amount_low:g}-{dose.amount_high:g}"
    )
    per = "".join(f"/{part}" for part in (dose.per, dose.per_time) if part)
    rows: list[tuple[str, Any]] = [
        ("role", dose.role), ("route", dose.route), ("times", dose.frequency_times), ("every", dose.frequency_every),
        ("unit", dose.frequency_every_unit), ("days", dose.days), ("for", dose.duration_value),
        ("for_unit", dose.duration_unit), ("cycle", dose.cycle_days), ("cycles", dose.cycles), ("arms", dose.arm_nos),
    ]  # fmt: skip
    return f"{dose.agent_key} {figures} {dose.unit}{per} " + " ".join(
        f"{k}={v}" for k, v in rows if v not in (None, [])
    )


def quoted(study: Study, dose: Dose, context: int) -> str:
    """The evidence between «», with the text around it."""
    raw = raw_field(study, dose.evidence.source_field)
    start, end = dose.evidence.start_char, dose.evidence.end_char
    return _marked(raw, start, end, context)


def raw_field(study: Study, path: str) -> str:
    """The text of a field, by its path in the record."""
    every = [*texts(study), *(other for item in study.interventions for other in item.other_names)]
    return next(text.raw for text in every if text.path == path)


def in_context(field: Field, amount: Amount, context: int) -> str:
    """An amount between «», with the text around it."""
    start, end = field.text.raw_span(amount.start, amount.end)
    return _marked(field.raw, start, end, context)


def _marked(raw: str, start: int, end: int, context: int) -> str:
    text = f"{raw[max(0, start - context) : start]}«{raw[start:end]}»{raw[end : end + context]}"
    return " ".join(text.split())


if __name__ == "__main__":
    main()

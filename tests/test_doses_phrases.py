"""Phrases as registrants write them, each with its doses as they should be read: one line of text, one line a dose.

The phrases are our own. `dose_phrases.toml` is the place to add a wording that is read wrongly.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from extract.facts import Dose
from tests.dose_studies import one_arm

PHRASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "dose_phrases.toml").read_text("utf-8")
)["phrase"]


def line(dose: Dose) -> str:
    """`dupilumab: 600 mg, loading, sc, days 1`: what is not said is not in it."""
    low, high = dose.amount_low, dose.amount_high
    unit = "/".join(filter(None, (dose.unit, dose.per, dose.per_time)))
    parts = [f"{dose.agent_key}: {low:g}{'' if high == low else f'-{high:g}'} {unit}"]
    parts += [dose.role] if dose.role != "dose" else []
    parts += [dose.route] if dose.route else []
    if dose.frequency_times is not None:
        every = f"{dose.frequency_every:g} {dose.frequency_every_unit}" if dose.frequency_every else ""
        parts.append(f"{dose.frequency_times:g} per {every}" if every else "once")
    parts += [f"days {' '.join(map(str, dose.days))}"] if dose.days else []
    parts += [f"for {dose.duration_value:g} {dose.duration_unit}"] if dose.duration_value else []
    parts += [f"cycle of {dose.cycle_days:g} d"] if dose.cycle_days else []
    parts += [f"{dose.cycles:g} cycles"] if dose.cycles else []
    return ", ".join(parts)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["text"][:60])
def test_a_phrase_is_read_as_a_clinician_reads_it(phrase: dict[str, Any]) -> None:
    facts = one_arm(phrase["text"], *phrase["agents"])
    assert [line(dose) for dose in facts.doses] == phrase["doses"]


def test_no_phrase_stands_twice() -> None:
    texts = [phrase["text"] for phrase in PHRASES]
    assert len(set(texts)) == len(texts)

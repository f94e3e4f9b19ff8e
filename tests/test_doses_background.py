"""Drugs that prose gives to all arms beside the treatment."""

from __future__ import annotations

import pytest

from extract.facts import DoseFacts
from tests.dose_studies import read
from tests.test_doses_arms import agents


def told(text: str) -> DoseFacts:
    """A study of zanfluril against placebo whose summary is `text`."""
    return read(
        summary=text,
        arms=[{"label": "Arm 1", "type": "EXPERIMENTAL"}, {"label": "Arm 2", "type": "PLACEBO_COMPARATOR"}],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["Arm 1"]},
            {"name": "Placebo", "armGroupLabels": ["Arm 2"]},
        ],
    )


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Zanfluril is tested. Patients will also receive daily supplementation with vitamin D.", ["vitamin d"]),
        ("All participants receive methotrexate and aspirin throughout.", ["methotrexate", "aspirin"]),
        ("Subjects in both groups will also be given aspirin.", ["aspirin"]),
        ("Both treatment groups receive aspirin as well.", ["aspirin"]),
        ("Zanfluril or placebo is taken in addition to their prescribed metformin.", ["metformin"]),
        ("Patients take zanfluril or placebo on top of their stable metformin therapy.", ["metformin"]),
    ],
)
def test_what_everyone_also_receives_is_given_in_all_arms(text: str, given: list[str]) -> None:
    facts = told(text)
    assert (agents(facts, 1), agents(facts, 2)) == (["zanfluril", *given], ["placebo", *given])


@pytest.mark.parametrize(
    "text",
    [
        "Arm 1: zanfluril daily. Patients also receive aspirin.",
        "Patients may also receive aspirin.",
        "All patients receive aspirin if needed.",
        "All patients receive zanfluril or aspirin.",
        "Patients also receive aspirin in arm 1.",
        "All patients who receive aspirin are excluded.",
    ],
)
def test_what_some_receive_is_not_given_in_all_arms(text: str) -> None:
    assert agents(told(text), 2) == ["placebo"]

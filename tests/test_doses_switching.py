"""Placebo arms that are given the drug later."""

from __future__ import annotations

from typing import Any

import pytest

from extract.facts import DoseFacts
from tests.dose_studies import read
from tests.test_doses_arms import agents, arms_of


def told(text: str, **more: Any) -> DoseFacts:
    """A study of zanfluril against placebo whose description is `text`."""
    return read(
        description=text,
        arms=[{"label": "P", "type": "PLACEBO_COMPARATOR"}, {"label": "Z", "type": "EXPERIMENTAL"}],
        interventions=[
            {"name": "Placebo", "armGroupLabels": ["P"]},
            {"name": "Zanfluril", "description": "5 mg daily", "armGroupLabels": ["Z"], **more},
        ],
    )


@pytest.mark.parametrize(
    "text",
    [
        "After 24 weeks, patients on placebo will be switched to zanfluril.",
        "At week 12 placebo patients cross over to zanfluril 5 mg.",
        "Participants who received placebo will receive zanfluril in the open-label extension.",
        "The placebo group will receive zanfluril from week 12 on.",
        "Participants in the placebo arm will be re-randomized to zanfluril 5 mg.",
        "Then all patients receive zanfluril in an open-label extension.",
    ],
)
def test_those_on_placebo_are_given_the_drug_later(text: str) -> None:
    facts = told(text)
    assert (agents(facts, 1), agents(facts, 2)) == (["placebo", "zanfluril"], ["zanfluril"])
    assert arms_of(facts) == {("zanfluril", 5): [1, 2]}


@pytest.mark.parametrize(
    "text",
    [
        "Patients on placebo will receive zanfluril-matching capsules after week 4.",
        "Patients on placebo are not switched to zanfluril.",
        "Patients on placebo may switch to zanfluril at week 4.",
        "Patients on placebo will be switched to zanfluril if the disease progresses.",
        "Patients in the placebo group receive a placebo that looks like zanfluril from week 4.",
        "Patients in the placebo group had lower scores at week 4 than those who received zanfluril.",
        "Patients on zanfluril will be switched to placebo at week 4.",
        "The placebo group will be compared with zanfluril at week 4.",
    ],
)
def test_what_is_no_plan_gives_the_placebo_arm_nothing(text: str) -> None:
    facts = told(text)
    assert agents(facts, 1) == ["placebo"]
    assert arms_of(facts) == {("zanfluril", 5): [2]}


def test_of_several_levels_the_placebo_arm_gets_the_one_that_is_said() -> None:
    facts = told(
        "In the extension the placebo group is switched to zanfluril 5 mg.",
        description="2 mg daily; after week 8, 5 mg daily",
    )
    assert arms_of(facts) == {("zanfluril", 2): [2], ("zanfluril", 5): [1, 2]}


def test_an_extension_told_of_in_an_interventions_text_is_for_all() -> None:
    facts = told("", description="2 mg daily. In the open-label extension all patients receive 5 mg daily.")
    assert arms_of(facts) == {("zanfluril", 2): [2], ("zanfluril", 5): [1, 2]}

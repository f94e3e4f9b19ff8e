"""The facts that the five seed documents state, read from their texts (in ../shared; skipped where it is absent).

The same facts in this project's own words are in the bundled sample, NCT99000001 to NCT99000004, tested everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler.sample import load_record
from extract.extractors import StudyFacts, read_study
from extract.facts import Dose
from extract.study import Study
from tests.records import record

CAR_T_ARM = {"label": "CAR-T", "type": "EXPERIMENTAL", "interventionNames": ["Biological: CAR-T"]}


def study(
    arm: str, criteria: str = "", description: str = "", outcomes: tuple[tuple[str, str], ...] = ()
) -> StudyFacts:
    """What is read from a study of one arm with these texts."""
    modules: dict[str, Any] = {
        "armsInterventionsModule": {
            "armGroups": [CAR_T_ARM | {"description": arm}],
            "interventions": [{"type": "BIOLOGICAL", "name": "CAR-T", "armGroupLabels": ["CAR-T"]}],
        },
        "descriptionModule": {"detailedDescription": description},
        "eligibilityModule": {"eligibilityCriteria": criteria},
        "outcomesModule": {"primaryOutcomes": [{"measure": m, "timeFrame": t} for m, t in outcomes]},
    }
    return read_study(Study.from_record(record(**modules)))


def seed(shared: Path, number: str) -> str:
    (path,) = (shared / "seeds").glob(f"{number}_*.txt")
    return path.read_text(encoding="utf-8")


def between(text: str, start: str, end: str) -> str:
    return text[text.index(start) : text.index(end, text.index(start))]


def amounts(facts: StudyFacts) -> set[tuple[Any, ...]]:
    """(word of the agent, low, high, unit, per) of every dose."""
    return {(_word(dose), dose.amount_low, dose.amount_high, dose.unit, dose.per) for dose in facts.doses.doses}


def _word(dose: Dose) -> str:
    name = f"{dose.agent} {dose.agent_key}".lower()
    words = ("cyclophosphamide", "fludarabin", "cd22", "cd19", "car")
    return next((word for word in words if word in name), name)


def days(facts: StudyFacts, agent: str) -> list[list[int] | None]:
    return [dose.days for dose in facts.doses.doses if _word(dose) == agent]


def statistics(facts: StudyFacts) -> set[tuple[str, float]]:
    return {(item.kind, round(item.value, 6)) for item in facts.design_statistics}


def ages(facts: StudyFacts) -> set[tuple[Any, ...]]:
    return {(a.min_value, a.min_inclusive, a.max_value, a.max_inclusive) for a in facts.ages}


PLANNED_ANALYSIS = {
    ("alpha", 0.05), ("power", 0.8), ("dropout_rate", 0.1), ("sample_size", 70.0),
    ("response_rate_experimental", 0.9), ("response_rate_control", 0.6),
}  # fmt: skip


def check_first(facts: StudyFacts) -> None:
    found = amounts(facts)
    assert {("cyclophosphamide", 300, 300, "mg", "m2"), ("fludarabin", 30, 30, "mg", "m2")} <= found
    assert any(item[1:] == (1e6, 1e6, "{cells}", "kg") and item[0] in ("cd19", "car") for item in found)
    cells = next(dose for dose in facts.doses.doses if dose.unit == "{cells}")
    assert (cells.route, cells.frequency_times, cells.frequency_every) == ("iv", 1, None)
    for agent in ("cyclophosphamide", "fludarabin"):
        dose = next(dose for dose in facts.doses.doses if _word(dose) == agent)
        assert (dose.per_time, dose.duration_value, dose.duration_unit) == ("d", 3, "d")
    assert ages(facts) == {(3, True, 80, False)}
    assert statistics(facts) >= PLANNED_ANALYSIS


def test_first_seed(shared: Path) -> None:
    text = seed(shared, "000")
    facts = study(
        arm=between(text, "Experimental group:", "Control group:"),
        criteria=between(text, "Inclusion Criteria:", "Exclusion Criteria:"),
        description=text[: text.index("Eligibility\n")],
        outcomes=(("MRD negativity rate", "3 months"),),
    )
    check_first(facts)
    assert {(item[3]) for item in amounts(facts)} == {"mg", "{cells}"}
    (endpoint,) = facts.endpoints
    assert (endpoint.endpoint, [(t.relation, t.high, t.unit) for t in endpoint.times]) == (
        "mrd_response",
        [("at", 3, "mo")],
    )


def test_first_seed_in_our_words() -> None:
    check_first(read_study(Study.from_record(load_record("NCT99000001"))))


def check_second(facts: StudyFacts) -> None:
    found = {item[1:] for item in amounts(facts)}
    assert found == {
        (5e7, 5e7, "{cells}", None),
        (2.5e7, 5e7, "{cells}", None),
        (2e7, 6e7, "{cells}", None),
    }
    assert any("lost_superscript" in dose.evidence.flags for dose in facts.doses.doses)
    assert ages(facts) == {(14, True, 80, True)}


def test_second_seed(shared: Path) -> None:
    text = seed(shared, "001")
    facts = study(
        arm=between(text, "For autologous intravenous infusion only", "Group Type EXPERIMENTAL"),
        criteria=between(text, "1. The subject has voluntarily", "Minimum Eligible Age"),
    )
    check_second(facts)


def test_second_seed_in_our_words() -> None:
    check_second(read_study(Study.from_record(load_record("NCT99000002"))))


def test_second_seed_in_bullets_has_thresholds_and_no_doses(shared: Path) -> None:
    text = seed(shared, "002")
    facts = study(arm="", criteria=text[text.index("•") :])
    assert facts.doses.doses == []
    assert ages(facts) == {(14, True, 80, True)}


SANDWICH = ("car", "mobili", "bucy", "transplant", "car")


def check_third(facts: StudyFacts) -> None:
    found = amounts(facts)
    assert {("cd22", 5e6, 5e6, "{cells}", "kg"), ("cd19", 5e6, 5e6, "{cells}", "kg")} <= found
    assert all(item[3] == "{cells}" for item in found), "MRD below 10⁻⁴ is a threshold, no dose"
    names = [(regimen.regimen or "") for regimen in facts.doses.regimens]
    assert "BuCy" in names
    (steps,) = (regimen.steps for regimen in facts.doses.regimens if len(regimen.steps) == len(SANDWICH))
    for step, word in zip(steps, SANDWICH, strict=True):
        assert word in step.agent_key.lower()
    assert [(step.start_day, step.end_day) for step in steps[1:3]] == [(42, 56), (28, 28)]
    assert (steps[4].start_day, steps[4].end_day) == (2, 2)


def test_third_seed(shared: Path) -> None:
    text = seed(shared, "003")
    facts = study(
        arm=between(text, "The patients received sequential", "Patients were followed"),
        outcomes=(("Overall survival (OS)", "2 years"), ("Leukemia-free survival (LFS)", "2 years")),
    )
    check_third(facts)
    assert [(e.endpoint, e.times[0].high, e.times[0].unit) for e in facts.endpoints] == [
        ("overall_survival", 2, "a"),
        ("disease_free_survival", 2, "a"),
    ]


def test_third_seed_in_our_words() -> None:
    check_third(read_study(Study.from_record(load_record("NCT99000003"))))


def check_fourth(facts: StudyFacts) -> None:
    found = amounts(facts)
    assert {("cyclophosphamide", 300, 300, "mg", "m2"), ("fludarabin", 30, 30, "mg", "m2")} <= found
    assert any(item[1:] == (5e6, 1e7, "{cells}", "kg") for item in found)
    assert days(facts, "cyclophosphamide") == days(facts, "fludarabin") == [[-5, -4, -3]]


def test_fourth_seed(shared: Path) -> None:
    text = seed(shared, "004")
    facts = study(
        arm=between(text, "Patients enrolled will receive", "The Fisrt"),
        outcomes=(
            ("Minimal residual disease response", "1 month post infusion"),
            ("Overall survival", "3 year post infusion"),
        ),
    )
    check_fourth(facts)
    assert [(e.endpoint, e.times[0].high, e.times[0].unit) for e in facts.endpoints] == [
        ("mrd_response", 1, "mo"),
        ("overall_survival", 3, "a"),
    ]


def test_fourth_seed_in_our_words() -> None:
    check_fourth(read_study(Study.from_record(load_record("NCT99000004"))))


@pytest.mark.parametrize(
    "threshold", ["ANC ≥1.0×10⁹/L", "platelets ≥75×10⁹/L", "hemoglobin ≥80 g/L", "MRD below 10⁻⁴", "MRD\\<10-6"]
)
def test_thresholds_are_no_doses(threshold: str) -> None:
    facts = study(arm="CAR-T cells are infused once.", criteria=f"Inclusion Criteria:\n\n* {threshold}")
    assert facts.doses.doses == []

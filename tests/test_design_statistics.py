"""Numbers of the planned analysis, read from descriptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.design_statistics import extract_design_statistics
from extract.study import Study

SEEDS = Path(__file__).parents[1] / ".." / "shared" / "seeds"


def study(text: str) -> Study:
    return Study.from_record({"protocolSection": {"descriptionModule": {"detailedDescription": text}}})


def numbers(text: str) -> set[tuple[str, float]]:
    return {(fact.kind, fact.value) for fact in extract_design_statistics(study(text))}


def test_a_whole_plan_in_one_sentence() -> None:
    text = (
        "A total of 70 eligible patients will be randomized 1:1. The sample size rests on a superiority design "
        "(90% vs 60% negative at month 3 in the cell arm vs control arm; α=0.05, β=0.2, 10% dropout rate)."
    )
    assert numbers(text) == {
        ("sample_size", 70),
        ("response_rate_experimental", 0.9),
        ("response_rate_control", 0.6),
        ("alpha", 0.05),
        ("power", 0.8),
        ("dropout_rate", 0.1),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("With a power of 80% and alpha = 0.05 the sample is large enough.", {("power", 0.8), ("alpha", 0.05)}),
        ("Sample size: 90% power at a two-sided significance level of 5%.", {("power", 0.9), ("alpha", 0.05)}),
        ("Type I error was set at 2.5% for the test.", {("alpha", 0.025)}),
        ("The calculation assumed power (1-β) = 0.85.", {("power", 0.85)}),
        ("A hazard ratio of 0.65 can be detected.", {("effect", 0.65)}),
        ("The sample size was calculated for an effect size of 0.5.", {("effect", 0.5)}),
        ("We allow for an attrition rate of 15%.", {("dropout_rate", 0.15)}),
        ("We expect 20% loss to follow-up.", {("dropout_rate", 0.2)}),
        ("The study will enroll approximately 1,200 adults.", {("sample_size", 1200)}),
        ("Twelve volunteers will be recruited.", {("sample_size", 12)}),
        ("A total of 25-50 patients will be accrued.", {("sample_size", 25), ("sample_size", 50)}),
        (
            "The trial has power to detect a rise of the rate from 20% to 40%.",
            {("response_rate_control", 0.2), ("response_rate_experimental", 0.4)},
        ),
        (
            "Assuming 30% in the control group versus 55% in the treatment group.",
            {("response_rate_control", 0.3), ("response_rate_experimental", 0.55)},
        ),
    ],
)
def test_wordings(text: str, expected: set[tuple[str, float]]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The Cronbach alpha of the scale was 0.91.",
        "Patients take an alpha-blocker, 5 mg a day, and TNF-alpha 0.3 is measured.",
        "Minimal residual disease is measured at 3 months with 1 year of follow-up.",
        "Pain falls by 20% in most people.",
    ],
)
def test_other_numbers_are_none_of_the_plan(text: str) -> None:
    assert numbers(text) == set()


def test_evidence_is_the_raw_text() -> None:
    text = "Zählung: the power is 80\\%.  Then α = 0.05 in a t-test of the sample size."
    for fact in extract_design_statistics(study(text)):
        assert text[fact.evidence.start_char : fact.evidence.end_char] == fact.evidence.quote


@pytest.mark.parametrize("hostile", ["power of " * 2000, "1" * 9000, "α" * 3000 + "=0.05", "total of 5 " * 2000])
def test_hostile_text_is_survived(hostile: str) -> None:
    assert all(fact.value >= 0 for fact in extract_design_statistics(study(hostile)))


def test_seed_text() -> None:
    if not SEEDS.is_dir():
        pytest.skip("the seed texts are not beside this checkout")
    text = next(SEEDS.glob("000*.txt")).read_text(encoding="utf-8")
    assert numbers(text) >= {
        ("alpha", 0.05),
        ("power", 0.8),
        ("dropout_rate", 0.1),
        ("response_rate_experimental", 0.9),
        ("response_rate_control", 0.6),
        ("sample_size", 70),
    }

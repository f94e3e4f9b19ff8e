"""How well the extractors read, measured on the bundled sample's expectations; and that the measure itself can fail."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from crawler.sample import load_expected, load_records
from extract.evaluation import Evaluation, evaluate

# What the extractors reached on the bundled sample when this line was last changed. Better is welcome: raise it.
AT_LEAST = {
    "dose: amount": 0.88,
    "dose: amount + agent": 0.85,
    "dose: whole fact": 0.55,
    "age: range with inclusivity": 0.90,
    "arm: agents": 0.88,
    "endpoint: class": 0.87,
    "endpoint: all times right": 0.97,
    "endpoint: horizon": 0.98,
}


@pytest.fixture(scope="module")
def sample_evaluation() -> Evaluation:
    return evaluate(load_records(), load_expected())


@pytest.mark.parametrize(("measure", "f1"), AT_LEAST.items())
def test_the_sample_is_read_at_least_as_well_as_before(sample_evaluation: Evaluation, measure: str, f1: float) -> None:
    assert sample_evaluation.measures[measure].f1 >= f1


def test_every_error_names_its_study(sample_evaluation: Evaluation) -> None:
    assert all(error.startswith("NCT99") for error in sample_evaluation.errors)


RECORD: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT99900001"},
        "armsInterventionsModule": {
            "armGroups": [{"label": "A", "interventionNames": ["Drug: Fludarabine"]}],
            "interventions": [
                {
                    "type": "DRUG",
                    "name": "Fludarabine",
                    "description": "Fludarabine 0.03 g/m2 IV on days -5, -4 and -3",
                    "armGroupLabels": ["A"],
                }
            ],
        },
        "outcomesModule": {"primaryOutcomes": [{"measure": "Overall survival", "timeFrame": "24 months"}]},
        "eligibilityModule": {"eligibilityCriteria": "Inclusion Criteria:\n\n* Age 18 to 70 years"},
    }
}
TRUTH: dict[str, Any] = {
    "nct_id": "NCT99900001",
    "doses": [
        {"agent": "fludarabine", "low": 30, "high": 30, "unit": "mg", "per": "m2", "per_time": None, "route": "iv",
         "frequency": {"times": 1, "every": 1, "every_unit": "d"}, "days": [-5, -4, -3], "duration": None,
         "cycle_days": None, "arms": ["A"], "text": "0.03 g/m2"},
    ],
    "ages": [{"min": 18, "min_incl": True, "max": 70, "max_incl": True, "unit": "a"}],
    "arms": [{"label": "A", "agents": ["fludarabine"], "regimen_names": []}],
    "endpoints": [
        {"role": "primary", "ordinal": 0, "class": "overall_survival", "times": [{"low": 2, "high": 2, "unit": "a"}]},
    ],
}  # fmt: skip


def f1(truth: dict[str, Any], measure: str) -> float:
    return evaluate([RECORD], {"NCT99900001": truth}).measures[measure].f1


def test_the_same_amount_in_another_unit_counts() -> None:
    assert f1(TRUTH, "dose: amount + agent") == 1


@pytest.mark.parametrize(
    ("kind", "key", "value", "measure"),
    [
        ("doses", "low", 31, "dose: amount"),
        ("doses", "per", None, "dose: amount"),
        ("doses", "agent", "cisplatin", "dose: amount + agent"),
        ("doses", "route", "po", "dose: whole fact"),
        ("doses", "days", [1], "dose: whole fact"),
        ("doses", "arms", ["B"], "dose: whole fact"),
        ("ages", "max_incl", False, "age: range with inclusivity"),
        ("arms", "agents", ["cisplatin"], "arm: agents"),
        ("endpoints", "class", "mortality", "endpoint: class"),
        ("endpoints", "times", [{"low": 3, "high": 3, "unit": "a"}], "endpoint: all times right"),
    ],
)
def test_a_wrong_fact_is_counted_as_wrong(kind: str, key: str, value: object, measure: str) -> None:
    truth = copy.deepcopy(TRUTH)
    truth[kind][0][key] = value
    assert f1(truth, measure) == 0


def test_an_annotated_record_that_is_missing_counts_as_missed() -> None:
    result = evaluate([], {"NCT99900001": TRUTH})
    assert result.measures["dose: amount"].expected == 1
    assert result.measures["dose: amount"].recall == 0
    assert result.errors[0] == "NCT99900001 is annotated but not among the records"

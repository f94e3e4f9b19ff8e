"""What is one fact although a record states it twice: in other words, in several fields, for several arms."""

from __future__ import annotations

import pytest

from tests.dose_studies import frequency, read


@pytest.mark.parametrize("cycle", ["on day 1 of each cycle", "once every cycle"])
@pytest.mark.parametrize("weeks", ["Q3W", "every 3 weeks", "every three weeks until progression"])
@pytest.mark.parametrize("swapped", [False, True])
def test_once_a_cycle_and_every_three_weeks_are_one_fact(cycle: str, weeks: str, swapped: bool) -> None:
    texts = [f"Zanfluril 200 mg IV {cycle}", f"Zanfluril 200 mg IV {weeks}"]
    arm, intervention = reversed(texts) if swapped else texts
    (dose,) = read(
        arms=[{"label": "Treatment", "description": arm}],
        interventions=[{"name": "Zanfluril", "description": intervention}],
    ).doses
    assert frequency(dose) == (1, 3, "wk")


def test_once_a_cycle_and_weekly_are_two() -> None:
    facts = read(
        arms=[{"label": "Treatment", "description": "Zanfluril 200 mg IV once every cycle"}],
        interventions=[{"name": "Zanfluril", "description": "Zanfluril 200 mg IV weekly"}],
    )
    assert len(facts.doses) == 2


def test_what_nothing_tells_apart_is_one_fact() -> None:
    text = (
        "6 cycles of zanfluril 900 mg (Day 1), (belotrine 1000 mg/m2 [Day 1-14 twice daily]) Q3W followed by "
        "zanfluril 900 mg (Day 1) + belotrine 1000 mg/m2 twice daily (Day 1-14) Q3W until progression"
    )
    facts = read(
        arms=[{"label": "Combination", "description": text}],
        interventions=[{"name": "Zanfluril"}, {"name": "Belotrine"}],
    )
    assert [d.amount_low for d in facts.doses] == [900, 1000]

"""What is said of a dose apart from its amount: places, titles, other sentences, the names of products."""

from __future__ import annotations

import pytest

from extract.doses.completion import single_dose
from extract.doses.vocabulary import read_toml
from extract.facts import Dose
from tests.dose_studies import amounts, frequency, one_arm, read


def only(text: str, *interventions: str) -> Dose:
    (dose,) = one_arm(text, *interventions).doses
    return dose


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("Zanfluril 5 mg for men after rectal cancer surgery.", None),
        ("Zanfluril 5 mg towards the otic ganglion.", None),
        ("Zanfluril 5 mg by the rectal route.", "rectal"),
        ("Zanfluril 5 mL is infused over two minutes into the left corpus cavernosum.", "other"),
        ("Zanfluril 5 mg, infused over two hours.", "iv"),
        ("Zanfluril 5 mg as an intra-cavernous injection.", "other"),
        ("Zanfluril 5 mg applied once a day.", "top"),
        ("Zanfluril 5 mg for those who had external beam radiotherapy.", None),
    ],
)
def test_a_route_is_how_it_is_given_not_where_the_disease_is(text: str, route: str | None) -> None:
    assert only(text, "Zanfluril").route == route


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two injections of zanfluril 5 mg, 30 ± 3 days apart.", (1, 30, "d")),
        ("Zanfluril 5 mg at 4-week intervals.", (1, 4, "wk")),
        ("Zanfluril 5 mg at an interval of 28 days.", (1, 28, "d")),
        ("Zanfluril 5 mg in 14 +/- 2 day treatment intervals.", (1, 14, "d")),
    ],
)
def test_time_between_doses(text: str, expected: tuple[float, float, str]) -> None:
    assert frequency(only(text, "Zanfluril")) == expected


def test_what_the_arm_says_of_its_only_agent() -> None:
    facts = read(
        arms=[{"label": "Plasma", "description": "Two sessions, each one month apart."}],
        interventions=[{"name": "Zanfluril", "description": "Zanfluril 5 mL a side."}],
    )
    assert [frequency(dose) for dose in facts.doses] == [(1, 1, "mo")]


def test_single_doses_by_the_title() -> None:
    title = read_toml("frequencies.toml")["title"]["example"]
    assert single_dose(title)
    assert not single_dose("Single Ascending and Multiple Doses of Drug A")
    facts = read(
        title="A single oral dose of zanfluril in healthy men",
        arms=[{"label": "Zanfluril 5 mg"}],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [frequency(dose) for dose in facts.doses] == [(1, None, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5 g of absolute ethanol per kg of body weight.", [("ethanol", 0.5, 0.5, "g", "kg", None)]),
        ("Zanfluril 4 mg/die.", [("zanfluril", 4, 4, "mg", None, "d")]),
        ("2 zanfluril 100 mg capsules.", [("zanfluril", 200, 200, "mg", None, None)]),
        ("On day 2 zanfluril 100 mg capsules.", [("zanfluril", 100, 100, "mg", None, None)]),
        ("1 hard capsule of zanfluril once a day.", [("zanfluril", 1, 1, "{capsule}", None, None)]),
        (
            "Zanfluril + lamivudine (0,5 mg + 4 mg).",
            [("zanfluril", 0.5, 0.5, "mg", None, None), ("lamivudine", 4, 4, "mg", None, None)],
        ),
        (
            "Zanfluril 5 mg. With and without lamivudine the dose rises to 50 mg.",
            [("zanfluril", 5, 5, "mg", None, None), ("zanfluril", 50, 50, "mg", None, None)],
        ),
    ],
)
def test_amounts_and_whose_they_are(text: str, expected: list[tuple[object, ...]]) -> None:
    facts = one_arm(text, "Zanfluril", "Lamivudine") if "amivudine" in text else one_arm(text, "Zanfluril")
    assert amounts(facts) == expected


def test_the_strength_of_a_product_counts_where_nothing_else_is_said() -> None:
    name = {"name": "Zanfluril, 100 Units/mL Subcutaneous Solution"}
    (dose,) = read(arms=[{"label": "A"}], interventions=[name]).doses
    assert (dose.agent_key, dose.amount_low, dose.unit, dose.role) == ("zanfluril", 100, "[IU]", "concentration")
    facts = read(arms=[{"label": "A", "description": "Zanfluril 20 units at night."}], interventions=[name])
    assert [(d.amount_low, d.role) for d in facts.doses] == [(20, "dose")]


def test_how_long_by_the_title_and_by_days_before_day_0() -> None:
    facts = read(
        title="A 12-week double-blind trial of zanfluril",
        arms=[{"label": "A", "description": "Zanfluril 5 mg daily. Lamivudine 30 mg on day -5 to -3."}],
        interventions=[{"name": "Zanfluril"}, {"name": "Lamivudine"}],
    )
    assert [(d.duration_value, d.duration_unit) for d in facts.doses] == [(12, "wk"), (3, "d")]


def test_the_drug_or_its_placebo_have_the_same_amount() -> None:
    facts = one_arm("Zanfluril or matching placebo tablets at a dose of 30 mg daily.", "Zanfluril", "Placebo")
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses] == [("zanfluril", 30), ("placebo", 30)]


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("2 x 100 mg zanfluril once daily", 200, "mg"),
        ("2 X 100mg tablets zanfluril", 200, "mg"),
        ("3 x 1000 mg zanfluril", 3000, "mg"),
        ("zanfluril 10mg 2 tablets", 20, "mg"),
        ("2 placebo capsules daily", 2, "{capsule}"),
        ("4 coated zanfluril tablets daily", 4, "{tablet}"),
        ("15,000,000 human cord mesenchymal stem cells", 15e6, "{cells}"),
        ("6 doses of zanfluril are given", 6, "{dose}"),
        ("3 monthly IVC injections of zanfluril", 3, "{dose}"),
        ("carboplatin: 2.5 AUC i.v. on day 1", 2.5, "{AUC}"),
        (r"carboplatin (area under the curve \[AUC\] of 5 on day 1)", 5, "{AUC}"),
    ],
)
def test_counts_of_pieces(text: str, amount: float, unit: str) -> None:
    (dose,) = one_arm(f"{text}.", "Zanfluril", "Placebo").doses
    assert (dose.amount_low, dose.unit) == (amount, unit)


def test_counted_administrations_of_the_text_s_own_agent() -> None:
    (dose,) = read(
        arms=[{"label": "A"}],
        interventions=[{"name": "Zanfluril", "description": "2 intracavernosal injections over 7 weeks."}],
    ).doses
    assert (dose.agent_key, dose.amount_low, dose.unit) == ("zanfluril", 2, "{dose}")


def test_doses_that_are_compared_are_not_counted() -> None:
    assert one_arm("A comparison of 2 doses of zanfluril.", "Zanfluril").doses == []

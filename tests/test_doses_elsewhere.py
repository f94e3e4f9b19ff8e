"""What is said of a dose apart from its amount: places, titles, other sentences, the names of products."""

from __future__ import annotations

import pytest

from extract.doses.said import single_dose
from extract.doses.vocabulary import read_toml
from tests.dose_studies import amounts, frequency, one_arm, only, read


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


def test_levels_that_stand_together_are_given_alike() -> None:
    facts = one_arm("Zanfluril is taken once daily from 200 mg on, and raised to 400 mg and 600 mg.", "Zanfluril")
    assert [(d.amount_low, frequency(d)) for d in facts.doses] == [(level, (1, 1, "d")) for level in (200, 400, 600)]


def test_a_placebo_is_given_as_what_it_stands_for() -> None:
    facts = read(
        arms=[
            {"label": "A", "description": "Two zanfluril tablets by mouth every morning for 3 weeks."},
            {"label": "B", "description": "Two placebo tablets."},
        ],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["A"]},
            {"name": "Placebo", "armGroupLabels": ["B"]},
        ],
    )
    said = [(d.agent_key, d.route, frequency(d), d.duration_value, d.duration_unit) for d in facts.doses]
    assert said == [(key, "po", (1, 1, "d"), 3, "wk") for key in ("zanfluril", "placebo")]


def test_days_that_another_sentence_says() -> None:
    facts = read(
        summary="Patients receive zanfluril iv over 30 minutes on days 1 and 8, then lamivudine orally.",
        arms=[{"label": "A", "description": "Zanfluril 5 mg/m2; lamivudine 9 mg."}],
        interventions=[{"name": "Zanfluril"}, {"name": "Lamivudine"}],
    )
    assert [(d.agent_key, d.days) for d in facts.doses] == [("zanfluril", [1, 8]), ("lamivudine", None)]


def test_what_only_says_when_takes_no_schedule() -> None:
    facts = one_arm(
        "Zanfluril 5 mg over two hours prior to lamivudine on day 1 of each cycle.", "Zanfluril", "Lamivudine"
    )
    assert facts.doses[0].days == [1]


def test_the_total_of_a_session_is_given_each_session() -> None:
    facts = read(
        arms=[{"label": "Plasma", "description": "Two sessions, each one month apart."}],
        interventions=[{"name": "Zanfluril", "description": "Each session consists of a total of 5 mL zanfluril."}],
    )
    assert [frequency(dose) for dose in facts.doses] == [(1, 1, "mo")]


def test_single_doses_by_the_title() -> None:
    title = read_toml("frequencies.toml")["title"]["example"]
    assert single_dose(title)
    assert single_dose("A Single Centre, Randomised, Single Dose Study of Drug A")
    assert not single_dose("A Single Centre Study of Doses of Drug A")
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


def test_a_cream_of_which_no_amount_is_stated_has_a_strength_by_mass() -> None:
    facts = read(
        arms=[{"label": "Cream", "description": "Albumin below 30 mg/g is measured."}],
        interventions=[{"name": "ZX-01 60 ug/g cream", "description": "Applied once daily."}],
    )
    (dose,) = facts.doses
    assert (dose.agent_key, dose.amount_low, dose.unit, dose.role) == ("zx-01", 60, "ug/g", "concentration")


@pytest.mark.parametrize(
    ("description", "stated"),
    [
        ("A white suspension containing 200 mg/mL for injection.", [(200, "mg/mL")]),
        ("A dye, 100 mg per mL.", [(100, "mg/mL")]), ("Contrast medium, 320 mg I/mL.", [(320, "mg/mL")]),
        ("0,9%", [(0.9, "%")]), ("Injections 20% are given.", [(20, "%")]),
        ("Given to a target level of 5 mg/mL.", []), ("10 mg/mL, or 20 mg/mL.", []),
        ("Given as 5 mg of 2 mg/mL.", [(5, "mg")]),
    ],
)  # fmt: skip
def test_the_strength_of_a_product_may_be_its_description(description: str, stated: list[tuple[float, str]]) -> None:
    intervention = {"name": "Zanfluril", "description": description}
    facts = read(arms=[{"label": "A"}], interventions=[intervention])
    assert [(d.amount_low, d.unit) for d in facts.doses] == stated


def test_how_long_by_the_title_and_by_days_before_day_0() -> None:
    facts = read(
        title="A 12-week double-blind trial of zanfluril",
        arms=[{"label": "A", "description": "Zanfluril 5 mg daily. Lamivudine 30 mg on day -5 to -3."}],
        interventions=[{"name": "Zanfluril"}, {"name": "Lamivudine"}],
    )
    assert [(d.duration_value, d.duration_unit) for d in facts.doses] == [(12, "wk"), (3, "d")]


@pytest.mark.parametrize(
    ("summary", "length"),
    [
        ("Patients are treated with zanfluril for 8 weeks.", (8, "wk")),
        ("After a 4-week unmedicated phase, patients receive zanfluril for 3 months.", (3, "mo")),
        ("All who received zanfluril have a follow-up for 8 weeks.", (None, None)),
        ("Zanfluril is given for 8 weeks. Some take zanfluril for 3 months.", (None, None)),
        ("Zanfluril is given for 3 days.", (None, None)),
        ("There is a 12-week double-blind treatment phase.", (12, "wk")),
        ("The treatment period lasts, in all, for 6 months.", (6, "mo")),
        ("Pain is asked for after 6 weeks of treatment.", (None, None)),
    ],
)
def test_how_long_by_the_sentences_about_the_agent(summary: str, length: tuple[float | None, str | None]) -> None:
    facts = read(
        summary=summary,
        arms=[{"label": "A", "description": "Zanfluril 5 mg daily."}],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.duration_value, d.duration_unit) for d in facts.doses] == [length]


def test_the_drug_or_its_placebo_have_the_same_amount() -> None:
    facts = one_arm("Zanfluril or a matching placebo at a dose of 30 mg daily.", "Zanfluril", "Placebo")
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
        (r"carboplatin (area under the curve \[AUC\] of 6 each time)", 6, "{AUC}"),
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


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Zanfluril 5 mg/tablet, 2 tablets each time, twice daily.", [(10, "dose"), (5, "strength")]),
        ("Zanfluril 5 mg/capsule, one capsule twice daily.", [(5, "dose")]),
        ("Each tablet contains 5 mg. Take three tablets of zanfluril daily.", [(15, "dose"), (5, "strength")]),
        ("Zanfluril 20 mg a day. Each tablet contains 5 mg. Two are taken twice.", [(20, "dose"), (5, "strength")]),
    ],
)  # fmt: skip
def test_the_strength_of_a_piece_times_their_number_is_an_intake(text: str, stated: list[tuple[float, str]]) -> None:
    found = [(dose.amount_low, dose.role) for dose in one_arm(text, "Zanfluril").doses]
    assert sorted(found) == sorted(stated)


def test_parts_of_a_product_are_no_doses() -> None:
    facts = one_arm("Zanfluril 2 g daily: each capsule contains ginseng 50 mg and zinc 5 mg.", "Zanfluril")
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses] == [("zanfluril", 2)]
    facts = one_arm(
        "Zanfluril 2 g. Composition includes:\n\n97% cellulose (as is)\n\n2% zinc\n\nIt is white.", "Zanfluril"
    )
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses] == [("zanfluril", 2)]
    facts = one_arm("A capsule containing zanfluril 5 mg and abacavir 10 mg daily.", "Zanfluril", "Abacavir")
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses] == [("zanfluril", 5), ("abacavir", 10)]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Zanfluril 70 mg placebo tablet every 2 weeks.", [("placebo", 70)]),
        ("Either zanfluril or placebo at 30 mg/day for 2 weeks, 20 mg/day for 1 week and 10 mg/day for a week.",
         [("placebo", 10), ("placebo", 20), ("placebo", 30), ("zanfluril", 10), ("zanfluril", 20), ("zanfluril", 30)]),
        ("Zanfluril or placebo may be increased to a maximum of 60 mg.", [("placebo", 60), ("zanfluril", 60)]),
        ("Zanfluril 5 mg. Take 3 tablets of zanfluril or placebo.", [("placebo", 3), ("zanfluril", 5)]),
        ("6 injections (three a side) of either zanfluril or placebo. Zanfluril 5 mg.",
         [("placebo", 6), ("zanfluril", 5)]),
        ("Zanfluril 5 mg or placebo, 1 tablet once daily.", [("placebo", 1), ("zanfluril", 5)]),
        ("Take 1 matching placebo oral tablet daily.", [("placebo", 1)]),
        ("Zanfluril 5 mg or placebo once daily.", [("zanfluril", 5)]),
    ],
)  # fmt: skip
def test_amounts_of_a_placebo(text: str, stated: list[tuple[str, float]]) -> None:
    facts = one_arm(text, "Zanfluril", "Placebo")
    assert sorted((dose.agent_key, dose.amount_low) for dose in facts.doses) == stated


def test_a_placebo_of_corresponding_volume_has_no_amount() -> None:
    arm = {"label": "A", "description": "Corresponding volume to 100 mg/day or 2 mg/kg/day."}
    assert read(arms=[arm], interventions=[{"name": "Placebo"}]).doses == []


def test_the_mass_of_a_product_and_of_its_drug() -> None:
    facts = one_arm("5 g sachets of zanfluril gel (50 mg zanfluril) once daily.", "Zanfluril gel")
    assert [(dose.amount_low, dose.unit) for dose in facts.doses] == [(50, "mg")]


def test_the_strength_of_a_solvent_is_no_dose() -> None:
    text = "Zanfluril 5 mg is diluted in 50 mL of 0.9% saline, then wash the line using 100 mL of 0.9% saline."
    assert [(d.agent_key, d.amount_low) for d in one_arm(text, "Zanfluril").doses] == [("zanfluril", 5)]


def test_what_each_ml_contains_is_no_intake() -> None:
    facts = one_arm("Each mL contains 5 mg zanfluril. Patients receive 2 mL of zanfluril.", "Zanfluril")
    assert [(dose.amount_low, dose.unit) for dose in facts.doses] == [(2, "mL")]
    facts = one_arm("Each mL of solution contains 5 mg zanfluril.", "Zanfluril")
    assert [(dose.amount_low, dose.role) for dose in facts.doses] == [(5, "concentration")]


def test_what_is_said_of_a_product_or_of_all_drugs_is_said_of_each() -> None:
    arms = [{"label": "Treatment", "description": "Zanfluril 5 mg and abacavir 3 mg."}]
    product = read(arms=arms, interventions=[{"name": "Zanfluril + abacavir", "description": "oral route"}])
    both = read(
        arms=arms,
        interventions=[{"name": "Zanfluril"}, {"name": "Abacavir"}],
        summary="Both drugs are given by mouth.",
    )
    assert [d.route for d in [*product.doses, *both.doses]] == ["po"] * 4


def test_the_same_amount_of_another_agent_in_another_arm_is_another_dose() -> None:
    facts = read(
        arms=[
            {"label": "Plasma", "description": "10 mL plasma; 5 mL each are injected on both sides."},
            {"label": "Control", "description": "10 mL saline; 5 mL each are injected on both sides."},
        ],
        interventions=[
            {"name": "Platelet rich plasma", "otherNames": ["plasma"], "armGroupLabels": ["Plasma"]},
            {"name": "Saline", "armGroupLabels": ["Control"]},
        ],
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(10, [1]), (5, [1]), (10, [2]), (5, [2])]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("The blinded medication has to be taken once every two days.", (1, 2, "d")),
        ("We plan to give three vaccinations at four week intervals.", (1, 4, "wk")),
        ("Tablets are counted at every visit.", (None, None, None)),
        ("Injections are given in a single session.", (None, None, None)),
    ],
)
def test_how_often_the_study_s_one_drug_is_given_by_whatever_name(
    summary: str, expected: tuple[float | None, float | None, str | None]
) -> None:
    (dose,) = read(
        arms=[{"label": "Active", "description": "Zanfluril 5 mg"}],
        interventions=[{"name": "Zanfluril"}],
        summary=summary,
    ).doses
    assert frequency(dose) == expected


def test_a_frequency_counts_though_its_text_speaks_of_visits_elsewhere() -> None:
    (dose,) = read(
        arms=[{"label": "Active", "description": "Zanfluril 5 mg"}],
        interventions=[{"name": "Zanfluril", "description": "To be taken twice daily. Symptoms are assessed weekly."}],
    ).doses
    assert frequency(dose) == (2, 1, "d")


def test_what_an_arm_says_of_a_product_of_two_drugs_holds_for_both() -> None:
    facts = read(
        arms=[{"label": "Fixed combination", "description": "One hard capsule once a day."}],
        interventions=[{"name": "Lamivudine/abacavir"}],
        summary="Zanfluril 5 mg and abacavir 10 mg are compared with nothing.",
    )
    assert [frequency(d) for d in facts.doses if d.unit == "mg"] == [(1, 1, "d")] * 2


def test_a_course_of_radiation_is_given_on_the_days_of_the_week_said_elsewhere() -> None:
    facts = read(
        arms=[{"label": "Radiation", "description": "Total dose of 60 Gy in 30 fractions of 2 Gy."}],
        interventions=[{"name": "Conformal radiation therapy", "type": "RADIATION"}],
        summary="Patients undergo radiotherapy once daily 5 days a week.",
    )
    assert [frequency(d) for d in facts.doses] == [(5, 1, "wk")] * 2


@pytest.mark.parametrize(
    "summary",
    [
        "Adults who use zanfluril weekly are studied.",
        "We will enroll men on zanfluril twice daily.",
        "Zanfluril and the number of weekly attacks are studied.",
        "Zanfluril is studied; samples are drawn weekly.",
    ],
)
def test_what_is_not_how_often_it_is_given(summary: str) -> None:
    (dose,) = read(
        arms=[{"label": "Active", "description": "Zanfluril 5 mg"}],
        interventions=[{"name": "Zanfluril"}],
        summary=summary,
    ).doses
    assert frequency(dose) == (None, None, None)


def test_an_adjusted_dose_is_taken_as_long_as_the_first() -> None:
    facts = one_arm(
        "Zanfluril 50 mg for 12 weeks; the dose may be increased to 100 mg or reduced to 25 mg.", "Zanfluril"
    )
    assert [(d.amount_low, d.duration_value) for d in facts.doses] == [(50, 12), (100, 12), (25, 12)]
    facts = one_arm("Zanfluril 50 mg for 2 weeks, then increased to 100 mg.", "Zanfluril")
    assert [(d.amount_low, d.duration_value) for d in facts.doses] == [(50, 2), (100, None)]


def test_days_about_a_transplant_are_the_whole_treatment() -> None:
    (dose,) = one_arm("Zanfluril 5 mg twice daily from day -8 to day +60.", "Zanfluril").doses
    assert (dose.duration_value, dose.duration_unit) == (69, "d")


def test_a_course_of_radiation_lasts_as_long_as_its_fractions() -> None:
    facts = read(
        arms=[{"label": "Radiation", "description": "3 Gy x 10 fractions in two weeks for a total dose of 30 Gy."}],
        interventions=[{"name": "Radiation therapy", "type": "RADIATION"}],
    )
    assert {(d.duration_value, d.duration_unit) for d in facts.doses} == {(2, "wk")}


def test_how_often_what_is_assessed_is_given() -> None:
    facts = read(
        arms=[{"label": "Zanfluril 100 mg"}],
        interventions=[{"name": "Zanfluril"}, {"name": "Abacavir"}],
        summary="To assess by imaging the effect of once daily dosing with zanfluril on perfusion.",
    )
    assert [frequency(d) for d in facts.doses] == [(1, 1, "d")]


def test_days_are_those_of_the_interventions_own_text_or_of_what_stands_behind_the_name() -> None:
    facts = read(
        description="Cisplatin is given IV on day 1, and topotecan IV over 30 minutes on days 1-3.",
        arms=[{"label": "Paclitaxel 80 mg/m2 and topotecan 1 mg/m2/day"}],
        interventions=[
            {"name": "Paclitaxel", "description": "IV infusion on Days 1, 8 and 15 of each 28-day cycle"},
            {"name": "Topotecan"},
            {"name": "Cisplatin"},
        ],
    )
    assert [(dose.agent_key, dose.days) for dose in facts.doses] == [
        ("paclitaxel", [1, 8, 15]),
        ("topotecan", [1, 2, 3]),
    ]


def test_a_range_is_told_again_by_its_levels() -> None:
    facts = read(
        description="Three dose levels: 0.5 x 10^6 cells/kg, 1 x 10^6 cells/kg and 2 x 10^6 cells/kg.",
        interventions=[{"name": "CD19 CAR-T cells", "type": "BIOLOGICAL", "description": "0.5-2 x 10^6 cells/kg"}],
    )
    assert [dose.amount_low for dose in facts.doses] == [5e5, 1e6, 2e6]


def test_an_arm_that_names_nothing_says_how_all_of_it_is_given() -> None:
    facts = read(
        arms=[
            {"label": "Zanfluril 5 mg + abacavir 25 mg", "description": "Oral, once daily"},
            {"label": "Abacavir 50 mg", "description": "Oral, once daily"},
        ],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["Zanfluril 5 mg + abacavir 25 mg"]},
            {"name": "Abacavir"},
        ],
    )
    assert {(d.route, d.frequency_times, d.frequency_every_unit) for d in facts.doses} == {("po", 1.0, "d")}
    assert len(facts.doses) == 3


def test_the_amounts_of_a_combination_that_is_called_by_letters_are_of_its_parts_in_order() -> None:
    facts = read(
        arms=[{"label": "A", "description": "FDC 100/25 mg once daily"}],
        interventions=[{"name": "Lamivudine/abacavir"}],
    )
    assert [(d.agent_key, d.amount_low) for d in facts.doses] == [("lamivudine", 100), ("abacavir", 25)]


def test_the_days_of_an_amount_in_a_label_are_those_of_its_arm() -> None:
    facts = read(
        arms=[
            {"label": "Cohort 1: 50 µg", "description": "One injection on Day 1"},
            {"label": "Cohort 2: 100 µg", "description": "3 injections on Days 1, 57 and 113"},
        ],
        interventions=[{"name": "ZXV-1345", "type": "BIOLOGICAL"}],
    )
    assert [(d.amount_low, d.days) for d in facts.doses] == [(50, [1]), (100, [1, 57, 113])]


def test_how_long_one_infusion_runs_is_not_said_of_the_placebo() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Ketamine 0.1 mg/kg/h IV for 24 hours"}, {"label": "B"}],
        interventions=[
            {"name": "Ketamine", "armGroupLabels": ["A"]},
            {"name": "Placebo", "description": "50 mL of saline", "armGroupLabels": ["B"]},
        ],
    )
    assert [(d.unit, d.duration_value) for d in facts.doses] == [("mg", 24), ("mL", None)]


def test_so_much_a_day_is_one_dose_whether_its_parts_are_said_or_not() -> None:
    facts = read(
        arms=[{"label": "Zanfluril 10 mg/kg/day", "description": "10 mg/kg/day in two divided doses."}],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.per_time, frequency(d)) for d in facts.doses] == [(10, "d", (2, 1, "d"))]


def test_the_day_of_a_cycle_is_also_that_of_what_follows_a_loading_dose() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Zanfluril 8 mg/kg loading dose, then 6 mg/kg Q3W"}],
        interventions=[{"name": "Zanfluril", "description": "Given on Day 1 of each cycle"}],
    )
    assert [(d.amount_low, d.days) for d in facts.doses] == [(8, None), (6, [1])]


def test_a_general_name_in_an_arm_is_the_registered_agent() -> None:
    facts = read(
        arms=[{"label": "Surfactant alone"}, {"label": "BCG"}],
        interventions=[
            {"name": "Poractant alfa", "armGroupLabels": ["Surfactant alone"]},
            {"name": "BCG vaccine", "armGroupLabels": ["BCG"]},
        ],
    )
    assert [(a.arm_no, a.agent_key) for a in facts.arm_agents] == [(1, "poractant alfa"), (2, "bcg vaccine")]


def test_so_much_a_day_may_be_given_on_some_days_of_the_week() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Carboplatin 30 mg/m2/day"}],
        interventions=[{"name": "Carboplatin", "description": "30 mg/m2, 5 days a week"}],
    )
    assert [(d.per_time, frequency(d)) for d in facts.doses] == [("d", (5, 1, "wk"))]


def test_letters_that_open_the_name_of_a_registered_drug_are_short_for_no_other() -> None:
    facts = read(
        arms=[{"label": "Len+PD-1", "description": "Camrelizumab 200 mg"}],
        interventions=[{"name": "Lenvatinib"}, {"name": "Camrelizumab"}],
    )
    assert {a.agent_key for a in facts.arm_agents} == {"lenvatinib", "camrelizumab"}


@pytest.mark.parametrize(
    ("name", "other", "description"),
    [
        ("Saline placebo", "Sodium Chloride 0.9%", "Saline SC"),
        ("Placebo", "", "0.9% sodium chloride"),
        ("Placebo (0.9% NaCl)", "", ""),
    ],
)
def test_a_placebo_is_the_saline_that_is_named(name: str, other: str, description: str) -> None:
    (dose,) = read(
        arms=[{"label": "Control"}],
        interventions=[{"name": name, "otherNames": [other] if other else [], "description": description}],
    ).doses
    assert (dose.agent_key, dose.amount_low, dose.unit, dose.role) == ("placebo", 0.9, "%", "concentration")


def test_what_is_cut_off_of_a_word_is_no_day() -> None:
    facts = read(
        arms=[{"label": "Zanolimab plus Torimab", "description": "Zanolimab 360 mg. Torimab 15 mg."}],
        interventions=[{"name": "Zanolimab"}, {"name": "Torimab"}],
        description="This is a study of PD-1 inhibitor zanolimab in combination with torimab.",
    )
    assert [dose.days for dose in facts.doses] == [None, None]

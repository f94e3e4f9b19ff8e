"""Doses end to end: agent, schedule and route bound to each amount, and what is no dose."""

from __future__ import annotations

from typing import Any

import pytest

from extract.doses.agents import known_keys
from extract.doses.vocabulary import read_toml
from tests.dose_studies import amounts, frequency, one_arm, read


def test_car_t_cells_after_lymphodepletion() -> None:
    facts = one_arm(
        "CD19 CAR-T cells (1.0×10⁶/kg, single intravenous infusion) after lymphodepletion with "
        "cyclophosphamide (300mg/m²/d ×3d) + fludarabine (30mg/m²/d ×3d).",
        "CD19 CAR-T",
    )
    assert amounts(facts) == [
        ("cd19 car-t cells", 1e6, 1e6, "{cells}", "kg", None),
        ("cyclophosphamide", 300, 300, "mg", "m2", "d"),
        ("fludarabine", 30, 30, "mg", "m2", "d"),
    ]
    cells, cyclophosphamide, _ = facts.doses
    assert (frequency(cells), cells.route) == ((1, None, None), "iv")
    assert (cyclophosphamide.duration_value, cyclophosphamide.duration_unit) == (3, "d")


def test_a_misspelled_agent_is_resolved_and_flagged() -> None:
    facts = one_arm("Fludarabin 30 mg/m2 on day -5 to -3.", "CAR-T")
    (dose,) = facts.doses
    assert (dose.agent, dose.agent_key, dose.days) == ("Fludarabin", "fludarabine", [-5, -4, -3])
    assert dose.evidence.flags == ["misspelled_agent"]


def test_respectively_gives_both_the_amount() -> None:
    facts = one_arm("Infusion of CD22 and CD19 CAR-T cells (dose 5×10⁶/kg respectively).", "CAR-T")
    assert [(d.agent_key, d.amount_low) for d in facts.doses] == [("cd22 car-t cells", 5e6), ("cd19 car-t cells", 5e6)]


def test_respectively_pairs_agents_and_amounts() -> None:
    facts = one_arm(
        "Metformin and sitagliptin are given at 500 mg and 50 mg, respectively.", "Metformin", "Sitagliptin"
    )
    assert [(d.agent_key, d.amount_low) for d in facts.doses] == [("metformin", 500), ("sitagliptin", 50)]


def test_slashed_amounts_belong_to_slashed_agents() -> None:
    facts = one_arm("100/25 mg losartan/hydrochlorothiazide daily.", "Losartan/Hydrochlorothiazide")
    assert [(d.agent_key, d.amount_low) for d in facts.doses] == [("losartan", 100), ("hydrochlorothiazide", 25)]


@pytest.mark.parametrize(
    "text",
    [
        "Paclitaxel 80 mg/m2 and carboplatin AUC 2 weekly.",
        "80 mg/m2 paclitaxel and carboplatin AUC 2 weekly.",
        "Paclitaxel at a dose of 80 mg/m2; carboplatin (AUC 2) weekly.",
        "Weekly paclitaxel (80 mg/m2) plus carboplatin AUC=2.",
    ],
)
def test_amounts_before_or_after_their_agents(text: str) -> None:
    facts = one_arm(text, "Paclitaxel", "Carboplatin")
    assert [(d.agent_key, d.amount_low, d.unit) for d in facts.doses] == [
        ("paclitaxel", 80, "mg"),
        ("carboplatin", 2, "{AUC}"),
    ]


def test_a_schedule_at_the_end_of_an_enumeration_holds_for_all_of_it() -> None:
    facts = one_arm("Aspirin 100 mg + clopidogrel 75 mg once daily for 6 months.", "Aspirin", "Clopidogrel")
    assert [frequency(d) for d in facts.doses] == [(1, 1, "d")] * 2
    assert [(d.duration_value, d.duration_unit) for d in facts.doses] == [(6, "mo")] * 2


def test_each_agent_keeps_its_own_schedule() -> None:
    facts = one_arm(
        "Gemcitabine 1000 mg/m2 IV on days 1 and 8 and capecitabine 825 mg/m2 orally twice daily on days 1-14 "
        "of each 21-day cycle.",
        "Gemcitabine",
        "Capecitabine",
    )
    gemcitabine, capecitabine = facts.doses
    assert (gemcitabine.days, gemcitabine.route) == ([1, 8], "iv")
    assert (capecitabine.days, capecitabine.route) == (list(range(1, 15)), "po")
    assert frequency(capecitabine) == (2, 1, "d")
    assert capecitabine.cycle_days == 21


def test_the_day_of_a_cycle_is_once_a_cycle() -> None:
    (dose,) = one_arm("Docetaxel 75 mg/m2 IV on day 1 of each 21-day cycle.", "Docetaxel").doses
    assert (dose.days, dose.cycle_days, frequency(dose)) == ([1], 21, (1, 1, "cycle"))


def test_consecutive_days_are_daily() -> None:
    (dose,) = one_arm("Azacitidine 75 mg/m2 SC on days 1 to 7, every 4 weeks.", "Azacitidine").doses
    assert (frequency(dose), dose.days, dose.cycle_days) == ((1, 1, "d"), list(range(1, 8)), 28)


def test_a_later_sentence_gives_the_cycle() -> None:
    (dose,) = one_arm("Oxaliplatin 85 mg/m2 IV day 1. Treatment repeats every 14 days.", "Oxaliplatin").doses
    assert dose.cycle_days == 14


def test_the_one_length_of_a_cycle_holds_for_the_days_of_all() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Cisplatin 75 mg/m2 IV on day 1 and gemcitabine 1000 mg/m2 on days 1, 8."}],
        interventions=[{"name": "Cisplatin"}, {"name": "Gemcitabine"}],
        description="Treatment is given in 21-day cycles.",
    )
    assert [(d.cycle_days, frequency(d)) for d in facts.doses] == [(21, (1, 1, "cycle")), (21, (None, None, None))]


def test_a_length_of_a_cycle_is_not_that_of_a_dose_with_another_interval() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Cisplatin 75 mg/m2 IV on day 1, every 3 weeks."}],
        interventions=[{"name": "Cisplatin"}],
        description="Later treatment is given in 28-day cycles.",
    )
    assert [(d.cycle_days, frequency(d)) for d in facts.doses] == [(21, (1, 3, "wk"))]


def test_cycles_at_the_end_of_an_enumeration_are_not_those_of_another_interval() -> None:
    text = "Lamivudine 80 mg daily or abacavir 75 mg/m2 every 3 weeks for 4 cycles."
    assert [d.cycles for d in one_arm(text, "Lamivudine", "Abacavir").doses] == [None, 4]


def test_the_length_of_a_phase_that_follows_is_not_that_of_the_dose() -> None:
    text = "Zanfluril 10 mg followed by an open-label phase for 9 weeks. Visits go on for 12 weeks."
    (dose,) = one_arm(text, "Zanfluril").doses
    assert dose.evidence.quote == "Zanfluril 10 mg"


def test_intervals_that_are_counted_are_cycles() -> None:
    (dose,) = one_arm("Cisplatin 75 mg/m2 on day 1 every 21 days x 3.", "Cisplatin").doses
    assert (dose.cycles, dose.cycle_days, dose.duration_value) == (3, 21, None)
    (dose,) = one_arm("Cisplatin 30 mg/m2 weekly x 6.", "Cisplatin").doses
    assert (dose.cycles, dose.duration_value) == (None, 6)


def test_loading_and_maintenance_are_two_doses() -> None:
    loading, following = one_arm(
        "Trastuzumab: a loading dose of 8 mg/kg followed by a maintenance dose of 6 mg/kg every 3 weeks.", "Trastuzumab"
    ).doses
    assert (loading.role, frequency(loading)) == ("loading", (1, None, None))
    assert (following.role, frequency(following)) == ("maintenance", (1, 3, "wk"))


def test_a_maximum_leaves_the_schedule_to_the_dose() -> None:
    dose, maximum = one_arm("Vincristine 1.5 mg/m2 (maximum 2 mg) IV on days 1, 8 and 15.", "Vincristine").doses
    assert (dose.amount_low, dose.days) == (1.5, [1, 8, 15])
    assert (maximum.amount_low, maximum.role, maximum.days) == (2, "maximum", None)


def test_a_maximum_in_brackets_leaves_it_the_role_and_the_schedule() -> None:
    text = "Zanfluril 2.5 mg/kg (maximum calculated dose 240 mg) on day 2 of each 28-day cycle."
    doses = {d.amount_low: d for d in one_arm(text, "Zanfluril").doses}
    assert (doses[2.5].role, doses[2.5].days, doses[2.5].cycle_days) == ("dose", [2], 28)
    assert doses[240].role == "maximum"


def test_a_total_of_several_days_is_no_daily_amount() -> None:
    facts = one_arm("Melphalan 50 mg/m2 (total 150 mg/m2) IV on days -7 to -5.", "Melphalan")
    total = next(d for d in facts.doses if d.role == "total")
    assert (frequency(total), total.days) == ((None, None, None), [-7, -6, -5])


def test_days_before_the_amount_are_its_days_though_it_says_how_often() -> None:
    (dose,) = one_arm("Days 1-3: Zanfluril 8 mg at bedtime.", "Zanfluril").doses
    assert (dose.days, frequency(dose)) == ([1, 2, 3], (1, 1, "d"))
    (dose,) = one_arm("On day 48, patients begin Zanfluril 300 mg BID.", "Zanfluril").doses
    assert (dose.days, frequency(dose)) == (None, (2, 1, "d"))


def test_the_next_sentence_gives_the_days_of_a_daily_amount() -> None:
    (dose,) = one_arm("Melphalan 50 mg/m2/day IV over 30 minutes. It is given on days -7 to -5.", "Melphalan").doses
    assert dose.days == [-7, -6, -5]


def test_radiation_total_and_fraction() -> None:
    facts = read(
        arms=[{"label": "RT", "description": "Total dose of 60 Gy in 30 fractions of 2 Gy, 5 days a week."}],
        interventions=[{"type": "RADIATION", "name": "Radiotherapy"}],
    )
    assert [(d.agent_key, d.amount_low, d.role, d.route) for d in facts.doses] == [
        ("radiation", 60, "total", "rt-external"),
        ("radiation", 2, "fraction", "rt-external"),
    ]


def test_the_same_fact_in_several_fields_is_one_dose() -> None:
    facts = read(
        arms=[{"label": "Drug 20 mg", "description": "Tablet"}],
        interventions=[{"name": "Zopiclone 20 mg", "description": "Zopiclone 20 mg orally at bedtime for 4 weeks"}],
        title="Zopiclone 20 mg in Insomnia",
    )
    (dose,) = facts.doses
    assert dose.evidence.source_field == "protocolSection.armsInterventionsModule.interventions[0].description"
    assert (dose.route, frequency(dose), dose.arm_nos) == ("po", (1, 1, "d"), [1])


def test_a_field_that_states_some_of_the_days_states_the_same_dose() -> None:
    crossover = "10 mg zanfluril on Day 1, 10 mg zanfluril and 200 mg itraconazole on Day 6."
    facts = read(
        arms=[{"label": "A", "description": crossover}],
        interventions=[{"name": "Zanfluril"}, {"name": "Itraconazole", "description": crossover}],
    )
    assert [(d.agent_key, d.days) for d in facts.doses] == [("zanfluril", [1, 6]), ("itraconazole", [6])]


def test_running_text_tells_again_what_the_arm_states() -> None:
    (dose,) = read(
        arms=[{"label": "A", "description": "Zanfluril 6 mg 5 days a week."}],
        interventions=[{"name": "Zanfluril"}],
        summary="Daily zanfluril 6 mg is given.",
    ).doses
    assert frequency(dose) == (5, 1, "wk")


def test_an_open_label_phase_has_doses_of_its_own() -> None:
    text = "Zanfluril 300 mg {} for 3 months. Open-label phase: zanfluril 300 mg every 30 days."
    for frequency_of_blinded in ("once a month", "every 30 days"):
        assert len(one_arm(text.format(frequency_of_blinded), "Zanfluril").doses) == 2
    assert len(one_arm(text.format("once a month").replace("Open-label phase", "So"), "Zanfluril").doses) == 1


def test_maintenance_with_the_same_amount_is_a_dose_of_its_own() -> None:
    facts = one_arm(
        "Zanfluril 30 mg weekly for 6 weeks.\n\nMaintenance: zanfluril 30 mg weekly for 3 weeks of 12.", "Zanfluril"
    )
    assert [d.role for d in facts.doses] == ["dose", "maintenance"]


def test_an_amount_a_day_is_not_given_once_a_cycle() -> None:
    (dose,) = one_arm("Zanfluril 0.1 mg/kg/day for 28 days, each cycle lasts 6 weeks.", "Zanfluril").doses
    assert (dose.per_time, frequency(dose)) == ("d", (None, None, None))


def test_an_amount_without_name_is_the_interventions() -> None:
    facts = read(
        arms=[{"label": "A"}],
        interventions=[
            {"name": "Capsaicin"},
            {"name": "Ibuprofen", "description": "400 mg three times a day by mouth"},
        ],
    )
    assert [(d.agent_key, d.intervention_no, frequency(d)) for d in facts.doses] == [("ibuprofen", 2, (3, 1, "d"))]


def test_a_route_said_elsewhere_is_taken_over() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Tarazumab 300 mg every 4 weeks."}],
        interventions=[{"name": "Tarazumab", "description": "Given by subcutaneous injection."}],
    )
    assert facts.doses[0].route == "sc"


def test_a_volume_counts_only_where_no_mass_is_stated() -> None:
    assert amounts(one_arm("Denosumab 60 mg (1.0 mL) subcutaneously.", "Denosumab")) == [
        ("denosumab", 60, 60, "mg", None, None)
    ]
    assert amounts(one_arm("0.5 mL of influenza vaccine into the deltoid.", "Influenza vaccine")) == [
        ("influenza vaccine", 0.5, 0.5, "mL", None, None)
    ]


def test_a_code_name_nobody_knows_is_an_agent() -> None:
    facts = read(description="Patients receive Xy-KLB (0.5 mg) and sargramostim (250 mcg).", interventions=[])
    assert [d.agent_key for d in facts.doses] == ["xy-klb", "sargramostim"]


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("Blood samples are drawn before; participants will take 5 mg of tarazumab.", 5),
        ("Tarazumab sodium 20 mg daily.", 20), ("Platelet count of 150,000/mm3 = 75 cGy", 75),
        ("Tarazumab 5 mg daily. Drink 500 mL of it.", 5), ("Patients are irradiated to 60 Gy.", 60),
    ],
)  # fmt: skip
def test_what_only_resembles_a_decoy_is_a_dose(text: str, low: float) -> None:
    assert [dose.amount_low for dose in one_arm(text, "Tarazumab").doses] == [low]


@pytest.mark.parametrize("entry", read_toml("decoys.toml")["decoy"], ids=lambda entry: str(entry["name"]))
def test_every_decoy_has_an_example_that_gives_no_dose(entry: dict[str, Any]) -> None:
    if entry.get("needs_other_amount"):
        facts = one_arm(f"Tarazumab 5 mg, {entry['example']}", "Tarazumab")
        assert [dose.amount_low for dose in facts.doses] == [5]
    else:
        assert one_arm(entry["example"], "Tarazumab").doses == []


@pytest.mark.parametrize("entry", read_toml("roles.toml")["role"], ids=lambda entry: str(entry["code"]))
def test_every_role_has_an_example_that_is_read(entry: dict[str, Any]) -> None:
    facts = one_arm(f"Tarazumab, {entry['example']}, is given.", "Tarazumab", "Radiotherapy")
    assert entry["code"] in [dose.role for dose in facts.doses]


@pytest.mark.parametrize(("text", "expected"), read_toml("misprints.toml")["examples"].items())
def test_milligrams_that_can_only_be_micrograms(text: str, expected: list[object]) -> None:
    (dose,) = one_arm(text, text.split()[0]).doses
    assert [dose.amount_low, dose.unit] == expected


def test_every_drug_that_is_misprinted_is_known() -> None:
    assert set(read_toml("misprints.toml")["ug"]) <= known_keys()


def test_eligibility_criteria_are_not_read() -> None:
    facts = read(
        arms=[{"label": "A", "description": "CAR-T cells are infused once."}],
        interventions=[{"name": "CAR-T"}],
        criteria="ANC ≥1.0×10⁹/L, platelets ≥75×10⁹/L, hemoglobin ≥80 g/L, prednisone above 10 mg a day is excluded.",
    )
    assert facts.doses == []


@pytest.mark.parametrize(
    "text",
    [
        "ANC of 1.0×10⁹/L, platelets 75×10⁹/L and hemoglobin 80 g/L are needed.",
        "Statins cut the risk by 30% (95% CI 20-40%).",
        "A total of 10 mL of venous blood is drawn.",
        "MRD below 10⁻⁴ is negative.",
        "Women with BMI below 30 kg/m2 and a prostate volume of 40 mL.",
        "Those who had prior\nradiation (at least 2000 cGy) are followed.",
        "The dose is rounded to the nearest 25 mg.",
        "With adjustments of 2 units every other day.",
        "We found a mean value of 9 mL/kg.",
    ],
)
def test_measurements_are_no_doses(text: str) -> None:
    assert one_arm(text, "Tarazumab").doses == []


@pytest.mark.parametrize(
    "text",
    [
        "Based on prior safety data 5 mg zanfluril will be tested.",
        "All who meet the exclusion criteria will receive zanfluril 5 mg.",
        "Men keep the previous dosage or will step up to 5 mg zanfluril.",
        "If 10 mg is not well tolerated, the dose is decreased to 5 mg zanfluril.",
        "Salt of zanfluril equivalent to 5 mg zanfluril.",
        "Men with prostate cancer start with zanfluril 5 mg.",
        "Testosterone gel, then zanfluril 5 mg.",
        "Zanfluril dose, if need be reduced to 5 mg zanfluril.",
        "Dexamethasone sodium phosphate and 5 mg of zanfluril are infused.",
    ],
)
def test_words_of_measurement_that_leave_a_dose_a_dose(text: str) -> None:
    assert (5, "mg") in [(d.amount_low, d.unit) for d in one_arm(text, "Zanfluril").doses]


def test_radiation_against_radiation_is_no_constraint() -> None:
    facts = read(
        arms=[{"label": "RT", "description": "Radiotherapy dose (70 Gy vs 72 Gy)."}],
        interventions=[{"type": "RADIATION", "name": "Radiotherapy"}],
    )
    assert [d.amount_low for d in facts.doses] == [70, 72]


def test_alcohol_by_weight_is_given() -> None:
    (dose,) = one_arm("0.5 g/kg ethanol.", "Ethanol").doses
    assert (dose.amount_low, dose.unit, dose.per) == (0.5, "g", "kg")


def test_a_study_without_arms_has_doses_without_arms() -> None:
    facts = read(interventions=[{"name": "Etoposide", "description": "60 mg/kg on day -3"}])
    assert [(d.agent_key, d.arm_nos) for d in facts.doses] == [("etoposide", [])]
    assert facts.arm_agents == facts.regimens == []


@pytest.mark.parametrize("value", [None, 5, [], {}, "", " ", "mg", "5", "5 mg", "(" * 500, "\\" * 500, "10^" * 300])
def test_odd_values_do_no_harm(value: object) -> None:
    record: dict[str, Any] = {
        "protocolSection": {
            "descriptionModule": {"briefSummary": value, "detailedDescription": value},
            "armsInterventionsModule": {
                "armGroups": [{"label": value, "description": value}, value],
                "interventions": [{"type": "DRUG", "name": value, "description": value, "otherNames": [value]}, value],
            },
        }
    }
    from extract.doses import extract_doses
    from extract.study import Study

    assert extract_doses(Study.from_record(record)) is not None

"""The arms that a text names: by labels and short names, in headings, as in another arm, all of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dose_studies import read
from tests.test_doses_arms import arms_of


def test_an_arm_may_be_told_to_get_agents_as_in_another() -> None:
    facts = read(
        description="Patients are randomized.\n\nARM I: Patients receive docetaxel 75 mg/m2 IV on day 1.\n\n"
        "ARM II: Patients receive docetaxel as in arm I and zanfluril 10 mg PO daily.",
        arms=[{"label": "Arm I (docetaxel)"}, {"label": "Arm II (docetaxel, zanfluril)"}],
        interventions=[
            {"name": "Docetaxel"},
            {"name": "Zanfluril", "armGroupLabels": ["Arm II (docetaxel, zanfluril)"]},
        ],
    )
    assert [(dose.agent_key, dose.arm_nos) for dose in facts.doses] == [("docetaxel", [1, 2]), ("zanfluril", [2])]


def test_as_above_refers_to_an_arm_above() -> None:
    facts = read(
        arms=[
            {"label": "A", "description": "Zanfluril 900 mg weekly"},
            {"label": "B", "description": "Zanfluril as in the schedule above, given twice"},
            {"label": "C", "description": "Zanfluril 300 mg daily"},
        ],
        interventions=[{"name": "Zanfluril", "armGroupLabels": ["A", "B", "C"]}],
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(900, [1, 2]), (300, [3])]


def test_a_sentence_with_a_colon_is_no_heading_of_what_the_next_ones_say() -> None:
    facts = read(
        arms=[{"label": "Zanfluril"}, {"label": "Abacavir"}],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["Zanfluril"]},
            {"name": "Abacavir", "armGroupLabels": ["Abacavir"]},
        ],
        description="Patients are randomised to zanfluril: 5 mg daily, or abacavir: 10 mg daily. "
        "Enoxaparin 1 mg/kg SC is given twice daily.",
    )
    assert arms_of(facts)["enoxaparin", 1] == [1, 2]


def test_an_arm_may_be_called_group_in_its_label_and_arm_in_a_text() -> None:
    facts = read(
        arms=[{"label": "Zanfluril Group"}, {"label": "Lamivudine Group"}],
        interventions=[
            {"name": "Zanfluril", "description": "25 mg in the zanfluril arm, and 1 mg in the lamivudine arm."},
            {"name": "Lamivudine"},
        ],
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(25, [1]), (1, [2])]


GROUPS = [{"label": "Group BD", "type": "EXPERIMENTAL"}, {"label": "LIA"}, {"label": "C group (control)"}]


@pytest.mark.parametrize(
    ("text", "arm_nos"),
    [
        ("Group BD receives zanfluril 5 mg.", [1]),
        ("In group (BD) zanfluril 5 mg is given.", [1]),
        ("Patients in the LIA group receive zanfluril 5 mg.", [2]),
        ("Group C: zanfluril 5 mg.", [3]),
        ("A group of patients receives zanfluril 5 mg.", [1, 2, 3]),
    ],
)
def test_groups_are_called_by_short_names(text: str, arm_nos: list[int]) -> None:
    facts = read(arms=GROUPS, interventions=[{"name": "Zanfluril"}], description=text)
    assert [(d.arm_nos, d.frequency_times) for d in facts.doses] == [(arm_nos, None)]


@pytest.mark.parametrize(
    "text",
    [
        "Group A: lamivudine 5 mg. Group B: lamivudine 10 mg. Anesthesia is induced with propofol 2 mg/kg.",
        "Group A: lamivudine 5 mg.\n\nGroup B: lamivudine 10 mg. All patients are induced with propofol 2 mg/kg.",
        "Group B: lamivudine 10 mg. Propofol 2 mg/kg is given to all.",
    ],
)
def test_what_is_given_beside_the_treatment_is_not_of_the_heading_before_it(text: str) -> None:
    facts = read(
        arms=[{"label": "Group A"}, {"label": "Group B"}], interventions=[{"name": "Lamivudine"}], description=text
    )
    assert arms_of(facts)["propofol", 2] == [1, 2]


def test_where_arms_are_called_as_their_drugs_what_follows_both_is_of_both() -> None:
    facts = read(
        arms=[{"label": "Etomidate"}, {"label": "Ketamine"}],
        interventions=[
            {"name": "Etomidate", "armGroupLabels": ["Etomidate"]},
            {"name": "Ketamine", "armGroupLabels": ["Ketamine"]},
        ],
        description="Etomidate 0.3 mg/kg or ketamine 2 mg/kg, followed by succinylcholine 1 mg/kg.",
    )
    found = {("etomidate", 0.3): [1], ("ketamine", 2): [2], ("succinylcholine", 1): [1, 2]}
    assert arms_of(facts) == found


def test_what_both_groups_receive_is_of_both_though_one_alone_is_linked() -> None:
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}],
        interventions=[{"name": "hCG", "armGroupLabels": ["A"]}, {"name": "Letrozole"}],
        description="In both groups ovulation is triggered with 5000 IU hCG.",
    )
    assert [d.arm_nos for d in facts.doses] == [[1, 2]]


def test_a_rate_a_minute_may_end_a_sentence() -> None:
    facts = read(
        arms=[{"label": "Group K"}, {"label": "Group P"}],
        interventions=[{"name": "Ketamine", "armGroupLabels": ["Group K"]}, {"name": "Propofol"}],
        description="Group P gets propofol 50 mcg/kg/min. All pts receive midazolam 1 mg.",
    )
    assert arms_of(facts)["midazolam", 1] == [1, 2]


def test_levels_are_those_of_escalation_and_not_of_expansion() -> None:
    facts = read(
        description="Dose levels: 1 x 10^6 cells/kg, 3 x 10^6 cells/kg and 1 x 10^7 cells/kg.",
        arms=[{"label": "Dose escalation"}, {"label": "Dose expansion"}],
        interventions=[{"name": "CD19 CAR-T cells", "type": "BIOLOGICAL", "description": "One infusion on day 0"}],
    )
    assert [(dose.amount_low, dose.arm_nos, dose.days) for dose in facts.doses] == [
        (1e6, [1], [0]),
        (3e6, [1], [0]),
        (1e7, [1], [0]),
    ]


def test_as_in_the_arm_of_another_drug_is_as_in_that_arm() -> None:
    facts = read(
        arms=[
            {"label": "A", "description": "Tacrolimus 0.05 mg/kg twice daily and cyclophosphamide 50 mg/kg."},
            {"label": "B", "description": "Bortezomib 1.3 mg/m2 and methotrexate 15 mg/m2 on day 1; tacrolimus."},
            {"label": "C", "description": "Maraviroc 300 mg, methotrexate and tacrolimus as in the bortezomib arm."},
        ],
        interventions=[
            {"name": "Tacrolimus"},
            {"name": "Cyclophosphamide", "armGroupLabels": ["A"]},
            {"name": "Bortezomib", "armGroupLabels": ["B"]},
            {"name": "Methotrexate", "armGroupLabels": ["B", "C"]},
            {"name": "Maraviroc", "armGroupLabels": ["C"]},
        ],
    )
    arms = {dose.agent_key: dose.arm_nos for dose in facts.doses}
    assert (arms["tacrolimus"], arms["methotrexate"]) == ([1], [2, 3])


def test_what_all_patients_receive_is_of_all_arms() -> None:
    facts = read(
        description="INDUCTION: Arm A: Patients receive rituximab 375 mg/m2 on day 1.\n\n"
        "CONSOLIDATION: All patients receive rituximab 375 mg/m2 every 8 weeks.",
        arms=[{"label": "Arm A"}, {"label": "Arm B"}],
        interventions=[{"name": "Rituximab"}],
    )
    assert [dose.arm_nos for dose in facts.doses] == [[1], [1, 2]]


def test_a_label_with_a_colon_is_a_heading_within_a_paragraph_too() -> None:
    facts = read(
        description="TIP: paclitaxel 250 mg/m2 on day 1. Mesna 500 mg/m2 is given too. "
        "CEM: paclitaxel 200 mg/m2 on day 1. Mesna 600 mg/m2 is added.",
        arms=[{"label": "TIP"}, {"label": "CEM"}],
        interventions=[{"name": "Paclitaxel"}],
    )
    assert [(dose.amount_low, dose.arm_nos) for dose in facts.doses] == [(250, [1]), (500, [1]), (200, [2]), (600, [2])]


def test_the_last_heading_before_an_amount_says_whose_it_is() -> None:
    facts = read(
        arms=[{"label": "Arm A"}, {"label": "Arm B"}],
        interventions=[{"name": "Zanfluril", "armGroupLabels": ["Arm A"]}, {"name": "Abacavir"}],
        description="Arm A (first): zanfluril 5 mg daily. Both arms: lamivudine 150 mg. Abacavir 300 mg daily.",
    )
    assert arms_of(facts) == {("zanfluril", 5): [1], ("lamivudine", 150): [1, 2], ("abacavir", 300): [1, 2]}


@pytest.mark.parametrize(
    "text",
    [
        "Run-in: zanfluril 5 mg twice daily for 2 weeks.",
        "In the extension all patients receive zanfluril 5 mg daily.",
    ],
)
def test_what_all_take_part_in_is_given_in_all_arms(text: str) -> None:
    facts = read(
        arms=[{"label": "Zanfluril"}, {"label": "Abacavir"}],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["Zanfluril"]},
            {"name": "Abacavir", "armGroupLabels": ["Abacavir"]},
        ],
        description=text,
    )
    assert arms_of(facts) == {("zanfluril", 5): [1, 2]}


def test_a_label_is_not_part_of_another_one() -> None:
    facts = read(
        arms=[{"label": "Group I"}, {"label": "Group II"}, {"label": "Group III"}],
        interventions=[{"name": "Zanfluril"}],
        description="Group I: zanfluril 5 mg daily; group II zanfluril 10 mg weekly; group III zanfluril 20 mg once.",
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(5, [1]), (10, [2]), (20, [3])]


def test_what_everyone_receives_is_not_of_the_arm_of_the_heading() -> None:
    facts = read(
        arms=[{"label": "Group I"}, {"label": "Group II"}],
        interventions=[{"name": "Zanfluril"}, {"name": "Tarazumab"}],
        description="Group I: zanfluril 5 mg daily. All children receive albendazole 400 mg.",
    )
    assert [(d.agent_key, d.arm_nos) for d in facts.doses] == [("zanfluril", [1]), ("albendazole", [1, 2])]


def test_a_sentence_ends_behind_how_often_in_letters() -> None:
    facts = read(
        description="Verapamil is started in all patients at 40 mg tid. Zanfluril group: 100 mg daily.",
        arms=[{"label": "Verapamil"}, {"label": "Verapamil + zanfluril"}],
        interventions=[{"name": "Verapamil"}, {"name": "Zanfluril", "armGroupLabels": ["Verapamil + zanfluril"]}],
    )
    assert [(d.agent_key, d.arm_nos) for d in facts.doses] == [("verapamil", [1, 2]), ("zanfluril", [2])]


def test_a_group_may_be_called_by_words_of_its_label() -> None:
    facts = read(
        description="The standard group receives 10 mg of zanfluril once daily, infants in the high dose group 20 mg.",
        arms=[{"label": "High dose zanfluril"}, {"label": "Standard dose zanfluril"}],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(10, [2]), (20, [1])]


def test_a_loading_dose_of_one_arm_is_not_the_maintenance_dose_of_another() -> None:
    facts = read(
        description="High dose group: zanfluril 40 mg/kg loading, then 20 mg/kg/day maintenance. "
        "Standard dose group: 20 mg/kg loading, then 10 mg/kg/day maintenance.",
        arms=[
            {"label": "High dose", "description": "40 mg/kg/day loading, 20 mg/kg/day maintenance"},
            {"label": "Standard dose", "description": "20 mg/kg/day loading, 10 mg/kg/day maintenance"},
        ],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.role, d.arm_nos) for d in facts.doses] == [
        (40, "loading", [1]),
        (20, "maintenance", [1]),
        (20, "loading", [2]),
        (10, "maintenance", [2]),
    ]


def test_groups_of_running_text_are_the_arms_in_their_order() -> None:
    facts = read(
        description="Group I: 30 ml zanfluril and 2 ml saline. Group II: 20 ml zanfluril.",
        arms=[{"label": "Zanfluril only"}, {"label": "Zanfluril + dexamethasone"}],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(30, [1]), (2, [1]), (20, [2])]


def test_groups_of_running_text_are_not_the_arms_where_they_get_what_these_do_not() -> None:
    facts = read(
        description="Group A receives abacavir 5 mg. Group B receives lamivudine 10 mg.",
        arms=[{"label": "Lamivudine"}, {"label": "Abacavir"}],
        interventions=[
            {"name": "Lamivudine", "armGroupLabels": ["Lamivudine"]},
            {"name": "Abacavir", "armGroupLabels": ["Abacavir"]},
        ],
    )
    assert arms_of(facts) == {("abacavir", 5): [2], ("lamivudine", 10): [1]}


def test_a_loading_dose_is_not_the_single_dose_of_another_arm() -> None:
    facts = read(
        arms=[
            {"label": "Monthly", "description": "Loading dose of 675 mg, then 225 mg monthly"},
            {"label": "Quarterly", "description": "675 mg at visit 2"},
        ],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.role, d.arm_nos) for d in facts.doses] == [
        (675, "loading", [1]),
        (225, "dose", [1]),
        (675, "dose", [2]),
    ]


def test_a_titration_phase_is_for_all_arms() -> None:
    facts = read(
        description="Open-label titration period: zanfluril 50 mg b.i.d. for 3 days.",
        arms=[{"label": "A", "description": "Zanfluril 250 mg b.i.d."}, {"label": "Placebo"}],
        interventions=[{"name": "Zanfluril", "armGroupLabels": ["A"]}],
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(250, [1]), (50, [1, 2])]


def test_an_amount_before_the_first_named_arm_is_for_all() -> None:
    levels: dict[str, Any] = {"arms": [{"label": "Low dose"}, {"label": "High dose"}]}
    levels["interventions"] = [{"name": "Brentafol"}, {"name": "Zanfluril"}]
    apart = {("zanfluril", 5): [1], ("zanfluril", 20): [2]}
    for text in (
        "Brentafol 1 mg, then high-dose zanfluril (20 mg) or low-dose zanfluril (5 mg).",
        "Brentafol 1 mg, then zanfluril 5 mg (low dose) or 20 mg (high dose).",
        "Zanfluril 5 mg (low) or 20 mg (high) daily after brentafol 1 mg.",
        "Brentafol 1 mg, zanfluril at a low (5 mg) or a high (20 mg) dose.",
    ):
        assert arms_of(read(description=text, **levels)) == {**apart, ("brentafol", 1): [1, 2]}, text


def test_amounts_behind_a_shared_one_are_of_the_arms_named_beside_them() -> None:
    letters: dict[str, Any] = {"arms": [{"label": "Arm A"}, {"label": "Arm B"}]}
    letters["interventions"] = [{"name": "Brentafol"}, {"name": "Zanfluril"}]
    for text in (
        "All get brentafol 1 mg, then arm A 5 mg of zanfluril, arm B 10 mg of zanfluril.",
        "Brentafol 1 mg, then zanfluril 5 mg in arm A or 10 mg in arm B.",
    ):
        facts = read(description=text, **letters)
        assert arms_of(facts) == {("brentafol", 1): [1, 2], ("zanfluril", 5): [1], ("zanfluril", 10): [2]}, text


def test_donors_and_recipients_are_told_apart() -> None:
    facts = read(
        description="Donors will receive zanfluril 10 mg for 5 days.\n\nRecipients receive brentafol 5 mg on day -1.",
        arms=[{"label": "Sibling donors"}, {"label": "Recipients"}],
        interventions=[{"name": "Zanfluril"}, {"name": "Brentafol"}],
    )
    assert arms_of(facts) == {("zanfluril", 10): [1], ("brentafol", 5): [2]}


def test_what_donors_donate_is_not_given_to_them() -> None:
    facts = read(
        arms=[{"label": "Donors", "description": "Relatives who were eligible to donate peripheral blood stem cells."}],
        interventions=[{"name": "Filgrastim"}],
    )
    assert [row.agent_key for row in facts.arm_agents] == ["filgrastim"]


def test_a_placebo_for_several_is_no_agent_of_them() -> None:
    interventions = [
        {"name": "Zanfluril", "armGroupLabels": ["Z"]},
        {"name": "Torimab", "armGroupLabels": ["T"]},
        {"name": "Placebo", "armGroupLabels": ["P"]},
    ]

    def of_placebo(text: str) -> list[str]:
        arms = [{"label": "Z"}, {"label": "T"}, {"label": "P", "description": text}]
        facts = read(arms=arms, interventions=interventions)
        return sorted(row.agent_key for row in facts.arm_agents if row.arm_no == 3)

    assert of_placebo("Matching placebo for zanfluril, or torimab for 3 days.") == ["placebo"]
    assert of_placebo("Placebo for zanfluril, torimab 5 mg.") == ["placebo", "torimab"]


def test_the_kind_of_the_one_registered_drug_in_a_label_is_no_further_agent() -> None:
    for label, name in (("Statin", "Atorvastatin"), ("Beta blocker group", "Metoprolol"), ("NSAID", "Ibuprofen")):
        facts = read(arms=[{"label": label, "description": f"{name} 50 mg"}], interventions=[{"name": name}])
        assert [row.agent for row in facts.arm_agents] == [name], label

"""Whose an amount is where it names nobody, or a product, a mixture or a placebo."""

from __future__ import annotations

import pytest

from extract.doses.agents import vocabulary
from tests.dose_studies import one_arm, read
from tests.test_doses_arms import agents, arms_of


def test_a_trade_mark_sign_is_no_part_of_a_name() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Two doses of Zanvax"}],
        interventions=[{"name": "Zanvax™", "type": "BIOLOGICAL"}],
    )
    assert [row.agent_key for row in facts.arm_agents] == ["zanvax"]


def test_an_amount_in_an_arms_text_is_of_the_agent_that_its_label_names() -> None:
    facts = read(
        arms=[
            {"label": "Zanfluril", "type": "EXPERIMENTAL", "description": "600 mg twice a day, with docetaxel 75 mg/m2"}
        ],
        interventions=[{"name": "Zanfluril"}, {"name": "Docetaxel"}],
    )
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses] == [("zanfluril", 600), ("docetaxel", 75)]


@pytest.mark.parametrize("label", ["Zanfluril weekly", "High exposure"])
def test_an_amount_without_a_name_is_of_the_agent_that_tells_the_arm_apart(label: str) -> None:
    facts = read(
        arms=[{"label": label, "description": "600 mg on day 1, followed by 300 mg weekly."}, {"label": "Control"}],
        interventions=[{"name": "Zanfluril", "armGroupLabels": [label]}, {"name": "Lamivudine"}],
    )
    assert [(d.agent_key, d.amount_low, d.arm_nos) for d in facts.doses] == [
        ("zanfluril", 600, [1]),
        ("zanfluril", 300, [1]),
    ]


def test_several_other_names_in_one_entry_and_the_kind_of_product_before_a_name() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Zanfluril 5 mg."}],
        interventions=[{"name": "Test product (T): ZX 9-106", "otherNames": ["ZFL, Zanfluril"]}],
    )
    assert [row.agent_key for row in facts.arm_agents] == ["zx 9-106"]


def test_two_vaccines_against_one_disease_are_two_agents() -> None:
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}],
        interventions=[
            {"name": "Prevenar", "type": "BIOLOGICAL", "description": "0.5 mL IM", "armGroupLabels": ["A"]},
            {"name": "Pneumovax", "type": "BIOLOGICAL", "description": "0.5 mL IM", "armGroupLabels": ["B"]},
        ],
    )
    assert [(d.agent, d.amount_low, d.arm_nos) for d in facts.doses] == [
        ("Prevenar", 0.5, [1]),
        ("Pneumovax", 0.5, [2]),
    ]
    assert [(row.arm_no, row.agent) for row in facts.arm_agents] == [(1, "Prevenar"), (2, "Pneumovax")]


def test_a_name_that_says_nothing_stands_for_its_other_name() -> None:
    facts = read(
        arms=[{"label": "A then B"}],
        interventions=[
            {"name": "Treatment A", "description": "100 mg, single dose.", "otherNames": ["ZX-9219"]},
            {"name": "Treatment B", "description": "600 mg, single dose.", "otherNames": ["ZX-9219"]},
        ],
    )
    assert [(d.agent_key, d.amount_low) for d in facts.doses] == [("zx-9219", 100), ("zx-9219", 600)]
    assert agents(facts, 1) == ["zx-9219"]


def test_of_the_drugs_of_an_arm_that_which_its_label_names() -> None:
    facts = read(
        arms=[{"label": "Midazolam", "description": "1.75 mg over 2 minutes, then 1 mg"}, {"label": "Remimazolam"}],
        interventions=[{"name": "Midazolam", "armGroupLabels": ["Midazolam"]}, {"name": "Fentanyl"}],
    )
    assert arms_of(facts) == {("midazolam", 1.75): [1], ("midazolam", 1): [1]}


def test_epinephrine_in_a_local_anesthetic_and_hormones_of_prose_are_given() -> None:
    facts = read(
        arms=[{"label": "A", "description": "1.8 mL of lidocaine 2% with 1:80,000 epinephrine"}, {"label": "B"}],
        interventions=[{"name": "Lidocaine", "armGroupLabels": ["A"]}, {"name": "Zanol", "armGroupLabels": ["B"]}],
        description="All women get oxytocin 10 IU.",
    )
    assert agents(facts, 1) == ["lidocaine", "epinephrine", "oxytocin"]
    assert agents(facts, 2) == ["zanol", "oxytocin"]


def test_volumes_of_a_mixture_are_of_its_first_part() -> None:
    facts = read(
        arms=[{"label": "PIEB", "description": "10 mL every 60 minutes by pump"}],
        interventions=[{"name": "Bupivacaine-fentanyl"}],
    )
    assert [(d.agent_key, d.amount_low) for d in facts.doses] == [("bupivacaine", 10)]


def test_an_amount_without_a_name_is_of_the_arms_drug_though_a_fluid_is_given_to_all() -> None:
    facts = read(
        arms=[
            {"label": "Zanfluril", "description": "0.15 mg/kg IV over 15 min."},
            {"label": "Lamivudine", "description": "0.2 mg/kg IV over 15 min."},
        ],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["Zanfluril"]},
            {"name": "Lamivudine", "armGroupLabels": ["Lamivudine"]},
            {"name": "Normal saline"},
            {"name": "Abacavir"},
        ],
    )
    assert [(d.agent_key, d.amount_low, d.arm_nos) for d in facts.doses] == [
        ("zanfluril", 0.15, [1]),
        ("lamivudine", 0.2, [2]),
    ]


def test_a_cream_is_not_left_out_for_the_tablets_of_another_arm() -> None:
    facts = read(
        arms=[
            {"label": "A", "description": "Zanfluril 3% cream twice daily."},
            {"label": "B", "description": "Zanfluril 250 mg capsule orally twice daily."},
        ],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.unit, d.route, d.arm_nos) for d in facts.doses] == [
        (3, "%", "top", [1]),
        (250, "mg", "po", [2]),
    ]


@pytest.mark.parametrize("words", ["placebo matching", "placebo tablets for", "placebo identical to"])
def test_what_a_placebo_looks_like_is_not_given(words: str) -> None:
    facts = read(
        arms=[
            {"label": "A", "description": f"Zanfluril 23 mg and {words} lamivudine 10 mg once daily."},
            {"label": "B", "description": f"Lamivudine 10 mg and {words} zanfluril 23 mg once daily."},
        ],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["A"]},
            {"name": "Lamivudine", "armGroupLabels": ["B"]},
        ],
    )
    assert [(d.agent_key, d.amount_low, d.arm_nos) for d in facts.doses] == [
        ("zanfluril", 23, [1]),
        ("lamivudine", 10, [2]),
    ]


def test_a_sequence_of_reference_and_test_is_no_radiotherapy() -> None:
    facts = read(arms=[{"label": "Sequence RT"}, {"label": "Sequence TR"}], interventions=[{"name": "Zanfluril"}])
    assert [row.agent_key for row in facts.arm_agents] == ["zanfluril", "zanfluril"]


def test_the_parts_of_a_combination_by_their_letters_where_another_drug_is_registered() -> None:
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["A"]},
            {"name": "Umeclidinium/vilanterol", "armGroupLabels": ["B"]},
        ],
        description="Patients inhale zanfluril 40 ug once daily or UMEC/VI 62.5/25 ug once daily.",
    )
    assert arms_of(facts) == {("zanfluril", 40): [1], ("umeclidinium", 62.5): [2], ("vilanterol", 25): [2]}


def test_a_part_of_a_registered_product_goes_to_the_arms_of_the_product() -> None:
    facts = read(
        arms=[{"label": "AL"}, {"label": "DP"}],
        interventions=[
            {"name": "Artemether-lumefantrine", "armGroupLabels": ["AL"]},
            {"name": "Dihydroartemisinin-piperaquine", "armGroupLabels": ["DP"]},
        ],
        description="The target is 4 mg/kg/day of dihydroartemisinin and 18 mg/kg/day of piperaquine.",
    )
    assert [(d.agent_key, d.arm_nos) for d in facts.doses] == [("dihydroartemisinin", [2]), ("piperaquine", [2])]
    assert [(row.arm_no, row.agent_key) for row in facts.arm_agents] == [
        (1, "artemether-lumefantrine"),
        (2, "dihydroartemisinin-piperaquine"),
    ]


# Phrases, each with the amounts in it.
_SAID_OF_ANY = [
    ("{}, 20, 40 or 80 mg", [20, 40, 80]),
    ("{} 40/60 mg daily", [40, 60]),
    ("{} tablets 250 mg three times a day", [250]),
    ("Two capsules of {} are taken every morning", [2]),
    ("Patients receive 100 mg of {} every 3 weeks", [100]),
    ("{} 1,000 mg weekly", [1000]),
]


def _names_of(kind: str) -> list[str]:
    """The agents of a class by their names in the vocabulary."""
    return sorted({agent.key for agent in vocabulary()[1].values() if agent.kind == kind and agent.key.isascii()})


@pytest.mark.parametrize(("phrase", "expected"), _SAID_OF_ANY)
def test_an_amount_is_read_the_same_whatever_the_agent_is_called(phrase: str, expected: list[float]) -> None:
    """No name's words or digits are read as a threshold, a number of pieces, a day or a part of the amount."""
    wrong = {}
    for name in _names_of("drug"):
        read_as = [dose.amount_low for dose in one_arm(phrase.format(name[0].upper() + name[1:]), name).doses]
        if read_as != expected:
            wrong[name] = read_as
    assert not wrong


@pytest.mark.parametrize("phrase", ["2 x 10^6 {}/kg on day 0", "{}, 2x10(6)/kg", "{} 2 million cells per kg"])
def test_numbers_of_cells_by_weight_whatever_the_cells_are_called(phrase: str) -> None:
    wrong = {}
    for name in _names_of("cells"):
        (dose,) = one_arm(phrase.format(name), name).doses or [None]
        if dose is None or (dose.amount_low, dose.unit, dose.per) != (2e6, "{cells}", "kg"):
            wrong[name] = dose
    assert set(wrong) <= {"fecal microbiota transplant"}  # of which nobody counts cells


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ARN-509 tablets 60 mg", "ARN-509"),
        ("BAY 43-9006 60 mg", "BAY 43-9006"),
        ("AG 221, 60 mg", "AG 221"),
        ("Actinomycin D 60 mg", "Actinomycin D"),
        ("Low molecular weight heparin 60 mg", "Low molecular weight heparin"),
        ("60 mg sodium fluorescein", "Sodium fluorescein"),
        ("2 x 30 mg of D2O", "D2O"),
    ],
)
def test_what_is_in_a_name_is_no_number_day_or_threshold(text: str, name: str) -> None:
    (dose,) = one_arm(text, name).doses
    assert (dose.amount_low, dose.unit, dose.days) == (60, "mg", None)


def test_a_number_of_pieces_is_no_part_of_a_name() -> None:
    facts = one_arm("2 Zanfluril capsules daily", "2 Zanfluril Capsules")
    assert [(dose.agent_key, dose.amount_low, dose.unit) for dose in facts.doses] == [("zanfluril", 2, "{capsule}")]


@pytest.mark.parametrize(
    "name",
    [
        "Zanfluril oral film 25 mg",
        "Zanfluril cilexetil",
        "Zanfluril pre-filled pen",
        "Zanfluril 75 milligram auto-injector",
        "Inhalation of zanfluril",
        "Zanfluril as needed [Z(PRN)]",
        "Zanfluril film-coated tablets",
        "Zanfluril as monotherapy",
        "Zanfluril as a monotherapy",
    ],
)
def test_what_a_product_looks_like_is_no_part_of_its_name(name: str) -> None:
    assert {dose.agent_key for dose in one_arm("5 mg daily", name).doses} == {"zanfluril"}


def test_the_placebo_of_the_other_drug_is_counted_as_a_placebo() -> None:
    facts = read(
        arms=[
            {
                "label": "Zanfluril",
                "description": "1 capsule zanfluril once a day and 1 tablet brenotinib placebo once a day.",
            },
            {
                "label": "Brenotinib",
                "description": "1 tablet brenotinib once a day and 1 capsule zanfluril placebo once a day.",
            },
        ],
        interventions=[
            {"name": "Zanfluril", "description": "Zanfluril 20 mg capsule", "armGroupLabels": ["Zanfluril"]},
            {"name": "Brenotinib", "description": "Brenotinib 4 mg tablet", "armGroupLabels": ["Brenotinib"]},
        ],
    )
    assert {(dose.agent_key, dose.amount_low, dose.unit, *dose.arm_nos) for dose in facts.doses} == {
        ("zanfluril", 20, "mg", 1),
        ("placebo", 1, "{tablet}", 1),
        ("brenotinib", 4, "mg", 2),
        ("placebo", 1, "{capsule}", 2),
    }


@pytest.mark.parametrize(
    ("name", "kind", "agents"),
    [
        ("CD19 and CD22 CAR-T cells", "BIOLOGICAL", ["cd19 and cd22 car-t cells"]),
        ("GD2, CD70 and CD276 CAR-T cells", "BIOLOGICAL", ["gd2, cd70 and cd276 car-t cells"]),
        ("Fludarabine and CD19 CAR-T cells", "BIOLOGICAL", ["cd19 car-t cells", "fludarabine"]),
        ("anti-PD-1 and CD19 CAR-T cells", "BIOLOGICAL", ["anti-pd-1", "cd19 car-t cells"]),
        ("Bispecific antibody for CD3 and CD20", "BIOLOGICAL", ["bispecific antibody"]),
        ("ZX006 as monotherapy", "DRUG", ["zx006"]),
        ("Intraduodenal zanfluril", "DRUG", ["zanfluril"]),
        ("Nitric oxide analyzer", "DEVICE", []),
        ("Nitric oxide delivery system", "DEVICE", ["nitric oxide"]),
        ("Tumor samples and serum samples", "BIOLOGICAL", []),
        ("APOE genotype", "GENETIC", []),
        ("Rescue bolus", "DRUG", []),
    ],
)
def test_what_a_name_of_an_intervention_holds(name: str, kind: str, agents: list[str]) -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"name": name, "type": kind}])
    assert sorted(row.agent.lower() for row in facts.arm_agents) == agents

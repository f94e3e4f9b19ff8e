"""Who receives a dose, and every agent of every arm."""

from __future__ import annotations

from typing import Any

import pytest

from extract.doses.agents import known_keys, words_of
from extract.doses.vocabulary import read_table, read_toml
from extract.facts import DoseFacts
from tests.dose_studies import read


def agents(facts: DoseFacts, arm_no: int) -> list[str]:
    return [row.agent_key for row in facts.arm_agents if row.arm_no == arm_no]


def arms_of(facts: DoseFacts) -> dict[tuple[str, float | None], list[int]]:
    return {(dose.agent_key, dose.amount_low): dose.arm_nos for dose in facts.doses}


def test_a_dose_in_an_arms_own_text_is_that_arms() -> None:
    facts = read(
        arms=[{"label": "Low", "description": "Zopiclone 5 mg"}, {"label": "High", "description": "Zopiclone 10 mg"}],
        interventions=[{"name": "Zopiclone"}],
    )
    assert arms_of(facts) == {("zopiclone", 5): [1], ("zopiclone", 10): [2]}


def test_a_dose_in_an_interventions_text_is_that_of_the_linked_arms() -> None:
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}, {"label": "C"}],
        interventions=[
            {"name": "Aspirin", "description": "100 mg daily", "armGroupLabels": ["A", "C"]},
            {"name": "Placebo", "description": "Tablet", "armGroupLabels": ["B"]},
        ],
    )
    assert arms_of(facts) == {("aspirin", 100): [1, 3]}
    assert [agents(facts, number) for number in (1, 2, 3)] == [["aspirin"], ["placebo"], ["aspirin"]]


def test_an_arm_with_its_own_amount_does_not_receive_that_of_a_link() -> None:
    facts = read(
        arms=[{"label": "5 mg of XB-142"}, {"label": "10 mg of XB-142"}],
        interventions=[
            {"name": "XB-142", "description": "Single dose of 5 mg"},
            {"name": "XB-142", "description": "Single dose of 10 mg"},
        ],
    )
    assert arms_of(facts) == {("xb-142", 5): [1], ("xb-142", 10): [2]}


def test_interventions_of_one_name_follow_the_order_of_the_arms() -> None:
    facts = read(
        arms=[{"label": "Arm 1"}, {"label": "Arm 2"}],
        interventions=[
            {"name": "Vardenafil", "description": "5 mg on demand"},
            {"name": "Vardenafil", "description": "10 mg on demand"},
        ],
    )
    assert arms_of(facts) == {("vardenafil", 5): [1], ("vardenafil", 10): [2]}


def test_a_description_names_its_groups() -> None:
    facts = read(
        arms=[{"label": "Group A"}, {"label": "Group B"}],
        interventions=[{"name": "Ketamine"}],
        description="Group A receives ketamine 0.3 mg/kg. Group B receives ketamine 0.5 mg/kg.",
    )
    assert arms_of(facts) == {("ketamine", 0.3): [1], ("ketamine", 0.5): [2]}


def test_both_groups() -> None:
    facts = read(
        arms=[{"label": "Group A"}, {"label": "Group B"}],
        interventions=[{"name": "Ketamine", "armGroupLabels": ["Group A"]}],
        description="Both groups receive midazolam 2 mg.",
    )
    assert arms_of(facts) == {("midazolam", 2): [1, 2]}


def test_devices_procedures_and_questionnaires_are_no_agents() -> None:
    facts = read(
        arms=[{"label": "A"}],
        interventions=[
            {"type": "DEVICE", "name": "Pacemaker"},
            {"type": "PROCEDURE", "name": "Appendectomy"},
            {"type": "BEHAVIORAL", "name": "Exercise"},
            {"type": "OTHER", "name": "Quality-of-life assessment"},
            {"type": "RADIATION", "name": "Stereotactic radiotherapy"},
        ],
    )
    assert agents(facts, 1) == ["radiation"]


def test_a_transplantation_gives_the_cells() -> None:
    facts = read(
        arms=[{"label": "A"}, {"label": "B", "description": "PBPCs are reinfused"}, {"label": "C"}],
        interventions=[
            {"type": "PROCEDURE", "name": "Allogeneic bone marrow transplantation", "armGroupLabels": ["A"]},
            {"type": "PROCEDURE", "name": "Kidney transplantation", "armGroupLabels": ["C"]},
        ],
    )
    named = [(row.arm_no, row.agent, row.agent_key) for row in facts.arm_agents]
    assert named == [
        (1, "Allogeneic bone marrow", "hematopoietic stem cells"),
        (2, "PBPCs", "hematopoietic stem cells"),
    ]


def test_rescue_by_stem_cells_gives_them() -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"type": "PROCEDURE", "name": "Autologous stem cell rescue"}])
    assert agents(facts, 1) == ["hematopoietic stem cells"]


def test_chemotherapy_is_no_agent_beside_its_drugs() -> None:
    links = [{"name": "Chemotherapy"}, {"name": "Nivolumab"}]
    assert agents(read(arms=[{"label": "A"}], interventions=links), 1) == ["chemotherapy", "nivolumab"]
    facts = read(arms=[{"label": "A", "description": "Nivolumab, then carboplatin"}], interventions=links)
    assert agents(facts, 1) == ["nivolumab", "carboplatin"]


def test_agents_of_an_arm_without_links_come_from_its_text() -> None:
    facts = read(arms=[{"label": "Chemo", "description": "Patients receive docetaxel and oral lenvatinib."}])
    assert agents(facts, 1) == ["docetaxel", "lenvatinib"]


def test_earlier_therapy_is_not_given() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Patients resistant to imatinib and with prior dasatinib get bosutinib."}],
        interventions=[{"name": "Bosutinib"}],
    )
    assert agents(facts, 1) == ["bosutinib"]


def test_brand_names_codes_and_components() -> None:
    facts = read(
        arms=[{"label": "A"}],
        interventions=[
            {"name": "BAY38-9456 (Levitra, Vardenafil)"},
            {"name": "Metformin 500 mg tablets + Sitagliptin"},
            {"name": "AMG 162 / Denosumab"},
        ],
    )
    assert agents(facts, 1) == ["vardenafil", "metformin", "sitagliptin", "denosumab"]


def test_a_brand_and_its_generic_name_are_one_agent_of_an_arm() -> None:
    for registered, printed in (
        ("Marqibo", "liposomal vincristine"),
        ("TMC114", "darunavir"),
        ("Actos", "pioglitazone"),
    ):
        facts = read(arms=[{"label": "A", "description": f"{printed} daily"}], interventions=[{"name": registered}])
        assert agents(facts, 1) == [printed]


def test_a_name_in_brackets_is_as_given_as_the_name_before_it() -> None:
    arm = {"label": "A", "description": "Placebo for certolizumab pegol (CZP) each week"}
    assert agents(read(arms=[arm], interventions=[{"name": "Placebo"}]), 1) == ["placebo"]
    arm = {"label": "A", "description": "Certolizumab pegol (CZP) each week"}
    assert agents(read(arms=[arm]), 1) == ["certolizumab"]


def test_a_letter_with_a_long_number_is_a_code() -> None:
    assert agents(read(arms=[{"label": "A", "description": "G3139 and pain at S1"}]), 1) == ["oblimersen"]


def test_a_name_belongs_to_one_agent_of_the_vocabulary() -> None:
    owner: dict[tuple[str, ...], str] = {}
    for row in read_table("agents.tsv"):
        for name in [row["agent"], *filter(None, (row.get("synonyms") or "").split("|"))]:
            assert owner.setdefault(words_of(name), row["agent"]) == row["agent"], name


def test_how_a_vaccine_is_made_is_no_agent() -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "Whole virion, egg-derived influenza vaccine"}])
    assert len(agents(facts, 1)) == 1
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "Other drugs for anaemia"}, {"name": "Zopiclone"}])
    assert agents(facts, 1) == ["zopiclone"]


def test_a_combination_that_is_one_product_is_one_agent() -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "Amoxicillin and clavulanic acid"}])
    assert agents(facts, 1) == ["amoxicillin/clavulanate"]
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "Amoxicillin and zopiclone"}])
    assert agents(facts, 1) == ["amoxicillin", "zopiclone"]


def test_a_composite_intervention_gives_each_arm_what_it_names() -> None:
    facts = read(
        arms=[
            {"label": "Tadalafil group", "description": "5 mg daily"},
            {"label": "Sildenafil group", "description": "25 mg daily"},
        ],
        interventions=[{"name": "Tadalafil 5 mg / Sildenafil 25 mg"}],
    )
    assert (agents(facts, 1), agents(facts, 2)) == (["tadalafil"], ["sildenafil"])


def test_what_an_agent_is_infused_in_is_not_given() -> None:
    facts = read(
        arms=[{"label": "A"}],
        interventions=[{"name": "Zanzumab", "description": "40 mg over 1 hour in 250 cc of normal saline"}],
    )
    assert arms_of(facts) == {("zanzumab", 40): [1]}
    assert agents(facts, 1) == ["zanzumab"]


def test_a_placebo_arm_of_saline_does_not_receive_the_drug_that_it_is_linked_to() -> None:
    facts = read(
        arms=[{"label": "Zopiclone"}, {"label": "Normal saline", "type": "PLACEBO_COMPARATOR"}],
        interventions=[{"name": "Zopiclone", "description": "5 mg daily"}],
    )
    assert arms_of(facts) == {("zopiclone", 5): [1]}
    assert agents(facts, 2) == ["normal saline"]


def test_an_arm_receives_the_one_of_several_levels_that_its_own_text_states() -> None:
    facts = read(
        arms=[
            {"label": "Cohort 1", "description": "Zanfluril 5 mg once."},
            {"label": "Cohort 2", "description": "Zanfluril 15 mg once."},
        ],
        interventions=[{"name": "Zanfluril"}],
        description="Cohorts 1 and 2 receive zanfluril 5 mg or 15 mg.",
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(5, [1]), (15, [2])]


def test_a_range_of_the_levels_is_no_dose_of_its_own() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Zanfluril 5, 10 or 20 mg daily."}],
        interventions=[{"name": "Zanfluril"}],
        description="All take zanfluril (5-20 mg) daily.",
    )
    assert [d.amount_low for d in facts.doses] == [5, 10, 20]
    assert [d.amount_high for d in facts.doses] == [5, 10, 20]


def test_an_intervention_without_a_name_shows_its_description() -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "\n", "description": "Aspirin 100 mg daily."}])
    assert [(row.agent_key, row.evidence.quote) for row in facts.arm_agents] == [("aspirin", "Aspirin 100 mg daily.")]


def test_letters_with_accents_are_as_without() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Melfalán, prednisona y ácido ascórbico: Melfalán 2 mg"}],
        interventions=[{"name": "Melfalan"}],
    )
    assert agents(facts, 1) == ["melphalan", "prednisone"]
    (dose,) = facts.doses
    assert (dose.agent, dose.agent_key) == ("Melfalán", "melphalan")


def test_a_word_that_differs_from_a_name_by_a_letter_may_be_an_ordinary_word() -> None:
    text = "Children with pancreatic disease of northern origin and androgens, preceded by secretion of cytosine."
    facts = read(arms=[{"label": "A", "description": text}], interventions=[{"name": "Lamivudine"}])
    assert agents(facts, 1) == ["lamivudine"]


def test_agents_are_known_by_brand_code_and_generic_name() -> None:
    for text, key in (
        ("Lumakras", "sotorasib"),
        ("MK-3475", "pembrolizumab"),
        ("Hibiclens", "chlorhexidine"),
        ("chlorambucil", "chlorambucil"),
        ("177Lu-PSMA", "lutetium-177"),
        ("Tdap vaccine", "tdap vaccine"),
    ):
        facts = read(
            arms=[{"label": "A", "description": f"Lamivudine and {text}."}], interventions=[{"name": "Lamivudine"}]
        )
        assert agents(facts, 1) == ["lamivudine", key]


def test_the_amount_of_a_placebo_named_after_it_is_the_placebos() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Zopiclone 7 mg placebo tablet daily."}],
        interventions=[{"name": "Zopiclone"}, {"name": "Placebo"}],
    )
    assert list(arms_of(facts)) == [("placebo", 7)]


def test_a_name_with_a_colon_heads_what_follows() -> None:
    text = "Lamivudine: cycle 1: 60 mg IV. Cycles 2-8: 30 mg subcutaneous injections Abacavir: 600 mg IV on day 1"
    facts = read(
        arms=[{"label": "A", "description": text.replace("IV. Cycles", "IV, cycles")}],
        interventions=[{"name": "Lamivudine"}, {"name": "Abacavir"}],
    )
    assert list(arms_of(facts)) == [("lamivudine", 60), ("lamivudine", 30), ("abacavir", 600)]


def test_a_full_stop_after_a_unit_does_not_part_amount_and_agent() -> None:
    facts = read(
        arms=[{"label": "A", "description": "In the placebo phase they may use oral 50 mg. tablets of zopiclone."}],
        interventions=[{"name": "Zopiclone"}, {"name": "Placebo"}],
    )
    assert list(arms_of(facts)) == [("zopiclone", 50)]


def test_the_name_of_a_graft_that_says_whence_it_is() -> None:
    facts = read(
        arms=[{"label": "A"}],
        interventions=[
            {"name": "Autologous Hematopoietic Stem Cell Transplantation", "type": "PROCEDURE"},
            {"name": "Peripheral Blood Stem Cell Transplantation", "type": "PROCEDURE"},
            {"name": "Bone marrow transplantation", "type": "PROCEDURE"},
        ],
    )
    assert [row.agent for row in facts.arm_agents] == ["Peripheral Blood Stem Cell"]


def test_intrathecal_chemotherapy_is_another_agent_than_the_drugs_beside_it() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Cytarabine with chemotherapy."}],
        interventions=[{"name": "Cytarabine"}, {"name": "Intrathecal chemotherapy"}],
    )
    assert agents(facts, 1) == ["cytarabine", "intrathecal chemotherapy"]


def test_what_something_is_given_instead_of_is_no_dose() -> None:
    facts = read(
        arms=[
            {
                "label": "A",
                "description": "Medical air instead of 100% oxygen, and zopiclone rather than 5 mg lamivudine.",
            }
        ],
        interventions=[{"name": "Oxygen"}, {"name": "Lamivudine"}],
    )
    assert facts.doses == []


KINDS = read_toml("agent_kinds.toml")["kind"]
ELEMENTS = read_toml("agent_kinds.toml")["element"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind["general"]))
def test_what_is_given_under_a_general_name_is_the_registered_agent(kind: dict[str, Any]) -> None:
    assert {kind["general"], *kind["members"]} <= known_keys()
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}],
        interventions=[{"name": kind["general"], "armGroupLabels": ["A"]}, {"name": "Zanfluril"}],
        description=f"Patients receive {kind['example']} or zanfluril alone.",
    )
    assert {(d.agent_key, d.intervention_no, *d.arm_nos) for d in facts.doses} == {(kind["general"], 1, 1)}


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: str(element["element"]))
def test_an_element_is_given_as_the_compound_that_a_study_registers(element: dict[str, Any]) -> None:
    text, compound = element["example"]
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}],
        interventions=[{"name": compound, "armGroupLabels": ["A"]}, {"name": "Zanfluril"}],
        description=f"Patients receive {text} or zanfluril alone.",
    )
    assert {(d.intervention_no, *d.arm_nos) for d in facts.doses} == {(1, 1)}


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (("Low dose", "High dose"), "Zanfluril low dose (10 mg) or high dose (20 mg) once daily."),
        (("Low", "High"), "The low dose group receives zanfluril 10 mg and the high dose group 20 mg."),
        (("Group 1", "Group 2"), "Group 1 will receive zanfluril 10 mg and group 2 zanfluril 20 mg."),
        (("Arm A", "Arm B"), "Patients take zanfluril 10 mg (arm A) or 20 mg (arm B)."),
    ],
)
def test_several_amounts_in_one_phrase_go_to_the_arms_named_beside_them(labels: tuple[str, str], text: str) -> None:
    facts = read(arms=[{"label": label} for label in labels], interventions=[{"name": "Zanfluril"}], description=text)
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(10, [1]), (20, [2])]


def test_amounts_of_arms_that_no_part_of_the_phrase_tells_apart_go_to_all() -> None:
    facts = read(
        arms=[{"label": "Group 1"}, {"label": "Group 2"}],
        interventions=[{"name": "Zanfluril"}],
        description="Group 1 and group 2 receive zanfluril 10 mg or 20 mg.",
    )
    assert [d.arm_nos for d in facts.doses] == [[1, 2], [1, 2]]


def test_the_partners_of_an_unknown_agent_are_no_names_of_it() -> None:
    facts = read(
        arms=[{"label": "ZX-1 plus lamivudine"}, {"label": "ZX-1 plus lamivudine and abacavir"}],
        interventions=[{"name": "ZX-1", "otherNames": ["Lamivudine", "Abacavir"]}],
    )
    found = [(row.arm_no, row.agent_key) for row in facts.arm_agents]
    assert sorted(found) == [(1, "lamivudine"), (1, "zx-1"), (2, "abacavir"), (2, "lamivudine"), (2, "zx-1")]


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


def test_a_trade_mark_sign_is_no_part_of_a_name() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Two doses of Zanvax"}],
        interventions=[{"name": "Zanvax™", "type": "BIOLOGICAL"}],
    )
    assert [row.agent_key for row in facts.arm_agents] == ["zanvax"]


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


def test_an_amount_in_an_arms_text_is_of_the_agent_that_its_label_names() -> None:
    facts = read(
        arms=[
            {"label": "Zanfluril", "type": "EXPERIMENTAL", "description": "600 mg twice a day, with docetaxel 75 mg/m2"}
        ],
        interventions=[{"name": "Zanfluril"}, {"name": "Docetaxel"}],
    )
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses] == [("zanfluril", 600), ("docetaxel", 75)]


def test_a_label_with_an_amount_is_about_what_its_own_arm_says_of_it() -> None:
    facts = read(
        arms=[
            {"label": "Zanfluril 10 mg", "description": "A loading dose of 20 mg, followed by 10 mg weekly."},
            {"label": "Zanfluril 20 mg", "description": "20 mg weekly."},
        ],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.role, d.arm_nos) for d in facts.doses] == [
        (20, "loading", [1]),
        (10, "dose", [1]),
        (20, "dose", [2]),
    ]


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


def test_one_field_may_say_in_how_many_parts_the_amount_of_a_day_is_given() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Zanfluril 50 mg/kg/day for 7 days"}, {"label": "B"}],
        interventions=[{"name": "Zanfluril", "description": "50 mg/kg/day in two divided doses"}],
    )
    assert [(d.amount_low, d.frequency_times, d.arm_nos) for d in facts.doses] == [(50, 2, [1, 2])]


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


def test_an_amount_on_a_day_of_one_arm_is_not_that_which_another_arm_gets_every_week() -> None:
    facts = read(
        arms=[
            {"label": "Low", "description": "Zanfluril 56 mg twice a week."},
            {"label": "High", "description": "Zanfluril 56 mg on day 1, then 84 mg twice a week."},
        ],
        interventions=[{"name": "Zanfluril"}],
    )
    assert [(d.amount_low, d.days, d.arm_nos) for d in facts.doses] == [
        (56, None, [1]),
        (56, [1], [2]),
        (84, None, [2]),
    ]


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


def test_one_text_may_give_an_amount_to_two_arms_for_other_times() -> None:
    facts = read(
        arms=[{"label": "Arm A"}, {"label": "Arm B"}],
        interventions=[{"name": "Vancomycin", "armGroupLabels": ["Arm A", "Arm B"]}],
        description="Arm A: vancomycin 125 mg QID for 14 days. Arm B: vancomycin 125 mg QID for 4 days.",
    )
    assert [(d.duration_value, d.arm_nos) for d in facts.doses] == [(14, [1]), (4, [2])]

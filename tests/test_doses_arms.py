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


def test_one_field_may_say_in_how_many_parts_the_amount_of_a_day_is_given() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Zanfluril 50 mg/kg/day for 7 days"}, {"label": "B"}],
        interventions=[{"name": "Zanfluril", "description": "50 mg/kg/day in two divided doses"}],
    )
    assert [(d.amount_low, d.frequency_times, d.arm_nos) for d in facts.doses] == [(50, 2, [1, 2])]


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


def test_one_text_may_give_an_amount_to_two_arms_for_other_times() -> None:
    facts = read(
        arms=[{"label": "Arm A"}, {"label": "Arm B"}],
        interventions=[{"name": "Vancomycin", "armGroupLabels": ["Arm A", "Arm B"]}],
        description="Arm A: vancomycin 125 mg QID for 14 days. Arm B: vancomycin 125 mg QID for 4 days.",
    )
    assert [(d.duration_value, d.arm_nos) for d in facts.doses] == [(14, [1]), (4, [2])]


def test_a_class_of_cells_is_the_registered_product_whatever_its_name_says() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Zanfluril, then a single infusion of ZX-112 at 40 million CAR+ T cells"}],
        interventions=[
            {"name": "ZX-112", "type": "GENETIC", "description": "ZX-112 is an allogeneic CAR T cell product"},
            {"name": "ZX-52mAb", "type": "BIOLOGICAL", "description": "An antibody that binds to T cells"},
        ],
    )
    assert [d.agent_key for d in facts.doses] == ["zx-112"]
    assert {x.agent_key for x in facts.arm_agents} == {"zx-112", "zx-52mab"}


def test_an_infusion_of_cells_is_no_route_of_what_mobilises_them() -> None:
    facts = read(
        summary="Mobilisation with G-CSF and plerixafor, then infusion of transduced CD34+ cells.",
        description="Plerixafor 0.24 mg/kg is given on days 4 and 5.",
        interventions=[{"name": "Zanbeta cells"}, {"name": "Plerixafor"}],
    )
    assert [(d.agent_key, d.route) for d in facts.doses] == [("plerixafor", None)]


def test_fresh_and_frozen_cells_are_two_products() -> None:
    facts = read(
        arms=[
            {"label": "Fresh", "description": "50 mL of fresh FMT by enema"},
            {"label": "Frozen", "description": "50 mL of frozen FMT by enema"},
        ],
        interventions=[
            {"name": "Fresh FMT", "type": "BIOLOGICAL", "armGroupLabels": ["Fresh"]},
            {"name": "Frozen FMT", "type": "BIOLOGICAL", "armGroupLabels": ["Frozen"]},
        ],
    )
    assert [(d.amount_low, d.arm_nos) for d in facts.doses] == [(50, [1]), (50, [2])]


def test_a_drug_in_the_description_of_a_vector_is_given_with_it() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Single intrathecal administration of 6 x 10^13 vg of ZX-101"}],
        interventions=[
            {
                "name": "ZX-101",
                "type": "BIOLOGICAL",
                "description": "AAV9 vector; prednisolone 1 mg/kg/day is started 24 hours before dosing",
            }
        ],
    )
    assert [(d.agent_key, d.route) for d in facts.doses] == [("zx-101", "it"), ("prednisolone", None)]
    assert {x.agent_key for x in facts.arm_agents} == {"zx-101", "prednisolone"}


def test_one_cohort_gets_one_infusion_and_the_other_two_of_the_same_cells() -> None:
    facts = read(
        arms=[
            {"label": "DL2", "description": "ZX-501 1x10e8 cells, single dose"},
            {"label": "DL3", "description": "ZX-501 1x10e8 cells, two doses (day 1 and day 8)"},
        ],
        interventions=[{"name": "ZX-501", "description": "CAR-T cells given by IV infusion"}],
    )
    assert [(d.days, d.arm_nos) for d in facts.doses] == [(None, [1]), ([1, 8], [2])]


def test_a_cohort_gets_all_that_another_gets_and_more() -> None:
    facts = read(
        arms=[{"label": "Cohort 1"}, {"label": "Cohort 2"}],
        description="Cohort 1: Zanfluril 0.3 mg/kg day -3. Cohort 2: as cohort 1 plus zanoxan 50 mg/kg on day 3.",
        interventions=[{"name": "Zanfluril"}, {"name": "Zanoxan", "armGroupLabels": ["Cohort 2"]}],
    )
    assert [(d.agent_key, d.arm_nos) for d in facts.doses] == [("zanfluril", [1, 2]), ("zanoxan", [2])]


def test_each_group_gets_its_cells_as_its_arm_says() -> None:
    facts = read(
        arms=[{"label": "Group A", "description": "ZX CAR-T iv"}, {"label": "Group B", "description": "ZX CAR-T ip"}],
        description="Group A receives 2 x 10^8 or 4 x 10^8 cells; group B receives 1 x 10^8 cells.",
        interventions=[{"name": "ZX CAR-T"}],
    )
    assert {d.amount_low: d.route for d in facts.doses} == {2e8: "iv", 4e8: "iv", 1e8: "ip"}


def test_days_in_the_next_sentence_are_those_of_all_cohorts_cells() -> None:
    facts = read(
        arms=[{"label": "Cohort 1"}, {"label": "Cohort 2"}],
        description="Cohort 1: 1x10^7 cells/m2; Cohort 2: 1x10^8 cells/m2. Cells are given on day 0 by iv infusion.",
        interventions=[{"name": "ZX cells"}],
    )
    assert [(d.amount_low, d.days) for d in facts.doses] == [(1e7, [0]), (1e8, [0])]


def test_the_class_of_two_registered_cells_is_no_third() -> None:
    facts = read(
        arms=[{"label": "CAR-T", "description": "CD22 CAR-T cells, then CD19 CAR-T cells"}],
        interventions=[{"name": "CD22 CAR-T"}, {"name": "CD19 CAR-T"}],
    )
    assert {x.agent_key for x in facts.arm_agents} == {"cd22 car-t cells", "cd19 car-t cells"}


def test_a_graft_is_measured_by_its_cd34_cells() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Melphalan 200 mg/m2, then 3x10^6 CD34+ cells/kg on day 0"}],
        interventions=[
            {"name": "Melphalan"},
            {"name": "Autologous peripheral blood stem cell transplantation", "type": "PROCEDURE"},
        ],
    )
    assert [d.agent_key for d in facts.doses] == ["melphalan", "hematopoietic stem cells"]
    assert len(facts.arm_agents) == 2


def test_the_drugs_of_an_arm_named_in_brackets_are_not_given_what_stands_behind() -> None:
    facts = read(
        arms=[{"label": "Zanfluril alone"}, {"label": "Zanfluril plus brenotinib"}],
        interventions=[
            {
                "name": "Zanfluril",
                "description": "Either 60 mg daily (on zanfluril plus brenotinib arm) or 90 mg daily.",
            },
            {"name": "Brenotinib", "armGroupLabels": ["Zanfluril plus brenotinib"]},
        ],
    )
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses] == [("zanfluril", 60), ("zanfluril", 90)]

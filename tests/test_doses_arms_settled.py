"""Who receives a dose where links, labels, texts and prose do not agree; one name a product."""

from __future__ import annotations

from tests.dose_studies import read
from tests.test_doses_arms import agents, arms_of


def test_interventions_of_one_name_keep_their_own_links() -> None:
    facts = read(
        arms=[{"label": "Day", "interventionNames": ["Drug: Zolpidem"]}, {"label": "Night"}],
        interventions=[
            {"name": "Zolpidem", "description": "5 mg at noon", "armGroupLabels": ["Day"]},
            {"name": "Zolpidem", "description": "10 mg at bedtime", "armGroupLabels": ["Night"]},
        ],
    )
    assert arms_of(facts) == {("zolpidem", 5): [1], ("zolpidem", 10): [2]}


def test_where_all_is_linked_to_all_the_labels_decide() -> None:
    facts = read(
        arms=[{"label": "Celecoxib"}, {"label": "Placebo", "type": "PLACEBO_COMPARATOR"}],
        interventions=[{"name": "Celecoxib"}, {"name": "Placebo"}],
        summary="Patients take celecoxib 200 mg or a placebo.",
    )
    assert (agents(facts, 1), agents(facts, 2)) == (["celecoxib"], ["placebo"])
    assert arms_of(facts) == {("celecoxib", 200): [1]}


def test_a_background_drug_that_no_label_names_stays_with_all() -> None:
    facts = read(
        arms=[{"label": "Celecoxib"}, {"label": "Placebo"}],
        interventions=[{"name": "Celecoxib"}, {"name": "Placebo"}, {"name": "Metformin"}],
    )
    assert (agents(facts, 1), agents(facts, 2)) == (["celecoxib", "metformin"], ["placebo", "metformin"])


def test_a_placebo_arm_linked_to_the_drug_only() -> None:
    facts = read(
        arms=[
            {"label": "Active", "description": "Verapamil 80 mg"},
            {"label": "Control", "type": "PLACEBO_COMPARATOR", "description": "Placebo that looks like verapamil"},
        ],
        interventions=[{"name": "Verapamil", "description": "80 mg three times a day"}],
    )
    assert arms_of(facts) == {("verapamil", 80): [1]}
    assert agents(facts, 2) == ["placebo"]


def test_a_placebos_text_names_what_others_receive() -> None:
    facts = read(
        arms=[{"label": "Group 1"}, {"label": "Group 2"}],
        interventions=[
            {"name": "Placebo", "description": "Given for naproxen 250 mg", "armGroupLabels": ["Group 1"]},
            {"name": "Naproxen", "description": "Naproxen 250 mg", "armGroupLabels": ["Group 2"]},
        ],
    )
    assert arms_of(facts) == {("naproxen", 250): [2]}
    assert (agents(facts, 1), agents(facts, 2)) == (["placebo"], ["naproxen"])


def test_but_not_of_a_later_phase_for_all() -> None:
    facts = read(
        arms=[{"label": "Group 1"}, {"label": "Group 2"}],
        interventions=[
            {"name": "Placebo", "description": "Then naproxen 250 mg open label", "armGroupLabels": ["Group 1"]},
            {"name": "Naproxen", "description": "Naproxen 250 mg", "armGroupLabels": ["Group 2"]},
        ],
    )
    assert arms_of(facts) == {("naproxen", 250): [1, 2]}


def test_the_arms_own_amounts_outweigh_prose() -> None:
    facts = read(
        arms=[{"label": "Cohort 1", "description": "XB-7 5 mg"}, {"label": "Cohort 2", "description": "XB-7 9 mg"}],
        interventions=[{"name": "XB-7"}],
        summary="XB-7 5 mg and 9 mg are given in cohorts 1 and 2.",
    )
    assert arms_of(facts) == {("xb-7", 5): [1], ("xb-7", 9): [2]}


def test_a_label_that_is_the_agents_name_stands_for_the_agent() -> None:
    facts = read(
        arms=[{"label": "Letrozole"}, {"label": "Letrozole plus ribociclib"}, {"label": "Observation"}],
        interventions=[
            {"name": "Letrozole", "armGroupLabels": ["Letrozole", "Letrozole plus ribociclib"]},
            {"name": "Ribociclib", "armGroupLabels": ["Letrozole plus ribociclib"]},
        ],
        summary="The dose of letrozole is 2.5 mg daily.",
    )
    assert arms_of(facts) == {("letrozole", 2.5): [1, 2]}


def test_a_crossover_arm_receives_both() -> None:
    facts = read(
        arms=[
            {"label": "1", "description": "Aspirin, then naproxen"},
            {"label": "2", "description": "Naproxen, then aspirin"},
        ],
        interventions=[
            {"name": "Aspirin", "description": "Aspirin 100 mg", "armGroupLabels": ["1"]},
            {"name": "Naproxen", "description": "Naproxen 250 mg", "armGroupLabels": ["2"]},
        ],
    )
    assert arms_of(facts) == {("aspirin", 100): [1, 2], ("naproxen", 250): [1, 2]}


def test_another_duration_in_another_arm_is_another_dose() -> None:
    facts = read(
        arms=[
            {"label": "Short", "description": "Zopiclone 5 mg daily for 2 weeks"},
            {"label": "Long", "description": "Zopiclone 5 mg daily for 6 weeks"},
        ],
        interventions=[{"name": "Zopiclone"}],
    )
    assert [(dose.duration_value, dose.arm_nos) for dose in facts.doses] == [(2, [1]), (6, [2])]


def test_daily_in_one_arm_and_on_demand_in_another() -> None:
    facts = read(
        arms=[
            {"label": "A", "description": "Zopiclone 5 mg once daily"},
            {"label": "B", "description": "Zopiclone 5 mg as needed"},
        ],
        interventions=[{"name": "Zopiclone"}],
    )
    assert [dose.arm_nos for dose in facts.doses] == [[1], [2]]


def test_healthy_people_do_not_receive_what_prose_says_of_the_treatment() -> None:
    facts = read(
        arms=[{"label": "Sciatica"}, {"label": "Comparison", "description": "Healthy controls of the same age"}],
        interventions=[{"type": "PROCEDURE", "name": "Nerve root injection"}],
        description="Midazolam 2 mg is given before the injection.",
    )
    assert arms_of(facts) == {("midazolam", 2): [1]}


def test_placebo_and_saline_are_one_product() -> None:
    facts = read(
        arms=[{"label": "Placebo", "description": "A placebo injection of normal saline"}],
        interventions=[{"name": "Saline solution"}],
    )
    assert [(row.agent, row.agent_key) for row in facts.arm_agents] == [("Placebo", "normal saline")]


def test_the_placebo_of_a_drug_is_not_the_drug() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Losartan and valsartan placebo"}],
        interventions=[{"name": "Losartan"}, {"name": "Valsartan placebo"}],
    )
    assert agents(facts, 1) == ["losartan", "placebo"]


def test_an_agent_that_an_arms_text_only_compares_with_is_not_given() -> None:
    facts = read(
        arms=[
            {"label": "Losartan", "description": "Losartan vs valsartan in hypertension"},
            {"label": "Control", "description": "Valsartan (Zandar) matching placebo; oxygen saturation is measured"},
            {
                "label": "Valsartan",
                "description": "Valsartan after a losartan wash-out; in the same way as the losartan",
            },
        ],
        interventions=[
            {"name": "Losartan", "armGroupLabels": ["Losartan"]},
            {"name": "Placebo", "armGroupLabels": ["Control"]},
            {"name": "Valsartan", "armGroupLabels": ["Valsartan"]},
        ],
    )
    assert [agents(facts, number) for number in (1, 2, 3)] == [["losartan"], ["placebo"], ["valsartan"]]


def test_what_something_is_diluted_in_or_taken_with() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Ketamine diluted in 50 cc of saline"}],
        interventions=[{"name": "Ketamine", "description": "50 mg/kg BW on 2 days with mesna; perillyl alcohol"}],
    )
    assert agents(facts, 1) == ["ketamine"]
    assert [(dose.agent_key, dose.amount_low) for dose in facts.doses if dose.unit == "mg"] == [("ketamine", 50)]


def test_a_name_that_lost_its_first_letter() -> None:
    facts = read(arms=[{"label": "A", "description": "arboplatin AUC 5"}], interventions=[{"name": "Carboplatin"}])
    assert agents(facts, 1) == ["carboplatin"]


def test_a_product_said_shorter_is_the_registered_one() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Doxorubicin and the vaccine are given"}],
        interventions=[{"name": "Pegylated liposomal doxorubicin"}, {"type": "BIOLOGICAL", "name": "Idiotype vaccine"}],
    )
    assert len(agents(facts, 1)) == 2


def test_a_brand_is_the_drug_that_its_description_names() -> None:
    facts = read(
        arms=[{"label": "Zanglif group"}],
        interventions=[{"name": "Zanglif", "description": "Empagliflozin 10 mg tablets"}],
    )
    assert agents(facts, 1) == ["empagliflozin"]


def test_a_name_in_brackets_is_the_same_product() -> None:
    facts = read(
        arms=[{"label": "Block", "description": "Zandural (ropivacaine) is injected"}],
        interventions=[{"name": "Zandural"}],
    )
    assert agents(facts, 1) == ["zandural"]


def test_the_drugs_that_a_word_for_a_group_stands_for() -> None:
    facts = read(
        arms=[
            {"label": "Sintilimab and chemotherapy", "description": "Chemotherapy is given with sintilimab"},
            {"label": "Sintilimab", "description": "Sintilimab alone"},
        ],
        interventions=[
            {
                "name": "Sintilimab and chemotherapy",
                "description": "Sintilimab and chemotherapy (cisplatin or carboplatin, pemetrexed)",
            },
        ],
    )
    assert sorted(agents(facts, 1)) == ["carboplatin", "cisplatin", "pemetrexed", "sintilimab"]
    assert agents(facts, 2) == ["sintilimab"]


def test_a_substance_of_the_body_is_given_only_where_the_text_says_so() -> None:
    facts = read(
        arms=[
            {"label": "Insulin injections and acarbose"},
            {"label": "Acarbose", "description": "Serum insulin and testosterone are measured"},
        ],
        interventions=[
            {"name": "Acarbose"},
            {"type": "DIAGNOSTIC_TEST", "name": "Serum testosterone level"},
        ],
    )
    assert (agents(facts, 1), agents(facts, 2)) == (["insulin", "acarbose"], ["acarbose"])


def test_regimens_forms_and_vertebrae_are_no_agents() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Fusion of L5-S1, then CHOP; total cholesterol is the concept studied"}],
        interventions=[{"name": "CHOP"}, {"name": "Epidural injection"}],
    )
    assert agents(facts, 1) == []


def test_a_hyphen_joins_two_known_drugs() -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "Amlodipine-Valsartan"}])
    assert agents(facts, 1) == ["amlodipine", "valsartan"]


def test_a_number_in_a_name_may_hold_a_comma() -> None:
    facts = read(
        arms=[{"label": "A", "description": "ZA-369,003 100 mg"}, {"label": "B"}],
        interventions=[
            {"name": "ZA-369,003", "armGroupLabels": ["A"]},
            {"name": "Lidocaine 2% 1:200,000 + sugar pill", "armGroupLabels": ["B"]},
        ],
    )
    assert (agents(facts, 1), agents(facts, 2)) == (["za-369,003"], ["lidocaine", "placebo"])


def test_the_number_of_a_code_name_is_no_amount() -> None:
    facts = read(
        arms=[{"label": "A", "description": "XB38-9456, 5/10/20 mg on demand, as ZA 0243 tablets"}],
        interventions=[{"name": "XB38-9456"}, {"name": "ZA-0243"}],
    )
    assert {dose.amount_low for dose in facts.doses} == {5, 10, 20}


def test_the_components_of_a_therapy_in_brackets() -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "Triple therapy (Zanol + amlodipine + Zanix)"}])
    assert agents(facts, 1) == ["zanol", "amlodipine", "zanix"]


def test_a_known_drug_that_prose_gives_to_all_is_given_with_the_treatment() -> None:
    facts = read(
        arms=[{"label": "Losartan"}, {"label": "Placebo"}],
        interventions=[
            {"name": "Losartan", "armGroupLabels": ["Losartan"]},
            {"name": "Placebo", "armGroupLabels": ["Placebo"]},
        ],
        description="All patients receive metformin 500 mg daily. Saline 100 mL is infused.",
    )
    assert (agents(facts, 1), agents(facts, 2)) == (["losartan", "metformin"], ["placebo", "metformin"])


def test_prose_counts_where_no_arm_names_an_agent() -> None:
    facts = read(
        arms=[{"label": "Guided by ultrasound"}, {"label": "Guided by X-ray"}],
        interventions=[{"type": "PROCEDURE", "name": "Caudal block"}],
        description="All patients receive triamcinolone 40 mg.",
    )
    assert (agents(facts, 1), agents(facts, 2)) == (["triamcinolone"], ["triamcinolone"])


def test_prose_that_names_a_drug_or_placebo_does_not_name_the_arm_called_placebo() -> None:
    study = {
        "arms": [{"label": "Active drug", "description": "Zopiclone 7 mg"}, {"label": "Placebo"}],
        "interventions": [{"name": "Zopiclone"}],
    }
    facts = read(**study, description="They are randomised to zopiclone 5 mg or placebo.")
    assert arms_of(facts)[("zopiclone", 5)] == [1]
    facts = read(**study, description="Later the placebo group receives zopiclone 5 mg.")
    assert arms_of(facts)[("zopiclone", 5)] == [2]


def test_a_text_that_several_arms_share_gives_each_what_it_is_linked_to() -> None:
    text = "They receive either zopiclone or placebo at 5 mg/day."
    facts = read(
        arms=[{"label": "One", "description": text}, {"label": "Two", "description": text}],
        interventions=[
            {"name": "Zopiclone", "armGroupLabels": ["One"]},
            {"name": "Placebo", "armGroupLabels": ["Two"]},
        ],
    )
    assert [agents(facts, number) for number in (1, 2)] == [["zopiclone"], ["placebo"]]
    assert arms_of(facts)[("zopiclone", 5)] == [1]


def test_a_comparator_that_names_only_another_drug_does_not_receive_the_one_it_is_linked_to() -> None:
    arms = [
        {"label": "Ketamine", "description": "Ketamine 20 mg", "type": "EXPERIMENTAL"},
        {"label": "Control", "description": "Hydroxyzine 25 mg", "type": "ACTIVE_COMPARATOR"},
    ]
    facts = read(arms=arms, interventions=[{"name": "Ketamine"}])
    assert [agents(facts, number) for number in (1, 2)] == [["ketamine"], ["hydroxyzine"]]
    facts = read(arms=[arms[0], {**arms[1], "description": "As usual"}], interventions=[{"name": "Ketamine"}])
    assert agents(facts, 2) == ["ketamine"]


def test_whom_an_agent_is_for_is_no_part_of_its_name() -> None:
    name = "Paclitaxel + carboplatin/cisplatin for squamous cell carcinoma"
    facts = read(arms=[{"label": "A"}], interventions=[{"name": name}])
    assert agents(facts, 1) == ["paclitaxel", "carboplatin", "cisplatin"]


def test_an_abbreviation_among_a_drugs_other_names_is_that_drug() -> None:
    facts = read(arms=[{"label": "A"}], interventions=[{"name": "Pentoxifylline", "otherNames": ["PTX", "Trental"]}])
    assert agents(facts, 1) == ["pentoxifylline"]


def test_an_abbreviation_that_the_record_explains_otherwise_is_no_agent() -> None:
    study = {
        "arms": [{"label": "A", "description": "Ranibizumab and PCI."}],
        "interventions": [{"name": "Ranibizumab"}],
    }
    for title in ("Percutaneous coronary intervention (PCI)", "Plan of control and inspection (PCI)"):
        assert agents(read(**study, title=title), 1) == ["ranibizumab"]
    for title in ("PCI", "Prophylactic cranial irradiation (PCI)", "Prophylactic cranium irradiating (PCI)"):
        assert agents(read(**study, title=title), 1) == ["ranibizumab", "radiation"]


def test_nothing_of_it_declined_or_only_flushed_with() -> None:
    for text in (
        "Lamivudine with 0 mg/day of zopiclone.",
        "Lamivudine for those who declined zopiclone.",
        "Lamivudine for those who do not opt for prophylactic zopiclone.",
        "Lamivudine; the catheter is washed using 50 mL of saline.",
        "Lamivudine, then a flush with normal saline.",
    ):
        facts = read(arms=[{"label": "A", "description": text}], interventions=[{"name": "Lamivudine"}])
        assert agents(facts, 1) == ["lamivudine"], text


def test_what_was_received_or_failed_before_is_not_given() -> None:
    for text in (
        "Lamivudine, after failure of oral antiviral treatment (abacavir, zidovudine).",
        "Lamivudine for those who received abacavir in the parent study.",
        "Randomised to lamivudine or placebo.",
        "Randomised to placebo or lamivudine.",
    ):
        facts = read(arms=[{"label": "A", "description": text}], interventions=[{"name": "Lamivudine"}])
        assert agents(facts, 1) == ["lamivudine"], text


def test_cells_that_are_only_looked_at_are_no_agents() -> None:
    item = {"name": "Phenotyping of T cells and CD34+ cells by flow cytometry", "type": "GENETIC"}
    assert agents(read(arms=[{"label": "A"}], interventions=[item]), 1) == []


def test_an_unknown_name_in_a_placebo_arm_is_not_the_one_agent_of_the_study() -> None:
    arms = [
        {"label": "One", "description": "Zopiclone 20 mg", "type": "EXPERIMENTAL"},
        {"label": "Two", "description": "They get 15 g of white flour a day.", "type": "PLACEBO_COMPARATOR"},
    ]
    facts = read(arms=arms, interventions=[{"name": "Zopiclone", "armGroupLabels": ["One"]}])
    assert [agents(facts, number) for number in (1, 2)] == [["zopiclone"], ["white flour"]]


def test_what_a_placebo_is_made_to_look_like_is_not_given() -> None:
    for text in (
        "Placebo-matching zanfluril 5 mg tablet once daily.",
        "Placebo-matched to zanfluril once daily.",
        "Zanfluril-matched placebo once daily.",
        "Placebo corresponding to zanfluril once daily.",
        "Dummy zanfluril tablets once daily.",
    ):
        facts = read(
            arms=[{"label": "Control", "description": text}, {"label": "Zanfluril"}],
            interventions=[
                {"name": "Placebo", "armGroupLabels": ["Control"]},
                {"name": "Zanfluril", "armGroupLabels": ["Zanfluril"]},
            ],
        )
        assert agents(facts, 1) == ["placebo"], text


def test_brands_of_two_kinds_of_vaccine_are_told_apart_and_keep_their_names() -> None:
    facts = read(
        arms=[{"label": "MMRV Group"}, {"label": "MMR Group"}],
        interventions=[
            {"name": "Priorix-Tetra", "type": "BIOLOGICAL", "armGroupLabels": ["MMRV Group"]},
            {"name": "Priorix", "type": "BIOLOGICAL", "armGroupLabels": ["MMR Group"]},
        ],
    )
    named = [(row.arm_no, row.agent_key, row.agent) for row in facts.arm_agents]
    assert named == [(1, "mmrv vaccine", "Priorix-Tetra"), (2, "mmr vaccine", "Priorix")]


def test_what_was_taken_at_baseline_is_not_given() -> None:
    for text in (
        "Participants, who were receiving abacavir 20 mg tablets at baseline, receive zanfluril 40 mg daily.",
        "Patients already taking abacavir 20 mg at enrollment get zanfluril 40 mg daily.",
        "Children on abacavir prior to randomization get zanfluril 40 mg daily.",
    ):
        facts = read(arms=[{"label": "A", "description": text}], interventions=[{"name": "Zanfluril"}])
        assert (agents(facts, 1), arms_of(facts)) == (["zanfluril"], {("zanfluril", 40): [1]}), text
    text = "Patients taking abacavir at baseline continue it and add zanfluril 40 mg."
    facts = read(arms=[{"label": "A", "description": text}], interventions=[{"name": "Zanfluril"}])
    assert agents(facts, 1) == ["abacavir", "zanfluril"]


def test_the_name_of_another_arm_is_no_agent_of_this_one() -> None:
    for text in (
        "Zanfluril twice daily to keep the blinding with the abacavir arm.",
        "After the completion of the abacavir combination escalation, zanfluril is given.",
    ):
        facts = read(
            arms=[{"label": "First", "description": text}, {"label": "Second"}],
            interventions=[
                {"name": "Zanfluril", "armGroupLabels": ["First"]},
                {"name": "Abacavir", "armGroupLabels": ["Second"]},
            ],
        )
        assert agents(facts, 1) == ["zanfluril"], text


def test_a_label_may_name_a_class_of_drugs() -> None:
    facts = read(
        arms=[{"label": "P2Y12 inhibitors and aspirin"}, {"label": "P2Y12 inhibitors and placebo"}],
        interventions=[
            {"name": "Aspirin", "armGroupLabels": ["P2Y12 inhibitors and aspirin"]},
            {"name": "Placebo", "armGroupLabels": ["P2Y12 inhibitors and placebo"]},
        ],
    )
    assert [agents(facts, n) for n in (1, 2)] == [["p2y12 inhibitor", "aspirin"], ["p2y12 inhibitor", "placebo"]]
    facts = read(
        arms=[{"label": "Statin"}],
        interventions=[{"name": "Statin", "description": "Either atorvastatin 20 mg or simvastatin 40 mg daily"}],
    )
    assert arms_of(facts) == {("atorvastatin", 20): [1], ("simvastatin", 40): [1]}


def test_cells_of_cord_blood_are_one_agent() -> None:
    for text, key in (
        ("Umbilical cord blood mononuclear cells 48 hours after birth.", "umbilical cord blood mononuclear cells"),
        ("Cord blood NK cells on day 0.", "nk cells"),
        ("Umbilical cord blood-derived mesenchymal stem cells on day 0.", "mesenchymal stem cells"),
        ("Umbilical cord blood stem cells on day 0.", "umbilical cord blood"),
        ("Peripheral blood mononuclear cells on day 0.", "peripheral blood mononuclear cells"),
    ):
        assert agents(read(arms=[{"label": "A", "description": text}]), 1) == [key], text


def test_an_amount_of_two_orders_of_treatment_is_one_dose_on_no_certain_days() -> None:
    two = [{"name": "Zanfluril"}, {"name": "Brentafol"}]
    first, second = (
        "Zanfluril 5 mg on day 1, brentafol 10 mg on day 8.",
        "Brentafol 10 mg on day 1, zanfluril 5 mg on day 8.",
    )
    for labels in (
        ("Sequence 1", "Sequence 2"),
        ("Zanfluril, then brentafol", "Brentafol, then zanfluril"),
        ("Zanfluril first", "Brentafol first"),
    ):
        arms = [{"label": labels[0], "description": first}, {"label": labels[1], "description": second}]
        facts = read(arms=arms, interventions=two)
        assert arms_of(facts) == {("zanfluril", 5): [1, 2], ("brentafol", 10): [1, 2]}, labels
        assert [dose.days for dose in facts.doses] == [None, None], labels
    arms = [{"label": "Cohort 1", "description": first}, {"label": "Cohort 2", "description": second}]
    assert len(read(arms=arms, interventions=two).doses) == 4


def test_an_abbreviation_of_a_form_is_no_agent() -> None:
    facts = read(
        description="ZX-912 GEM (gel extrusion module) is new. GEM, 3 mg twice daily, is compared with placebo.",
        arms=[{"label": "ZX-912", "description": "ZX-912 GEM 3 mg twice daily."}, {"label": "Placebo"}],
        interventions=[
            {"name": "ZX-912", "armGroupLabels": ["ZX-912"]},
            {"name": "Placebo", "armGroupLabels": ["Placebo"]},
        ],
    )
    assert [agents(facts, n) for n in (1, 2)] == [["zx-912"], ["placebo"]]
    facts = read(arms=[{"label": "A", "description": "ZX-912 GEM 8 mg daily."}], interventions=[{"name": "ZX-912"}])
    assert arms_of(facts) == {("zx-912", 8): [1]}

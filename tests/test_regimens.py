"""Regimens: named ones, phases, and steps in their order."""

from __future__ import annotations

from typing import Any

import pytest

from extract.doses.agents import known_keys
from extract.doses.vocabulary import read_toml
from extract.facts import DoseFacts, Regimen
from tests.dose_studies import one_arm, read


def named(facts: DoseFacts) -> list[str]:
    return [regimen.regimen for regimen in facts.regimens if regimen.regimen]


def phase(facts: DoseFacts, name: str) -> Regimen:
    return next(regimen for regimen in facts.regimens if regimen.phase == name)


@pytest.mark.parametrize("entry", read_toml("regimens.toml")["regimen"], ids=lambda entry: str(entry["name"]))
def test_every_regimen_has_an_example_that_is_found(entry: dict[str, Any]) -> None:
    facts = one_arm(f"Patients receive {entry['example']}.", "Chemotherapy")
    (regimen,) = (regimen for regimen in facts.regimens if regimen.regimen)
    assert [step.agent_key for step in regimen.steps] == entry["components"]
    assert all("inferred" in step.evidence.flags for step in regimen.steps)


@pytest.mark.parametrize("entry", read_toml("regimens.toml")["regimen"], ids=lambda entry: str(entry["name"]))
def test_every_component_is_an_agent_of_the_vocabulary(entry: dict[str, Any]) -> None:
    assert set(entry["components"]) <= known_keys()


def test_an_ambiguous_abbreviation_needs_its_context() -> None:
    assert named(one_arm("MRD is measured by FC and an AC voltage is applied.", "CAR-T")) == []
    assert named(one_arm("Lymphodepletion is the FC regimen.", "CAR-T")) == ["FC"]
    assert named(one_arm("Commitment therapy (ACT), ECT or a pump (VCD) is used.", "Sildenafil")) == []
    assert named(one_arm("Three courses of M-VAC; MVAC is repeated every 28 days.", "Chemotherapy")) == ["M-VAC"]


def test_a_regimen_of_the_title_is_that_of_the_arms_that_receive_all_of_it() -> None:
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}],
        interventions=[
            {"name": "Oxaliplatin", "armGroupLabels": ["A"]},
            {"name": "Irinotecan", "armGroupLabels": ["B"]},
            {"name": "Leucovorin"},
            {"name": "Fluorouracil"},
        ],
        title="FOLFOX+Zanolimab and folfox",
        description="FOLFIRI is the other.",
    )
    assert [(row.arm_no, row.regimen) for row in facts.regimens if row.regimen] == [(1, "FOLFOX"), (2, "FOLFIRI")]


def test_a_name_that_the_record_explains_by_its_agents() -> None:
    facts = one_arm(
        "Cytarabine, mitoxantrone (Novantrone) and topotecan sulfate (CMT). CMT is repeated.", "Chemotherapy"
    )
    (regimen,) = (row for row in facts.regimens if row.regimen)
    assert regimen.regimen == "CMT"
    assert [step.agent_key for step in regimen.steps] == ["cytarabine", "mitoxantrone", "topotecan"]
    for text in (
        "Cytarabine and mitoxantrone (CMT).",  # fewer agents than letters
        "Cytarabine, mitoxantrone and topotecan (XYZ).",  # other letters
        "Cytarabine, mitoxantrone and filgrastim (MTX).",  # an agent's own name
    ):
        assert named(one_arm(text, "Chemotherapy")) == []


def test_a_regimen_that_a_label_names_is_that_arms() -> None:
    facts = read(
        arms=[{"label": "FOLFOX"}, {"label": "FOLFIRI"}],
        interventions=[{"name": "Chemotherapy"}],
        description="Patients are randomized to FOLFOX or FOLFIRI.",
    )
    assert [(row.arm_no, row.regimen) for row in facts.regimens if row.regimen] == [(1, "FOLFOX"), (2, "FOLFIRI")]


def test_doses_fill_a_named_regimen() -> None:
    facts = one_arm(
        "Lymphodepletion (FC): fludarabine 30 mg/m2 and cyclophosphamide 300 mg/m2 on days -5 to -3. "
        "CAR-T cells 1×10⁶/kg are infused on day 0.",
        "CAR-T cells",
    )
    regimen = phase(facts, "lymphodepletion")
    assert (regimen.regimen, regimen.start_day, regimen.end_day) == ("FC", -5, -3)
    assert [(step.agent_key, step.dose_no, step.start_day) for step in regimen.steps] == [
        ("fludarabine", 1, -5),
        ("cyclophosphamide", 2, -5),
    ]


def test_phases_become_regimens_of_their_own() -> None:
    facts = one_arm(
        "Induction: cytarabine 100 mg/m2 on days 1-7. Maintenance: azacitidine 50 mg/m2 on days 1-5.",
        "Cytarabine",
        "Azacitidine",
    )
    assert [(r.phase, [s.agent_key for s in r.steps]) for r in facts.regimens] == [
        ("induction", ["cytarabine"]),
        ("maintenance", ["azacitidine"]),
    ]


def test_steps_stand_in_the_order_of_their_days() -> None:
    facts = one_arm("Melphalan 140 mg/m2 on day -2 and busulfan 3.2 mg/kg on days -6 to -4.", "Melphalan", "Busulfan")
    (regimen,) = facts.regimens
    assert [(s.agent_key, s.start_day, s.end_day) for s in regimen.steps] == [
        ("busulfan", -6, -4),
        ("melphalan", -2, -2),
    ]


SANDWICH = (
    "Patients have a first infusion of CD22 and CD19 CAR-T cells (5×10⁶/kg respectively, CAR-T1). Stem cell "
    "mobilization and collection is done 6-8 weeks after CAR-T infusion. BuCy as conditioning for auto-HSCT is given "
    "4 weeks after the stem cell collection. CAR-T cells are re-infused 2 days after auto-HSCT."
)


def test_a_sandwich_of_two_infusions_around_a_transplant() -> None:
    facts = one_arm(SANDWICH, 'CD22/CD19 CAR-T and auto-HSCT "sandwich"')
    (sequence,) = (regimen for regimen in facts.regimens if len(regimen.steps) == 5)
    assert [step.agent_key for step in sequence.steps] == [
        "cd19/cd22 car-t cells",
        "stem cell mobilization and collection",
        "BuCy conditioning",
        "autologous stem cell transplantation",
        "cd19/cd22 car-t cells",
    ]
    assert [(step.start_day, step.end_day) for step in sequence.steps] == [
        (None, None),
        (42, 56),
        (28, 28),
        (None, None),
        (2, 2),
    ]
    assert sequence.steps[1].evidence.flags == ["after:car-t cells"]
    assert sequence.steps[4].evidence.flags == ["after:autologous stem cell transplantation"]
    assert named(facts) == ["BuCy"]


def test_evidence_of_steps_is_the_exact_slice() -> None:
    facts = one_arm(SANDWICH, "CAR-T")
    for regimen in facts.regimens:
        for part in (regimen, *regimen.steps):
            place = part.evidence
            assert SANDWICH[place.start_char : place.end_char] == place.quote


def test_a_study_without_arms_has_no_regimens() -> None:
    assert read(description=SANDWICH, interventions=[{"name": "CAR-T"}]).regimens == []


def test_an_abbreviation_of_agents_that_the_study_gives_needs_no_other_context() -> None:
    interventions = [{"name": "Doxorubicin"}, {"name": "Cyclophosphamide"}, {"name": "Tamoxifen"}]
    facts = read(arms=[{"label": "AC, then tamoxifen"}], interventions=interventions)
    assert named(facts) == ["AC"]
    facts = read(arms=[{"label": "AC, then tamoxifen"}], interventions=interventions[1:])
    assert named(facts) == []


def test_an_abbreviation_is_a_regimen_right_beside_a_word_for_one() -> None:
    for text in ("FC chemotherapy", "FC x 4", "FC for six cycles", "four courses of FC", "conditioning with the FC"):
        assert named(one_arm(f"Patients receive {text}.", "CAR-T")) == ["FC"]
    for text in ("FC after induction", "chemotherapy and then flow cytometry (FC)", "a regimen that the FC approves"):
        assert named(one_arm(f"Patients receive {text}.", "CAR-T")) == []


def test_a_name_in_quotes_before_its_agents_or_of_two_letters_is_explained_too() -> None:
    for text in (
        'Pentostatin, melphalan and bendamustine ("PMB").',
        'The "PMB": pentostatin, melphalan, bendamustine.',
        "PMB (pentostatin, melphalan plus bendamustine) is repeated.",
        "Pentostatin and melphalan (PMe) and bendamustine.",
    ):
        assert len(named(one_arm(text, "Chemotherapy"))) == 1, text
    assert named(one_arm("Tadalafil and sildenafil (TS).", "Chemotherapy")) == []


def test_a_regimen_had_before_or_only_told_of_is_not_given() -> None:
    assert named(one_arm("Children with relapse after previous R-CHOP.", "Chemotherapy")) == []
    study = {"arms": [{"label": "A"}], "interventions": [{"name": "Paclitaxel"}]}
    assert named(read(**study, description="FOLFOX was of use in other trials.")) == []
    assert named(read(**study, description="Paclitaxel, then EPOCH chemotherapy (doxorubicin 10 mg/m2).")) == ["EPOCH"]


def test_what_the_record_explains_wins_over_what_an_abbreviation_means_elsewhere() -> None:
    interventions = [{"name": "Epirubicin"}, {"name": "Capecitabine"}]
    text = "Epirubicin (50 mg/m2) and capecitabine (200 mg/m2) (EC). EC is given every 3 weeks."
    (regimen,) = (r for r in read(arms=[{"label": "A", "description": text}], interventions=interventions).regimens)
    assert regimen.regimen == "EC"
    assert {step.agent_key for step in regimen.steps} == {"epirubicin", "capecitabine"}


def test_a_regimen_that_is_registered_as_an_intervention_is_no_agent() -> None:
    facts = read(
        arms=[{"label": "A"}],
        interventions=[{"name": "BPaL regimen", "description": "Bedaquiline, pretomanid and linezolid 600 mg daily."}],
    )
    assert named(facts) == ["BPaL"]
    assert {row.agent_key for row in facts.arm_agents} == {"bedaquiline", "pretomanid", "linezolid"}

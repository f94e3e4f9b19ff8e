"""Ages of taking part, read from free text."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.ages import extract_ages
from extract.facts import AgeRange
from extract.study import Study

SEEDS = Path(__file__).parents[1] / ".." / "shared" / "seeds"


def study(criteria: str = "", **fields: str) -> Study:
    modules = {
        "eligibilityModule": {"eligibilityCriteria": criteria, **{k: v for k, v in fields.items() if "Age" in k}},
        "identificationModule": {"briefTitle": fields.get("title", "")},
        "descriptionModule": {"briefSummary": fields.get("summary", ""), "detailedDescription": fields.get("text", "")},
    }
    return Study.from_record({"protocolSection": modules})


def ranges(criteria: str = "", **fields: str) -> list[str]:
    return [written(fact) for fact in extract_ages(study(criteria, **fields))]


def written(fact: AgeRange) -> str:
    """`[3a, 80a)`: a round bracket where the bound itself is left out, nothing where there is none."""
    low = "" if fact.min_value is None else f"{fact.min_value:g}{fact.min_unit}"
    high = "" if fact.max_value is None else f"{fact.max_value:g}{fact.max_unit}"
    return f"{'(' if fact.min_inclusive is False else '['}{low}, {high}{')' if fact.max_inclusive is False else ']'}"


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        (r"* age 3-\<80 years", "[3a, 80a)"),
        ("* Aged between 14 and 80 years (inclusive), either sex", "[14a, 80a]"),
        ("* Age ≥18 years", "[18a, ]"),
        (r"* Age \>= 18", "[18a, ]"),
        (r"* Age \> 18 years", "(18a, ]"),
        ("* Age >= to 8 months", "[8mo, ]"),
        ("* 18 years and older", "[18a, ]"),
        ("* 18 years of age or older", "[18a, ]"),
        ("1. 18 years old or above", "[18a, ]"),
        ("* At least 65 years old", "[65a, ]"),
        ("* Older than 40 years", "(40a, ]"),
        ("* Between 6 months and 17 years 11 months", "[6mo, 215mo]"),
        ("* Age over 18", "(18a, ]"),
        ("* Under 12 years of age", "[, 12a)"),
        ("* Women are eligible if they are aged 21-48 years", "[21a, 48a]"),
        ("* Age: 65 and under", "[, 65a]"),
        ("* Age up to 75 years", "[, 75a]"),
        ("* No older than 70 years", "[, 70a]"),
        ("* Between 6 months and 17 years 11 months of age", "[6mo, 215mo]"),
        ("* Age 6 months to under 16 years", "[6mo, 16a)"),
        ("* Men and women, 18-65 y/o", "[18a, 65a]"),
        ("* Patients aged 20~60 years", "[20a, 60a]"),
        ("* Male or female, 18 to 75 years", "[18a, 75a]"),
        ("* Newborns aged 0 to 28 days", "[0d, 28d]"),
        ("* Infants 6 to 12 weeks of age at the first dose", "[6wk, 12wk]"),
        ("* Eighteen years or older", "[18a, ]"),
        ("* Between twenty-one and sixty-five years of age", "[21a, 65a]"),
        ("* 18 ≤ age ≤ 75", "[18a, 75a]"),
        ("* 18 years ≤ age < 60 years", "[18a, 60a)"),
        ("* Age ≥ 18 years and ≤ 80 years", "[18a, 80a]"),
        ("* Greater than 18 years but less than 60 years old", "(18a, 60a)"),
        ("* Equal to or older than 21 years", "[21a, ]"),
        ("* Age equal or greater to 18", "[18a, ]"),
        ("* Age 18+ years", "[18a, ]"),
        (r"* A male between \>/= 30 and =/\< 70 years of age", "[30a, 70a]"),
        ("* Children between 1 year (12 months or more) and 18 years of age", "[1a, 18a]"),
        ("* Children from birth to 5 years of age", "[0a, 5a]"),
        ("PATIENT CHARACTERISTICS:\n\nAge:\n\n* 15 to 65", "[15a, 65a]"),
        ("* Age from 18 years", "[18a, ]"),
        ("* Volunteers should be older than\n7 days", "(7d, ]"),
        ("* 18+ years", "[18a, ]"),
        ("* Over 18 years", "(18a, ]"),
        ("* Under 18 years", "[, 18a)"),
        ("* 18 y or above", "[18a, ]"),
        ("* Adult males (18 y or above)", "[18a, ]"),
        ("* Patients from 1 month to 18 years", "[1mo, 18a]"),
        ("* Newborn, 0-24 hours old", "[0h, 24h]"),
        ("* Infants aged less than 72 hours", "[, 72h)"),
        ("* Neonates younger than 4 weeks", "[, 4wk)"),
        ("* School-aged children (6-12 years)", "[6a, 12a]"),
    ],
)
def test_wordings(wording: str, expected: str) -> None:
    assert ranges(f"Inclusion Criteria:\n\n{wording}\n") == [expected]


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("* Adults (≥18)", "[18a, ]"),
        ("* under 12", "[, 12a)"),
        ("* 18-65", "[18a, 65a]"),
        ("* Men or women over 18", "(18a, ]"),
        ("* Healthy volunteers 20 - 45", "[20a, 45a]"),
        ("* Women 18 to 45 with a regular cycle", "[18a, 45a]"),
        ("* 18 to 75, either sex", "[18a, 75a]"),
        ("* Must be at least 21", "[21a, ]"),
    ],
)
def test_a_number_without_unit_or_age_word(wording: str, expected: str) -> None:
    assert ranges(f"Inclusion Criteria:\n\n{wording}\n* Signed consent\n") == [expected]


def test_a_bare_number_counts_only_where_nothing_speaks_against_it() -> None:
    assert ranges("* Aged 18 to 65\n* Healthy volunteers 20 - 45") == ["[18a, 65a]"]
    assert ranges("* 5 or more\n* 20 to 30", minimumAge="18 Years") == []
    assert ranges("* 18 and over", minimumAge="18 Years") == ["[18a, ]"]
    assert ranges("Platelets:\n\n* at least 50\n") == []
    assert ranges("* Patients 20 to 30 kg above their ideal weight\n* Groups of women, 12 to 20 each") == []


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("* Women of non-childbearing potential aged ≥18 years", "[18a, ]"),
        ("* Be 18 (eighteen) years of age or older", "[18a, ]"),
        ("* Greater than 18 years old, inclusive", "[18a, ]"),
        ("* 1 to 18 years of age at first diagnosis", "[1a, 18a]"),
    ],
)
def test_words_around_an_age_that_do_not_change_it(wording: str, expected: str) -> None:
    assert ranges(f"Inclusion Criteria:\n\n{wording}\n") == [expected]


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("* Age under 18 years", ["[18a, ]"]),
        ("* Older than 75 years", ["[, 75a]"]),
        ("* Age ≤ 17", ["(17a, ]"]),
        (r"* Age \<18 or \>70 years", ["[18a, 70a]"]),
        ("* Patients aged 80 years or more", ["[, 80a)"]),
        ("* Over 70 years", ["[, 70a]"]),
        ("* Age outside of 18-65 years", ["[18a, 65a]"]),
        ("* Age not between 20 and 60 years", ["[20a, 60a]"]),
        ("* Not aged 18 or over", ["[18a, ]"]),
        ("* Women of or above the age of 50 years", ["[, 50a)"]),
    ],
)
def test_an_exclusion_is_turned_into_the_allowed_range(wording: str, expected: list[str]) -> None:
    assert ranges(f"Inclusion Criteria:\n\n* Signed consent\n\nExclusion Criteria:\n\n{wording}\n") == expected


@pytest.mark.parametrize(
    "wording",
    [
        "* Gestational age of at least 32 weeks",
        "* Born at 28 to 34 weeks of gestation",
        "* Diabetes for more than 5 years",
        "* Malignancy within the past 5 years",
        "* Women of childbearing age must use contraception for 12 months",
        "* Onset of symptoms before the age of 6 years",
        "* Family history of sudden death under 40 years of age",
        "* Life expectancy of at least 2 years",
        "* Body mass index between 18 and 30 kg/m2",
        "* Men with erectile dysfunction for more than 6 months",
        "* Karnofsky 60 or more (for patients older than 16 years)",
        "* MRD negativity at 3 months, 1 year follow-up",
        "* At least 50 days since the last irradiation",
        "* Stable partner (18 years of age or older)",
        "* An electrocardiogram is required if age\n> 50 years",
        "* High risk of heart disease (e.g., age greater than 65, smoker)",
        "* Fracture more than 3 days old",
        "* In case of contact with an infected person, at least 5 days should have passed",
        "* Written consent of a guardian if under 18 years of age",
        "* Less than 6 months of life expectancy",
    ],
)
def test_other_times_are_no_ages(wording: str) -> None:
    assert ranges(f"Inclusion Criteria:\n\n{wording}\n") == []


def test_an_exclusion_of_some_people_of_an_age_limits_nobody() -> None:
    text = "Inclusion Criteria:\n\n* Age 18 or older\n\nExclusion Criteria:\n\n* Over 65 years old with renal failure\n"
    assert ranges(text) == ["[18a, ]"]


def test_an_exclusion_that_says_the_same_again_is_no_range_of_its_own() -> None:
    text = "Inclusion Criteria:\n\n* Aged 18 to 65 years\n\nExclusion Criteria:\n\n* Under 18 years of age\n"
    assert ranges(text) == ["[18a, 65a]"]
    assert ranges(text.replace("Under", "Up to")) == ["[18a, 65a]", "(18a, ]"]


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("* Group A: 18 to 49 years; Group B: 50 to 70 years", {"group a": "[18a, 49a]", "group b": "[50a, 70a]"}),
        ("* Part A: ≥ 18 years; Part B: ≥ 12 years", {"part a": "[18a, ]", "part b": "[12a, ]"}),
        ("* Age ≥ 18 years (≥ 20 in Japan)", {None: "[18a, ]", "japan": "[20a, ]"}),
        ("* Age ≥ 18 years (≥ 19 years in Korea)", {None: "[18a, ]", "korea": "[19a, ]"}),
        ("* Men ≥ 45 years or women ≥ 55 years", {"male": "[45a, ]", "female": "[55a, ]"}),
        ("* Males aged 20 to 40 and females aged 20 to 35", {"male": "[20a, 40a]", "female": "[20a, 35a]"}),
        ("* Patients aged 50 or over; donors aged 18 to 60 years", {None: "[50a, ]", "donor": "[18a, 60a]"}),
    ],
)
def test_cohorts_with_ranges_of_their_own(wording: str, expected: dict[str | None, str]) -> None:
    found = extract_ages(study(f"Inclusion Criteria:\n\n{wording}\n"))
    assert {fact.cohort: written(fact) for fact in found} == expected


def test_two_age_groups_in_one_sentence() -> None:
    assert ranges("* Young adults 18-30 years and older adults 65-85 years") == ["[18a, 30a]", "[65a, 85a]"]
    assert ranges("* Adolescents (12 to <18 years) and adults (18 to 65 years)") == ["[12a, 18a)", "[18a, 65a]"]


def test_older_people_who_may_be_considered_do_not_make_the_age_a_condition() -> None:
    assert ranges("* Age 18 to 70 years, older patients may be considered") == ["[18a, 70a]"]
    assert ranges("* Age at transplant up to 21 years") == ["[, 21a]"]


def test_an_age_that_defines_the_menopause_is_none_of_taking_part() -> None:
    text = "* Age 19 years or older\n\nExclusion Criteria:\n\n* No menstruation for a year at the age >50 years old\n"
    assert ranges(text) == ["[19a, ]"]


def test_an_age_before_a_colon_only_says_for_whom_the_rest_holds() -> None:
    text = "* 70 and under\n\nPerformance status:\n\n* Age 65-70 years:\n\n  * Karnofsky 80-100%\n"
    assert ranges(f"Age:\n\n{text}") == ["[, 70a]"]


def test_a_second_range_in_a_list() -> None:
    assert ranges("* Age groups: 20 - 30 and 55 - 65 years") == ["[20a, 30a]", "[55a, 65a]"]


def test_ages_of_a_risk_group_are_left_out_where_a_plain_range_is_there() -> None:
    assert ranges("* Age 2 to 12 years\n* CD4 above 200 (ages 2-5 years)") == ["[2a, 12a]"]


def test_ages_elsewhere_give_way_to_the_section_that_is_about_the_age() -> None:
    sections = "DISEASE CHARACTERISTICS: Poor risk by one of these: Over 55 years of age Anaemia\n\n{}"
    assert ranges(sections.format("PATIENT CHARACTERISTICS: Age: 17 to 70 Sex: Any")) == ["[17a, 70a]"]
    listed = "PATIENT CHARACTERISTICS:\n\nAge:\n\n-  17 to 70\n\nSex:\n\n-  Any"
    assert ranges(sections.format(listed)) == ["[17a, 70a]"]
    donors = "DISEASE CHARACTERISTICS: Donor aged 25-60 years\n\nPATIENT CHARACTERISTICS: Age: 17 to 70 Sex: Any"
    assert ranges(donors) == ["[25a, 60a]", "[17a, 70a]"]


def test_participants_treated_previously_are_no_earlier_study() -> None:
    text = "Up to 50 patients aged 70 years or less who were not previously treated will be included."
    assert ranges("* Age < 70 years", text=text) == ["[, 70a)", "[, 70a]"]
    assert ranges("* Age < 70 years", text="A previous study included patients aged 70 years or less.") == ["[, 70a)"]


def test_each_distinct_range_once_with_its_evidence() -> None:
    text = "Inclusion Criteria:\n\n* Aged 3-\\<80 years\n\nExclusion Criteria:\n\n* none"
    found = extract_ages(
        study(text, title="A trial in patients aged 3-\\<80 years", summary="Patients aged 3 to 80 years.")
    )
    assert [written(fact) for fact in found] == ["[3a, 80a)", "[3a, 80a]"]
    first = found[0].evidence
    assert first.source_field == "protocolSection.eligibilityModule.eligibilityCriteria"
    assert text[first.start_char : first.end_char] == first.quote == "Aged 3-\\<80 years"


def test_cohorts_sexes_and_donors() -> None:
    criteria = (
        "Inclusion Criteria:\n\n* Men aged 40 to 70 years\n* Women aged 50 to 75 years\n* Part B: aged 12 to 17 years\n"
        "* Donor aged 18 to 60 years\n"
    )
    assert [(written(fact), fact.cohort) for fact in extract_ages(study(criteria))] == [
        ("[40a, 70a]", "male"),
        ("[50a, 75a]", "female"),
        ("[12a, 17a]", "part b"),
        ("[18a, 60a]", "donor"),
    ]


def test_a_sex_is_no_cohort_where_only_it_takes_part() -> None:
    assert extract_ages(study("Inclusion Criteria:\n\n* Women aged 18 to 50 years"))[0].cohort is None


def test_running_text_counts_only_where_it_is_about_the_participants() -> None:
    assert ranges(text="The study will enroll 40 children aged 4 to 9 years with eczema.") == ["[4a, 9a]"]
    assert ranges(text="The prevalence of eczema among people over 40 years of age is 12%.") == []
    assert ranges("* Age 18-65", text="A vaccine for children aged 4 years and older was tested in this study.") == [
        "[18a, 65a]"
    ]


def test_running_text_without_words_of_enrolment_counts_where_the_registry_bears_it_out() -> None:
    text = "We compare two inhalers in boys and girls aged 5 to 11 years."
    assert ranges(text=text) == []
    assert ranges(text=text, minimumAge="5 Years") == ["[5a, 11a]"]
    assert ranges(text=text, minimumAge="60 Years") == []
    common = "Asthma is common at ages 5 to 11 years."
    assert ranges(text=common, minimumAge="5 Years") == []
    assert ranges(text=common, minimumAge="5 Years", maximumAge="11 Years") == ["[5a, 11a]"]


def test_running_text_tells_of_parts_of_the_participants_by_what_they_are_given() -> None:
    text = "Patients over 60 years of age will receive half the dose."
    assert ranges("* Age 18-75 years", text=text) == ["[18a, 75a]", "(60a, ]"]
    assert ranges("* Age 18-55 years", text=text) == ["[18a, 55a]"]
    assert ranges("* Age 18-75 years", text="Stratified by age (over 60 years) at entry.") == ["[18a, 75a]"]


def test_an_arm_may_be_for_part_of_the_ages() -> None:
    arms = [
        {"label": "Arm A: under 6 years old"},
        {"label": "Arm B", "description": "Patients aged 19 years and older"},
        {"label": "Arm C", "description": "Cells of a donor aged 40 years or younger"},
    ]
    modules = {
        "eligibilityModule": {"eligibilityCriteria": "* Age 1-17 years"},
        "armsInterventionsModule": {"armGroups": arms},
    }
    found = extract_ages(Study.from_record({"protocolSection": modules}))
    assert [written(fact) for fact in found] == ["[1a, 17a]", "[, 6a)", "[, 40a]"]


def test_who_signs_the_consent_is_no_cohort() -> None:
    criteria = "* Aged 5 to 60 years\n* Participants aged 5 to 17 years need the consent of a guardian\n"
    assert ranges(criteria) == ["[5a, 60a]"]


@pytest.mark.parametrize("hostile", ["", "age", "age " * 5000, "≥" * 5000, "18-" * 3000 + " years old", "\x00aged 1\\"])
def test_hostile_text_is_survived(hostile: str) -> None:
    for fact in extract_ages(study(hostile, text=hostile)):
        assert fact.min_value is not None or fact.max_value is not None


@pytest.mark.parametrize(("seed", "expected"), [("000", "[3a, 80a)"), ("001", "[14a, 80a]"), ("002", "[14a, 80a]")])
def test_seed_texts(seed: str, expected: str) -> None:
    if not SEEDS.is_dir():
        pytest.skip("the seed texts are not beside this checkout")
    text = next(SEEDS.glob(f"{seed}*.txt")).read_text(encoding="utf-8")
    assert expected in ranges(text)

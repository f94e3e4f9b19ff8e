"""Eligibility criteria as rows, and the quantities that they limit."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from extract.criteria import extract_criteria
from extract.facts import Criterion, CriterionValue
from extract.study import Study

SEEDS = Path(__file__).parents[1] / ".." / "shared" / "seeds"


def criteria(text: str) -> list[Criterion]:
    return extract_criteria(
        Study.from_record({"protocolSection": {"eligibilityModule": {"eligibilityCriteria": text}}})
    )


def outline(text: str) -> list[tuple[str, int, int | None, str]]:
    return [(row.kind, row.level, row.parent_no, row.evidence.quote) for row in criteria(text)]


def written(value: CriterionValue) -> str:
    if value.operator == "range":
        figures = f"{value.low:g}..{value.high:g}"
    else:
        figures = f"{value.operator} {(value.low if value.low is not None else value.high):g}"
    return " ".join(part for part in (value.name, figures, value.unit) if part)


def values(text: str, heading: str = "Inclusion Criteria") -> list[str]:
    return [written(value) for row in criteria(f"{heading}:\n\n* {text}\n") for value in row.values]


def test_each_criterion_is_a_row_under_its_heading() -> None:
    text = "Inclusion Criteria:\n\n* Signed consent\n* ECOG 0-1\n\nKey Exclusion Criteria:\n\n1. Pregnancy\n2. HIV\n"
    assert outline(text) == [
        ("inclusion", 0, None, "Signed consent"),
        ("inclusion", 0, None, "ECOG 0-1"),
        ("exclusion", 0, None, "Pregnancy"),
        ("exclusion", 0, None, "HIV"),
    ]
    assert [row.criterion_no for row in criteria(text)] == [1, 2, 3, 4]


def test_nesting_by_indentation() -> None:
    text = "Inclusion criteria\n\n* Organ function:\n\n  * Platelets 50 or more\n  * Creatinine normal\n* Consent\n"
    assert [(level, parent) for _, level, parent, _ in outline(text)] == [(0, None), (1, 1), (1, 1), (0, None)]


def test_nesting_by_signs_where_nothing_is_indented() -> None:
    text = "• Consent\n• Organ function, defined as:\n‣ LVEF ≥50%;\n⁃ Bilirubin ≤2× ULN.\n• Venous access"
    assert outline(text) == [
        ("other", 0, None, "Consent"),
        ("other", 0, None, "Organ function, defined as:"),
        ("other", 1, 2, "LVEF ≥50%;"),
        ("other", 1, 2, "Bilirubin ≤2× ULN."),
        ("other", 0, None, "Venous access"),
    ]


def test_numbers_that_begin_again_are_nested_and_the_outer_count_goes_on() -> None:
    text = "Inclusion Criteria\n\n1. Consent\n2. Organ function:\n\n1. Bilirubin normal\n2. LVEF 50%\n3. Venous access"
    assert [(level, parent) for _, level, parent, _ in outline(text)] == [(0, None), (0, None), (1, 2), (1, 2), (1, 2)]
    text = text.replace("3. Venous", "4. Lungs normal\n3. Venous")
    assert [level for _, level, _, _ in outline(text)] == [0, 0, 1, 1, 1, 0]


def test_letters_below_numbers() -> None:
    text = "Exclusion Criteria:\n\n1. Heart disease\na. angina\nb. infarction\n2. Stroke"
    assert [(level, parent) for _, level, parent, _ in outline(text)] == [(0, None), (1, 1), (1, 1), (0, None)]


def test_criteria_glued_in_one_paragraph() -> None:
    glued = (
        "Inclusion Criteria: 1. Signed consent before any test 2. Age of 18 or more 3. ECOG of 0 or 1 "
        "Exclusion Criteria: 1. Pregnant or nursing 2. Known HIV infection"
    )
    assert [(kind, quote) for kind, _, _, quote in outline(glued)] == [
        ("inclusion", "Signed consent before any test"),
        ("inclusion", "Age of 18 or more"),
        ("inclusion", "ECOG of 0 or 1"),
        ("exclusion", "Pregnant or nursing"),
        ("exclusion", "Known HIV infection"),
    ]


def test_a_list_within_a_criterion_is_nested() -> None:
    text = "1. Organ function, with all of: (1) platelets of 75 or more; (2) creatinine in the normal range\n2. Consent"
    assert outline(text) == [
        ("other", 0, None, "Organ function, with all of:"),
        ("other", 1, 1, "platelets of 75 or more;"),
        ("other", 1, 1, "creatinine in the normal range"),
        ("other", 0, None, "Consent"),
    ]


def test_a_number_at_the_end_of_a_remark_begins_no_criterion() -> None:
    text = "1. Recovered from toxicity (to below grade 2) and able to swallow\n2. Consent"
    assert [quote for _, _, _, quote in outline(text)] == [
        "Recovered from toxicity (to below grade 2) and able to swallow",
        "Consent",
    ]


def test_wrapped_lines_and_labels() -> None:
    text = "PATIENT CHARACTERISTICS:\n\nHepatic:\n\n-  Bilirubin no greater than\n1.5 mg/dL\n-  Hepatitis negative\n"
    rows = criteria(text)
    assert [row.heading for row in rows] == ["PATIENT CHARACTERISTICS / Hepatic"] * 2
    assert rows[0].evidence.quote == "Bilirubin no greater than\n1.5 mg/dL"
    assert written(rows[0].values[0]) == "bilirubin <= 1.5 mg/dL"


def test_a_label_names_the_quantity_of_what_stands_below_it() -> None:
    rows = criteria("PATIENT CHARACTERISTICS:\n\nPerformance status:\n- 0-2\nLife expectancy:\n- At least 12 weeks\n")
    assert [written(value) for row in rows for value in row.values] == ["ecog 0..2", "life_expectancy >= 12 wk"]


def test_labels_within_a_paragraph() -> None:
    text = "PATIENT CHARACTERISTICS: Age: 18 and over Performance status: ECOG 0-2 Hepatic: Bilirubin below 2 mg/dL"
    assert [quote for _, _, _, quote in outline(text)] == [
        "Age: 18 and over",
        "Performance status: ECOG 0-2",
        "Hepatic: Bilirubin below 2 mg/dL",
    ]


def test_headings_of_cohorts() -> None:
    text = "Inclusion Criteria (Donors):\n\n* Healthy\n\nExclusion Criteria (Donors):\n\n* Pregnant\n"
    assert [(row.kind, row.heading) for row in criteria(text)] == [
        ("inclusion", "Inclusion Criteria (Donors)"),
        ("exclusion", "Exclusion Criteria (Donors)"),
    ]


def test_a_criterion_that_mentions_inclusion_is_no_heading() -> None:
    text = "Exclusion Criteria:\n\n* Surgery in the 2 months prior to inclusion\n* Does not meet inclusion criteria\n"
    assert [kind for kind, _, _, _ in outline(text)] == ["exclusion", "exclusion"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ECOG performance status of 0-2", ["ecog 0..2"]),
        ("ECOG 0 or 1", ["ecog 0..1"]),
        ("Karnofsky ≥ 70%", ["karnofsky >= 70 %"]),
        ("Absolute neutrophil count (ANC) ≥1.0 × 10⁹/L", ["neutrophils >= 1 10*9/L"]),
        ("ANC of at least 1,500/mm3", ["neutrophils >= 1500 /uL"]),
        ("Platelet count ≥75 x 109/L", ["platelets >= 75 10*9/L"]),
        (r"Platelets \>= 50,000/mcL", ["platelets >= 50000 /uL"]),
        ("Hemoglobin ≥80 g/L", ["haemoglobin >= 80 g/L"]),
        ("Haemoglobin 9 g/dL or higher", ["haemoglobin >= 9 g/dL"]),
        ("Serum creatinine ≤ 1.5 times the upper limit of normal", ["creatinine <= 1.5 [ULN]"]),
        ("Creatinine clearance of 60 mL/min or more", ["creatinine_clearance >= 60 mL/min"]),
        ("eGFR < 45 mL/min/1.73m2", ["egfr < 45 mL/min/{1.73_m2}"]),
        ("Total bilirubin ≤2× ULN; ALT and AST ≤3× ULN", ["bilirubin <= 2 [ULN]", "alt <= 3 [ULN]", "ast <= 3 [ULN]"]),
        ("AST/ALT no more than 2.5 x ULN", ["ast <= 2.5 [ULN]", "alt <= 2.5 [ULN]"]),
        ("Left ventricular ejection fraction (LVEF) ≥50%", ["lvef >= 50 %"]),
        ("Blood oxygen saturation \\>92%", ["spo2 > 92 %"]),
        ("Body mass index (BMI) between 18.5 and 30 kg/m2", ["bmi 18.5..30 kg/m2"]),
        ("Life expectancy of more than 3 months", ["life_expectancy > 3 mo"]),
        ("Life expectancy ≥ 12 weeks", ["life_expectancy >= 12 wk"]),
        ("QTc interval > 480 msec", ["qtc > 480 ms"]),
        (
            "Blood pressure above 160/100 mmHg",
            ["systolic_blood_pressure > 160 mm[Hg]", "diastolic_blood_pressure > 100 mm[Hg]"],
        ),
        ("NYHA class III or IV", ["nyha_class 3..4"]),
        ("HbA1c of 7.0 to 10%", ["hba1c 7..10 %"]),
        ("At least 4 weeks since prior radiotherapy", ["washout >= 4 wk"]),
        ("No surgery within the last 28 days", ["washout <= 28 d"]),
        ("More than 60 days post BMT", ["washout > 60 d"]),
        ("No steroids during the two months prior to randomisation", ["washout <= 2 mo"]),
        ("At least 4 weeks since chemotherapy (6 weeks since mitomycin)", ["washout >= 4 wk", "washout >= 6 wk"]),
        ("Off steroids for at least 2 weeks before entry", ["washout >= 2 wk"]),
        ("Radiotherapy at least 4 weeks ago (8 weeks for strontium)", ["washout >= 4 wk", "washout >= 8 wk"]),
        ("Haematocrit of at least 30 %", ["haematocrit >= 30 %"]),
        ("PSA greater than 4 but no more than 20 ng/mL", ["psa > 4", "psa <= 20 ng/mL"]),
        ("18.5 ≤ BMI ≤ 30 kg/m2", ["bmi >= 18.5", "bmi <= 30 kg/m2"]),
        (
            "90 mmHg ≤ systolic blood pressure < 140 mmHg",
            ["systolic_blood_pressure >= 90 mm[Hg]", "systolic_blood_pressure < 140 mm[Hg]"],
        ),
        ("ALT no more than 2.5 times above the upper limit of normal", ["alt <= 2.5 [ULN]"]),
    ],
)
def test_values(text: str, expected: list[str]) -> None:
    assert values(text) == expected


def test_an_exclusion_keeps_the_wording() -> None:
    assert values("Platelets below 50 x 10^9/L", "Exclusion Criteria") == ["platelets < 50 10*9/L"]
    assert values("Chemotherapy within 2 weeks before infusion", "Exclusion Criteria") == ["washout <= 2 wk"]


def test_a_bracket_keeps_its_comparison_whole() -> None:
    text = "AST no greater than 2 times ULN (no greater than 5 times ULN if liver metastases)"
    assert values(text) == ["ast <= 2 [ULN]", "ast <= 5 [ULN]"]


def test_a_fold_above_the_limit_is_more_than_that() -> None:
    assert values("AST values 5-fold greater than the upper limit of normal", "Exclusion Criteria") == ["ast > 5 [ULN]"]


def test_non_inclusion_is_exclusion() -> None:
    found = criteria("Non-inclusion criteria:\n\n* Any chemotherapy in the previous 3 years\n")
    assert [(row.kind, [written(value) for value in row.values]) for row in found] == [
        ("exclusion", ["washout <= 3 a"])
    ]


def test_one_unit_a_quantity_for_comparing_trials() -> None:
    found = [
        row.values[0]
        for row in criteria(
            "Inclusion Criteria:\n\n* Platelets ≥ 50,000/mm3\n* Platelets ≥ 50 x 10^9/L\n* PLT ≥ 50 K/uL\n"
        )
    ]
    assert [(value.canonical_low, value.canonical_unit) for value in found] == [(50, "10*9/L")] * 3
    assert criteria("* ALT ≤ 3 x ULN")[0].values[0].canonical_high is None


def test_a_second_limit_under_a_condition() -> None:
    row = criteria("* AST ≤ 3 x ULN (≤ 5 x ULN if liver metastases)")[0]
    assert [written(value) for value in row.values] == ["ast <= 3 [ULN]", "ast <= 5 [ULN]"]
    assert [value.evidence.flags for value in row.values] == [[], ["conditional"]]


@pytest.mark.parametrize(
    "text",
    [
        "Able to swallow 2 tablets a day",
        "Lansky (age 1 to 16) as appropriate",
        "Hepatitis B or C",
        "Willing to use contraception within 3 months after the last dose",
        "Type 2 diabetes for 5 years",
        "Platelet transfusion 3 times",
        "PSA doubling time below 3 months",
        "Negative pregnancy test within 7 days before the first dose",
        "Stable angina for at least 3 months before screening",
        "No plan to begin chemotherapy within 6 months",
        "At least 2 weeks of prior loperamide therapy",
    ],
)
def test_other_numbers_are_no_limits(text: str) -> None:
    assert values(text) == []


def test_the_examples_of_the_data_file() -> None:
    rows = tomllib.loads(files("extract").joinpath("data", "quantities.toml").read_text(encoding="utf-8"))["quantity"]
    for row in rows:
        found = {value.name for item in criteria(f"* {row['example']}") for value in item.values}
        assert found & {row["name"], *row.get("pair", [])}, row["example"]


def test_evidence_is_the_raw_text() -> None:
    text = "Inclusion Criteria:\n\n* ANC ≥1.0 × 10⁹/L \\[within 7 days\\]\n* LVEF \\>50%\n"
    for row in criteria(text):
        for evidence in (row.evidence, *(value.evidence for value in row.values)):
            assert text[evidence.start_char : evidence.end_char] == evidence.quote


@pytest.mark.parametrize(
    "hostile",
    ["", "*", "* \n" * 4000, "1. " * 4000, "platelets ≥ " * 3000, ": " * 5000, "(" * 9000, "AST and ALT " * 2000],
)
def test_hostile_text_is_survived(hostile: str) -> None:
    rows = criteria(hostile)
    assert [row.criterion_no for row in rows] == list(range(1, len(rows) + 1))


def test_seed_text() -> None:
    if not SEEDS.is_dir():
        pytest.skip("the seed texts are not beside this checkout")
    rows = criteria(next(SEEDS.glob("002*.txt")).read_text(encoding="utf-8"))
    found = {written(value) for row in rows for value in row.values}
    assert found >= {
        "ecog 0..2",
        "life_expectancy > 3 mo",
        "creatinine <= 2 [ULN]",
        "lvef >= 50 %",
        "spo2 > 92 %",
        "bilirubin <= 2 [ULN]",
        "alt <= 3 [ULN]",
        "ast <= 3 [ULN]",
        "haemoglobin >= 80 g/L",
        "neutrophils >= 1 10*9/L",
        "platelets >= 75 10*9/L",
    }

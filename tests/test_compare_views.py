"""What the views of `compare` give, worked out by hand on a few rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tiny import arm, dose, given, outcome, studies, time, tiny

A, B, C, D = "NCT99800001", "NCT99800002", "NCT99800003", "NCT99800004"
DAILY = {"frequency_times": 1, "frequency_every": 1, "frequency_every_unit": "d"}


def measured(**columns: Any) -> dict[str, Any]:
    """The row of compare.doses of one dose in a study without arms."""
    row = {"amount": 30.0, "unit": "mg", **columns}
    extracted = dose(A, 1, "Fludarabine", row.pop("amount"), row.pop("unit"), **row)
    with tiny(ctgov_studies=studies(A), extracted_doses=[extracted]) as con:
        cursor = con.execute("SELECT * FROM compare.doses")
        names = [column[0] for column in cursor.description or []]
        (found,) = cursor.fetchall()
    return dict(zip(names, found, strict=True))


@pytest.mark.parametrize(
    ("stated", "low", "unit", "basis"),
    [
        ({"amount": 30, "unit": "mg", "per": "m2"}, 30, "mg/m2", "as stated"),
        ({"amount": 1.5, "unit": "g"}, 1500, "mg", "converted from g"),
        ({"amount": 250, "unit": "ug", "per": "kg"}, 0.25, "mg/kg", "converted from ug"),
        ({"amount": 200, "unit": "cGy"}, 2, "Gy", "converted from cGy"),
        ({"amount": 1e6, "unit": "{cells}", "per": "kg"}, 1e6, "{cells}/kg", "as stated"),
        ({"amount": 5e7, "unit": "{cells}"}, 5e7, "{cells}", "as stated"),
        ({"amount": 2, "unit": "ug", "per": "kg", "per_time": "min"}, 0.002, "mg/kg/min", "converted from ug"),
        ({"amount": 3, "unit": "stones"}, None, None, "stones has no unit to be compared in"),
        ({"amount": None, "unit": "mg"}, None, "mg", "no amount was read"),
    ],
)
def test_amounts_are_compared_in_one_unit_and_say_how(
    stated: dict[str, Any], low: float | None, unit: str | None, basis: str
) -> None:
    row = measured(**stated)
    assert row["canonical_low"] == (None if low is None else pytest.approx(low))
    assert (row["canonical_unit"], row["canonical_basis"]) == (unit, basis)


@pytest.mark.parametrize(
    ("stated", "daily", "weekly", "cycle", "basis"),
    [
        # 30 mg three times a day
        ({**DAILY, "frequency_times": 3}, 90, 630, None, None),
        # every 8 hours for 2 days is not given all week
        ({"frequency_times": 1, "frequency_every": 8, "frequency_every_unit": "h", "duration_value": 2,
          "duration_unit": "d"}, 90, None, 180, "every 8 h for 2 d"),
        # 30 mg a day on days -5 to -3
        ({"per": "m2", "per_time": "d", "days": [-5, -4, -3]}, 30, None, 90, "given on d−5…−3"),
        # days 1, 8 and 15 of a cycle: no daily amount
        ({"days": [1, 8, 15], "cycle_days": 28}, None, None, 90, "given on d1,8,15"),
        # twice a day on days 1 to 14 of a cycle of 21 days
        ({**DAILY, "frequency_times": 2, "days": list(range(1, 15)), "cycle_days": 21}, 60, None, 840,
         "given on d1…14"),
        ({"frequency_times": 1, "frequency_every": 3, "frequency_every_unit": "wk"}, None, 10, None, None),
        ({"frequency_times": 1, "frequency_every": 1, "frequency_every_unit": "wk", "cycle_days": 21}, None, 30, 90,
         "1×/wk in 21 days"),
        ({"frequency_times": 1, "frequency_every": 1, "frequency_every_unit": "cycle"}, None, None, 30, "1×/cycle"),
        ({"frequency_times": 1}, None, None, 30, "a single administration"),
        ({"role": "total"}, None, None, 30, "stated as a total"),
        # a rate needs the hours it runs, a maximum is no plan, a month has no fixed length
        ({"per_time": "h", "days": [1]}, None, None, None, None),
        ({"role": "maximum", **DAILY}, None, None, None, None),
        ({**DAILY, "duration_value": 3, "duration_unit": "mo"}, 30, 210, None, None),
        ({}, None, None, None, None),
    ],
)  # fmt: skip
def test_daily_weekly_and_cumulative_amounts_where_they_follow(
    stated: dict[str, Any], daily: float | None, weekly: float | None, cycle: float | None, basis: str | None
) -> None:
    row = measured(**stated)
    assert (row["daily_low"], row["weekly_low"], row["cycle_low"], row["cycle_basis"]) == (daily, weekly, cycle, basis)


@pytest.mark.parametrize(
    ("stated", "daily", "weekly"),
    [
        ({**DAILY, "frequency_times": 3}, "3×/d", "7 days of the daily amount"),
        ({"per_time": "d"}, "stated per day", "7 days of the daily amount"),
        ({"per_time": "wk"}, None, "stated per week"),
        ({"frequency_times": 1, "frequency_every": 3, "frequency_every_unit": "wk"}, None, "every 3 wk"),
        ({"days": [1]}, None, None),
        # An amount that cannot be compared has no totals, so nothing they could follow from.
        ({**DAILY, "unit": "stones"}, None, None),
    ],
)
def test_totals_say_what_they_follow_from(stated: dict[str, Any], daily: str | None, weekly: str | None) -> None:
    row = measured(**stated)
    assert (row["daily_basis"], row["weekly_basis"]) == (daily, weekly)


def test_a_dose_stands_once_for_each_arm_and_once_without_an_arm() -> None:
    with tiny(
        ctgov_studies=studies(A, B),
        ctgov_design_groups=[arm(A, 1, "Young"), arm(A, 2, "Old")],
        extracted_doses=[dose(A, 1, "Drug", 1, "mg"), dose(B, 1, "Drug", 2, "mg")],
        extracted_dose_arms=[given(A, 1, 1, "Young"), given(A, 1, 2, "Old")],
    ) as con:
        rows = con.execute("SELECT nct_id, arm_no, arm_label, amount FROM compare.doses").fetchall()
    assert rows == [(A, 1, "Young", "1 mg"), (A, 2, "Old", "1 mg"), (B, None, None, "2 mg")]


def test_amounts_of_a_patient_show_the_assumption() -> None:
    doses = [dose(A, 1, "Flu", 30, "mg", per="m2"), dose(A, 2, "Bu", 3.2, "mg", per="kg"), dose(A, 3, "Mesna", 1, "g")]
    with tiny(ctgov_studies=studies(A), extracted_doses=doses) as con:
        rows = con.execute(
            "SELECT agent, patient_low, patient_unit, assumption FROM compare.per_patient(kg := 10, m2 := 0.5)"
        ).fetchall()
        (usual,) = con.execute("SELECT patient_low FROM compare.per_patient() WHERE agent = 'Bu'").fetchall()
        (unknown,) = con.execute(
            "SELECT patient_low FROM compare.per_patient(kg := NULL) WHERE agent = 'Bu'"
        ).fetchall()
    assert rows == [
        ("Flu", 15, "mg", "× 0.5 m²"), ("Bu", 32, "mg", "× 10 kg"), ("Mesna", 1000, "mg", "none: a flat amount")
    ]  # fmt: skip
    assert usual == (224,)
    assert unknown == (None,)


CAR_T = {
    "ctgov_studies": studies(A, B, C),
    "ctgov_design_groups": [arm(A, 1, "CAR-T", "EXPERIMENTAL"), arm(A, 2, "Observation", "NO_INTERVENTION")],
    "extracted_doses": [
        dose(A, 1, "CAR-T", 5e6, "{cells}", per="kg", amount_high=1e7, days=[0]),
        dose(A, 2, "Flu", 30, "mg", per="m2", per_time="d", days=[-5, -4, -3]),
        dose(A, 3, "Cy", 300, "mg", per="m2", per_time="d", days=[-5, -4, -3]),
        dose(B, 1, "CAR-T", 1e6, "{cells}", per="kg", role="level"),
        dose(B, 2, "CAR-T", 3e6, "{cells}", per="kg", role="level"),
    ],
    "extracted_dose_arms": [given(A, number, 1, "CAR-T") for number in (1, 2, 3)],
    "extracted_arm_agents": [
        {"nct_id": A, "arm_no": 1, "agent_key": "mesna", "agent": "Mesna", "arm_label": "CAR-T"},
        {"nct_id": A, "arm_no": 1, "agent_key": "flu", "agent": "Flu", "arm_label": "CAR-T"},
    ],
}


def test_an_arm_on_one_line_by_its_days() -> None:
    with tiny(**CAR_T) as con:
        rows = con.execute("SELECT nct_id, arm_no, arm_type, regimen, phases, agents FROM compare.regimens").fetchall()
    assert rows == [
        (A, 1, "EXPERIMENTAL", "Flu 30 mg/m²/d d−5…−3 + Cy 300 mg/m²/d d−5…−3 → CAR-T 5–10×10⁶ cells/kg d0 + Mesna",
         ["before day 0"], ["flu", "cy", "car-t", "mesna"]),
        (A, 2, "NO_INTERVENTION", None, None, None),
        # A study that registered no arms has one line; levels are alternatives.
        (B, None, None, "CAR-T 1×10⁶ cells/kg | 3×10⁶ cells/kg", None, ["car-t"]),
    ]  # fmt: skip


def test_an_arm_on_one_line_in_the_order_of_its_regimens() -> None:
    steps = [(1, 1, "flu", 2), (1, 2, "cy", None), (2, 1, "car-t", 1)]
    phases = [(1, "FC", "lymphodepletion"), (2, None, "treatment")]
    rows = CAR_T | {
        "extracted_regimens": [
            {"nct_id": A, "arm_no": 1, "regimen_no": number, "regimen": name, "phase": phase}
            for number, name, phase in phases
        ],
        "extracted_regimen_steps": [
            {"nct_id": A, "arm_no": 1, "regimen_no": r, "step_no": s, "agent_key": agent, "dose_no": number}
            for r, s, agent, number in steps
        ],
    }
    with tiny(**rows) as con:
        (found,) = con.execute("SELECT regimen, phases, names FROM compare.regimens WHERE arm_no = 1").fetchall()
        doses = con.execute(
            "SELECT agent, regimen_phase FROM compare.doses WHERE nct_id = ? ORDER BY dose_no", [A]
        ).fetchall()
    assert found == (
        # Cy has no amount in its step and takes the arm's; mesna is in no regimen.
        "FC (Flu 30 mg/m²/d d−5…−3 + Cy 300 mg/m²/d d−5…−3) → CAR-T 5–10×10⁶ cells/kg d0; Mesna",
        ["lymphodepletion", "treatment"], ["FC"],
    )  # fmt: skip
    assert doses == [("CAR-T", "treatment"), ("Flu", "lymphodepletion"), ("Cy", None)]


def test_a_step_tells_its_days_or_how_often_and_how_long() -> None:
    for stated, timing in (
        ({**DAILY, "days": [1, 2, 3], "duration_value": 3, "duration_unit": "d"}, "d1…3"),
        ({**DAILY, "duration_value": 3, "duration_unit": "d"}, "1×/d for 3 d"),
        ({"duration_value": 2, "duration_unit": "wk"}, "for 2 wk"),
        ({}, None),
    ):
        with tiny(ctgov_studies=studies(A), extracted_doses=[dose(A, 1, "Drug", 5, "mg", **stated)]) as con:
            assert con.execute("SELECT timing FROM compare.arm_steps").fetchall() == [(timing,)]


def test_steps_of_an_arm_keep_their_evidence() -> None:
    with tiny(**CAR_T) as con:
        rows = con.execute(
            "SELECT stage_no, phase, agent, start_day, end_day, quote FROM compare.arm_steps WHERE arm_no = 1"
        ).fetchall()
    assert rows == [
        (1, "before day 0", "Flu", -5, -3, "Flu 30"),
        (1, "before day 0", "Cy", -5, -3, "Cy 300"),
        (2, None, "CAR-T", 0, 0, "CAR-T 5000000.0"),
        (2, None, "Mesna", None, None, None),
    ]


def age_tables(minimum: str | None, maximum: str | None, *ranges: dict[str, Any]) -> dict[str, Any]:
    number = [None if text in (None, "N/A") else int(text.split()[0]) for text in (minimum, maximum)]
    unit = [None if text in (None, "N/A") else text.split()[1] for text in (minimum, maximum)]
    return {
        "ctgov_studies": studies(A),
        "ctgov_eligibilities": [{"nct_id": A, "minimum_age": minimum, "maximum_age": maximum, "gender": "ALL"}],
        "ctgov_calculated_values": [
            {"nct_id": A, "minimum_age_num": number[0], "minimum_age_unit": unit[0], "maximum_age_num": number[1],
             "maximum_age_unit": unit[1]}
        ],
        "extracted_ages": [{"nct_id": A, "age_no": n, **r} for n, r in enumerate(ranges, start=1)],
    }  # fmt: skip


def years(low: float | None, high: float | None, *, to: bool = True, cohort: str | None = None) -> dict[str, Any]:
    return {
        "min_value": low, "min_unit": low and "a", "min_inclusive": low and True, "min_years": low, "max_value": high,
        "max_unit": high and "a", "max_inclusive": None if high is None else to, "max_years": high, "cohort": cohort,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "text", "shown", "agreement"),
    [
        (("18 Years", "70 Years"), years(18, 70), "18 to 70 years", "agree"),
        (("3 Years", "79 Years"), years(3, 80, to=False), "3 to under 80 years", "agree"),
        (("3 Years", "80 Years"), years(3, 80, to=False), "3 to under 80 years", "agree"),
        (("18 Years", "N/A"), years(18, None), "18 years and older", "agree"),
        (("18 Years", "N/A"), years(18, 65), "18 to 65 years", "text narrower"),
        (("18 Years", "65 Years"), years(18, None), "18 years and older", "text wider"),
        (("18 Years", "70 Years"), years(20, 75), "20 to 75 years", "contradict"),
        (("18 Years", "N/A"), years(None, 12), "up to 12 years", "contradict"),
        (("2 Years", "70 Years"), years(8, 60, cohort="donor"), "8 to 60 years", "other people"),
    ],
)
def test_ages_of_the_text_against_the_fields(
    fields: tuple[str, str], text: dict[str, Any], shown: str, agreement: str
) -> None:
    with tiny(**age_tables(*fields, text)) as con:
        assert con.execute("SELECT ages, agreement FROM compare.ages").fetchall() == [(shown, agreement)]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ((None, None), "any age"), (("N/A", "N/A"), "any age"), (("18 Years", "N/A"), "18 Years and older"),
        ((None, "6 Months"), "up to 6 Months"), (("1 Year", "65 Years"), "1 Year – 65 Years"),
    ],
)  # fmt: skip
def test_ages_of_a_study_whose_text_has_none(fields: tuple[str | None, str | None], shown: str) -> None:
    with tiny(**age_tables(*fields)) as con:
        assert con.execute("SELECT registered_ages, ages, agreement FROM compare.ages").fetchall() == [
            (shown, None, "no text")
        ]
        assert con.execute("SELECT ages FROM compare.trials").fetchall() == [(shown,)]


def test_age_conflicts_are_told_bound_by_bound() -> None:
    with tiny(**age_tables("18 Years", "70 Years", years(20, 70), years(5, 60, cohort="donor"))) as con:
        rows = con.execute("SELECT bound, text_years, registered_years, difference_years FROM compare.age_conflicts")
        assert rows.fetchall() == [("minimum", 20, 18, 2)]
    with tiny(**age_tables("18 Years", "N/A", years(18, 65))) as con:
        rows = con.execute("SELECT bound, text_years, registered_years, difference_years FROM compare.age_conflicts")
        assert rows.fetchall() == [("maximum", 65, None, None)]


def test_a_cohort_without_a_limit_leaves_the_study_without_one() -> None:
    cohorts = [years(2, 12, cohort="children"), years(18, None, cohort="adults"), years(30, 60, cohort="donor")]
    with tiny(**age_tables("2 Years", "N/A", *cohorts)) as con:
        (row,) = con.execute(
            "SELECT ages, min_years, max_years, accepts_children, accepts_over_65 FROM compare.eligibility"
        ).fetchall()
        assert con.execute("SELECT count(*) FROM compare.open_to_age(90)").fetchall() == [(1,)]
        assert con.execute("SELECT count(*) FROM compare.open_to_age(1)").fetchall() == [(0,)]
    shown = "children: 2 to 12 years; adults: 18 years and older; donor: 30 to 60 years"
    assert row == (shown, 2, None, True, True)


@pytest.mark.parametrize(
    ("criteria", "inclusion", "exclusion"),
    [
        ("Inclusion Criteria:\n\n* Age 18\n\nExclusion Criteria:\n\n* Pregnant", "* Age 18", "* Pregnant"),
        ("INCLUSION\n* A\nKey exclusion criteria :\n* B\n* no exclusion of C", "* A", "* B\n* no exclusion of C"),
        ("* Adults only", "* Adults only", None),
        ("Exclusion Criteria:\n* Pregnant", None, "* Pregnant"),
        (None, None, None),
    ],
)
def test_criteria_for_and_against(criteria: str | None, inclusion: str | None, exclusion: str | None) -> None:
    rows = [{"nct_id": A, "criteria": criteria}]
    with tiny(ctgov_studies=studies(A), ctgov_eligibilities=rows) as con:
        assert con.execute("SELECT inclusion_criteria, exclusion_criteria FROM compare.eligibility").fetchall() == [
            (inclusion, exclusion)
        ]


ENDPOINTS = {
    "ctgov_studies": [
        *studies(A, B, start_date="2021-03-31", phase="PHASE2"), *studies(C, start_date="2022-01-31"), *studies(D),
    ],
    "ctgov_conditions": [{"nct_id": n, "condition_no": 1, "name": "Leukaemia"} for n in (A, B, C)],
    "extracted_endpoints": [
        outcome(A, 1, "overall_survival"), outcome(B, 1, "overall_survival", "Overall survival at 2 years"),
        outcome(B, 2, "adverse_events"), outcome(C, 1, "mrd_response"), outcome(D, 1, "pain"),
    ],
    "extracted_endpoint_times": [
        time(A, 1, 0, None, low=0, high=0, anchor="baseline"),
        time(A, 1, 730.5, "a", low=2, high=2, anchor="infusion", time_no=2),
        time(B, 1, 365.25, "mo", relation="up_to", low=12, high=12),
        time(B, 2, None, None, relation="through_event"),
        time(C, 1, 28, "d", relation="from_to", low=0, high=28, low_days=0),
    ],
}  # fmt: skip


def test_endpoints_with_their_times_and_horizon() -> None:
    with tiny(**ENDPOINTS) as con:
        rows = con.execute(
            "SELECT nct_id, outcome_no, times, first_days, horizon_days, horizon, start_year FROM compare.endpoints"
        ).fetchall()
    assert rows == [
        (A, 1, "at baseline; at 2 years after infusion", 730.5, 730.5, "2 years", 2021),
        (B, 1, "up to 12 months", 365.25, 365.25, "1 year", 2021),
        (B, 2, "until an event", None, None, "not stated", 2021),
        (C, 1, "from 0 to 28 days", 28, 28, "1 month", 2022),
        (D, 1, None, None, None, "not stated", None),
    ]


def test_primary_endpoints_of_a_field_over_time() -> None:
    with tiny(**ENDPOINTS) as con:
        rows = con.execute(
            "SELECT start_year, endpoint, trials, share, median_horizon_days "
            "FROM compare.endpoint_trends(about := 'leukemia')"
        ).fetchall()
    assert rows == [
        (2021, "adverse_events", 1, 0.5, None),
        (2021, "overall_survival", 2, 1.0, (365.25 + 730.5) / 2),
        (2022, "mrd_response", 1, 1.0, 28),
    ]


def test_one_wide_row_a_trial() -> None:
    with tiny(
        **CAR_T,
        ctgov_conditions=[{"nct_id": A, "condition_no": n, "name": name} for n, name in ((2, "MRD"), (1, "B-ALL"))],
        ctgov_sponsors=[
            {"nct_id": A, "sponsor_no": 1, "lead_or_collaborator": "lead", "name": "A hospital"},
            {"nct_id": A, "sponsor_no": 2, "lead_or_collaborator": "collaborator", "name": "A company"},
        ],
        ctgov_countries=[
            {"nct_id": A, "name": "Peru", "removed": False}, {"nct_id": A, "name": "Chile", "removed": True}
        ],
        extracted_endpoints=[outcome(A, 1, "overall_survival"), outcome(A, 1, "pain", kind="secondary")],
        extracted_endpoint_times=[time(A, 1, 730.5, "a", low=2, high=2)],
    ) as con:  # fmt: skip
        rows = con.execute(
            "SELECT nct_id, conditions, sponsor, countries, arms, cell_doses, cells_per_kg_low, cells_per_kg_high, "
            "cells_low, conditioning, primary_endpoints, url FROM compare.trials ORDER BY 1"
        ).fetchall()
    assert rows == [
        (A, "B-ALL, MRD", "A hospital", "Peru", 2, "CAR-T 5–10×10⁶ cells/kg d0", 5e6, 1e7, None,
         "Cy 300 mg/m²/d d−5…−3 + Flu 30 mg/m²/d d−5…−3", "overall survival (at 2 years)",
         f"https://clinicaltrials.gov/study/{A}"),
        (B, None, None, None, None, "CAR-T 1×10⁶ cells/kg | 3×10⁶ cells/kg", 1e6, 3e6, None, None, None,
         f"https://clinicaltrials.gov/study/{B}"),
        (C, None, None, None, None, None, None, None, None, None, None, f"https://clinicaltrials.gov/study/{C}"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("other", "conditioning", "basis"),
    [
        ({"days": [-5, -4, -3]}, "Fludarabine 30 mg d−5…−3", "days before day 0"),
        ({}, "Fludarabine 30 mg", "agent usual before cells"),
        ({"agent": "Aspirin"}, None, None),
        ({"days": [7]}, None, None),
        ({"agent": "Aspirin", "days": [-1]}, "Aspirin 30 mg d−1", "days before day 0"),
    ],
)
def test_what_is_taken_for_conditioning_and_why(
    other: dict[str, Any], conditioning: str | None, basis: str | None
) -> None:
    agent = other.pop("agent", "Fludarabine")
    doses = [dose(A, 1, "T cells", 1e6, "{cells}", per="kg"), dose(A, 2, agent, 30, "mg", **other)]
    with tiny(ctgov_studies=studies(A), extracted_doses=doses) as con:
        rows = con.execute("SELECT conditioning, conditioning_basis FROM compare.trials").fetchall()
    assert rows == [(conditioning, basis)]
    with tiny(ctgov_studies=studies(A), extracted_doses=[dose(A, 1, "Fludarabine", 30, "mg")]) as con:
        assert con.execute("SELECT conditioning FROM compare.trials").fetchall() == [(None,)], "no cells"


def test_the_placeholder_for_an_unknown_enrolment_is_no_number() -> None:
    with tiny(ctgov_studies=[*studies(A, enrollment=99999999), *studies("pages:abc", enrollment=20)]) as con:
        rows = con.execute("SELECT nct_id, enrollment, url FROM compare.trials ORDER BY 1").fetchall()
    assert rows == [(A, None, f"https://clinicaltrials.gov/study/{A}"), ("pages:abc", 20, None)]


NAMED = {
    "ctgov_studies": studies(A, B, C, D),
    "ctgov_conditions": [
        {"nct_id": A, "condition_no": 1, "name": "B-cell acute lymphoblastic leukaemia"},
        {"nct_id": B, "condition_no": 1, "name": "Small fibre neuropathy"},
        {"nct_id": C, "condition_no": 1, "name": "Sjögren's disease"},
    ],
    "ctgov_interventions": [
        {"nct_id": A, "intervention_no": 1, "name": "Chimeric Antigen Receptor T-cells"},
        {"nct_id": B, "intervention_no": 1, "name": "CART19 cells"},
        {"nct_id": C, "intervention_no": 1, "name": "白血病 IL-21 %_'"},
        {"nct_id": D, "intervention_no": 1, "name": "Cartilage graft"},
    ],
    "ctgov_intervention_other_names": [
        {"nct_id": D, "intervention_no": 1, "other_name_no": 1, "name": "Brand X"}
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("about", "giving", "found"),
    [
        (None, None, [A, B, C, D]),
        ("B-ALL", None, [A]),
        ("all", None, [A]),
        ("Acute Lymphoblastic Leukemia", None, [A]),
        ("sjogren", None, [C]),
        (None, "CAR-T", [A, B]),
        (None, "car t", [A, B]),
        (None, "chimeric antigen receptor", [A, B]),
        (None, "brand x", [D]),
        ("leukemia", "CAR-T", [A]),
        (None, "IL-2", []),
        (None, "IL-21", [C]),
        (None, "白血病", [C]),
        (None, ".*", []),
        (None, "'; DROP TABLE ctgov.studies; --", []),
    ],
)
def test_studies_are_found_by_what_they_are_called(about: str | None, giving: str | None, found: list[str]) -> None:
    with tiny(**NAMED) as con:
        ids = con.execute(
            "SELECT nct_id FROM compare.study_ids(condition_term := $1, agent_term := $2) ORDER BY 1", [about, giving]
        ).fetchall()
    assert [row[0] for row in ids] == found


def test_names_tell_where_they_stand() -> None:
    with tiny(**NAMED) as con:
        agents = con.execute("SELECT name, origin FROM compare.agent_names WHERE nct_id = ? ORDER BY 1", [D]).fetchall()
        conditions = con.execute(
            "SELECT name, origin FROM compare.condition_names WHERE nct_id = ? AND origin <> 'title' ORDER BY 2, 1", [A]
        ).fetchall()
        given = con.execute("SELECT also FROM compare.synonyms WHERE name = 'tisagenlecleucel'").fetchall()
    assert agents == [("Brand X", "other name"), ("Cartilage graft", "registered")]
    assert conditions == [
        ("B-cell acute lymphoblastic leukaemia", "condition"), ("ALL", "synonym"), ("B-ALL", "synonym")
    ]  # fmt: skip
    assert given == [("CAR-T",)]


def test_doses_and_trials_of_an_agent() -> None:
    with tiny(**CAR_T) as con:
        doses = con.execute("SELECT nct_id, amount FROM compare.doses_of('FLU')").fetchall()
        trials = con.execute("SELECT nct_id FROM compare.trials_of(giving := 'car-t') ORDER BY 1").fetchall()
        none = con.execute("SELECT count(*) FROM compare.doses_of('flu', about := 'measles')").fetchall()
    assert doses == [(A, "30 mg/m²/d")]
    assert trials == [(A,), (B,)]
    assert none == [(0,)]


def test_similar_trials_with_the_reasons() -> None:
    def agent(nct_id: str, name: str) -> dict[str, Any]:
        return {"nct_id": nct_id, "arm_no": 1, "agent_key": name, "agent": name, "arm_label": "x"}

    with tiny(
        ctgov_studies=studies(A, B, C, D),
        ctgov_conditions=[
            {"nct_id": A, "condition_no": 1, "name": "Leukemia"}, {"nct_id": B, "condition_no": 1, "name": "leukemia"},
            {"nct_id": C, "condition_no": 1, "name": "Leukemia"}, {"nct_id": D, "condition_no": 1, "name": "Asthma"},
        ],
        extracted_arm_agents=[agent(A, "car-t"), agent(B, "car-t"), agent(C, "aspirin"), agent(D, "salbutamol")],
        extracted_endpoints=[
            outcome(A, 1, "overall_survival"), outcome(B, 1, "overall_survival"), outcome(D, 1, "pain")
        ],
    ) as con:  # fmt: skip
        rows = con.execute(
            "SELECT nct_id, score, shared_conditions, shared_agents, shared_endpoints, reasons "
            "FROM compare.similar($1)", [A.lower()],
        ).fetchall()  # fmt: skip
        (weight,) = con.execute(
            "SELECT weight FROM compare.features WHERE nct_id = ? AND feature = 'car-t'", [A]
        ).fetchall()
        assert con.execute("SELECT count(*) FROM compare.similar('NCT00000000')").fetchall() == [(0,)]
    # All that A has, B has too. With C it shares a condition: 0.35, and all ages: 0.15. D shares nothing.
    assert [row[:5] for row in rows] == [
        (B, 1.0, ["leukemia"], ["car-t", "chimeric antigen receptor"], ["overall_survival"]),
        (C, 0.5, ["leukemia"], None, None),
    ]  # fmt: skip
    assert rows[0][5] == (
        "conditions: leukemia; agents: car-t, chimeric antigen receptor; primary endpoints: overall survival; "
        "ages overlap by 100 %"
    )
    assert rows[1][5] == "conditions: leukemia; ages overlap by 100 %"
    assert weight[0] == pytest.approx(1.0986, abs=1e-4)  # two of four studies: ln(1 + 4/2)


def test_a_record_that_disagrees_with_itself() -> None:
    base = "protocolSection"
    rows: dict[str, Any] = age_tables("18 Years", "70 Years", years(20, 70))
    rows["ctgov_studies"] = [
        *studies(A, enrollment=60, enrollment_type="ESTIMATED", start_date="2024-01-31", completion_date="2023-01-31",
                 start_month_year="2024-01", completion_month_year="2023-01"),
        *studies(B, enrollment=60, enrollment_type="ACTUAL"),
    ]  # fmt: skip
    rows |= {
        "ctgov_design_outcomes": [
            {"nct_id": A, "outcome_type": "primary", "outcome_no": n, "time_frame": "12 months"} for n in (1, 2)
        ],
        "extracted_endpoints": [
            outcome(A, 1, "overall_survival", "Survival at 2 years"), outcome(A, 2, "overall_survival", "At 12 months")
        ],
        "extracted_endpoint_times": [time(A, n, 365.25, "mo", low=12, high=12) for n in (1, 2)],
        "extracted_design_statistics": [
            {"nct_id": n, "stat_no": 1, "kind": "sample_size", "value": 70, "quote": "70 patients"} for n in (A, B)
        ],
        "extracted_doses": [
            dose(A, 1, "Drug", 75, "mg", source_field=f"{base}.armsInterventionsModule.interventions[0].description"),
            dose(A, 2, "Drug", 7, "mg", source_field=f"{base}.descriptionModule.detailedDescription"),
        ],
    }  # fmt: skip
    with tiny(**rows) as con:
        found = con.execute(
            "SELECT nct_id, kind, about, one, other FROM compare.disagreements ORDER BY kind"
        ).fetchall()
    assert found == [
        (A, "ages", "minimum age", "text: 20 to 70 years", "fields: 18 Years – 70 Years"),
        (A, "amounts", "Drug", "75 mg", "7 mg"),
        (A, "dates", "start and completion", "start: 2024-01", "completion: 2023-01"),
        (A, "sample size", "number of participants", "text: 70", "field: 60"),
        (A, "time beyond time frame", "Survival at 2 years", "title: 2 year", "time frame: 12 months"),
    ]


def test_changes_with_what_they_are_about() -> None:
    with tiny(
        ctgov_studies=studies(A),
        history_study_versions=[
            {"nct_id": A, "version_no": 1, "first_seen": "2026-01-01", "change_kind": "new"},
            {"nct_id": A, "version_no": 2, "first_seen": "2026-02-01", "change_kind": "sponsor"},
            {"nct_id": B, "version_no": 2, "first_seen": "2026-02-01", "change_kind": "removed"},
        ],
        history_study_changes=[
            {"nct_id": A, "version_no": 2, "json_path": "protocolSection.eligibilityModule.maximumAge",
             "old_value": '"65 Years"', "new_value": '"70 Years"'},
            {"nct_id": A, "version_no": 2, "json_path": "protocolSection.statusModule.startDateStruct.date",
             "old_value": None, "new_value": '"2026-03"'},
        ],
    ) as con:  # fmt: skip
        rows = con.execute(
            "SELECT nct_id, version_no, change_kind, topic, old_value, new_value FROM compare.changes ORDER BY ALL"
        ).fetchall()
    assert rows == [
        (A, 1, "new", None, None, None),
        (A, 2, "sponsor", "dates", None, '"2026-03"'),
        (A, 2, "sponsor", "eligibility", '"65 Years"', '"70 Years"'),
        (B, 2, "removed", None, None, None),
    ]


def test_every_view_is_empty_where_there_are_no_studies() -> None:
    with tiny() as con:
        names = con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'compare'"
        ).fetchall()
        counts = {name: con.execute(f"SELECT count(*) FROM compare.{name}").fetchall()[0][0] for (name,) in names}
    for vocabulary in ("synonyms", "endpoint_classes", "conditioning_agents"):
        assert counts.pop(vocabulary) > 0
    assert counts and not any(counts.values())


def test_a_study_of_which_nothing_is_known_has_its_row() -> None:
    with tiny(ctgov_studies=studies(A)) as con:
        assert con.execute("SELECT nct_id, doses, ages, min_years FROM compare.trials").fetchall() == [
            (A, None, None, None)
        ]
        assert con.execute("SELECT count(*) FROM compare.open_to_age(5)").fetchall() == [(1,)]
        assert con.execute("SELECT nct_id, agreement FROM compare.ages").fetchall() == [(A, "no text")]
        assert con.execute("SELECT count(*) FROM compare.regimens").fetchall() == [(0,)]

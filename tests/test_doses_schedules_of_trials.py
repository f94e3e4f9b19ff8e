"""The forms of amounts and schedules that trials use, each in a sentence of its own."""

from __future__ import annotations

import pytest

from extract.doses.scanning import Scanner, any_word, openings
from extract.doses.vocabulary import read_toml
from tests.dose_studies import frequency, one_arm, only, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0×10⁶ (±20%)/kg CAR-T cells", [(1e6, 1e6, "{cells}")]),
        ("between 1 x 10^9 and 5 x 10^9 CAR-T cells", [(1e9, 5e9, "{cells}")]),
        ("between 5 mg and 10 mg lamivudine", [(5, 10, "mg")]),
        ("lamivudine 6mg/8mg/10mg qd", [(6, 6, "mg"), (8, 8, "mg"), (10, 10, "mg")]),
        ("2 capsules of 500 mg lamivudine", [(1000, 1000, "mg")]),
        ("two lamivudine 150 mg tablets", [(300, 300, "mg")]),
        ("budesonide 100 mcg, two puffs twice daily", [(200, 200, "ug")]),
        ("4 ml of 0.25% bupivacaine", [(4, 4, "mL")]),
        ("testosterone 1000 mg/4 ml im every 12 weeks", [(1000, 1000, "mg")]),
        ("lamivudine starting with 50 mg, increased by 25 mg weekly to 200 mg", [(50, 50, "mg"), (200, 200, "mg")]),
        ("carboplatin AUC 5-6", [(5, 6, "{AUC}")]),
        ("remifentanil 0.1 µg/kg/min", [(0.1, 0.1, "ug")]),
        ("lamivudine at 5 ml/h", [(5, 5, "mL")]),
        ("methotrexate 15 mg/m2 on day +1, 10 mg/m2 on day +3", [(15, 15, "mg"), (10, 10, "mg")]),
        ("thirty sessions: not more than 8 puffs in 24 h of salbutamol", [(8, 8, "{puff}")]),
    ],
)
def test_amounts(text: str, expected: list[tuple[float, float, str]]) -> None:
    doses = one_arm(text + ".", "Lamivudine", "CAR-T cells").doses
    assert [(d.amount_low, d.amount_high, d.unit) for d in doses] == expected


@pytest.mark.parametrize(
    ("text", "per", "per_time"),
    [
        ("gadobutrol 0.1 mmol Gd/kg", "kg", None),
        ("lamivudine 4 mg/kg.min", "kg", "min"),
        ("lamivudine 4 mg/kg/h", "kg", "h"),
        ("lamivudine 4 mg/m2/day", "m2", "d"),
    ],
)
def test_what_amounts_are_counted_against(text: str, per: str, per_time: str | None) -> None:
    dose = only(text + ".", "Lamivudine")
    assert (dose.per, dose.per_time) == (per, per_time)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lamivudine 300 mg/day in 3 divided doses", (3, 1, "d")),
        ("lamivudine 5 mg, two injections 4 weeks apart", (1, 4, "wk")),
        ("one intra-articular injection of lamivudine 5 mg", (1, None, None)),
        ("lamivudine 5 mg as a one-hour infusion", (None, None, None)),
        ("lamivudine 5 mg on alternate days", (1, 2, "d")),
        ("lamivudine 5 mg q8h", (1, 8, "h")),
        ("lamivudine 5 mg Q2W", (1, 2, "wk")),
        ("lamivudine 100 mg/m2/bd on days 1-7", (2, 1, "d")),
        ("lamivudine 5 mg on alternative days", (1, 2, "d")),
        ("lamivudine 5 mg twice/daily", (2, 1, "d")),
        ("lamivudine 40 mg p.o./day until progression", (1, 1, "d")),
        ("the effect of daily dosing of lamivudine 5 mg", (1, 1, "d")),
        ("weekly infusions of lamivudine at 5 mg", (1, 1, "wk")),
        ("lamivudine 5 mg monthly, then 6 mg for half a year followed by quarterly maintenance", (1, 1, "mo")),
        ("one dose of lamivudine 5 mg on day 1 of each 3-week cycle", (1, 1, "cycle")),
        ("lamivudine 5 mg on days 1, 2, 8 and 9", (None, None, None)),
        ("lamivudine 5 mg on days 1-4 and 8-11", (1, 1, "d")),
        ("lamivudine 5 mg over 3 hours is followed by abacavir 6 mg every 3 weeks", (1, 3, "wk")),
    ],
)
def test_frequencies(text: str, expected: tuple[float, float | None, str | None]) -> None:
    assert frequency(one_arm(text + ".", "Lamivudine", "Abacavir").doses[0]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lamivudine 5 mg weekly x 6", (6, "wk")),
        ("lamivudine 5 mg daily for no more than 4 days", (4, "d")),
        ("lamivudine 5 mg weekly, weeks 1-4", (4, "wk")),
        ("lamivudine 5 mg daily until progression", (None, None)),
        ("lamivudine 5 mg on day 1 of each 14-day course", (None, None)),
    ],
)
def test_durations(text: str, expected: tuple[float | None, str | None]) -> None:
    dose = only(text + ".", "Lamivudine")
    assert (dose.duration_value, dose.duration_unit) == expected


def test_a_day_behind_the_agent_is_how_often_and_behind_the_amount_an_amount_a_day() -> None:
    behind_agent = only("Patients take 500 mg of lamivudine per day.", "Lamivudine")
    assert (frequency(behind_agent), behind_agent.per_time) == ((1, 1, "d"), None)
    behind_amount = only("Patients take lamivudine 500 mg per day.", "Lamivudine")
    assert (frequency(behind_amount), behind_amount.per_time) == ((None, None, None), "d")


def test_how_often_said_before_the_days_of_each_step() -> None:
    facts = one_arm("Lamivudine orally once daily (100 mg d1, 200 mg d2, 400 mg d3-28).", "Lamivudine")
    assert [(frequency(d), d.days) for d in facts.doses] == [
        ((1, 1, "d"), [1]), ((1, 1, "d"), [2]), ((1, 1, "d"), list(range(3, 29)))
    ]  # fmt: skip


def test_days_told_behind_hold_for_amounts_a_day_too() -> None:
    doses = one_arm("Etoposide 100 mg/m2/day and cytarabine 1 g/m2/day on days 1-3.", "Etoposide", "Cytarabine").doses
    assert [d.days for d in doses] == [[1, 2, 3], [1, 2, 3]]
    dose = only("Melphalan 50 mg/m2/day IV over 30 minutes. Days -7, -6, -5.", "Melphalan")
    assert dose.days == [-7, -6, -5]


def test_the_day_of_a_cycle_may_stand_in_another_sentence() -> None:
    facts = read(
        arms=[{"label": "Treatment"}],
        interventions=[{"name": "Cisplatin", "description": "75 mg/m2 IV every 21 days"}, {"name": "Topotecan"}],
        description="Patients receive cisplatin IV on day 1 and oral topotecan. Treatment goes on for half a year.",
    )
    (dose,) = facts.doses
    assert (dose.days, frequency(dose)) == ([1], (1, 21, "d"))


def test_days_in_another_sentence_are_as_many_as_the_dose_is_given() -> None:
    facts = read(
        arms=[{"label": "Treatment"}],
        interventions=[
            {"name": "Melphalan", "description": "9 mg/m2 daily for 4 days"},
            {"name": "Prednisone", "description": "100 mg daily for 7 days"},
        ],
        description="Patients receive melphalan on days 1-4. They receive oral prednisone on days 1-4.",
    )
    assert [(d.agent_key, d.days) for d in facts.doses] == [("melphalan", [1, 2, 3, 4]), ("prednisone", None)]


def test_days_behind_a_power_and_behind_an_amount_a_day() -> None:
    dose = only("Cisplatin 75 mg/m^2 day 1 every 21 days x 3.", "Cisplatin")
    assert (dose.days, dose.cycles, dose.duration_value) == ([1], 3, None)
    dose = only("Topotecan 1 mg/m2/day, days 1-3 every 21 days.", "Topotecan")
    assert (dose.days, dose.cycle_days) == ([1, 2, 3], 21)


def test_cycles_told_once_at_the_end_of_a_list_are_those_of_all() -> None:
    doses = one_arm(
        "Topotecan 1 mg/m2 IV days 1-3, cisplatin 50 mg/m2 IV day 2 every 21 days x 4 cycles.", "Topotecan", "Cisplatin"
    ).doses
    assert [(d.days, frequency(d), d.cycle_days, d.cycles, d.duration_value) for d in doses] == [
        ([1, 2, 3], (1, 1, "d"), 21, 4, None),
        ([2], (1, 21, "d"), 21, 4, None),
    ]


def test_another_number_of_cycles_in_another_arm_is_another_dose() -> None:
    facts = read(
        arms=[
            {"label": "Long", "description": "Topotecan 1 mg/m2 IV day 1 of each 21-day cycle for 8 cycles"},
            {"label": "Short", "description": "Topotecan 1 mg/m2 IV day 1 of each 21-day cycle for 4 cycles"},
        ],
        interventions=[{"name": "Topotecan"}],
    )
    assert [(d.arm_nos, d.cycles) for d in facts.doses] == [([1], 8), ([2], 4)]


def test_what_only_says_when_is_neither_agent_nor_route() -> None:
    dose = only("Lamivudine 5 mg 3 days before the abacavir infusion.", "Lamivudine", "Abacavir")
    assert (dose.agent_key, dose.route) == ("lamivudine", None)


def test_an_agent_with_an_amount_of_its_own_is_not_that_of_the_amount_before() -> None:
    text = "Venetoclax: 100 mg day -21; 200 mg day -20, 400 mg day -19 Fludarabine: 30 mg/m2 day -7."
    assert [d.agent_key for d in one_arm(text, "Venetoclax", "Fludarabine").doses] == ["venetoclax"] * 3 + [
        "fludarabine"
    ]


def test_a_fluid_that_dilutes_is_no_agent() -> None:
    assert only("100 mg of zanfluril mixed with sterile saline.", "Zanfluril").agent_key == "zanfluril"


def test_what_a_placebo_is_made_of_is_given_as_placebo() -> None:
    facts = read(
        arms=[{"label": "Placebo"}],
        interventions=[{"name": "Placebo", "description": "4 capsules of olive oil per day"}],
    )
    assert [(d.agent_key, d.amount_low) for d in facts.doses] == [("placebo", 4)]


@pytest.mark.parametrize("text", ["Placebo to zanfluril 10 mg tablets.", "Identical to zanfluril 10 mg in taste."])
def test_the_amount_of_what_a_placebo_looks_like_is_not_given(text: str) -> None:
    facts = read(
        arms=[{"label": "A"}, {"label": "B"}],
        interventions=[
            {"name": "Zanfluril", "armGroupLabels": ["A"]},
            {"name": "Placebo", "description": text, "armGroupLabels": ["B"]},
        ],
    )
    assert facts.doses == []


def test_loading_ends_where_the_text_goes_on() -> None:
    doses = one_arm("Dupilumab 400 mg SC loading dose, then 200 mg SC Q2W.", "Dupilumab").doses
    assert [(d.amount_low, d.role) for d in doses] == [(400, "loading"), (200, "dose")]


def test_an_arm_like_another_is_given_its_doses() -> None:
    facts = read(
        arms=[
            {"label": "A", "description": "Lamivudine 5 mg daily"},
            {"label": "B", "description": "Lamivudine as in arm A, with abacavir 9 mg"},
        ],
        interventions=[{"name": "Lamivudine", "arms": ["A", "B"]}, {"name": "Abacavir", "arms": ["B"]}],
    )
    assert [(d.agent_key, d.arm_nos) for d in facts.doses] == [("lamivudine", [1, 2]), ("abacavir", [2])]


@pytest.mark.parametrize(("text", "route"), read_toml("dose_forms.toml")["examples"].items())
def test_a_form_tells_the_route(text: str, route: str) -> None:
    assert one_arm(text, "Zanfluril").doses[0].route == route


@pytest.mark.parametrize(("text", "unit"), read_toml("dose_forms.toml")["piece_examples"].items())
def test_pieces_are_counted_in_their_unit(text: str, unit: str) -> None:
    assert [dose.unit for dose in one_arm(text, "Zanfluril").doses] == [unit]


def test_openings_of_patterns() -> None:
    assert openings(r"(?:once|\bdaily)") == {"once", "dail"}
    assert openings(r"(?P<n>\d+|two) x") == {*"0123456789", "two "}
    assert openings("ab?c") == {"abc", "ac"}
    assert openings("ab+c") == {"ab"}
    assert openings(r"p\.?\s?o\b") == {"p. o", "p.o", "p o", "po"}
    assert openings(r"a[.-](?:b|cd)?(?=e)") == {"a.", "a-", "a.b", "a-b", "a.cd", "a-cd"}
    assert openings("a(?:bc)+d") == {"abc"}
    assert openings(r"a[^b]c|a\w") == {"a"}
    assert openings("a?b") == {"ab", "b"}
    for pattern in ("a?", ".x", "(?:a", "", r"\w", "(?:a|b?)", "[^a]"):
        with pytest.raises(ValueError, match="the pattern"):
            openings(pattern)


def test_a_scanner_finds_what_its_patterns_find() -> None:
    scanner = Scanner(["in", r"in\s?to", "iv"], after="(?![a-z])")
    assert [(index, match.group()) for index, match in scanner.find("iv drip in to it, into")] == [
        (2, "iv"),
        (0, "in"),
        (1, "into"),
    ]


def test_a_scanner_finds_what_begins_within_another_opening() -> None:
    scanner = Scanner(["at week", "we", r"p\s?o"])
    assert [match.group() for _, match in scanner.find("at we, p\no, p\u2028o")] == ["we", "p\no", "p\u2028o"]


def test_words_with_one_beginning_share_it() -> None:
    assert any_word(["prior", "previous", "x"]) == "(?:pr(?:evious|ior)|x)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("weekly for 8 weeks, then every 2 weeks", [(1, 1, "wk"), (1, 2, "wk")]),
        ("once daily for 3 days followed by twice daily for 4 days", [(1, 1, "d"), (2, 1, "d")]),
        ("weekly x 4, then every other week, then monthly", [(1, 1, "wk"), (1, 2, "wk"), (1, 1, "mo")]),
        ("weekly for 4 weeks and every two weeks thereafter", [(1, 1, "wk"), (1, 2, "wk")]),
        ("twice daily in week 1, three times daily in week 2", [(2, 1, "d"), (3, 1, "d")]),
        ("on day 1 of cycles 1-4 and every third cycle thereafter", [(1, 1, "cycle"), (1, 3, "cycle")]),
        ("daily for 14 days, then a rest of 7 days, every 21 days", [(1, 1, "d")]),
        ("daily, repeated every 4 weeks, then daily again", [(1, 1, "d")]),
        ("daily and then followed every 3 months", [(1, 1, "d")]),
    ],
)
def test_a_schedule_that_changes_is_several_doses(
    text: str, expected: list[tuple[float | None, float | None, str | None]]
) -> None:
    doses = one_arm(f"Lamivudine 5 mg {text}.", "Lamivudine").doses
    assert [frequency(dose) for dose in doses] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on days 1, 8 and 15 of cycle 1, and on day 1 of cycles 2-6", [[1, 8, 15], [1]]),
        ("on days 1 and 8 of cycle 1 and day 1 of each subsequent cycle", [[1, 8], [1]]),
        ("on day 10 of cycle 1, then on days 1-3 of cycles 2 and 3", [[10], [1, 2, 3]]),
        ("on day 1 of cycles 1-4 and every third cycle thereafter", [[1], [1]]),
        ("on day 1 and on day 8", [[1, 8]]),
    ],
)
def test_other_days_in_other_cycles_are_another_dose(text: str, expected: list[list[int]]) -> None:
    doses = one_arm(f"Lamivudine 5 mg/kg IV {text}.", "Lamivudine").doses
    assert [dose.days for dose in doses] == expected
    assert {dose.route for dose in doses} == {"iv"}


def test_a_later_length_is_another_dose_unless_another_field_says_it() -> None:
    text = "Lamivudine 5 mg daily for 4 weeks. Responders take lamivudine 5 mg daily for another 8 weeks."
    assert [dose.duration_value for dose in one_arm(text, "Lamivudine").doses] == [4, 8]


def test_a_dose_told_again_is_the_one_that_it_resembles_most() -> None:
    facts = read(
        arms=[{"label": "Treatment", "description": "Lamivudine 5 mg weekly for 8 weeks, then every 2 weeks."}],
        interventions=[{"name": "Lamivudine"}],
        summary="Lamivudine 5 mg every 2 weeks is given by mouth.",
    )
    assert [(frequency(d), d.route) for d in facts.doses] == [((1, 1, "wk"), "po"), ((1, 2, "wk"), "po")]


@pytest.mark.parametrize(
    "fluid", ["100 mL saline", "250 ml of 0.9% NaCl", "500 cc of 5% dextrose", "250 mL normal saline"]
)
def test_a_schedule_behind_what_a_drug_is_dissolved_in_is_the_drug_s(fluid: str) -> None:
    (dose,) = one_arm(f"Zanfluril 5 mg/m2 in {fluid} IV over 1 hour on days 1, 8 and 15.", "Zanfluril").doses
    assert (dose.agent_key, dose.days) == ("zanfluril", [1, 8, 15])


@pytest.mark.parametrize(
    "text",
    [
        "Lamivudine 5 mg/m2 IV days 1 and 8 cycle 1. Lamivudine 5 mg/m2 IV day 1 cycles 2-3.",
        "Lamivudine 5 mg/m2 IV Days 1 and 8 Cycle 1 Lamivudine 5 mg/m2 IV Day 1 Cycles 2-3",
        "Cycle 1: lamivudine 5 mg/m2 IV on days 1 and 8, Cycles 2-3: lamivudine 5 mg/m2 IV on day 1",
    ],
)
def test_a_dose_of_other_cycles_is_another(text: str) -> None:
    assert [(dose.days, dose.cycles) for dose in one_arm(text, "Lamivudine").doses] == [([1, 8], None), ([1], None)]


@pytest.mark.parametrize("phase", ["Open Label Treatment Period", "4-week OL phase", "Long-term extension"])
def test_what_is_given_in_an_open_phase_is_given_anew(phase: str) -> None:
    facts = read(
        arms=[{"label": "Lamivudine", "description": "Lamivudine 5 mg once daily for 8 weeks."}],
        interventions=[{"name": "Lamivudine"}],
        description=f"{phase}: everybody takes lamivudine 5 mg once daily.",
    )
    assert len(facts.doses) == 2


def test_days_are_not_shared_with_what_has_other_cycles() -> None:
    text = "Lamivudine 5 mg/kg IV every 2-week cycle plus abacavir on days 1-14 of every 3-week cycle."
    (dose,) = one_arm(text, "Lamivudine", "Abacavir").doses
    assert (dose.days, dose.cycle_days) == (None, 14)


def test_without_a_loading_dose_is_no_loading_dose() -> None:
    assert only("Lamivudine 6 mg/kg without loading dose every 3 weeks.", "Lamivudine").role == "dose"


def test_so_much_a_day_is_not_given_by_the_month() -> None:
    facts = read(
        arms=[{"label": "Treatment", "description": "Monthly, lamivudine is raised by one capsule up to 2 mg/kg."}],
        interventions=[{"name": "Lamivudine"}],
        summary="Lamivudine 2 mg/kg/day.",
    )
    assert [(d.per_time, frequency(d)) for d in facts.doses] == [("d", (None, None, None))]


def test_a_fraction_and_a_total_of_the_same_amount_are_two() -> None:
    facts = one_arm("Radiotherapy: 8 Gy x 1 fraction for a total dose of 8 Gy.", "Radiotherapy")
    assert [dose.role for dose in facts.doses] == ["fraction", "total"]


def test_an_amount_a_day_on_one_day_of_a_cycle_has_no_frequency() -> None:
    dose = only("Lamivudine 225 mg/m2/day, day 1 every 21 days.", "Lamivudine")
    assert (dose.per_time, frequency(dose), dose.days, dose.cycle_days) == ("d", (None, None, None), [1], 21)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Day 1: lamivudine 5 mg Days 2-4: lamivudine 3 mg", [[1], [2, 3, 4]]),
        ("Lamivudine: Day -1 only: 5 mg by mouth. Day 2: 3 mg", [[-1], [2]]),
        ("Day 1: lamivudine 5 mg Day 2-Day 8: washout period Day 9-12: lamivudine 3 mg", [[1], [9, 10, 11, 12]]),
        ("Days 1-3: lamivudine 5 mg and lamivudine 3 mg", [[1, 2, 3], [1, 2, 3]]),
    ],
)
def test_days_of_a_label_hold_until_the_next_label(text: str, expected: list[list[int]]) -> None:
    assert [dose.days for dose in one_arm(text, "Lamivudine").doses] == expected


def test_single_and_repeated_doses_of_one_amount_are_two() -> None:
    facts = read(
        title="Single and multiple ascending doses of lamivudine",
        arms=[
            {"label": "SAD cohort 1", "description": "5 mg lamivudine"},
            {"label": "MAD cohort 1", "description": "5 mg lamivudine"},
            {"label": "MAD cohort 2", "description": "10 mg lamivudine twice daily"},
        ],
        interventions=[{"name": "Lamivudine"}],
        summary="A single dose of lamivudine is given.",
    )
    assert [(d.arm_nos, frequency(d)) for d in facts.doses] == [
        ([1], (1, None, None)),
        ([2], (None, None, None)),
        ([3], (2, 1, "d")),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on days 1, 8 and 15 of cycle 1; day 1 of cycles 2-6", [[1, 8, 15], [1]]),
        ("on days 1 and 8 of cycle 1; days 1 and 15 of cycle 2; day 1 of later cycles", [[1, 8], [1, 15], [1]]),
        ("on days 1 and 8 of cycle 1. Blood is drawn on day 1 of cycles 2-6", [[1, 8]]),
    ],
)
def test_the_next_phrase_may_go_on_with_the_days(text: str, expected: list[list[int]]) -> None:
    assert [dose.days for dose in one_arm(f"Lamivudine 5 mg {text}.", "Lamivudine").doses] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("weekly for 8 weeks. Thereafter, it is given every 4 weeks", [(1, 1, "wk"), (1, 4, "wk")]),
        ("weekly for 8 weeks. Then every 4 weeks", [(1, 1, "wk"), (1, 4, "wk")]),
        ("weekly for 8 weeks. Then they undergo a CT every 4 weeks", [(1, 1, "wk")]),
        ("weekly for 8 weeks. Cycles repeat every 4 weeks", [(1, 1, "wk")]),
    ],
)
def test_the_next_phrase_may_go_on_with_the_schedule(
    text: str, expected: list[tuple[float | None, float | None, str | None]]
) -> None:
    doses = one_arm(f"Lamivudine 5 mg {text}.", "Lamivudine").doses
    assert [frequency(dose) for dose in doses] == expected


@pytest.mark.parametrize(
    "text",
    [
        "On days 1-3 zanfluril 5 mg and on days 4-6 abacavir 10 mg.",
        "Day 1-3: zanfluril 5 mg Day 4-6: abacavir 10 mg",
        "Zanfluril 5 mg on days 1-3 and abacavir 10 mg on days 4-6.",
    ],
)
def test_days_before_each_dose_and_behind_each(text: str) -> None:
    facts = one_arm(text, "Zanfluril", "Abacavir")
    assert [(d.agent_key, d.days) for d in facts.doses] == [("zanfluril", [1, 2, 3]), ("abacavir", [4, 5, 6])]


def test_days_behind_a_wash_out_are_those_of_what_the_colon_announces() -> None:
    (dose,) = one_arm("Day 1-8: wash-out period Day 9-12: Zanfluril 5 mg once a day", "Zanfluril").doses
    assert dose.days == [9, 10, 11, 12]


@pytest.mark.parametrize(
    "text",
    [
        "Zanfluril 50 mg/m2 IV daily on days -6, -5 and -4. (Total dose 150 mg/m2)",
        "Zanfluril 50 mg/m2/day IV over 2 hours (total dose 150 mg/m2) days -6, -5, -4",
    ],
)
def test_a_total_is_given_on_the_days_of_its_parts(text: str) -> None:
    assert [(d.amount_low, d.days) for d in one_arm(text, "Zanfluril").doses] == [
        (50, [-6, -5, -4]), (150, [-6, -5, -4])
    ]  # fmt: skip


def test_an_amount_a_day_on_one_day_begins_then() -> None:
    (dose,) = one_arm("Zanfluril 1 mg/kg/day on day 1, tapered later.", "Zanfluril").doses
    assert (dose.per_time, dose.days) == ("d", None)


def test_a_code_may_be_written_with_a_blank() -> None:
    facts = read(
        arms=[{"label": "Active", "description": "Escalating doses of ZX-9219 (5, 8 and 11 mg/m2) every 21 days."}],
        interventions=[{"name": "ZX-9219"}],
        summary="Patients receive an infusion of ZX 9219 on Day 1 of a 21 day cycle.",
    )
    assert [d.days for d in facts.doses] == [[1]] * 3

"""Frequencies, days, durations, cycles, phases and routes."""

from __future__ import annotations

from typing import Any

import pytest

from extract.doses.cycles import find_cycles, find_durations
from extract.doses.days import find_days, read_days
from extract.doses.frequencies import find_frequencies
from extract.doses.phases import find_dosing, find_phases
from extract.doses.routes import find_routes
from extract.doses.vocabulary import read_toml


def first_days(text: str) -> list[int] | None:
    items = find_days(text)
    return items[0].value if items else None


@pytest.mark.parametrize(
    "entry", read_toml("frequencies.toml")["frequency"], ids=lambda entry: str(entry["example"][0])
)
def test_every_frequency_has_an_example_that_is_read(entry: dict[str, Any]) -> None:
    text, times, every, unit = entry["example"]
    item = find_frequencies(text)[0]
    assert item.value == (times, every or None, unit or None)


@pytest.mark.parametrize("entry", read_toml("routes.toml")["route"], ids=lambda entry: str(entry["code"]))
def test_every_route_has_an_example_that_is_read(entry: dict[str, Any]) -> None:
    assert entry["code"] in [item.value for item in find_routes(entry["example"])]


@pytest.mark.parametrize("entry", read_toml("days.toml").values(), ids=list(read_toml("days.toml")))
def test_every_list_of_words_around_days_has_an_example_that_is_read(entry: dict[str, Any]) -> None:
    text, days = entry["example"]
    assert (first_days(text) or []) == days


LENGTHS = read_toml("treatment_lengths.toml")


@pytest.mark.parametrize("entry", LENGTHS["duration"], ids=lambda entry: str(entry["example"][0]))
def test_every_pattern_of_a_duration_has_an_example_that_is_read(entry: dict[str, Any]) -> None:
    text, value, unit = entry["example"]
    assert (value, unit) in [item.value for item in find_durations(text)]


@pytest.mark.parametrize(
    ("kind", "entry"),
    [(kind, entry) for kind in ("cycle_days", "cycles") for entry in LENGTHS[kind]],
    ids=lambda part: part if isinstance(part, str) else str(part["example"][0]),
)
def test_every_pattern_of_cycles_has_an_example_that_is_read(kind: str, entry: dict[str, Any]) -> None:
    text, value = entry["example"]
    assert (kind, value) in [(item.kind, item.value) for item in find_cycles(text)]


@pytest.mark.parametrize("entry", read_toml("phases.toml")["phase"], ids=lambda entry: str(entry["code"]))
def test_every_phase_has_an_example_that_is_read(entry: dict[str, Any]) -> None:
    assert entry["code"] in [item.value for item in find_phases(entry["example"])]


@pytest.mark.parametrize("entry", read_toml("phases.toml")["dosing"], ids=lambda entry: str(entry["code"]))
def test_every_kind_of_dosing_has_an_example_that_is_read(entry: dict[str, Any]) -> None:
    assert find_dosing(entry["example"]) == entry["code"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("days 1, 8 and 15", [1, 8, 15]), ("day -5 to -3", [-5, -4, -3]), ("D1-5", [1, 2, 3, 4, 5]),
        ("Day 1, Day 8, Day 15", [1, 8, 15]), ("days 1 through 3", [1, 2, 3]), ("d 1 + d 8", [1, 8]),
        ("days 1-3 and 8-10", [1, 2, 3, 8, 9, 10]), ("day one of each cycle", [1]),
        ("days -7, -6 and -5", [-7, -6, -5]), ("beginning on day 4 for 3 days", [4, 5, 6]), ("IV 1, 8, 15", [1, 8, 15]),
        ("on day +1", [1]), ("days +1, +3, +6 and +11", [1, 3, 6, 11]), ("days -1 to +2", [-1, 0, 1, 2]),
        ("on days1,8,15", [1, 8, 15]), ("on day1 and day15", [1, 15]), ("Day 1-Day 5", [1, 2, 3, 4, 5]),
        ("d1+8", [1, 8]),
        ("on days 1-5. Courses repeat", [1, 2, 3, 4, 5]), ("on days 1 and 8. Patients go on", [1, 8]),
        ("day -2 to day +2", [-2, -1, 0, 1, 2]), ("days +1, +3 and +6", [1, 3, 6]), ("on dd 1-3", [1, 2, 3]),
        ("Day 15-Day 18", [15, 16, 17, 18]), ("on day7", [7]), ("in D5 W on days 2 and 3", [2, 3]),
        ("AUC 5 day 1", [1]), ("on days 1 and 15. Courses repeat", [1, 15]),
        ("starting on day 6 (one day after surgery) and continued through day 8", [6, 7, 8]),
        ("on days 1 and 2 of weeks 1 and 3", [1, 2, 15, 16]), ("days 5 to 8 and 0,25 mg/kg", [5, 6, 7, 8]),
        ("for 3 days (-3,-2 and -1)", [-3, -2, -1]),
    ],
)  # fmt: skip
def test_days(text: str, days: list[int]) -> None:
    assert first_days(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "21-day cycle",
        "within 7 days",
        "beginning on day 1",
        "through day 42",
        "mg per day (2 tablets)",
        "for 5 days 10 mg",
        "complete withdrawal on day +100",
        "twice a day 7 days a week",
        "Day 2-Day 8: wash-out",
        "a 10-day rest period (days 12-21)",
        "particles with a d90 = 10 um",
        "withdrawal on day +100",
    ],
)
def test_what_is_no_day_of_giving(text: str) -> None:
    assert first_days(text) is None


def test_a_drug_name_does_not_continue_a_list_of_days() -> None:
    assert first_days("on D1, 5-fluorouracil") == [1]


def test_days_out_of_all_reason_are_dropped() -> None:
    assert read_days("days 1 to 99999") == []


@pytest.mark.parametrize(
    ("text", "duration"),
    [("for 12 weeks", (12, "wk")), ("x 3 d", (3, "d")), ("×3d".replace("×", "x"), (3, "d")),
     ("until week 16", (16, "wk")), ("for a total treatment period of 24 months", (24, "mo")),
     ("12-week treatment", (12, "wk")), ("for 3-6 months", (6, "mo")), ("for 2 (two) weeks", (2, "wk")),
     ("over 6 weeks", (6, "wk")), ("treatment duration: 12 weeks", (12, "wk")), ("maximum of 2 years", (2, "a")),
     ("12-week treatment", (12, "wk")), ("for 3-6 months", (6, "mo")),
     ("for at least 5 days and up to 14 days", (14, "d")), ("for more than 6 months", (6, "mo")),
     ("30 Gy in 10 fractions in two weeks", (2, "wk"))],
)  # fmt: skip
def test_durations(text: str, duration: tuple[float, str]) -> None:
    assert find_durations(text)[0].value == duration


def test_the_time_of_an_infusion_is_no_duration() -> None:
    assert find_durations(LENGTHS["infusion_time"]["example"]) == []
    assert find_durations("infused over 2 hours") == []


@pytest.mark.parametrize(
    "text", [LENGTHS["until"]["example"], "at a 30 ± 7 day treatment interval", "at 1, 3, 7 days.", "(8 weeks)"]
)
def test_what_is_no_length_of_a_treatment(text: str) -> None:
    assert find_durations(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [("in 21-day cycles", "cycle_days", 21), ("two-week cycles", "cycle_days", 14),
     ("cycles repeat every 4 weeks", "cycle_days", 28),
     ("21 days for 1 cycle", "cycle_days", 21), ("for up to 6 cycles", "cycles", 6),
     ("a total of 4 cycles", "cycles", 4), ("for six (6) cycles", "cycles", 6), ("four 21-day cycles", "cycles", 4),
     ("21 days/cycle", "cycle_days", 21), ("cycle length 28 days", "cycle_days", 28),
     ("weekly for 3 weeks followed by 1 week rest", "cycle_days", 28),
     ("a total of 4 cycles", "cycles", 4),
     ("weekly for 3 weeks followed by 1 week rest", "cycle_days", 28),
     ("2 weeks on, 1 week off", "cycle_days", 21), ("x 28 days with 14 day rest", "cycle_days", 42),
     ("each 21-28 day cycle", "cycle_days", 21), ('of each 2-week study "cycle"', "cycle_days", 14),
     ("cycle repeated ever 2 weeks", "cycle_days", 14)],
)  # fmt: skip
def test_cycles(text: str, kind: str, value: float) -> None:
    assert (kind, value) in [(item.kind, item.value) for item in find_cycles(text)]


def test_a_numbered_cycle_has_no_length() -> None:
    assert find_cycles("cycle 1 day 1") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12-hourly", (1, 12, "h")), ("3-weekly", (1, 3, "wk")), ("two (2) times a day", (2, 1, "d")),
        ("every 3 (three) weeks", (1, 3, "wk")), ("every third day", (1, 3, "d")), ("q6-8h", (1, 6, "h")),
        ("3 monthly injections", (1, 1, "mo")), ("once-a-day tablets", (1, 1, "d")),
        ("5 dys/week", (5, 1, "wk")), ("three days weekly", (3, 1, "wk")), ("4 days out of the week", (4, 1, "wk")),
        ("at 4-6 week intervals", (1, 4, "wk")), ("two to three weeks apart", (1, 2, "wk")),
        ("at intervals of 4 to 6 weeks", (1, 4, "wk")), ("every 28 (±3) days", (1, 28, "d")),
        ("every 6 +/-1 weeks", (1, 6, "wk")), ("every-other-day", (1, 2, "d")), ("BDS", (2, 1, "d")),
        ("every morning and every evening", (2, 1, "d")), ("in the morning and at bedtime", (2, 1, "d")),
        ("Tues/Thurs/Sat", (3, 1, "wk")), ("Mondays & Thursdays", (2, 1, "wk")),
        ("every 3-weekly", (1, 3, "wk")), ("days 1-2 weekly", (1, 1, "wk")),
    ],
)  # fmt: skip
def test_frequencies_in_other_forms(text: str, expected: tuple[float, float, str]) -> None:
    assert find_frequencies(text)[0].value == expected


@pytest.mark.parametrize(
    "text", ["once daily 5 days a week", "daily, 5 days per week", "once a day (Monday-Friday)", "daily for 5 d/week"]
)
def test_daily_on_some_days_of_the_week_is_so_often_a_week(text: str) -> None:
    assert [item.value for item in find_frequencies(text)] == [(5, 1, "wk")]


@pytest.mark.parametrize(
    "text",
    ["who took it at least once", "once or more", "once the white cells have recovered", "one dose level below",
     "at least one dose", "a single-dose vial", "inhibitors of JAK-STAT signalling", "one-time costs"],
)  # fmt: skip
def test_what_is_no_single_dose(text: str) -> None:
    assert find_frequencies(text) == []


@pytest.mark.parametrize("text", ["given once.", "once on day 1", "one oral dose", "STAT", "as a single 20 mg dose"])
def test_single_doses(text: str) -> None:
    assert [item.value for item in find_frequencies(text)] == [(1, None, None)]


@pytest.mark.parametrize(
    "text", ["a 2-year course", "a 10-day course of Zanfluril", "6 cycles (18 weeks)", "weekly for 3 weeks followed by"]
)
def test_what_is_no_length_of_a_cycle(text: str) -> None:
    assert [item for item in find_cycles(text) if item.kind == "cycle_days"] == []


def test_a_limit_is_no_frequency() -> None:
    assert find_frequencies("no more than once daily") == []


@pytest.mark.parametrize(
    "text",
    [
        "for 2 doses (at week 0 and week 1)",
        "2 injections over a period of 7 weeks",
        "as single injections (5 mg/1.5 mL) at weeks 4 and 8",
    ],
)
def test_doses_at_several_times_are_not_given_at_one(text: str) -> None:
    assert find_frequencies(text) == []


def test_every_day_of_a_cycle_length_is_no_frequency() -> None:
    assert find_frequencies("each 21-day cycle") == []


def test_a_numbered_label_keeps_its_number() -> None:
    assert [item.value for item in find_phases("ind2: 60 mg/m2")] == ["induction 2"]


@pytest.mark.parametrize("finder", [find_days, find_durations, find_cycles, find_frequencies, find_phases, find_routes])
@pytest.mark.parametrize("text", ["day 1, " * 5_000, "every " * 10_000, "for 3 " * 10_000, "(" * 20_000, "1-" * 20_000])
def test_hostile_text_is_read_in_time(finder: Any, text: str) -> None:
    assert isinstance(finder(text), list)

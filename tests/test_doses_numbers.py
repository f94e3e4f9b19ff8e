"""Numbers and amounts in every printed form."""

from __future__ import annotations

import pytest

from extract.doses.amount import Amount
from extract.doses.amounts import find_amounts
from extract.doses.numbers import VALUES, decimal, values
from extract.doses.vocabulary import read_toml
from extract.text import normalise


def found(text: str, *, cells: bool = False) -> list[Amount]:
    return find_amounts(normalise(text).norm, cells=cells)


def spans(text: str) -> list[tuple[float, float]]:
    match = VALUES.search(text)
    assert match is not None
    return [(value.low, value.high) for value in values(match)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("0.5", 0.5), (".5", 0.5), ("0,5", 0.5), ("2,25", 2.25), ("1,000", 1000), ("10,000", 10_000)],
)
def test_a_decimal_is_read_as_meant(text: str, value: float) -> None:
    assert decimal(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "1.5×10⁶ cells", "1.5x10^6 cells", r"1.5 x 10\^6 cells", r"1.5\*10\^6 cells", "1.5x10E6 cells",
        "1.5 x 10e6 cells",
        "1.5e6 cells", "1.5x10(6) cells", "1.5x10**6 cells", "1.5x106 cells", "1.5 million cells", "1,500,000 cells",
    ],
)  # fmt: skip
def test_powers_of_ten_in_every_printed_form(text: str) -> None:
    assert [(a.low, a.unit) for a in found(text)] == [(1_500_000.0, "{cells}")]


def test_the_kind_of_cells_may_have_several_words() -> None:
    (amount,) = found("2 x 10^6 CD34+ blood progenitor cells/kg")
    assert (amount.low, amount.unit, amount.per) == (2e6, "{cells}", "kg")


def test_a_lost_superscript_is_flagged() -> None:
    (amount,) = found("2×108 live cells")
    assert (amount.low, amount.flags) == (2e8, ["lost_superscript"])


def test_a_superscript_may_be_lost_with_a_blank() -> None:
    assert [(a.low, a.per) for a in found("2 x 10 6 cells/kg and 3 x 10 7 /kg")] == [(2e6, "kg"), (3e7, "kg")]


def test_a_power_may_stand_at_the_upper_end_only() -> None:
    assert spans("0.3-2 x 10^7") == [(3e6, 2e7)]
    assert spans("1, 3 and 10 x 10^6") == [(1e6, 1e6), (3e6, 3e6), (1e7, 1e7)]


def test_ranges_and_lists() -> None:
    assert spans("25-50") == [(25, 50)]
    assert spans("25 to 50") == [(25, 50)]
    assert spans("1, 3 and 10") == [(1, 1), (3, 3), (10, 10)]
    assert spans("20-10") == [(20, 20), (10, 10)]
    assert spans("50-75-100") == [(50, 50), (75, 75), (100, 100)]
    assert spans("5,10") == [(5, 5), (10, 10)]
    assert spans("1,25") == [(1.25, 1.25)]


def test_a_point_may_multiply() -> None:
    assert [(a.low, a.per) for a in found("2.10^6 CD34+ cells/kg")] == [(2e6, "kg")]
    assert [(a.low, a.flags) for a in found("2.106 cells/kg")] == [(2e6, ["lost_superscript"])]
    assert [a.low for a in found("on day 2. 10^6 cells")] == [1e6]
    assert [a.low for a in found("levels of 1.106, 5.106 and 10.106", cells=True)] == [1e6, 5e6, 1e7]
    assert found("p=1.106, 5.106 and 10.107", cells=True) == []


def test_a_name_may_run_into_its_amount() -> None:
    assert [(a.low, a.unit) for a in found("zanfluril15mg/kg and abacavir2.5 mg")] == [(15, "mg"), (2.5, "mg")]


def test_a_unit_may_be_left_out_or_misprinted_against_the_surface() -> None:
    assert [(a.low, a.unit, a.per) for a in found("150/m2 and 25/mg/m2 and 3 mg/m3")] == [
        (150, "mg", "m2"), (25, "mg", "m2"), (3, "mg", "m2"),
    ]  # fmt: skip


def test_cells_may_be_counted_by_an_abbreviation() -> None:
    assert [a.low for a in found("60,000 VSELs, then 200,000 UC-MSCs and 5x10^6 ADSCs")] == [60_000, 200_000, 5e6]
    assert found("60,000 patients") == []


def test_a_mass_in_the_volume_of_an_infusion_is_a_dose() -> None:
    assert [a.concentration for a in found("1 g/250 mL, 40 mg/0.4 mL, 5 mg/mL, 100 mg/20 mL")] == [
        False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "low", "frequency"),
    [
        ("2 doses of 300 mg per day", 300, (2, 1, "d")), ("3 x 1 g/day", 1, (3, 1, "d")),
        ("three times 500 mg daily", 500, (3, 1, "d")), ("3 x 100 ug zanfluril in three weeks", 100, (3, 3, "wk")),
        ("3 x 10 mg/kg/day", 10, (3, 1, "d")),
    ],
)  # fmt: skip
def test_a_number_of_doses_in_a_time_is_a_frequency(text: str, low: float, frequency: tuple[float, float, str]) -> None:
    (amount,) = found(text)
    assert (amount.low, amount.per_time, amount.frequency) == (low, None, frequency)


def test_levels_share_the_unit_printed_once() -> None:
    levels = found("1, 3 and 10 mg/kg")
    assert [(a.low, a.unit, a.per, a.role) for a in levels] == [(v, "mg", "kg", "level") for v in (1, 3, 10)]
    assert levels[0].flags == ["unit_inherited"]


def test_a_level_of_nothing_is_no_amount() -> None:
    assert [a.low for a in found("0, 10 or 20 mg")] == [10, 20]


def test_a_unit_on_both_ends_is_one_range() -> None:
    assert [(a.low, a.high) for a in found("25 mg to 50 mg")] == [(25, 50)]
    assert [(a.low, a.high) for a in found("increased from 25 mg to 50 mg")] == [(25, 25), (50, 50)]
    assert [(a.low, a.high) for a in found("ranging from 25 mg. to 50 mg.")] == [(25, 50)]
    assert [(a.low, a.high, a.unit) for a in found("250mg-1g and 500 mg to 1 g")] == [
        (250, 1000, "mg"), (500, 1000, "mg"),
    ]  # fmt: skip
    assert [(a.low, a.high) for a in found("100mg-200mg-400mg")] == [(100, 100), (200, 200), (400, 400)]


def test_a_range_in_brackets_may_be_multiplied() -> None:
    assert [(a.low, a.high, a.per) for a in found("(1-5)×10^6/kg")] == [(1e6, 5e6, "kg")]
    assert [(a.low, a.high, a.flags) for a in found("(0.5-2) x 106 cells")] == [(5e5, 2e6, ["lost_superscript"])]


def test_thousands_with_a_blank_or_an_apostrophe() -> None:
    assert [a.low for a in found("12 500 IU, 1'000 mg and 10 000 IU")] == [12_500, 1000, 10_000]
    assert [a.low for a in found("on day 12 500 mg")] == [500]


def test_the_number_of_a_mass_or_volume_may_be_a_word() -> None:
    amounts = found("One gram per day, then fifteen milliliters and half a litre")
    assert [(a.low, a.unit, a.per_time) for a in amounts] == [(1, "g", "d"), (15, "mL", None), (0.5, "L", None)]
    assert found("a five-program study of one diagram") == []


def test_a_strength_may_have_its_agent_before_the_volume() -> None:
    amounts = found("172.5 mg zanfluril citrate (150 mg zanfluril base) per ml, and 5 mg of abacavir per day")
    assert [a.concentration for a in amounts] == [True, True, False]


def test_the_number_of_a_phase_is_no_amount() -> None:
    assert found("the dose found in phase 1 mg/kg/day") == []


def test_a_footnote_may_stand_before_a_unit() -> None:
    assert [(a.low, a.unit, a.per) for a in found("2* g/m2")] == [(2, "g", "m2")]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("one and a half tablets", [(1.5, 1.5)]), ("1 1/2 tablets", [(1.5, 1.5)]), ("1½ tablets", [(1.5, 1.5)]),
        ("1/2 tablet", [(0.5, 0.5)]), ("one to two capsules", [(1, 2)]), ("one or two tablets", [(1, 1), (2, 2)]),
        ("two (2) tablets", [(2, 2)]),
    ],
)  # fmt: skip
def test_pieces_in_words_and_fractions(text: str, counts: list[tuple[float, float]]) -> None:
    assert [(a.low, a.high) for a in found(text) if a.kind == "count"] == counts


@pytest.mark.parametrize(
    ("text", "per", "per_time"),
    [
        ("30mg/m²/d", "m2", "d"), ("30 mg/m^2/day", "m2", "d"), ("30 mg per square meter", "m2", None),
        ("3 mg/kg body weight", "kg", None), ("0.1 µg/kg/min", "kg", "min"), ("80 mg per day", None, "d"),
        ("6 mg·kg-1·h-1", "kg", "h"), ("150 mL/hour", None, "h"), ("1.5 mg/m2/wk", "m2", "wk"),
        ("2 mg/kg/dose", "kg", None), ("0.2 mg of zanfluril per kilogram per day", "kg", "d"),
    ],
)  # fmt: skip
def test_what_an_amount_is_counted_against(text: str, per: str | None, per_time: str | None) -> None:
    (amount,) = found(text)
    assert (amount.per, amount.per_time) == (per, per_time)


def test_an_interval_in_the_denominator_is_a_frequency() -> None:
    (amount,) = found("40 mg/2 weeks")
    assert (amount.per_time, amount.frequency) == (None, (1.0, 2.0, "wk"))


def test_tablets_of_a_mass_are_one_intake() -> None:
    assert [(a.low, a.unit) for a in found("two 5 mg tablets")] == [(10, "mg")]
    assert [(a.low, a.unit) for a in found("2 x 250 mg")] == [(500, "mg")]
    assert [(a.low, a.unit) for a in found("3 x 0.6 mg")] == [(1.8, "mg")]
    assert [(a.low, a.unit) for a in found("5 mg x 2 tablets; 5 mg 2tablets")] == [(10, "mg")] * 2
    assert [(a.low, a.unit) for a in found("2 tablets of 300/100 mg")] == [(600, "mg"), (200, "mg")]
    assert [a.low for a in found("5 mg tablets, 2 tablets a day; 5 mg tablets, 1 tablet")] == [10, 5, 1]
    assert [(a.low, a.unit) for a in found("six 100 mg doses of zanfluril")] == [(100, "mg")]


@pytest.mark.parametrize(
    "text",
    [
        "4 tablets of zanfluril 5 mg are given for on demand use", "Supplied with ten tablets of 5 mg.",
        "4 tablets of zanfluril 5 mg and abacavir are handed out", "in bottles of 6 5 mg tablets",
    ],
)  # fmt: skip
def test_what_is_handed_out_is_no_intake(text: str) -> None:
    assert [a.low for a in found(text) if a.unit == "mg"] == [5]


def test_a_concentration_is_marked() -> None:
    assert [a.concentration for a in found("5 mg/mL and 40 mg/dL")] == [True, True]
    assert [a.concentration for a in found("above the 20 ng/mL level, 300 mg I/mL injection")] == [True, True]


@pytest.mark.parametrize("text", ["75×10⁹/L", "1.0 x 10^9 /L", "2x10^6/mL", "AUC0-24", "AUC 0-inf", "10^-4"])
def test_counts_per_volume_and_exposures_are_no_amounts(text: str) -> None:
    assert found(text, cells=True) == []


def test_area_under_the_curve() -> None:
    assert [(a.low, a.high, a.unit) for a in found("AUC=5-6")] == [(5, 6, "{AUC}")]
    assert [a.low for a in found("area under the curve of 2")] == [2]


def test_numbers_that_belong_to_a_word_before_them() -> None:
    assert [a.low for a in found("Day 1, 100 mg")] == [100]
    assert [a.low for a in found("on days -4 to -2, and 2 Gy")] == [2]
    assert [a.low for a in found("VP-16, 100 mg/m2")] == [100]
    assert [a.low for a in found("8 Gy x 3; 24 Gy, 25 mg/m2 x 5, 50 mg/m2")] == [8, 24, 25, 50]
    assert found("AB-994 capsules") == []
    assert found("AB 0994 capsules") == []
    assert [a.low for a in found("5 mg AB60-4321 + 140 mg")] == [5, 140]
    assert [(a.low, a.high) for a in found("Level 1 - 300 mg")] == [(300, 300)]
    assert [(a.low, a.high) for a in found("stratum 4 < 300 mg")] == [(300, 300)]
    assert [(a.low, a.high) for a in found("From day 57- 800 mg")] == [(800, 800)]
    assert [(a.low, a.high) for a in found("a dose of 1 - 300 mg")] == [(1, 300)]


def test_units_by_other_names() -> None:
    assert [(a.low, a.unit) for a in found("78 CGE, 70 cGy, 1 microg")] == [(78, "Gy"), (70, "cGy"), (1, "ug")]
    assert [(a.low, a.unit, a.per_time) for a in found("4 l/min, 10 LPM")] == [(4, "L", "min"), (10, "L", "min")]


def test_thousands_of_units_with_a_point() -> None:
    assert [a.low for a in found("10.000 IU and 2.500 IU and 10.000 mg")] == [10_000, 2.5, 10]


def test_a_sentence_end_without_a_blank_is_no_decimal_point() -> None:
    assert [a.low for a in found("for six weeks.1×10^9 cells")] == [1e9]


@pytest.mark.parametrize("entry", read_toml("units.toml")["unit"], ids=lambda entry: entry["code"])
def test_every_unit_has_an_example_that_is_read(entry: dict[str, object]) -> None:
    text, low, high = entry["example"]  # type: ignore[misc]
    assert (low, high, entry["code"]) in [(a.low, a.high, a.unit) for a in found(str(text))]


@pytest.mark.parametrize("text", ["1," * 30_000, "1 - " * 20_000, "10^" * 20_000, "mg " * 20_000, "1x10" * 20_000])
def test_hostile_text_is_read_in_time(text: str) -> None:
    assert isinstance(found(text), list)

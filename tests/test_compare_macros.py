"""How values are written for people, and the arms of some trials side by side: worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.test_compare_views import CAR_T, A, B
from tests.tiny import outcome, time, tiny


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with tiny() as con:
        yield con


@pytest.mark.parametrize(
    ("call", "written"),
    [
        # numbers and ranges
        ("number_text(0.25)", "0.25"), ("number_text(1000)", "1000"), ("number_text(1500000)", "1.5×10⁶"),
        ("number_text(0)", "0"), ("number_text(NULL)", None), ("number_text(2.5e11)", "2.5×10¹¹"),
        ("range_text(5000000, 10000000)", "5–10×10⁶"), ("range_text(30, 30)", "30"), ("range_text(1, 3)", "1–3"),
        ("range_text(NULL, 5)", "up to 5"), ("range_text(5, NULL)", "5 or more"), ("range_text(NULL, NULL)", None),
        ("range_text(200000, 5000000000)", "2×10⁵–5×10⁹"),
        # amounts
        ("amount_text(30, 30, 'mg', 'm2', 'd')", "30 mg/m²/d"), ("amount_text(5, 6, '{AUC}', NULL, NULL)", "AUC 5–6"),
        ("amount_text(250, 250, 'ug', 'kg', NULL)", "250 µg/kg"), ("amount_text(2, 2, '%', NULL, NULL)", "2 %"),
        ("amount_text(1000000, 1000000, '{cells}', 'kg', NULL)", "1×10⁶ cells/kg"),
        ("amount_text(100, 100, '[IU]', NULL, NULL)", "100 IU"),
        # days and frequencies
        ("days_text([-5, -4, -3])", "d−5…−3"), ("days_text([1, 8, 15])", "d1,8,15"), ("days_text([0])", "d0"),
        ("days_text([3, 1, 2, 2])", "d1…3"), ("days_text([])", None), ("days_text(NULL)", None),
        ("frequency_text(2, 1, 'd')", "2×/d"), ("frequency_text(1, 3, 'wk')", "every 3 wk"),
        ("frequency_text(1, NULL, NULL)", "once"), ("frequency_text(3, NULL, NULL)", "3×"),
        ("frequency_text(2, 3, 'wk')", "2× every 3 wk"), ("frequency_text(NULL, 1, 'd')", None),
        # ages
        ("age_text(3, 'a', true, 80, 'a', false)", "3 to under 80 years"),
        ("age_text(6, 'mo', true, 2, 'a', true)", "6 months to 2 years"),
        ("age_text(18, 'a', false, NULL, NULL, NULL)", "over 18 years"),
        ("age_text(NULL, NULL, NULL, 28, 'd', true)", "up to 28 days"),
        ("age_text(NULL, NULL, NULL, NULL, NULL, NULL)", None),
        ("age_unit_text('wk')", "weeks"), ("age_unit_text(NULL)", "years"),
        ("registered_ages_text('18 Years', 'N/A')", "18 Years and older"),
        ("registered_ages_text(NULL, NULL)", "any age"),
        ("registered_ages_text(NULL, '6 Months')", "up to 6 Months"),
        # times
        ("time_text('at', 3, 3, 'mo', 'infusion')", "at 3 months after infusion"),
        ("time_text('up_to', 1, 1, 'a', NULL)", "up to 1 year"), ("time_text('at', 0, 0, 'd', NULL)", "at baseline"),
        ("time_text('from_to', 0, 12, 'wk', 'baseline')", "from 0 to 12 weeks"),
        ("time_text('through_event', NULL, NULL, NULL, 'randomization')", "until an event after randomization"),
        ("time_unit_text(1, 'h')", "hour"), ("time_unit_text(2, 'cycle')", "cycles"), ("time_unit_text(2, NULL)", None),
        # words
        ("plain_text('Sjögren, Leukaemia, Tumour')", "sjogren, leukemia, tumor"),
        ("words_text(' CD19-CAR T\u00a0cells (α) ')", "cd19 car t cells α"),
        ("squashed_text('CD19 CAR-T cells')", "cd19cartcells"), ("squashed_text('.*%')", ""),
        ("term_pattern('CAR-T')", "(^|[ 0-9])car ?ts?($|[ 0-9])"), ("term_pattern('IL-2')", "(^|[ 0-9])il ?2($| )"),
        ("stage_text('FC', 'Flu + Cy')", "FC (Flu + Cy)"), ("stage_text(NULL, 'Flu')", "Flu"),
        ("stage_text('FC', NULL)", "FC"),
    ],
)  # fmt: skip
def test_how_values_are_written(con: duckdb.DuckDBPyConnection, call: str, written: str | None) -> None:
    assert con.execute(f"SELECT compare.{call}").fetchall() == [(written,)]


@pytest.mark.parametrize(
    ("age", "unit", "years"),
    [(6, "Months", 0.5), (1, "Year", 1), (52, "Weeks", 364 / 365.25), (1, "Day", 1 / 365.25), (3, "Moons", None)],
)
def test_registered_ages_in_years(con: duckdb.DuckDBPyConnection, age: int, unit: str, years: float | None) -> None:
    ((found,),) = con.execute("SELECT compare.registered_years(?, ?)", [age, unit]).fetchall()
    assert found == (None if years is None else pytest.approx(years))


@pytest.mark.parametrize(
    ("text", "term", "named"),
    [
        ("CART19 cells", "CAR-T", True), ("CAR T-cells", "cart", False), ("CAR-Ts", "CAR-T", True),
        ("Cartilage", "CAR-T", False), ("IL-21", "IL-2", False), ("IL 2", "IL-2", True), ("anti-PD1", "PD-1", True),
        ("small cell", "ALL", False), ("B-ALL", "ALL", True), ("Leukaemia", "leukemia", True), ("x", ".*", False),
        ("Ärzte", "arzte", True), ("a(b", "(", False), (None, "x", None), ("白血病", "白血病", True),
    ],
)  # fmt: skip
def test_a_text_names_a_term(con: duckdb.DuckDBPyConnection, text: str, term: str, named: bool | None) -> None:
    assert con.execute("SELECT compare.names_term($1, $2)", [text, term]).fetchall() == [(named,)]


def test_arms_side_by_side_agent_by_agent() -> None:
    with tiny(
        **CAR_T,
        extracted_endpoints=[outcome(A, 1, "overall_survival")],
        extracted_endpoint_times=[time(A, 1, 730.5, "a", low=2, high=2)],
    ) as con:
        rows = con.execute(
            "SELECT item, nct_id, arm_label, value, quote FROM compare.arms_of([$1, $2, 'NCT00000000']) "
            "ORDER BY item_no, nct_id, arm_no",
            [A, B],
        ).fetchall()
    assert [row[1:] for row in rows if row[0] == "car-t"] == [
        (A, "CAR-T", "5–10×10⁶ cells/kg d0", "CAR-T 5000000.0"),
        (B, None, "1×10⁶ cells/kg | 3×10⁶ cells/kg", "CAR-T 1000000.0 … CAR-T 3000000.0"),
    ]
    assert [row[3] for row in rows if row[0] == "type of arm"] == ["experimental", "no intervention", None]
    assert [row[3] for row in rows if row[0] == "primary endpoints"] == ["overall survival (at 2 years)"] * 2 + [None]
    # What most arms give stands first, then what is given first; without an amount it is still said.
    assert list(dict.fromkeys(row[0] for row in rows))[3:-2] == ["car-t", "cy", "flu", "mesna"]
    assert [row[3] for row in rows if row[0] == "mesna"] == ["given"]
    assert {row[1] for row in rows} == {A, B}

"""Normalised text: what rules read, and the way back to the raw field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.facts import evidence
from extract.study import Field
from extract.text import normalise

PRINTED = {
    "aged 3-\\<80 years": "aged 3-<80 years",
    "5\\*10\\^6/kg": "5*10^6/kg",
    "1.0×10⁶/kg": "1.0x10^6/kg",
    "300 mg/m²/d": "300 mg/m2/d",
    "5\\~10×10E6": "5-10x10E6",
    "0.25～0.5": "0.25-0.5",
    "day −5 to −3": "day -5 to -3",
    "≥18 years": ">=18 years",
    "50 µg": "50 ug",
    "10 mg": "10 mg",
    "±20%": "+/-20%",
    "CO₂": "CO2",
    "ＡＢＣ１２": "ABC12",
    "plain text": "plain text",
    "about ~5 mg": "about ~5 mg",
}


@pytest.mark.parametrize(("raw", "norm"), PRINTED.items())
def test_what_the_registry_prints_is_read_in_plain_letters(raw: str, norm: str) -> None:
    assert normalise(raw).norm == norm


@pytest.mark.parametrize("raw", PRINTED)
def test_the_whole_normalised_text_points_to_the_whole_raw_text(raw: str) -> None:
    text = normalise(raw)
    assert text.raw_span(0, len(text.norm)) == (0, len(raw))


def test_a_span_is_given_back_exactly_as_the_registry_has_it() -> None:
    text = normalise("infused at 5\\*10\\^6/kg, once")
    start = text.norm.index("5*10^6/kg")
    assert text.quote(start, start + len("5*10^6/kg")) == "5\\*10\\^6/kg"


def test_an_escape_is_never_cut_in_two() -> None:
    text = normalise("a\\>b")
    assert [text.quote(i, i + 1) for i in range(3)] == ["a", "\\>", "b"]


def test_flags_say_what_had_to_be_mended() -> None:
    text = normalise("5\\~10 mg")
    assert text.flags(0, len(text.norm)) == ["escaped", "tilde_range"]


TRICKY = st.text(alphabet=st.sampled_from(list("a1 .-\\~^*<>[]\n\t⁶²×µ−～≥½°…₂ Ａ\u200b\u00a0é漢😀")), max_size=60)


@given(TRICKY, st.data())
def test_any_span_of_any_text_is_a_slice_of_the_raw_field(raw: str, data: st.DataObject) -> None:
    text = normalise(raw)
    start = data.draw(st.integers(0, len(text.norm)))
    end = data.draw(st.integers(start, len(text.norm)))
    raw_start, raw_end = text.raw_span(start, end)
    assert 0 <= raw_start <= raw_end <= len(raw)
    assert text.quote(start, end) == raw[raw_start:raw_end]


@given(TRICKY)
def test_spans_in_order_stay_in_order(raw: str) -> None:
    text = normalise(raw)
    starts = [text.raw_span(i, i + 1)[0] for i in range(len(text.norm))]
    assert starts == sorted(starts)


@given(TRICKY, st.data())
def test_evidence_quotes_exactly_its_slice(raw: str, data: st.DataObject) -> None:
    field = Field("protocolSection.descriptionModule.briefSummary", raw)
    start = data.draw(st.integers(0, len(field.text.norm)))
    end = data.draw(st.integers(start, len(field.text.norm)))
    found = evidence(field, start, end)
    assert found.quote == raw[found.start_char : found.end_char]

"""The spaCy pipeline: tokens, spans and what the components found."""

from __future__ import annotations

import pytest

from extract.doses.pipeline import DoseTokenizer, pipeline, read, reading_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("500mg", ["500", "mg"]),
        ("100-200mg/m2", ["100", "-", "200", "mg", "/", "m", "2"]),
        ("1.5x10^9/L", ["1.5", "x", "10", "^", "9", "/", "L"]),
    ],
)
def test_numbers_and_units_are_tokens_of_their_own(text: str, tokens: list[str]) -> None:
    assert [token.text for token in DoseTokenizer(pipeline().vocab)(text)] == tokens


@pytest.mark.parametrize("text", ["", " ", "  two  blanks\n\nand lines ", "5 mg\tdaily", "β-blocker 5µg", "a" * 5_000])
def test_tokens_keep_the_text(text: str) -> None:
    assert DoseTokenizer(pipeline().vocab)(text).text == text


def test_components_leave_spans() -> None:
    doc = pipeline()("Aspirin 100 mg orally once daily. No more.")
    assert {name: [span.text for span in doc.spans[name]] for name in ("segments", "amounts", "agents")} == {
        "segments": ["Aspirin 100 mg orally once daily", "No more."],
        "amounts": ["100 mg"],
        "agents": ["Aspirin"],
    }
    assert [span.text for span in doc.spans["schedule"]] == ["orally", "once daily"]


def test_a_passage_without_amounts_is_not_read_further() -> None:
    assert read("Aspirin is given once daily in 2020.") is None
    reading = reading_of(pipeline()("Aspirin is given once daily."))
    assert (reading.amounts, reading.items) == ([], [])
    assert [mention.text for mention in reading.agents] == ["Aspirin"]  # looked for first: names hold numbers too


def test_a_passage_read_for_extraction_gives_what_the_whole_pipeline_finds() -> None:
    text = "Aspirin 100 mg orally once daily for 6 weeks; then heparin 5000 IU SC every 12 hours on days 1-5."
    assert read(text) == reading_of(pipeline()(text))


def test_the_pipeline_reads_a_plain_text() -> None:
    assert [amount.low for amount in reading_of(pipeline()("Aspirin 100 mg.")).amounts] == [100]


def test_components_are_registered_under_their_names() -> None:
    assert pipeline().pipe_names == [
        "dose_segments",
        "dose_agents",
        "dose_amounts",
        "dose_context",
        "dose_schedule",
        "dose_spans",
    ]


def test_wrapped_lines_do_not_end_a_phrase() -> None:
    line = "Patients receive the study medication every morning before breakfast for as long as "
    line += "they wish and\ntake 5 mg aspirin."
    assert len(reading_of(pipeline()(line)).segments) == 1


def test_list_items_do() -> None:
    assert len(reading_of(pipeline()("Treatment:\n* aspirin 5 mg\n* heparin 10 mg")).segments) == 3

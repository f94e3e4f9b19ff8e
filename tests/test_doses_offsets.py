"""Evidence points at exactly its quote in the raw field, on invented text and on every real record at hand."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.doses import extract_doses
from extract.facts import DoseFacts, Evidence
from extract.study import Study
from tests.dose_studies import record
from tests.test_doses_phrases import PHRASES

_PIECES = st.sampled_from(
    [
        "aspirin", "5 mg", "10\\^6", "5×10⁶/kg", "CAR-T cells", "\\* ", "\n", ". ", "day -5 to -3", "≥", "µg",
        "0.25\\~0.5×108 cells",
        "mg/m\\^2", "orally", "twice daily", "(", ")", "placebo", "100/25 mg", "AUC 5", "β", "\u00a0",
        "FC regimen", "2 weeks after",
    ]
)  # fmt: skip


def evidences(facts: DoseFacts) -> list[Evidence]:
    steps = [step.evidence for regimen in facts.regimens for step in regimen.steps]
    return [item.evidence for item in [*facts.doses, *facts.arm_agents, *facts.regimens]] + steps


def field_at(source: Any, path: str) -> str:
    for key in re.findall(r"[^.\[\]]+", path):
        source = source[int(key)] if key.isdigit() else source[key]
    assert isinstance(source, str)
    return source


def check(source: dict[str, Any]) -> int:
    found = evidences(extract_doses(Study.from_record(source)))
    for evidence in found:
        field = field_at(source, evidence.source_field)
        assert field[evidence.start_char : evidence.end_char] == evidence.quote != ""
    return len(found)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=14), st.lists(_PIECES, min_size=1, max_size=4))
def test_quotes_are_slices_of_the_raw_field(text: list[str], name: list[str]) -> None:
    check(
        record(
            arms=[{"label": "".join(name), "description": " ".join(text)}],
            interventions=[{"name": " ".join(name), "description": "".join(text)}],
            description=" ".join(reversed(text)),
        )
    )


_SIGNS = st.sampled_from([*"0159,.-/()%^x+:", "\n", "\u00a0", "  ", "²", "½", "٣", " million ", " every "])


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PHRASES), st.lists(st.tuples(st.integers(0, 400), _SIGNS), min_size=1, max_size=6))
def test_no_damage_to_a_phrase_stops_its_study(phrase: dict[str, Any], damage: list[tuple[int, str]]) -> None:
    text = list(phrase["text"])
    for place, sign in damage:
        text[place % len(text)] = sign
    check(
        record(
            arms=[{"label": "Treatment", "description": "".join(text)}],
            interventions=[{"name": name} for name in phrase["agents"]],
        )
    )


def test_on_every_real_record() -> None:
    path = Path(__file__).parents[2] / "shared" / "data" / "ctgov_v2.jsonl.gz"
    if not path.exists():
        pytest.skip("no real records beside the checkout")
    with gzip.open(path) as lines:
        assert sum(check(orjson.loads(line)) for line in lines) > 1_000

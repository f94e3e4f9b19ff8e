"""The word lists of the dose rules: the example of each is read as it says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from extract.doses.vocabulary import read_toml
from tests.dose_studies import one_arm

LISTS = read_toml("dose_words.toml")


@pytest.mark.parametrize("name", LISTS)
def test_every_list_reads_its_example(name: str) -> None:
    example: dict[str, Any] = LISTS[name]["example"]
    facts = one_arm(example["text"], *example["interventions"])
    if "doses" in example:
        assert [[d.agent_key, d.amount_low, d.unit] for d in facts.doses] == example["doses"]
    else:
        assert sorted({row.agent_key for row in facts.arm_agents}) == example["arm_agents"]


@pytest.mark.parametrize("name", LISTS)
def test_words_are_regular_expressions_said_once(name: str) -> None:
    words = LISTS[name]["words"]
    assert len(words) == len(set(words))
    assert all(re.compile(word) for word in words)

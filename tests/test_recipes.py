"""The recipes: every question has its SQL, and every SQL has an answer on the sample."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "recipes.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"^### ([^\n]+)\n\n```sql\n(.+?)```", PAGE, re.DOTALL | re.MULTILINE)


def test_there_are_recipes_for_every_question() -> None:
    assert len(RECIPES) >= 25
    assert len(RECIPES) == PAGE.count("\n### ") == PAGE.count("```sql")


@pytest.mark.parametrize(("question", "query"), RECIPES, ids=[question[:60] for question, _ in RECIPES])
def test_recipe_has_an_answer(question: str, query: str, sample: duckdb.DuckDBPyConnection) -> None:
    rows = sample.execute(query).fetchall()
    assert rows, question

"""Trials side by side on the command line, and the way to the right view."""

from __future__ import annotations

import csv
import io
import re

import duckdb
import pytest

from kb.store import Store
from queries.catalogue import common_questions, queries
from tests.test_cli import trialkb


def test_arms_stand_side_by_side(sample_store: Store) -> None:
    done = trialkb("compare", "arms", "nct99000004", "NCT99000002", "--kb", sample_store.root, "--format", "md")
    assert done.returncode == 0, done.stderr
    head, _, *lines = done.stdout.splitlines()
    assert re.match(r"\|  \| NCT99000004 .+\| NCT99000002 ", head), "as they were asked for"
    rows = {line.split("|")[1].strip(): re.split(r"(?<!\\)\|", line)[2:-1] for line in lines}
    assert {"trial", "type of arm", "ages", "primary endpoints"} <= set(rows)
    assert any("cells/kg" in cell for row in rows.values() for cell in row)
    assert len({len(row) for row in rows.values()}) == 1


def test_arms_as_rows_with_their_quotes(sample_store: Store) -> None:
    done = trialkb("compare", "arms", "NCT99000004", "--kb", sample_store.root, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert rows[0]["item"] == "trial"
    assert any(row["quote"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["arms"], "which trials?"),
        (["arms", "NCT00000009"], "NCT00000009 is not in"),
        (["doses", "NCT00000009", "NCT99000001"], "NCT00000009 is not in"),
        (["arms", "leukemia"], "leukemia"),
        (["arms", *(f"NCT990000{number:02}" for number in range(1, 15))], "too many to stand side by side"),
    ],
)
def test_what_cannot_be_compared_is_told(sample_store: Store, arguments: list[str], told: str) -> None:
    done = trialkb("compare", *arguments, "--kb", sample_store.root)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_view_of_named_trials_only(sample_store: Store) -> None:
    done = trialkb("compare", "ages", "NCT99000001", "--kb", sample_store.root, "--format", "csv")
    assert {row["nct_id"] for row in csv.DictReader(io.StringIO(done.stdout))} == {"NCT99000001"}


def test_a_file_may_end_with_a_semicolon_and_a_comment(sample_store: Store) -> None:
    query = "SELECT 'é;' AS a ; -- the end;"
    assert trialkb("sql", query, "--format", "csv", "--kb", sample_store.root).stdout == "a\né;\n"


def test_the_dictionary_begins_with_what_people_want_to_know(sample_store: Store) -> None:
    done = trialkb("dictionary", "--kb", sample_store.root)
    first = done.stdout[:1500]
    assert "how much is given, in units that compare" in first and "compare.doses" in first
    assert len(done.stdout.splitlines()) < 45, "a screen"


def test_every_question_leads_to_a_view_that_is_there(sample: duckdb.DuckDBPyConnection) -> None:
    for row in common_questions():
        for place in row["look in"].split(", compare."):
            name = place.removeprefix("compare.").split("(")[0]
            assert name in queries(), place
        if "(" not in row["look in"]:
            sample.execute(f"FROM {row['look in'].split(',')[0]} LIMIT 1").fetchall()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("compare.doses", "canonical_basis"),
        ("similar", "Rare things in common count most"),
        ("extracted", "extracted.dose_arms"),
        ("dropout", "extracted.design_statistics"),
    ],
)
def test_the_dictionary_tells_tables_macros_schemas_and_words(sample_store: Store, name: str, told: str) -> None:
    done = trialkb("dictionary", name, "--kb", sample_store.root)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout


def test_the_dictionary_as_data(sample_store: Store) -> None:
    done = trialkb("dictionary", "--format", "csv", "--kb", sample_store.root)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {"compare.doses", "ctgov.studies", "meta.runs"} <= {row["name"] for row in rows}


def test_what_nobody_speaks_of(sample_store: Store) -> None:
    done = trialkb("dictionary", "'; DROP TABLE x; --", "--kb", sample_store.root)
    assert done.returncode == 2
    assert "nothing speaks of it" in done.stderr

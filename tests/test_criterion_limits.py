"""Asking the criteria in SQL: which trials take a patient with this value; classes of endpoints and their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import duckdb
import pytest

from extract.criteria import extract_criteria
from extract.endpoints import endpoint_classes, endpoint_path
from extract.study import Study
from tests.tiny import Row, outcome, studies, tiny

CRITERIA = {
    "NCT00000011": "Inclusion Criteria:\n\n* Platelets of at least 75,000/uL\n",
    "NCT00000012": "Inclusion Criteria:\n\n* Platelets ≥ 50 × 10⁹/L\n* ECOG 0-1\n",
    "NCT00000013": "Inclusion Criteria:\n\n* Platelets > 50 × 10⁹/L\n",
    "NCT00000014": "Exclusion Criteria:\n\n* Platelets < 30 × 10⁹/L\n* ECOG ≥ 3\n",
    "NCT00000015": "Exclusion Criteria:\n\n* Platelets below 100 × 10⁹/L\n",
    "NCT00000016": "Inclusion Criteria:\n\n* Consent\n",
}


def rows(nct_id: str, text: str) -> tuple[list[Row], list[Row]]:
    """The rows of extracted.criteria and extracted.criterion_values that a text gives."""
    record = {"protocolSection": {"eligibilityModule": {"eligibilityCriteria": text}}}
    criteria: list[Row] = []
    values: list[Row] = []
    for found in extract_criteria(Study.from_record(record)):
        criteria.append(
            {"nct_id": nct_id, "criterion_no": found.criterion_no, "kind": found.kind, **asdict(found.evidence)}
        )
        for number, value in enumerate(found.values, 1):
            own = {key: item for key, item in asdict(value).items() if key != "evidence"}
            key = {"nct_id": nct_id, "criterion_no": found.criterion_no, "value_no": number}
            values.append({**key, **own, **asdict(value.evidence)})
    return criteria, values


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    tables = [rows(nct_id, text) for nct_id, text in CRITERIA.items()]
    with tiny(
        ctgov_studies=studies(*CRITERIA),
        extracted_criteria=[row for criteria, _ in tables for row in criteria],
        extracted_criterion_values=[row for _, values in tables for row in values],
        extracted_endpoints=[outcome("NCT00000011", 1, "overall_survival")],
    ) as made:
        yield made


@pytest.mark.parametrize(
    ("quantity", "value", "expected"),
    [
        ("platelets", 50, [12, 14]),  # not 11 (75 or more), 13 (more than 50), 15 (under 100 is excluded)
        ("platelets", 75, [11, 12, 13, 14]),
        ("platelets", 29, []),
        ("ecog", 1, [12, 14]),
        ("ecog", 3, []),
    ],
)
def test_which_trials_take_a_patient_with_this_value(
    con: duckdb.DuckDBPyConnection, quantity: str, value: float, expected: list[int]
) -> None:
    found = con.execute("SELECT nct_id FROM compare.takes_value(?, ?)", [quantity, value]).fetchall()
    assert [int(row[0][3:]) for row in found] == expected


def test_limits_have_one_unit_and_their_criterion(con: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT canonical_low, canonical_unit, criterion FROM compare.criterion_limits WHERE nct_id = 'NCT00000011'"
    assert con.execute(sql).fetchall() == [(75.0, "10*9/L", "Platelets of at least 75,000/uL")]


def test_every_class_of_endpoints_and_its_place(con: duckdb.DuckDBPyConnection) -> None:
    found = dict(con.execute("SELECT endpoint, path FROM compare.endpoint_classes").fetchall())
    assert found == {name: endpoint_path(name) for name in endpoint_classes()}
    sql = "SELECT c.path[1] FROM compare.endpoints JOIN compare.endpoint_classes AS c USING (endpoint)"
    assert con.execute(sql).fetchall() == [("time_to_event",)]

"""The five seed documents, each from its file (in ../shared; skipped where it is absent): every field of every one.

`seed_fields.tsv` has a line a field: seed, path, and its value; of a long text the beginning of its SHA-256, so that
no sentence of theirs stands here.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest

import queries
from crawler.records import Record, records
from kb.ingest import ingest_files
from kb.runs import update
from kb.store import Store

SEEDS = ("000", "001", "002", "003", "004")
TABLE = Path(__file__).with_name("seed_fields.tsv")


def leaves(value: Any, path: str = "") -> dict[str, str]:
    """Every field of a record by its path, long texts as the beginning of their hash."""
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in leaves(item, f"{path}.{key}" if path else key).items()}
    if isinstance(value, list):
        return {k: v for number, item in enumerate(value) for k, v in leaves(item, f"{path}[{number}]").items()}
    text = str(value)
    if len(text) > 48 or "\n" in text:
        text = f"sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}, {len(text)} characters"
    return {path: text}


def expected() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(TABLE.open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE):
        found.setdefault(row["seed"], {})[row["path"]] = row["value"]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_field_of_every_seed(shared: Path, seed: str) -> None:
    (path,) = (shared / "seeds").glob(f"{seed}_*.txt")
    (record,) = records(path.read_bytes(), "file")
    assert isinstance(record, Record)
    found = leaves(record.data["protocolSection"]) | leaves(record.data["sourceSection"], "source")
    assert found == expected()[seed]


def test_seeds_become_doses_beside_registry_records(shared: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "kb")
    with store.lock():
        assert ingest_files(store, [shared / "seeds"]).problems == []
        result = update(store, queries.install, workers=1)
    assert (result.load.new, result.load.failed) == (5, 0)
    with store.connect() as con:
        doses = con.execute(
            "SELECT title.brief_title IS NULL, agent_key, amount_low, amount_high, unit, per FROM compare.doses AS d "
            "JOIN ctgov.studies AS title USING (nct_id)"
        ).fetchall()
        ages = con.execute("SELECT min_value, max_value, max_inclusive FROM extracted.ages ORDER BY ALL").fetchall()
    assert len(doses) == 11
    assert {row[2:] for row in doses if "cyclophosphamide" in row[1]} == {(300, 300, "mg", "m2")}
    assert {row[2:] for row in doses if row[4] == "{cells}" and row[5] == "kg"} == {
        (1e6, 1e6, "{cells}", "kg"), (5e6, 5e6, "{cells}", "kg"), (5e6, 1e7, "{cells}", "kg")
    }  # fmt: skip
    assert (3, 80, False) in ages
    assert ages.count((14, 80, True)) == 2

"""Records written for this project, in the registry's own JSON format, with the facts they state.

`records/` holds one study a file, named by its id; `expected/` holds, under the same name, every dose, age,
arm, endpoint and design figure of that record. No study here is real. README.md says what each one is there for.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from crawler.errors import UsageError


def sample_records() -> list[Path]:
    """Files of the sample records, by id."""
    return sorted(_folder("records").glob("NCT*.json"))


def sample_expected() -> list[Path]:
    """Files of the expected facts, by id; there is one for every record."""
    return sorted(_folder("expected").glob("NCT*.json"))


def load_records() -> list[dict[str, Any]]:
    """The sample records as the registry's API would give them, by id."""
    return [orjson.loads(path.read_bytes()) for path in sample_records()]


def load_expected() -> dict[str, dict[str, Any]]:
    """The expected facts by id.

    Keys of each: nct_id, aliases (the names of each intervention), doses, ages, arms, endpoints, design_stats.
    `start_char` and `end_char` count code points in the raw field.
    """
    return {path.stem: orjson.loads(path.read_bytes()) for path in sample_expected()}


def load_record(nct_id: str) -> dict[str, Any]:
    """One sample record; `UsageError` if the sample has none of that id."""
    path = _folder("records") / f"{nct_id}.json"
    if not path.is_file():
        raise UsageError(f"no sample record {nct_id}: ids run from NCT99000001 to {sample_records()[-1].stem}")
    record: dict[str, Any] = orjson.loads(path.read_bytes())
    return record


def _folder(name: str) -> Path:
    # Records are read as files by the replica and by `ingest`; a wheel is always installed unpacked.
    return Path(str(resources.files(__name__))) / name

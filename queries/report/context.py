"""The registry's own texts, by the path of the field: what stands around a quote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import duckdb
import orjson

from kb.extraction import study_texts

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Texts:
    """The free texts of some studies, by the JSON path of the field."""

    def __init__(self, con: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> None:
        wanted = sorted(set(ids))
        records = [orjson.loads(text) for text in study_texts(con, wanted)] if wanted else []
        self._records = {record["protocolSection"]["identificationModule"]["nctId"]: record for record in records}

    def field(self, nct_id: str, path: str) -> str | None:
        """The raw text of a field; None where it is not at hand."""
        text = walk(self._records.get(nct_id), path)
        return text if isinstance(text, str) else None


def walk(record: object, path: str) -> Any:  # noqa: ANN401  whatever stands there
    """What stands at a path such as `a.b[1].c` (lists from 0); None where there is nothing."""
    here: Any = record
    for name, number in _STEP.findall(path):
        if number:
            here = here[int(number)] if isinstance(here, list) and int(number) < len(here) else None
        else:
            here = here.get(name) if isinstance(here, dict) else None
    return here

"""The words around a quote, from the registry's own text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson

from kb.extraction import study_texts
from queries.report.facts import Place

_AROUND = 160  # characters before and after a quote: about two lines
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote with what stands before and after it; both are empty where the field is not at hand."""

    before: str
    quote: str
    after: str


class Texts:
    """The free texts of some studies, by the JSON path of the field."""

    def __init__(self, con: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> None:
        wanted = sorted(set(ids))
        records = [orjson.loads(text) for text in study_texts(con, wanted)] if wanted else []
        self._records = {record["protocolSection"]["identificationModule"]["nctId"]: record for record in records}

    def passage(self, nct_id: str, place: Place) -> Passage:
        """The quote with about two lines around it."""
        text = walk(self._records.get(nct_id), place.source_field)
        if not isinstance(text, str) or text[place.start : place.end] != place.quote:
            return Passage("", place.quote, "")
        before = text[max(0, place.start - _AROUND) : place.start]
        after = text[place.end : place.end + _AROUND]
        if place.start > _AROUND:
            before = "…" + before.partition(" ")[2]
        if place.end + _AROUND < len(text):
            after = after.rpartition(" ")[0] + " …"
        return Passage(before, place.quote, after)


def walk(record: object, path: str) -> Any:  # noqa: ANN401  whatever stands there
    """What stands at a path such as `a.b[1].c` (lists from 0); None where there is nothing."""
    here: Any = record
    for name, number in _STEP.findall(path):
        if number:
            here = here[int(number)] if isinstance(here, list) and int(number) < len(here) else None
        else:
            here = here.get(name) if isinstance(here, dict) else None
    return here

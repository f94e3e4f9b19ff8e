"""Studies as CSV rows, with the columns of `data/csv_columns.tsv`.

The rule of a column says how its cell is made: `values` (all values, `|` between), `commas`, `items` followed by the
separator (the pieces of each list item joined by it, items by `|`), or one of the special ones below.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from functools import cache

from crawler.replica.model import Model, data_lines, registry_model
from crawler.replica.values import Json, values_at

_DOCUMENTS = "https://cdn.clinicaltrials.gov/large-docs"
Cell = Callable[[Json], str]


@cache
def columns() -> dict[str, Cell]:
    """How each column's cell is made, by column name, in the registry's order."""
    model = registry_model()
    return {name: _cell(rule, pieces.split("|"), model) for name, rule, pieces in data_lines("csv_columns.tsv")}


def table(records: Iterable[Json], names: list[str], *, header: bool) -> bytes:
    """The records as CSV (UTF-8, lines end in CR LF), with a header line on the first page."""
    text = io.StringIO()
    writer = csv.writer(text)
    if header:
        writer.writerow(names)
    cells = [columns()[name] for name in names]
    for record in records:
        writer.writerow([cell(record) for cell in cells])
    return text.getvalue().encode()


def _cell(rule: str, pieces: list[str], model: Model) -> Cell:
    paths = [model.by_piece[piece].keys for piece in pieces]
    if rule.startswith("items"):
        return lambda record: _items(record, paths, rule.removeprefix("items"))
    joins = {"values": "|", "commas": ", "}
    if rule in joins:
        return lambda record: joins[rule].join(_text(value) for path in paths for value in values_at(record, path))
    return _SPECIAL[rule]


def _items(record: Json, paths: list[tuple[str, ...]], separator: str) -> str:
    found = []
    for item in values_at(record, paths[0][:-1]):
        parts = [_text(value) for path in paths for value in values_at(item, path[-1:])]
        found.append(separator.join(parts))
    return "|".join(found)


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _first(record: Json, piece: str) -> str:
    return next((_text(value) for value in values_at(record, registry_model().by_piece[piece].keys)), "")


def _url(record: Json) -> str:
    return f"https://clinicaltrials.gov/study/{_first(record, 'NCTId')}"


def _has_results(record: Json) -> str:
    return "YES" if _first(record, "HasResults") == "true" else "NO"


def _design(record: Json) -> str:
    if _first(record, "StudyType") == "OBSERVATIONAL":
        # A fault of the registry's own that its downloads show for every observational study.
        return "Observational Model: |Time Perspective: p"
    if not _first(record, "DesignInterventionModel"):
        return ""
    who = ", ".join(map(_text, values_at(record, registry_model().by_piece["DesignWhoMasked"].keys)))
    masking = _first(record, "DesignMasking") + (f" ({who})" if who else "")
    return (
        f"Allocation: {_first(record, 'DesignAllocation')}"
        f"|Intervention Model: {_first(record, 'DesignInterventionModel')}"
        f"|Masking: {masking}|Primary Purpose: {_first(record, 'DesignPrimaryPurpose')}"
    )


def _documents(record: Json) -> str:
    nct_id = _first(record, "NCTId")
    found = []
    for document in values_at(record, registry_model().by_piece["LargeDoc"].keys):
        url = f"{_DOCUMENTS}/{nct_id[-2:]}/{nct_id}/{document.get('filename', '')}"
        found.append(f"{document.get('label', '')}, {url}")
    return "|".join(found)


_SPECIAL: dict[str, Cell] = {"url": _url, "yes-no": _has_results, "design": _design, "documents": _documents}

"""/stats/field/values and /stats/field/sizes, counted from the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from crawler.replica.model import Field, Model
from crawler.replica.query import split_list
from crawler.replica.respond import BadRequest, Response, check_names, json_response, text_response
from crawler.replica.store import Snapshot
from crawler.replica.values import Json, values_at

_TYPES = {"enum": "ENUM", "date": "DATE", "boolean": "BOOLEAN", "text": "STRING", "time": "STRING"}
_TOP = 10
_DATE_FORMATS = {4: "yyyy", 7: "yyyy-MM", 10: "yyyy-MM-dd", 16: "yyyy-MM-dd'T'HH:mm"}


def field_values(params: Mapping[str, str], snapshot: Snapshot) -> Response:
    """Statistics of the values of leaf fields; 404 for a name that is no leaf field. Raises BadRequest."""
    check_names(params, {"types", "fields"})
    types = set(split_list(params.get("types", "")))
    if unknown := types - {*_TYPES.values(), "INTEGER", "NUMBER"}:
        raise BadRequest(f"`types` has an incorrect item: {', '.join(sorted(unknown))}")
    fields = _requested(params, snapshot.model)
    if isinstance(fields, Response):
        return fields
    leaves = [field for field in fields if not field.is_branch and field.kind != "geo"]
    wanted = [field for field in leaves if not types or _stats_type(field) in types]
    return json_response([_values_of(field, found, snapshot) for field, found in _columns(wanted, snapshot)])


def list_sizes(params: Mapping[str, str], snapshot: Snapshot) -> Response:
    """How many items list fields have; 404 for a name that is no field."""
    check_names(params, {"fields"})
    fields = _requested(params, snapshot.model)
    if isinstance(fields, Response):
        return fields
    lists = [field for field in fields if field.type.endswith("[]")]
    return json_response([_sizes_of(field, found) for field, found in _columns(lists, snapshot)])


def _requested(params: Mapping[str, str], model: Model) -> Iterable[Field] | Response:
    if "fields" not in params:
        return model.fields
    names = split_list(params["fields"])
    if not names:
        raise BadRequest("`fields` must not be empty")
    found = {name: model.find(name) for name in names}
    unknown = [name for name, field in found.items() if field is None]
    if unknown:
        return text_response(404, f"field {unknown[0]} not found")
    return [field for field in found.values() if field is not None]


def _columns(fields: list[Field], snapshot: Snapshot) -> list[tuple[Field, dict[str, list[Json]]]]:
    """The values of several fields in one pass; not kept, since together they are larger than the records."""
    found: dict[str, dict[str, list[Json]]] = {field.path: {} for field in fields}
    for nct_id, record in snapshot.records():
        for field in fields:
            if values := list(values_at(record, field.keys)):
                found[field.path][nct_id] = values
    return [(field, found[field.path]) for field in fields]


def _stats_type(field: Field) -> str:
    if field.kind == "number":
        return "NUMBER" if field.type == "number" else "INTEGER"
    return _TYPES[field.kind]


def _values_of(field: Field, column: dict[str, list[Json]], snapshot: Snapshot) -> dict[str, Any]:
    kind = _stats_type(field)
    stats: dict[str, Any] = {"type": kind, "piece": field.piece, "field": field.path}
    stats["missingStudiesCount"] = len(snapshot) - len(column)
    if kind == "BOOLEAN":
        stats["trueCount"] = sum(any(value is True for value in found) for found in column.values())
        stats["falseCount"] = sum(any(value is False for value in found) for found in column.values())
    elif kind in ("INTEGER", "NUMBER"):
        stats |= _number_stats([v for found in column.values() for v in found if isinstance(v, int | float)])
    elif kind == "DATE":
        stats |= _date_stats([str(value) for found in column.values() for value in found])
    else:
        stats |= _text_stats(column)
        if kind == "STRING" and column:
            stats["longest"] = _longest(column)
    return stats


def _number_stats(numbers: list[float]) -> dict[str, Any]:
    return {"min": min(numbers), "max": max(numbers), "avg": sum(numbers) / len(numbers)} if numbers else {}


def _date_stats(dates: list[str]) -> dict[str, Any]:
    formats = sorted({_DATE_FORMATS.get(len(text), "yyyy-MM-dd'T'HH:mm:ss") for text in dates})
    return {"formats": formats} | ({"min": min(dates), "max": max(dates)} if dates else {})


def _text_stats(column: dict[str, list[Json]]) -> dict[str, Any]:
    counts = Counter(value for found in column.values() for value in set(map(str, found)))
    top = [{"value": value, "studiesCount": count} for value, count in counts.most_common(_TOP)]
    return {"uniqueValuesCount": len(counts), "topValues": top}


def _longest(column: dict[str, list[Json]]) -> dict[str, Any]:
    nct_id, value = max(((key, str(v)) for key, found in column.items() for v in found), key=lambda pair: len(pair[1]))
    return {"length": len(value), "nctId": nct_id, "value": value}


def _sizes_of(field: Field, column: dict[str, list[Json]]) -> dict[str, Any]:
    counts = Counter(len(found) for found in column.values())
    stats: dict[str, Any] = {"piece": field.piece, "field": field.path, "uniqueSizesCount": len(counts)}
    if counts:
        stats |= {"minSize": min(counts), "maxSize": max(counts)}
        stats["topSizes"] = [{"size": size, "studiesCount": count} for size, count in counts.most_common(_TOP)]
    return stats

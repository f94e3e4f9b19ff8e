"""/studies/metadata and /studies/enums: the data model as the registry describes it, and what the records add to it."""

from __future__ import annotations

from typing import Any

from crawler.replica.model import Field, Model, enum_values, piece_name
from crawler.replica.store import Snapshot
from crawler.replica.values import Json

Tree = dict[str, "Tree"]


def metadata(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The field tree: every field of the model, and after them the fields of records that the model does not know."""
    return snapshot.remembered("metadata", lambda: _tree(_full_model(snapshot)))


def enums(model: Model) -> list[dict[str, Any]]:
    """Every enumeration with the pieces that use it and its values."""
    pieces: dict[str, list[str]] = {}
    for field in model.fields:
        if field.is_enum:
            pieces.setdefault(field.type.removesuffix("[]"), []).append(field.piece)
    return [
        {"type": name, "pieces": found, "values": [_enum_item(value) for value in enum_values().get(name, ())]}
        for name, found in pieces.items()
    ]


def _enum_item(value: str) -> dict[str, str]:
    return {"value": value, "legacyValue": value.replace("_", " ").capitalize()}


def _tree(fields: list[Field]) -> list[dict[str, Any]]:
    top: list[dict[str, Any]] = []
    nodes: dict[str, dict[str, Any]] = {}
    for field in fields:
        parent, _, name = field.path.rpartition(".")
        node: dict[str, Any] = {"name": name, "piece": field.piece, "sourceType": field.source, "type": field.type}
        if field.is_enum:
            node["isEnum"] = True
        nodes[field.path] = node
        siblings = nodes[parent].setdefault("children", []) if parent in nodes else top
        siblings.append(node)
    return top


def _full_model(snapshot: Snapshot) -> list[Field]:
    extra: dict[str, Field] = {}
    for _, record in snapshot.records():
        _unknown(record, "", snapshot.model, extra)
    return [*snapshot.model.fields, *extra.values()]


def _unknown(node: Json, path: str, model: Model, extra: dict[str, Field]) -> None:
    """Collects the fields below a node that the model lacks, parents before children."""
    if isinstance(node, list):
        for item in node:
            _unknown(item, path, model, extra)
        return
    if not isinstance(node, dict) or model.is_leaf_struct(path):
        return
    for key, value in node.items():
        below = f"{path}.{key}" if path else key
        if below not in model.by_path and below not in extra and value is not None:
            extra[below] = Field(below, piece_name(key), *_type_of(key, value))
        _unknown(value, below, model, extra)


def _type_of(key: str, value: Json) -> tuple[str, str]:
    if isinstance(value, list):
        source, type_ = _type_of(key, value[0] if value else "")
        return source, f"{type_}[]"
    if isinstance(value, dict):
        return "STRUCT", piece_name(key)
    if isinstance(value, bool):
        return "BOOLEAN", "boolean"
    if isinstance(value, int):
        return "NUMERIC", "integer"
    return ("NUMERIC", "number") if isinstance(value, float) else ("TEXT", "text")

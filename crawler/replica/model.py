"""The registry's data model as a table: every field's path, its piece name, its type (`data/fields.tsv`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Field:
    """One node of the data model. `source` is STRUCT for branches; `type` ends in `[]` for lists."""

    path: str
    piece: str
    source: str
    type: str
    is_enum: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The path as keys from the top of a record."""
        return tuple(self.path.split("."))

    @property
    def is_branch(self) -> bool:
        """True if the field only holds other fields."""
        return self.source == "STRUCT"

    @property
    def kind(self) -> str:
        """How values compare: text, enum, date, time (a length such as `18 Years`), number, boolean, geo, branch."""
        base = self.type.removesuffix("[]")
        if self.is_branch:
            return "branch"
        if self.is_enum:
            return "enum"
        by_type = {"boolean": "boolean", "integer": "number", "number": "number", "long": "number", "GeoPoint": "geo"}
        by_source = {"DATE": "date", "TIME": "time", "NUMERIC": "number", "BOOLEAN": "boolean"}
        return by_type.get(base) or by_source.get(self.source, "text")


class Model:
    """Fields found by path or by piece name."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = tuple(fields)
        self.by_path = {field.path: field for field in self.fields}
        self.by_piece = {field.piece: field for field in self.fields}

    def changed(self, types: Mapping[str, str | None]) -> Model:
        """Another model in which these paths have these types; a new path is a new field, None takes it away."""
        fields = {path: field for path, field in self.by_path.items() if types.get(path, "") is not None}
        for path, type_ in types.items():
            if type_ is not None:
                old = fields.get(path) or Field(path, piece_name(path.rpartition(".")[2]), "TEXT", type_)
                fields[path] = replace(old, type=type_)
        return Model(fields.values())

    def find(self, name: str) -> Field | None:
        """The field with this piece name or path, or None."""
        return self.by_piece.get(name) or self.by_path.get(name)

    def is_leaf_struct(self, path: str) -> bool:
        """True if the path is a leaf whose value is an object all the same, such as a geopoint."""
        field = self.by_path.get(path)
        return field is not None and not field.is_branch

    def markup_paths(self) -> list[tuple[str, ...]]:
        """Paths of the fields whose text is CommonMark."""
        return [field.keys for field in self.fields if field.type == "markup"]


def data_lines(name: str) -> list[list[str]]:
    """The rows of a tab-separated file of `data/`, without its header."""
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:] if line]


@cache
def registry_model() -> Model:
    """The model that the registry publishes."""
    return Model(_field(*row) for row in data_lines("fields.tsv"))


@cache
def enum_values() -> dict[str, tuple[str, ...]]:
    """Every enumeration's values, in the registry's order, by type name."""
    found: dict[str, list[str]] = {}
    for name, value in data_lines("enums.tsv"):
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def piece_name(key: str) -> str:
    """A piece name for a key that the model does not know: capitalised, `nctId` as `NCTId`."""
    return re.sub(r"^Nct", "NCT", key[:1].upper() + key[1:])


def _field(path: str, piece: str, source: str, type_: str, enum: str) -> Field:
    return Field(path, piece, source, type_, enum == "enum")

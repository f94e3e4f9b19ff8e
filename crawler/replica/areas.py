"""The search areas and aggregation filters of `data/areas.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from crawler.replica.model import Field, Model


@cache
def area_data() -> dict[str, Any]:
    """The whole file: parameters, labels, areas, filters."""
    return tomllib.loads(files(__package__).joinpath("data", "areas.toml").read_text(encoding="utf-8"))


def area_fields(name: str, model: Model) -> list[tuple[Field, float]] | None:
    """The fields of a search area with their weights, or the one field of this name; None if there is neither."""
    pieces: dict[str, float] | None = area_data()["areas"].get(name)
    if pieces is not None:
        return [(model.by_piece[piece], weight) for piece, weight in pieces.items() if piece in model.by_piece]
    field = model.find(name)
    return None if field is None else [(field, 1.0)]


def search_areas(model: Model) -> list[dict[str, Any]]:
    """What /studies/search-areas answers."""
    data = area_data()
    by_area = {area: name.removeprefix("query.") for name, area in data["parameters"].items() if "query." in name}
    areas = []
    for name, pieces in data["areas"].items():
        area: dict[str, Any] = {"name": name}
        if name in by_area:
            area["param"] = by_area[name]
        if name in data["labels"]:
            area["uiLabel"] = data["labels"][name]
        area["parts"] = [_part(model.by_piece[piece], weight) for piece, weight in pieces.items()]
        areas.append(area)
    return [{"name": "Study", "areas": areas}]


def _part(field: Field, weight: float) -> dict[str, Any]:
    return {
        "pieces": [field.piece],
        "weight": weight,
        "isEnum": field.is_enum,
        "isSynonyms": False,
        "type": field.type.removesuffix("[]"),
    }

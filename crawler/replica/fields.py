"""The `fields` parameter: names into paths, and a record cut down to them."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.replica.areas import area_fields
from crawler.replica.model import Model
from crawler.replica.values import Json

Tree = dict[str, "Tree | None"]


class UnknownField(ValueError):
    """A name that is neither an area, a piece nor a path. Its text is the name."""


def tree_of(names: Iterable[str], model: Model) -> Tree:
    """Area names, piece names and paths as a tree of keys; a branch (None) keeps all that is below it.

    Raises UnknownField.
    """
    tree: Tree = {}
    for name in names:
        found = area_fields(name, model)
        if found is None:
            raise UnknownField(name)
        for field, _ in found:
            _plant(tree, field.keys)
    return tree


def project(node: Json, tree: Tree) -> Json:
    """What the tree keeps of a node; None if nothing. Containers that would be empty are left out."""
    if isinstance(node, list):
        items = [kept for item in node if (kept := project(item, tree)) is not None]
        return items or None
    if not isinstance(node, dict):
        return None
    found = {}
    for key, below in tree.items():
        if key in node:
            kept = node[key] if below is None else project(node[key], below)
            if kept is not None or below is None:
                found[key] = kept
    return found or None


def _plant(tree: Tree, keys: tuple[str, ...]) -> None:
    for key in keys[:-1]:
        below = tree.setdefault(key, {})
        if below is None:
            return
        tree = below
    tree[keys[-1]] = None

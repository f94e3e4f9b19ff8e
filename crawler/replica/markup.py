"""Markup fields as the classic system had them: without the escapes of CommonMark."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from crawler.replica.model import Model
from crawler.replica.values import Json

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def to_legacy(record: dict[str, Any], model: Model) -> None:
    """Takes the backslash escapes out of every markup field, in place."""
    change_markup(record, model, lambda text: _ESCAPE.sub(r"\1", text))


def change_markup(record: dict[str, Any], model: Model, change: Callable[[str], str]) -> None:
    """Applies `change` to the text of every markup field, in place."""
    for keys in model.markup_paths():
        _change(record, keys, change)


def _change(node: Json, keys: Sequence[str], change: Callable[[str], str]) -> None:
    if isinstance(node, list):
        for item in node:
            _change(item, keys, change)
    elif isinstance(node, dict) and keys[0] in node:
        below = node[keys[0]]
        if len(keys) > 1:
            _change(below, keys[1:], change)
        elif isinstance(below, str):
            node[keys[0]] = change(below)

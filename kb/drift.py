"""Drift of the registry's data model: which fields are new, gone or of another type since the run before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson

from crawler.archive import Archive, Entry


@dataclass(frozen=True, slots=True)
class Drift:
    """A field of the data model that differs. `before` is None if it is new, `after` None if it is gone."""

    path: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """`new`, `gone` or `changed`."""
        if self.before is None:
            return "new"
        return "gone" if self.after is None else "changed"


def note_drift(con: duckdb.DuckDBPyConnection, archive: Archive, run_id: str, models: list[Entry]) -> list[Drift]:
    """Compare each data model with the one before it from the same address, and keep what differs.

    Call it before these entries are in `meta.sources`, which names the model before. A model that cannot be read
    stops nothing: it is passed over, as if the run had not asked.
    """
    found: list[Drift] = []
    previous = {entry.source: _last_model(con, entry.source) for entry in models}
    for entry in models:
        before, previous[entry.source] = previous[entry.source], entry.sha256
        if before is None or before == entry.sha256:
            continue
        drifts = differences(fields_of(archive.read(before)), fields_of(archive.read(entry.sha256)))
        when = entry.received_at.replace(tzinfo=None)
        for drift in drifts:
            row = [run_id, drift.path, drift.kind, drift.before, drift.after, when, entry.data_version]
            con.execute("INSERT INTO meta.model_drift VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        found += drifts
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[Drift]:
    """What differs between two models as `fields_of` gives them, by path. An empty model compares with nothing."""
    if not before or not after:
        return []
    paths = sorted(before.keys() | after.keys())
    drifts = (Drift(path, before.get(path), after.get(path)) for path in paths)
    return [drift for drift in drifts if drift.before != drift.after]


def fields_of(body: bytes) -> dict[str, str]:
    """Path -> type of every field of a /studies/metadata answer; empty for what is no list of fields."""
    try:
        nodes = orjson.loads(body)
    except ValueError:
        return {}
    return dict(_fields(nodes))


def _fields(nodes: object) -> Iterator[tuple[str, str]]:
    todo: list[tuple[str, object]] = [("", nodes)]
    while todo:
        above, siblings = todo.pop()
        for node in siblings if isinstance(siblings, list) else []:
            if isinstance(node, dict) and isinstance(node.get("name"), str):
                path = f"{above}.{node['name']}" if above else node["name"]
                yield path, _type(node)
                todo.append((path, node.get("children")))


def _type(node: dict[str, Any]) -> str:
    """`markup, piece BriefSummary`: the type, and the name that queries know the field by."""
    parts = [str(node.get("type") or "?")]
    if node.get("isEnum"):
        parts.append("enum")
    if node.get("piece"):
        parts.append(f"piece {node['piece']}")
    return ", ".join(parts)


def _last_model(con: duckdb.DuckDBPyConnection, source: str) -> str | None:
    sql = "SELECT sha256 FROM meta.sources WHERE kind = 'metadata' AND source = ? ORDER BY entry_no DESC LIMIT 1"
    rows = con.execute(sql, [source]).fetchall()
    return rows[0][0] if rows else None

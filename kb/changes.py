"""What changed between two versions of a record, and who changed it: the sponsor or the registry.

The registry re-renders records by itself: it derives MeSH terms and geopoints anew, and once re-rendered the markup
of all of them. A change confined to such things is the registry's; anything else is the sponsor's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from crawler.archive import Archive
from crawler.records import VOLATILE_PATHS, Record, records
from extract.text import normalise
from kb.schema import tables

_DERIVED = re.compile(r"derivedSection\.|.*\.geoPoint\.(?:lat|lon)$")
_BLANKS = re.compile(r"\s+")
_VOLATILE = {".".join(path) for path in VOLATILE_PATHS}


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs: its path, and its values as JSON (None: absent)."""

    path: str
    old: str | None
    new: str | None

    @property
    def by_registry(self) -> bool:
        """Nothing but what the registry derives or renders by itself."""
        if _DERIVED.match(self.path):
            return True
        return self.old is not None and self.new is not None and _rendered(self.old) == _rendered(self.new)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The leaves in which two records differ, by path; what changes with every data version is left out."""
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    paths = sorted((before.keys() | after.keys()) - _VOLATILE)
    return [Change(p, before.get(p), after.get(p)) for p in paths if before.get(p) != after.get(p)]


def change_kind(changes: Iterable[Change]) -> str:
    """`registry` if every change is the registry's own rendering, else `sponsor`.

    A record that came in another form than before (a page, then the API) is told otherwise, not changed by its sponsor.
    """
    changes = list(changes)
    if any(change.path == "sourceSection.form" for change in changes):
        return "registry"
    return "registry" if all(change.by_registry for change in changes) else "sponsor"


def note_changes(con: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    """Fill `history.study_changes` for the versions in the temporary table `fresh` and correct their kind.

    `fresh` names the versions before them by body and place in the archive; bodies are read once each.
    """
    todo = con.execute(_CHANGED).fetchall()
    if not todo:
        return
    wanted: dict[str, set[int]] = defaultdict(set)
    for _, _, old_body, old_no, new_body, new_no in todo:
        wanted[old_body].add(old_no)
        wanted[new_body].add(new_no)
    found = fetch_records(archive, wanted)
    rows: list[tuple[str, int, str, str | None, str | None]] = []
    kinds: list[tuple[str, int, str]] = []
    for nct_id, version_no, old_body, old_no, new_body, new_no in todo:
        changes = differences(found[old_body, old_no], found[new_body, new_no])
        kinds.append((nct_id, version_no, change_kind(changes)))
        rows += [(nct_id, version_no, change.path, change.old, change.new) for change in changes]
    write_changes(con, rows, kinds)


def fetch_records(archive: Archive, wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], dict[str, Any]]:
    """The records at places (from 1) of bodies, by body and place. Raises ArchiveError."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for sha256, places in wanted.items():
        # A body's kind only decides how strictly ids are asked for; these records were accepted before.
        for place, item in enumerate(records(archive.read(sha256), "file"), start=1):
            if place in places and isinstance(item, Record):
                found[sha256, place] = item.data
    return found


def write_changes(
    con: duckdb.DuckDBPyConnection,
    rows: list[tuple[str, int, str, str | None, str | None]],
    kinds: list[tuple[str, int, str]],
) -> None:
    """Keep rows of `history.study_changes`, and whose change each version was: (id, version, kind)."""
    if rows:
        schema = tables("history")["study_changes"].arrow_schema
        columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)]
        con.register("changes", pa.table(columns, schema=schema))
        con.execute("INSERT INTO history.study_changes SELECT * FROM changes")
        con.unregister("changes")
    nct_ids, versions, names = zip(*kinds, strict=True)
    con.register("kinds", pa.table({"nct_id": nct_ids, "version_no": versions, "kind": names}))
    con.execute(
        "UPDATE history.study_versions AS v SET change_kind = k.kind FROM kinds AS k "
        "WHERE v.nct_id = k.nct_id AND v.version_no = k.version_no "
        "AND v.change_kind NOT IN ('removed', 'restored')"
    )
    con.unregister("kinds")


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from _leaves(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from _leaves(below, f"{path}[{index}]")
    else:
        yield path, orjson.dumps(value).decode()


def _rendered(value: str) -> str:
    """A JSON value as it reads once markup escapes and blanks are evened out."""
    loaded = orjson.loads(value)
    return _BLANKS.sub(" ", normalise(loaded).norm).strip() if isinstance(loaded, str) else value


# A version that follows a removal is compared with the last one that had content.
_CHANGED = """
SELECT f.nct_id, v.version_no, old.body_sha256, old.record_no, v.body_sha256, v.record_no
FROM fresh AS f
JOIN history.study_versions AS v ON v.nct_id = f.nct_id AND v.version_no = f.version_no + 1
JOIN history.study_versions AS old ON old.nct_id = v.nct_id AND old.version_no < v.version_no
WHERE f.version_no IS NOT NULL AND old.body_sha256 IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY f.nct_id ORDER BY old.version_no DESC) = 1
ORDER BY v.body_sha256, v.record_no
"""

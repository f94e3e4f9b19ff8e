"""`datapackage.json` beside exported files: a Frictionless data package with the meaning of every column."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import duckdb
import orjson

from kb.foreign_keys import foreign_keys
from kb.schema import all_tables

FILE = "datapackage.json"
PROFILE = "tabular-data-package"
_TYPES = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "number",
    "FLOAT": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
}
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "json": "application/jsonl"}
_ABOUT = (
    "Registry records and what was read from their text. In CSV an absent value is nothing between two commas, an "
    'empty text is "" in quotes, a list is JSON; line breaks and quotes stand as they are, quotes doubled. Rows are '
    "in the order of their keys. Contacts' personal data are left out unless they were asked for."
)
Json = dict[str, Any]


class Package:
    """The description of a folder, written anew after each file, so that an interrupted export can go on."""

    def __init__(self, folder: Path, choice: str, con: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        built = dict(con.execute("SELECT key, value FROM meta.build").fetchall())
        # Files are those of one version and one choice of rows: of another, nothing is finished.
        self._version = f"{built.get('published_at', '')} {choice}"
        before = _read(folder / FILE)
        same = before.get("trialkb:of") == self._version
        self._resources: dict[str, Json] = {r["name"]: r for r in before.get("resources", [])} if same else {}
        self._built = built

    def finished(self, name: str, sql: str) -> int | None:
        """Rows of a file that an earlier export of the same version finished; None if it is to be written."""
        found = self._resources.get(_resource_name(name))
        path = self.folder / found["path"] if found else None
        if not found or not path or found["trialkb:sql"] != sql or not path.is_file():
            return None
        with path.open("rb") as file:
            right = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" == found["hash"]
        return int(found["trialkb:rows"]) if right else None

    def add(self, resource: Json, sql: str) -> None:
        """Note a finished file."""
        self._resources[resource["name"]] = resource | {"trialkb:sql": sql}
        whole = {
            "profile": PROFILE,
            "name": "trialkb-export",
            "title": "Clinical trials: registry records and facts read from them",
            "description": _ABOUT,
            "version": self._built.get("trialkb_version", ""),
            "created": self._built.get("published_at", "").replace(" ", "T") + "Z",
            "trialkb:of": self._version,
            "resources": [self._with_keys(r) for _, r in sorted(self._resources.items())],
        }
        unfinished = self.folder / f"{FILE}.part"
        unfinished.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2))
        unfinished.replace(self.folder / FILE)

    def _with_keys(self, resource: Json) -> Json:
        """Foreign keys of a table, to tables that are in the folder too."""
        keys = [
            {"fields": key.column, "reference": {"resource": _resource_name(f"ctgov.{key.parent}"), "fields": "id"}}
            for key in foreign_keys()
            if resource["title"] == f"ctgov.{key.table}" and _resource_name(f"ctgov.{key.parent}") in self._resources
        ]
        return resource | {"schema": resource["schema"] | {"foreignKeys": keys}} if keys else resource


def described(
    con: duckdb.DuckDBPyConnection, name: str, columns: list[tuple[str, str]], path: Path, rows: int, sha256: str
) -> Json:
    """A resource of the package: a file with the type and meaning of each column, from `meta.dictionary`."""
    schema, _, table = name.rpartition(".")
    sql = 'SELECT "column", meaning FROM meta.dictionary WHERE schema = ? AND "table" = ?'
    meanings = dict(con.execute(sql, [schema, table]).fetchall())
    fields = [_field(column, kind, meanings.get(column, "")) for column, kind in columns]
    key = next((list(t.key) for t in all_tables() if t.full_name == name), [])
    form = path.suffix.removeprefix(".")
    resource: Json = {
        "name": _resource_name(name),
        "title": name,
        "description": meanings.get("", ""),
        "path": path.name,
        "profile": "tabular-data-resource",
        "format": form,
        "mediatype": _MEDIA[form],
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256}",
        "trialkb:rows": rows,
        "schema": {"fields": fields, "missingValues": [""]} | ({"primaryKey": key} if key else {}),
    }
    if form == "csv":
        resource["dialect"] = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True}
    return resource


def _field(column: str, kind: str, meaning: str) -> Json:
    type_ = "array" if kind.endswith("[]") else _TYPES.get(kind, "any")
    # DuckDB writes a blank between day and time, ISO 8601 a T.
    shown = {"format": "any"} if type_ == "datetime" else {}
    return {"name": column, "type": type_, "description": meaning, "trialkb:type": kind} | shown


def _resource_name(name: str) -> str:
    return name.lower()


def _read(path: Path) -> Json:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}

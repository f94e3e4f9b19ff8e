"""The views and macros of `compare`: one SQL file each, opening with the question it answers and an example.

-- Question: which ages may take part, as the text says and as the registry's fields say?
-- Example: SELECT * FROM compare.ages WHERE min_years < 18
-- Needs: doses            (other views or macros that must be there first; optional)
-- Column days: …          (meaning of a column; one line each)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

import duckdb

from kb.schema import quoted

_HEADER = re.compile(r"-- (Question|Example|Needs|Column (\w+)): (.+)")


@dataclass(frozen=True, slots=True)
class Query:
    """A view or macro: `kind` view | table macro | macro, the question it answers, an example, its SQL."""

    name: str
    kind: str
    question: str
    example: str
    needs: tuple[str, ...]
    columns: dict[str, str]
    sql: str

    @property
    def comment(self) -> str:
        """What `COMMENT` says of it."""
        return f"{self.question} Example: {self.example}" if self.example else self.question


@cache
def queries() -> dict[str, Query]:
    """Every view and macro by name, each after those that it needs."""
    found = {}
    for folder, kind in (("macros", "macro"), ("views", "view")):
        for file in files("queries").joinpath(folder).iterdir():
            if file.name.endswith(".sql"):
                name = file.name.removesuffix(".sql")
                found[name] = _parse(name, kind, file.read_text(encoding="utf-8"))
    order = TopologicalSorter({name: sorted(query.needs) for name, query in sorted(found.items())})
    return {name: found[name] for name in order.static_order()}


def install(con: duckdb.DuckDBPyConnection) -> None:
    """Create every view and macro of `compare`, with comments."""
    for query in queries().values():
        con.execute(query.sql)
        con.execute(f"COMMENT ON {query.kind.upper()} compare.{query.name} IS {quoted(query.comment)}")
        for column, meaning in query.columns.items():
            con.execute(f'COMMENT ON COLUMN compare.{query.name}."{column}" IS {quoted(meaning)}')


def _parse(name: str, kind: str, sql: str) -> Query:
    headers = {"Question": "", "Example": "", "Needs": ""}
    columns = {}
    for key, column, text in _HEADER.findall(sql):
        if column:
            columns[column] = text.strip()
        else:
            headers[key] = text.strip()
    if kind == "macro" and " AS TABLE" in sql:
        kind = "macro table"
    needs = tuple(need.strip() for need in headers["Needs"].split(",") if need.strip())
    return Query(name, kind, headers["Question"], headers["Example"], needs, columns, sql)

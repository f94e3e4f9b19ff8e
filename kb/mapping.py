"""From registry records to the tables of `ctgov`: one small engine that reads `kb/tables/ctgov.tsv`.

The engine writes SQL. Records are first cast to one nested STRUCT of just the paths that any column names
(every leaf as text, so that a value of a wrong type becomes NULL or text and never stops a load); each table is
then one INSERT … SELECT that unnests the arrays its rows come from.

Rules in the data file:

    (empty)         the value, cast to the column's type; what cannot be cast is NULL
    date            registry_date(): a month or a year stands for its last day
    lower           lower case
    joined          the elements of a list, joined by a slash
    includes X      the list contains X
    default X       X where the value is absent
    constant X      X (nothing: NULL)
    position        1-based place of the row's element in the array named by path
    row id          study number x 1,000,000 + place of the row within the study and table
    parent id       the id of the element that contains this row, in the table of its own
    required        the value; rows without it are left out
    any             the value; rows where all columns marked so are absent are left out
    distinct        the value; one row for each distinct value of a study
    anything else   an SQL expression in which {path} stands for the value at a path
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from kb.schema import Column, Source, Table, quoted, tables

ID_FACTOR = 1_000_000
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")

# Records without a registry id are stored under "pages:" and 12 hex digits; their numbers are negative.
STUDY_NUMBER = f"""CASE
    WHEN regexp_full_match(nct_id, 'NCT\\d{{8}}') THEN CAST(substr(nct_id, 4) AS BIGINT)
    ELSE -1 - CAST(('0x' || right(sha256(nct_id), 12)) AS BIGINT) % {10**12}
END"""


@cache
def structure() -> str:
    """The nested structure for `json_transform` that holds every path some column needs, all leaves as text."""
    root: dict[str, Any] = {}
    for table in tables("ctgov").values():
        for source in table.sources:
            for path in _paths(source):
                _insert(root, path.split("."))
    return json.dumps(_leaves(root))


@cache
def insert_statement(table: Table) -> str:
    """The INSERT that fills `table` from `staged(nct_id, study_number, record)`."""
    selects = [_select(source, table, number) for number, source in enumerate(table.sources)]
    rows = " UNION ALL ".join(f"({select})" for select in selects)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if any(column.rule == "row id" for column in table.columns):
        row_id = (
            f"study_number * {ID_FACTOR} + row_number() OVER (PARTITION BY nct_id ORDER BY source_number, position)"
        )
        rows = f"SELECT {row_id} AS id, * FROM ({rows})"
    return f"INSERT INTO {table.full_name} ({names}) SELECT {names} FROM ({rows})"


def _paths(source: Source) -> Iterable[str]:
    if source.rows:
        yield source.rows
    for column in source.columns:
        if column.path:
            yield column.path
        yield from (path for path in _PLACEHOLDER.findall(column.rule) if path != "study number")


def _insert(node: dict[str, Any], keys: list[str]) -> None:
    for key in keys:
        node = node.setdefault(key, {})


def _leaves(node: dict[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for key, below in node.items():
        value: Any = _leaves(below) if below else "VARCHAR"
        shaped[key.removesuffix("[]")] = [value] if key.endswith("[]") else value
    return shaped


def _select(source: Source, table: Table, number: int) -> str:
    """One SELECT: the study level, a level for each array on the way to the rows, the columns on top."""
    levels = _Levels(source.rows)
    columns = {column.name: column for column in source.columns}
    values = {name: _value(column, levels) for name, column in columns.items() if column.rule != "row id"}
    listed = [
        f'{values.get(c.name, "nct_id" if c.rule == "study id" else "NULL")} AS "{c.name}"'
        for c in table.columns
        if c.rule != "row id"
    ]
    position = "[" + ", ".join(levels.positions) + "]" if levels.positions else "[0]"
    select = f"SELECT study_number, {number} AS source_number, {position} AS position, {', '.join(listed)}"
    sql = f"{select} FROM {levels.sql()}"
    conditions = _conditions(columns.values(), values)
    if conditions:
        sql += f" WHERE {conditions}"
    distinct = [values[name] for name, column in columns.items() if column.rule == "distinct"]
    if distinct:
        keys = ", ".join(["nct_id", *distinct])
        sql += f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY position) = 1"
    return sql


def _conditions(columns: Iterable[Column], values: dict[str, str]) -> str:
    marked: dict[str, list[str]] = {}
    for column in columns:
        marked.setdefault(column.rule, []).append(values.get(column.name, ""))
    conditions = [f"{value} IS NOT NULL" for rule in ("required", "distinct") for value in marked.get(rule, [])]
    if "any" in marked:
        conditions.append(f"coalesce({', '.join(marked['any'])}) IS NOT NULL")
    return " AND ".join(conditions)


class _Levels:
    """The chain of subqueries from a study to the array elements that rows are made of.

    Values of outer levels that a row needs are carried inward as plain columns; the record itself is not, since
    copying it for every element of an array would cost more than the whole load.
    """

    def __init__(self, rows: str) -> None:
        self.arrays: list[str] = []
        walked = ""
        for part in rows.split(".") if rows else []:
            walked = f"{walked}.{part}" if walked else part
            if part.endswith("[]"):
                self.arrays.append(walked)
        self._carried: list[dict[str, str]] = [{} for _ in range(len(self.arrays) + 1)]

    @property
    def positions(self) -> list[str]:
        return [f"n{level}" for level in range(1, len(self.arrays) + 1)]

    def value(self, path: str) -> str:
        """SQL for the value at `path` in the innermost level."""
        level = self._level_of(path)
        expression = self._access(path, level)
        if level == len(self.arrays) and level > 0:
            return expression
        carried = self._carried[level]
        return carried.setdefault(expression, f"v{level}_{len(carried)}")

    def position(self, path: str) -> str:
        return f"n{self.arrays.index(path) + 1}"

    def sql(self) -> str:
        """The chain as a FROM item."""
        inner = f"SELECT nct_id, study_number, record{self._carry(0)} FROM staged"
        for level, array in enumerate(self.arrays, start=1):
            elements = self._access(array, level - 1)
            outer = [name for lower in range(level) for name in self._carried[lower].values()]
            kept = ", ".join(["nct_id", "study_number", *self.positions[: level - 1], *outer])
            unnested = f"SELECT {kept}, unnest({elements}) AS e{level}, generate_subscripts({elements}, 1) AS n{level}"
            inner = f"SELECT *{self._carry(level)} FROM ({unnested} FROM ({inner}))"
        return f"({inner})"

    def _carry(self, level: int) -> str:
        return "".join(f", {expression} AS {name}" for expression, name in self._carried[level].items())

    def _level_of(self, path: str) -> int:
        inside = [level for level, array in enumerate(self.arrays, 1) if path == array or path.startswith(array + ".")]
        return max(inside, default=0)

    def _access(self, path: str, level: int) -> str:
        if level:
            base, rest = f"e{level}", path[len(self.arrays[level - 1]) :].lstrip(".")
        else:
            base, rest = "record", path
        return _walk(base, rest)


def _walk(base: str, path: str) -> str:
    """SQL for `path` below `base`; a list in the middle gives the list of the values below it."""
    if not path:
        return base
    head, array, rest = path.partition("[]")
    found = base + "".join(f'."{key}"' for key in head.split("."))
    if not array or not rest:
        return found
    return f"list_transform({found}, lambda e: {_walk('e', rest.lstrip('.'))})"


def _value(column: Column, levels: _Levels) -> str:
    name, _, argument = column.rule.partition(" ")
    if column.rule == "position":
        return levels.position(column.path)
    if column.rule == "parent id":
        return f"study_number * {ID_FACTOR} + {levels.position(column.path)}"
    if name == "constant":
        return f"CAST({quoted(argument) if argument else 'NULL'} AS {column.type})"
    simple = _SIMPLE.get(name)
    if simple:
        return simple(levels.value(column.path), argument, column.type)
    expression = _PLACEHOLDER.sub(lambda m: _placeholder(m.group(1), levels), column.rule)
    return f"CAST({expression} AS {column.type})"


def _placeholder(path: str, levels: _Levels) -> str:
    return "study_number" if path == "study number" else levels.value(path)


def _plain(value: str, _argument: str, type_: str) -> str:
    return value if type_ == "VARCHAR" else f"try_cast({value} AS {type_})"


_SIMPLE: dict[str, Callable[[str, str, str], str]] = {
    "": _plain,
    "required": _plain,
    "any": _plain,
    "distinct": _plain,
    "date": lambda value, _argument, _type: f"registry_date({value})",
    "lower": lambda value, _argument, _type: f"lower({value})",
    "joined": lambda value, _argument, _type: f"nullif(array_to_string({value}, '/'), '')",
    "includes": lambda value, argument, _type: f"list_contains({value}, {quoted(argument)})",
    "default": lambda value, argument, _type: f"coalesce({value}, {quoted(argument)})",
}

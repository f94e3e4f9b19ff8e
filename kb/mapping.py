"""From registry records to the tables of `ctgov`: one small engine that reads `kb/tables/ctgov.tsv`.

The engine writes SQL. Records are first cast to one nested STRUCT of just the paths that any column names
(every leaf as text, so that a value of a wrong type becomes NULL or text and never stops a load); each table is
then one INSERT … SELECT that unnests the arrays its rows come from. An element that is null makes no row.
What a column's `rule` may say is told in `kb/rules.py`.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from kb.foreign_keys import foreign_key
from kb.levels import Levels
from kb.rules import ID_FACTOR, conditions, named_paths, value
from kb.schema import Column, Source, Table, tables

# Records without a registry id are stored under "pages:" and 12 hex digits; their numbers are negative.
STUDY_NUMBER = f"""CASE
    WHEN regexp_full_match(nct_id, 'NCT\\d{{8}}') THEN CAST(substr(nct_id, 4) AS BIGINT)
    ELSE -1 - CAST(('0x' || right(sha256(nct_id), 12)) AS BIGINT) % {10**12}
END"""

# Filled when the rest of the row is known.
_LATE = ("row id", "foreign key")


@cache
def structure() -> str:
    """The nested structure for `json_transform` that holds every path some column needs, all leaves as text."""
    root: dict[str, Any] = {}
    for table in tables("ctgov").values():
        for source in table.sources:
            for path in named_paths(source):
                _insert(root, path.split("."))
    return json.dumps(_leaves(root))


@cache
def insert_statement(table: Table) -> str:
    """The SQL that fills `table` from `staged(nct_id, study_number, record)`.

    Rows of a table that a `foreign key` looks up are kept in a temporary table until the next batch: looking them
    up in the table itself would read the whole knowledge base for every batch.
    """
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    rows = _rows(table)
    if table.name not in _looked_up():
        return f"INSERT INTO {table.full_name} ({names}) {rows}"
    return (
        f"CREATE OR REPLACE TEMP TABLE {_batch_of(table.name)} AS {rows}; "
        f"INSERT INTO {table.full_name} ({names}) SELECT {names} FROM {_batch_of(table.name)}"
    )


@cache
def _looked_up() -> frozenset[str]:
    found = set()
    for table in tables("ctgov").values():
        names = {column.name for source in table.sources for column in source.columns if column.rule == "foreign key"}
        found |= {foreign_key(table.name, name).parent for name in names}
    return frozenset(found)


def _batch_of(table: str) -> str:
    return f"new_{table}"


def _insert(node: dict[str, Any], keys: list[str]) -> None:
    for key in keys:
        node = node.setdefault(key, {})


def _leaves(node: dict[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for key, below in node.items():
        value: Any = _leaves(below) if below else "VARCHAR"
        shaped[key.removesuffix("[]")] = [value] if key.endswith("[]") else value
    return shaped


def _rows(table: Table) -> str:
    """SELECT of the table's columns in their order: all sources together, with row ids and foreign keys."""
    sources = [Levels(source.rows) for source in table.sources]
    depth = max(len(levels.arrays) for levels in sources)
    selects = [
        _select(source, levels, table, number, depth)
        for number, (source, levels) in enumerate(zip(table.sources, sources, strict=True))
    ]
    listed, joins = [], ""
    rules = {column.name: column.rule for source in table.sources for column in source.columns}
    for column in table.columns:
        rule = rules.get(column.name)
        if rule == "row id":
            listed.append(f"{_row_id(table, depth)} AS id")
        elif rule == "foreign key":
            alias = f"p{len(listed)}"
            key = foreign_key(table.name, column.name)
            joins += f" LEFT JOIN ({key.lookup(_batch_of(key.parent))}) AS {alias} ON {key.matches('r', alias)}"
            listed.append(f'{alias}.id AS "{column.name}"')
        else:
            listed.append(f'r."{column.name}"')
    return f"SELECT {', '.join(listed)} FROM ({' UNION ALL '.join(selects)}) AS r{joins}"


def _row_id(table: Table, depth: int) -> str:
    """The study's number and the row's place in the study: where one list makes the rows, the place in that list."""
    if len(table.sources) == 1 and depth <= 1:
        return f"r.study_number * {ID_FACTOR} + " + ("r.n1" if depth else "1")
    order = ", ".join(f"r.{name}" for name in ["source_number", *(f"n{level}" for level in range(1, depth + 1))])
    return f"r.study_number * {ID_FACTOR} + row_number() OVER (PARTITION BY r.study_number ORDER BY {order})"


def _select(source: Source, levels: Levels, table: Table, number: int, depth: int) -> str:
    """One SELECT: the study level, a level for each array on the way to the rows, the columns on top."""
    columns = {column.name: column for column in source.columns}
    values = {name: value(column, levels) for name, column in columns.items() if column.rule not in _LATE}
    listed = [_listed(column, columns.get(column.name), values) for column in table.columns]
    positions = [*levels.positions, *["NULL"] * (depth - len(levels.arrays))]
    placed = [f"{position} AS n{level}" for level, position in enumerate(positions, start=1)]
    select = ", ".join(["study_number", f"{number} AS source_number", *placed, *filter(None, listed)])
    where = conditions(columns.values(), values, levels)
    sql = f"SELECT {select} FROM {levels.sql()}" + (f" WHERE {where}" if where else "")
    distinct = [values[name] for name, column in columns.items() if column.rule == "distinct"]
    if distinct:
        keys, order = ", ".join(["nct_id", *distinct]), ", ".join(levels.positions)
        sql += f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {order}) = 1"
    return sql


def _listed(column: Column, here: Column | None, values: dict[str, str]) -> str:
    """A column of the table in the SELECT of one source; nothing where it is filled later."""
    if here is not None and here.rule in _LATE:
        return ""
    absent = "nct_id" if column.name == "nct_id" else f"CAST(NULL AS {column.type})"
    return f'{values.get(column.name, absent)} AS "{column.name}"'

"""What the column `rule` of `kb/tables/ctgov.tsv` may say, as SQL.

(empty)         the value, cast to the column's type; what cannot be cast is NULL
number          the value if it is a number, thousands separated by commas or not; else NULL
count           the value if it is a whole number, as above; else NULL
date            registry_date(): a month or a year stands for its last day
first day       the same, but a month or a year stands for its first day
lower           lower case
yes or no       Yes, No or NULL
joined          the elements of a list, joined by a slash
includes X      the list contains X
default X       X where the value is absent
constant X      X (nothing: NULL)
position        1-based place of the row's element in the array named by path
row id          study number x 1,000,000 + place of the row within the study and table
parent id       the id of the element that contains this row, in the table of its own
foreign key     the id of the row that foreign_keys.tsv says this row belongs to
required        the value; rows without it are left out
any             the value; rows where all columns marked so are absent are left out
only X          the value; rows where it does not match the regular expression X are left out
without X       the value; rows where it matches the regular expression X are left out
distinct        the value; one row for each distinct value of a study
anything else   an SQL expression. In it {} stands for the column's own path, {path} for the value at a path,
                {position path} for the place in an array, {study id} and {study number} for the study's
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from kb.levels import Levels
from kb.schema import Column, Source, quoted

ID_FACTOR = 1_000_000
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_STUDY = {"study number": "study_number", "study id": "nct_id"}


def named_paths(source: Source) -> Iterable[str]:
    """Every path of the record that the columns of a source need."""
    if source.rows:
        yield source.rows
    for column in source.columns:
        if column.path:
            yield column.path
        for name in _PLACEHOLDER.findall(column.rule):
            if name and name not in _STUDY:
                yield name.removeprefix("position ")


def value(column: Column, levels: Levels) -> str:
    """SQL for the value of a column in a row of these levels."""
    name, _, argument = column.rule.partition(" ")
    if column.rule == "position":
        return f"CAST({levels.position(column.path)} AS {column.type})"
    if column.rule == "parent id":
        return f"study_number * {ID_FACTOR} + {levels.position(column.path)}"
    if name == "constant":
        return f"CAST({quoted(argument) if argument else 'NULL'} AS {column.type})"
    simple = _SIMPLE.get(column.rule) or _SIMPLE.get(name)
    if simple:
        return simple(levels.value(column.path), argument, column.type)
    expression = _PLACEHOLDER.sub(lambda found: _placeholder(found.group(1) or column.path, levels), column.rule)
    return f"CAST({expression} AS {column.type})"


def conditions(columns: Iterable[Column], values: dict[str, str], levels: Levels) -> str:
    """SQL for which elements become rows; empty where all do."""
    found = [f"{levels.element} IS NOT NULL"] if levels.element else []
    any_of = []
    for column in columns:
        name, _, argument = column.rule.partition(" ")
        if name in ("required", "distinct"):
            found.append(f"{values[column.name]} IS NOT NULL")
        elif name == "any":
            any_of.append(values[column.name])
        elif name == "only":
            found.append(f"coalesce(regexp_full_match({values[column.name]}, {quoted(argument)}), false)")
        elif name == "without":
            found.append(f"NOT coalesce(regexp_full_match({values[column.name]}, {quoted(argument)}), false)")
    if any_of:
        found.append("(" + " OR ".join(f"{value} IS NOT NULL" for value in any_of) + ")")
    return " AND ".join(found)


def _placeholder(name: str, levels: Levels) -> str:
    if name in _STUDY:
        return _STUDY[name]
    array = name.removeprefix("position ")
    return levels.value(name) if array == name else levels.position(array)


def _plain(value: str, _argument: str, type_: str) -> str:
    if type_ == "VARCHAR":
        return value
    return f"try_cast({_READ.get(type_, '')}({value}) AS {type_})"


_READ = {"INTEGER": "registry_count", "BIGINT": "registry_count", "DOUBLE": "registry_number"}

_SIMPLE: dict[str, Callable[[str, str, str], str]] = {
    "": _plain,
    "required": _plain,
    "any": _plain,
    "only": _plain,
    "without": _plain,
    "distinct": _plain,
    "number": _plain,
    "count": _plain,
    "date": lambda value, _argument, _type: f"registry_date({value})",
    "first day": lambda value, _argument, _type: f"registry_first_day({value})",
    "lower": lambda value, _argument, _type: f"lower({value})",
    "yes or no": lambda value, _argument, _type: f"CASE {value} WHEN 'true' THEN 'Yes' WHEN 'false' THEN 'No' END",
    "joined": lambda value, _argument, _type: f"nullif(array_to_string({value}, '/'), '')",
    "includes": lambda value, argument, _type: f"list_contains({value}, {quoted(argument)})",
    "default": lambda value, argument, _type: f"coalesce({value}, {quoted(argument)})",
}

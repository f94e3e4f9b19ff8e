"""Foreign keys of `ctgov`, declared in `kb/tables/foreign_keys.tsv`: how they are filled and what must hold.

A line says that `column` of `table` holds the `id` of the row of `parent` that agrees with it in `matching`: columns
of the same name, or a constant that the parent's column has (`result_type=Outcome`). The study is always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kb.schema import quoted, read_tsv


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """One line of the data file. `matching` maps the parent's columns to SQL over a row of the child, alias `c`."""

    table: str
    column: str
    parent: str
    matching: dict[str, str]

    def matches(self, child: str, parent: str) -> str:
        """SQL: the rows with these aliases agree."""
        conditions = [f"{parent}.nct_id = {child}.nct_id"]
        conditions += [f'{parent}."{column}" = {value.format(c=child)}' for column, value in self.matching.items()]
        return " AND ".join(conditions)

    def differs(self, child: str, parent: str) -> str:
        """SQL: the rows with these aliases disagree, an absent value included."""
        conditions = [f"{parent}.nct_id <> {child}.nct_id"]
        conditions += [
            f'{parent}."{column}" IS DISTINCT FROM {value.format(c=child)}' for column, value in self.matching.items()
        ]
        return " OR ".join(conditions)

    def lookup(self, rows: str) -> str:
        """SQL for the key's columns and `id` in `rows` of the parent; the first where a record repeats a key."""
        columns = ", ".join(["nct_id", *(f'"{column}"' for column in self.matching)])
        return f"SELECT {columns}, min(id) AS id FROM {rows} GROUP BY ALL"


@cache
def foreign_keys() -> tuple[ForeignKey, ...]:
    """Every foreign key, in the order of the file."""
    return tuple(
        ForeignKey(row["table"], row["column"], row["parent"], _matching(row["matching"]))
        for row in read_tsv("foreign_keys.tsv")
    )


def foreign_key(table: str, column: str) -> ForeignKey:
    """The foreign key of a column. Raises KeyError where none is declared."""
    for key in foreign_keys():
        if (key.table, key.column) == (table, column):
            return key
    raise KeyError(f"{table}.{column} has no line in foreign_keys.tsv")


def _matching(text: str) -> dict[str, str]:
    matching = {}
    for part in text.split(","):
        column, equals, constant = part.strip().partition("=")
        matching[column] = quoted(constant) if equals else f'{{c}}."{column}"'
    return matching

"""SQL that walks from a staged study down to the elements of a nested array."""

from __future__ import annotations


class Levels:
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
        """SQL for the 1-based place in each array, outermost first."""
        return [f"n{level}" for level in range(1, len(self.arrays) + 1)]

    @property
    def element(self) -> str | None:
        """SQL for the innermost element, None where the rows are the studies themselves."""
        return f"e{len(self.arrays)}" if self.arrays else None

    def value(self, path: str) -> str:
        """SQL for the value at `path` in the innermost level."""
        level = self._level_of(path)
        expression = self._access(path, level)
        if level == len(self.arrays) and level > 0:
            return expression
        carried = self._carried[level]
        return carried.setdefault(expression, f"v{level}_{len(carried)}")

    def position(self, path: str) -> str:
        """SQL for the 1-based place in the array at `path`, one of those on the way to the rows."""
        return f"n{self.arrays.index(path) + 1}"

    def sql(self) -> str:
        """The chain as a FROM item. To be asked for after all values: it carries what they need."""
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

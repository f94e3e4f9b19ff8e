"""Questions of an assistant: search, show, compare and SQL, each with its quotes and within limits.

The database is opened read-only, without reach to files, network or settings, so that no statement can do more than
read it; what it may cost is limited in rows, characters, time and memory.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from crawler.errors import KnowledgeBaseError, UsageError
from crawler.query import normal_id
from kb.store import CONFIG
from queries.card import card

Comparison = Literal[
    "trials", "arms", "doses", "regimens", "ages", "endpoints", "eligibility", "disagreements", "changes"
]
Answer = dict[str, Any]

_LOCKED: dict[str, str | bool | int | float | list[str]] = {
    **CONFIG,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "temp_directory": "",
    "lock_configuration": True,
}
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
# What views of this name show; the evidence comes along.
_ORDER = {"endpoints": "nct_id, outcome_type, outcome_no", "changes": "seen DESC, nct_id"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may cost. A cell longer than `cell` characters is cut and ends with an ellipsis."""

    rows: int = 100
    characters: int = 60_000
    cell: int = 2_000
    seconds: float = 20
    memory: str = "1GB"


class Assistant:
    """Answers from the published version of the knowledge base at `root`, a newer one as soon as there is one."""

    def __init__(self, root: Path | str, limits: Limits | None = None) -> None:
        root = Path(root)
        self.current = root if root.suffix and not root.is_dir() else root / "current.duckdb"
        self.limits = limits or Limits()
        self._opened: tuple[Path, duckdb.DuckDBPyConnection] | None = None
        self._opening = threading.Lock()

    def search(self, words: str, limit: int = 20) -> Answer:
        """Studies about these words, best first."""
        return self._ask("SELECT * FROM compare.search($1, most := $2)", [words, max(1, min(limit, self.limits.rows))])

    def show(self, nct_id: str) -> Answer:
        """One study: what it gives, to whom, judged by what, each line with the words behind it."""
        study = card(self._cursor(), _study_id(nct_id))
        if study is None:
            raise UsageError(f"{nct_id} is not in this knowledge base")
        sections = {
            heading: [{"says": line.text, "quote": self._cut(line.quote), "field": line.source} for line in lines]
            for heading, lines in study.sections
        }
        return {"nct_id": study.nct_id, "title": study.title, "facts": study.facts, "sections": sections}

    def compare(
        self, what: Comparison, condition: str | None = None, agent: str | None = None, nct_ids: list[str] | None = None
    ) -> Answer:
        """Rows of a view for the trials about a condition, giving an agent, or named by their ids."""
        ids = [_study_id(nct_id) for nct_id in nct_ids or []]
        if what == "arms":
            if not ids:
                raise UsageError("arms are compared for trials named by nct_ids")
            return self._ask("SELECT * FROM compare.arms_of($1) ORDER BY item_no, nct_id, arm_no", [ids])
        order = _ORDER.get(what, "ALL" if what in ("trials", "eligibility", "disagreements") else "nct_id")
        return self._ask(
            f"SELECT * FROM compare.{what} WHERE (len($3) = 0 OR list_contains($3, nct_id)) AND nct_id IN "
            f"(SELECT nct_id FROM compare.study_ids(condition_term := $1, agent_term := $2)) ORDER BY {order}",
            [condition, agent, ids],
        )

    def sql(self, query: str) -> Answer:
        """The answer to one SELECT. Raises UsageError for anything else, and where a limit of time is reached."""
        try:
            statements = self._cursor().extract_statements(query)
        except duckdb.Error as error:
            raise UsageError(_first_line(error)) from error
        if len(statements) != 1 or statements[0].type not in _READING:
            raise UsageError("one SELECT at a time: nothing else is allowed here")
        return self._ask(query, [])

    def _ask(self, sql: str, values: list[Any]) -> Answer:
        cursor = self._cursor()
        stop = threading.Timer(self.limits.seconds, cursor.interrupt)
        stop.start()
        try:
            cursor.execute(sql, values)
            names = [column[0] for column in cursor.description or []]
            rows = cursor.fetchmany(self.limits.rows + 1)
        except duckdb.InterruptException as error:
            raise UsageError(f"stopped after {self.limits.seconds:g} seconds: ask for less") from error
        except duckdb.Error as error:
            raise UsageError(_first_line(error)) from error
        finally:
            stop.cancel()
            cursor.close()
        return self._answer(names, rows)

    def _answer(self, names: list[str], rows: list[tuple[Any, ...]]) -> Answer:
        shown: list[dict[str, Any]] = []
        room = self.limits.characters
        for row in rows[: self.limits.rows]:
            record = {name: self._cut(value) for name, value in zip(names, row, strict=True)}
            room -= len(str(record))
            if room < 0:
                break
            shown.append(record)
        answer: Answer = {"rows": shown}
        if len(shown) < len(rows):
            answer["note"] = f"only the first {len(shown)} rows: ask for fewer columns or narrower"
        return answer

    def _cut(self, value: Any) -> Any:  # noqa: ANN401  whatever a cell holds
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, list):
            return [self._cut(item) for item in value[: self.limits.rows]]
        text = str(value)
        return text if len(text) <= self.limits.cell else text[: self.limits.cell] + "…"

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor on the published version of now."""
        with self._opening:
            if not self.current.exists():
                raise UsageError(f"no knowledge base at {self.current}: make one with 'trialkb refresh'")
            release = self.current.resolve()
            if self._opened is None or self._opened[0] != release:
                self.close()
                config = {**_LOCKED, "memory_limit": self.limits.memory}
                try:
                    self._opened = release, duckdb.connect(str(release), read_only=True, config=config)
                except duckdb.Error as error:
                    raise KnowledgeBaseError(f"cannot open {release}: {_first_line(error)}") from error
            return self._opened[1].cursor()

    def close(self) -> None:
        """Let go of the database."""
        if self._opened:
            self._opened[1].close()
            self._opened = None


def _study_id(text: str) -> str:
    return text if text.startswith("pages:") else normal_id(text)


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]

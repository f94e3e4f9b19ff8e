"""An interactive shell for SQL: several lines to a statement, history, completion.

Python's own readline does for this: no library to keep, and the keys that people know from other shells.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from cli.output import Format, notices, show_query
from crawler.errors import UsageError

try:
    import readline
except ImportError:  # a Python without it still has a shell, only without history and completion
    readline = None  # type: ignore[assignment]

_HELP = """\
A statement ends with a semicolon. Tab completes tables, columns and functions; arrow keys bring back what was asked.
.tables        the views and tables, and what each answers
.tables doses  the columns of one
.format csv    how results are written: table, csv, json or md
.quit          or Ctrl-D
"""
_TABLES = """
SELECT schema || '.' || "table" AS name, meaning FROM meta.dictionary WHERE "column" = ''
    AND NOT contains("table", '(') ORDER BY schema <> 'compare', schema, "table"
"""
_COLUMNS = """
SELECT "column", type, meaning FROM meta.dictionary
WHERE "column" <> '' AND '{name}' IN ("table", schema || '.' || "table")
"""
_WORDS = """
SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal
UNION SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal
UNION SELECT schema_name || '.' || function_name || '(' FROM duckdb_functions() WHERE schema_name = 'compare'
UNION SELECT column_name FROM duckdb_columns() WHERE NOT internal
UNION SELECT upper(keyword_name) FROM duckdb_keywords() WHERE keyword_category = 'reserved'
ORDER BY ALL
"""
_HISTORY_LINES = 1000


class Shell:
    """Reads statements from the terminal until the end of input and writes their answers."""

    def __init__(self, con: duckdb.DuckDBPyConnection, form: Format, read: Callable[[str], str] = input) -> None:
        self.con = con
        self.form = form
        self.read = read

    def run(self) -> None:
        """Until `.quit` or the end of input. A statement that fails is told and the shell goes on."""
        notices.print("trialkb: SQL on a read-only knowledge base; .help tells more, Ctrl-D leaves", highlight=False)
        with _line_editing(words(self.con)):
            for statement in self._statements():
                if statement in (".quit", ".exit"):
                    return
                self._answer(statement)

    def _statements(self) -> Iterator[str]:
        lines: list[str] = []
        while True:
            try:
                line = self.read("      -> " if lines else "trialkb> ")
            except EOFError:
                return
            except KeyboardInterrupt:
                lines = []
                notices.print()
                continue
            if not lines and line.strip().startswith("."):
                yield line.strip()
            elif lines or line.strip():
                lines.append(line)
                if _complete("\n".join(lines)):
                    yield "\n".join(lines)
                    lines = []

    def _answer(self, statement: str) -> None:
        try:
            if statement.startswith("."):
                self._command(*statement.split(maxsplit=1))
            else:
                show_query(self.con, statement, self.form)
        except UsageError as error:
            notices.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        except (KeyboardInterrupt, duckdb.InterruptException):
            notices.print("stopped")

    def _command(self, name: str, argument: str = "") -> None:
        if name == ".help":
            notices.print(_HELP, highlight=False)
        elif name == ".tables" and argument:
            show_query(self.con, _COLUMNS.format(name=argument.replace("'", "''")), self.form)
        elif name == ".tables":
            show_query(self.con, _TABLES, self.form)
        elif name == ".format" and argument in set(Format) - {Format.parquet}:
            self.form = Format(argument)
        else:
            raise UsageError(f"{name} {argument}".rstrip() + " is no command of this shell: .help lists them")


def words(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What can be completed: tables and functions with their schema, columns, keywords."""
    return [row[0] for row in con.execute(_WORDS).fetchall()]


def completions(known: list[str], typed: str) -> list[str]:
    """The known words that begin as typed, whatever the case; a keyword in the case that was begun."""
    found = [word for word in known if word.lower().startswith(typed.lower())]
    return [word.lower() if word.isupper() and typed.islower() else word for word in found]


def history_file() -> Path:
    """Where the statements of earlier sessions are kept."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "trialkb" / "sql_history"


def _complete(statement: str) -> bool:
    """True if it ends with a semicolon that stands in no string."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"|--[^\n]*", " ", statement).rstrip()
    return bare.endswith(";") and "'" not in bare


@contextlib.contextmanager
def _line_editing(known: list[str]) -> Iterator[None]:
    """History and completion for as long as the shell runs."""
    if readline is None:
        yield
        return
    path = history_file()
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(_HISTORY_LINES)
    readline.set_completer_delims(" \t\n,()=<>'\";")
    readline.set_completer(lambda typed, place: dict(enumerate(completions(known, typed))).get(place))
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    try:
        yield
    finally:
        readline.set_completer(None)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(path)

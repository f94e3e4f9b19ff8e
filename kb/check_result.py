"""The outcome of one check of a version."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: how many rows, keys or studies (`what`) break the rule; `note` tells what was counted besides."""

    name: str
    wrong: int
    what: str
    note: str = ""

    @property
    def passed(self) -> bool:
        """Nothing breaks the rule."""
        return self.wrong == 0

    @property
    def detail(self) -> str:
        """The counts as text."""
        return f"{self.wrong} {self.what}" + (f"; {self.note}" if self.note else "")

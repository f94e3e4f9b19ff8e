"""What binding gives: amounts with their agents, and what is said of agents without an amount."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from extract.doses.agents import Agent
from extract.doses.amount import Amount


@dataclass(slots=True)
class Bound:
    """An amount with its agent (None: not named nearby) and what is said of it; positions in the passage."""

    amount: Amount
    agent: Agent | None
    named: str | None
    start: int
    end: int
    segment: tuple[int, int]
    facts: dict[str, Any] = field(default_factory=dict)
    sure: bool = True
    misspelled: bool = False


@dataclass(slots=True)
class Remark:
    """What is said of an agent where no amount is given."""

    agent: Agent
    facts: dict[str, Any]

"""One amount: a number or range with its unit and what it is counted against."""

from __future__ import annotations

from dataclasses import dataclass, field

Frequency = tuple[float, float | None, str | None]


@dataclass(slots=True)
class Amount:
    """An amount as printed. `series` numbers amounts that share one printed unit ("1, 3 and 10 mg")."""

    low: float
    high: float
    unit: str
    kind: str
    start: int
    end: int
    per: str | None = None
    per_time: str | None = None
    frequency: Frequency | None = None
    role: str = "dose"
    series: int = -1
    joined_by: str = ""
    concentration: bool = False
    decoy: str = ""
    flags: list[str] = field(default_factory=list)

"""Routes that stand once before several doses: `Hepatic artery infusion:`, and the drugs in the lines under it."""

from __future__ import annotations

from dataclasses import dataclass

from extract.doses.agents import Mention
from extract.doses.bound import Bound
from extract.doses.items import Item

_LONGEST = 70


@dataclass(slots=True)
class RouteHeading:
    """The route of the heading that a passage's phrases stand under, if any."""

    route: str | None = None
    _line: bool = False  # a heading that has a line of its own holds until the next heading or an empty line
    _end: int = 0

    def enter(self, text: str, segment: tuple[int, int], items: list[Item], agents: list[Mention]) -> None:
        """Go on to a phrase: it may have a heading of its own, or end what the last one holds for."""
        start, end = segment
        colon = text.find(":", start, min(end, start + _LONGEST))
        gap = text[self._end : start]
        self._end = end
        if colon < 0:
            if "\n\n" in gap or not (self._line or ";" in gap):
                self.route = None
            return
        routes = {item.value for item in items if item.kind == "route" and item.end <= colon}
        named = any(agent.start < colon for agent in agents) or any(sign.isdigit() for sign in text[start:colon])
        self.route = routes.pop() if len(routes) == 1 and not named else None
        self._line = not text[colon + 1 : end].strip()

    def give(self, bounds: list[Bound]) -> None:
        """Say the heading's route of the doses under it of which no other is said."""
        for bound in bounds if self.route is not None else ():
            bound.facts.setdefault("route", self.route)

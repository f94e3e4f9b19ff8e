"""A class of cells as the study's own product: "CAR-T cells" are what the record registers under a code name."""

from __future__ import annotations

import re

from extract.doses.agents import Agent, known_keys
from extract.doses.lexicon import GRAFT, Lexicon
from extract.doses.vocabulary import words

GENERIC_CELLS = frozenset(words("generic_cells"))


_COUNTED = "cd34+ cells"


def is_class_of_cells(agent: Agent) -> bool:
    """Whether an agent is no registered product but a class of cells, or CAR cells by their target."""
    return agent.intervention_no is None and (agent.key in GENERIC_CELLS or _is_car(agent))


def own_cells(agent: Agent, lexicon: Lexicon) -> Agent | None:
    """The study's one cell product, or its one unknown agent where none is said to be cells."""
    registered = {a.key: a for agents in lexicon.by_intervention.values() for a in agents}
    if agent.key == _COUNTED and GRAFT in registered:
        return registered[GRAFT]  # by those cells a graft is measured
    own = {key: a for key, a in registered.items() if a.intervention_no is not None}
    return one_product(agent, list(own.values()))


def one_product(agent: Agent, own: list[Agent]) -> Agent | None:
    """Of some agents the one that a class of cells can stand for."""
    cells = [a for a in own if a.kind == "cells"]
    if _is_car(agent):
        cells = [a for a in cells if a.key not in known_keys() and not _is_car(a)]  # nor one with another target
    if len(cells) == 1:
        return cells[0]
    if any(a.kind == "cells" for a in own):
        return None
    unknown = [a for a in own if a.kind == "drug" and not (a.key in known_keys() or a.key.endswith("mab"))]
    coded = [a for a in unknown if re.search(r"\d", a.key)]
    return next((found[0] for found in (coded, unknown) if len(found) == 1), None)


def _is_car(agent: Agent) -> bool:
    return agent.key.endswith((" car-t cells", " car-nk cells"))

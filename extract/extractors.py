"""Every extractor over one study, with what came of each: found, none or failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from extract.ages import extract_ages
from extract.criteria import extract_criteria
from extract.design_statistics import extract_design_statistics
from extract.doses import extract_doses
from extract.endpoints import extract_endpoints
from extract.facts import AgeRange, Criterion, DesignStatistic, DoseFacts, Endpoint
from extract.study import Study


@dataclass(slots=True, kw_only=True)
class Extraction:
    """What came of one extractor: `status` found | none | failed, the number of facts, why it failed."""

    extractor: str
    status: str
    facts: int = 0
    error: str | None = None


@dataclass(slots=True, kw_only=True)
class StudyFacts:
    """Everything read from one study."""

    doses: DoseFacts = field(default_factory=DoseFacts)
    ages: list[AgeRange] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)
    design_statistics: list[DesignStatistic] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    extractions: list[Extraction] = field(default_factory=list)


_EXTRACTORS: dict[str, Callable[[Study], Any]] = {
    "doses": extract_doses,
    "ages": extract_ages,
    "endpoints": extract_endpoints,
    "design_statistics": extract_design_statistics,
    "criteria": extract_criteria,
}


def read_study(study: Study) -> StudyFacts:
    """Run every extractor over a study. One that fails leaves its facts empty and says why in its row."""
    result = StudyFacts()
    for name, extractor in _EXTRACTORS.items():
        try:
            found = extractor(study)
        except Exception as error:  # one study must never stop the others, whatever its text holds
            reason = f"{type(error).__name__}: {error}"[:500]
            result.extractions.append(Extraction(extractor=name, status="failed", error=reason))
            continue
        setattr(result, name, found)
        count = _count(found)
        result.extractions.append(Extraction(extractor=name, status="found" if count else "none", facts=count))
    return result


def _count(found: DoseFacts | list[Any]) -> int:
    if isinstance(found, DoseFacts):
        return len(found.doses) + len(found.arm_agents) + len(found.regimens)
    return len(found)

"""Small studies in the registry's JSON shape for the tests of the dose extractor. All sentences are our own."""

from __future__ import annotations

from typing import Any

from extract.doses import extract_doses
from extract.facts import Dose, DoseFacts
from extract.study import Study

Record = dict[str, Any]


def record(
    *,
    arms: list[Record] | None = None,
    interventions: list[Record] | None = None,
    title: str = "",
    summary: str = "",
    description: str = "",
    criteria: str = "",
) -> Record:
    """A record with the given modules; an intervention without `armGroupLabels` is linked to every arm."""
    arms = arms or []
    labels = [arm["label"] for arm in arms]
    items = [{"type": "DRUG", "armGroupLabels": labels, **item} for item in interventions or []]
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000000", "briefTitle": title},
            "descriptionModule": {"briefSummary": summary, "detailedDescription": description},
            "armsInterventionsModule": {"armGroups": arms, "interventions": items},
            "eligibilityModule": {"eligibilityCriteria": criteria},
        }
    }


def read(**parts: Any) -> DoseFacts:
    """The facts of a record made by `record`."""
    return extract_doses(Study.from_record(record(**parts)))


def one_arm(text: str, *names: str) -> DoseFacts:
    """The facts of a study with one arm, whose description is `text`, and interventions of the given names."""
    return read(
        arms=[{"label": "Treatment", "type": "EXPERIMENTAL", "description": text}],
        interventions=[{"name": name} for name in names],
    )


def only(text: str, *names: str) -> Dose:
    """The one dose of such a study."""
    (dose,) = one_arm(text, *names).doses
    return dose


def amounts(facts: DoseFacts) -> list[tuple[str, float | None, float | None, str, str | None, str | None]]:
    """What most tests compare: (agent key, low, high, unit, per, per_time)."""
    return [(d.agent_key, d.amount_low, d.amount_high, d.unit, d.per, d.per_time) for d in facts.doses]


def frequency(dose: Dose) -> tuple[float | None, float | None, str | None]:
    """(times, every, unit)."""
    return dose.frequency_times, dose.frequency_every, dose.frequency_every_unit

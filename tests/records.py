"""Small records for tests, in the registry's shape."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def record(nct_id: str = "NCT99900001", *, title: str = "A study", posted: str = "2026-09-01", **modules: Json) -> Json:
    """A record with the given modules of the protocol section, e.g. `eligibilityModule={…}`."""
    protocol: Json = {
        "identificationModule": {"nctId": nct_id, "briefTitle": title},
        "statusModule": {"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": posted}},
    }
    return {"protocolSection": protocol | modules}


def dosed(nct_id: str = "NCT99900001", text: str = "Fludarabine 30 mg/m2 intravenously on days -5 to -3") -> Json:
    """A record of one arm that receives one drug, described by `text`."""
    return record(
        nct_id,
        designModule={"studyType": "INTERVENTIONAL", "phases": ["PHASE1", "PHASE2"]},
        armsInterventionsModule={
            "armGroups": [{"label": "Arm A", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Fludarabine"]}],
            "interventions": [
                {"type": "DRUG", "name": "Fludarabine", "description": text, "armGroupLabels": ["Arm A"]},
            ],
        },
        eligibilityModule={
            "eligibilityCriteria": "Inclusion Criteria:\n\n* Age 18 to 70 years",
            "minimumAge": "18 Years",
        },
        outcomesModule={"primaryOutcomes": [{"measure": "Overall survival", "timeFrame": "2 years"}]},
    )

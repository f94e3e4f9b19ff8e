"""The EU's Clinical Trials Information System: JSON of its public portal, one trial or several (`data/ctis.tsv`)."""

from __future__ import annotations

import re
from typing import Any

from crawler import jsontext
from crawler.jsontext import Json
from crawler.readers import values
from crawler.readers.base import Draft, Found, Read, Refused, refused
from crawler.readers.mapper import fill
from crawler.readers.registers import identify

FORM = "ctis_json"
_NUMBER = re.compile(rb'"ctNumber"\s*:')
# The portal's codes of a trial's state.
_STATUS = {
    1: "NOT_YET_RECRUITING", 2: "NOT_YET_RECRUITING", 3: "RECRUITING", 4: "RECRUITING", 5: "ACTIVE_NOT_RECRUITING",
    6: "SUSPENDED", 7: "SUSPENDED", 8: "COMPLETED", 9: "TERMINATED", 10: "WITHDRAWN", 11: "WITHDRAWN",
}  # fmt: skip
_PART_I = "authorizedApplication.authorizedPartI"


def is_ctis(body: bytes) -> bool:
    """True if a JSON body names trials by the portal's `ctNumber` and has no record of the registry's own."""
    return _NUMBER.search(body) is not None and b'"protocolSection"' not in body[: 1 << 20]


def read(body: bytes) -> Read:
    """The trials of a JSON document: one, a list, a page of the portal's search, or one a line."""
    try:
        data = jsontext.load(body)
    except ValueError as error:
        yield from _lines(body, error)
        return
    if isinstance(data, dict) and isinstance(data.get("data"), list) and "ctNumber" not in data:
        data = data["data"]
    for number, item in enumerate(data if isinstance(data, list) else [data]):
        yield _trial(item, f"[{number}]" if isinstance(data, list) else "")


def _lines(body: bytes, error: ValueError) -> Read:
    pieces = [line for line in body.splitlines() if line.strip()]
    if len(pieces) < 2:
        yield refused("", body, f"not JSON: {error}")
        return
    for number, line in enumerate(pieces, 1):
        try:
            yield _trial(jsontext.load(line), f"line {number}")
        except ValueError as broken:
            yield refused(f"line {number}", line, f"not JSON: {broken}")


def _trial(data: Json, place: str) -> Found | Refused:
    number = str(data.get("ctNumber") or "") if isinstance(data, dict) else ""
    known = identify(number)
    if known is None or known[0] != "CTIS":
        return refused(place, str(data), f"malformed ctNumber {number[:40]!r}" if number else "no ctNumber")
    draft = Draft(FORM, "CTIS")
    draft.put("identificationModule.nctId", known[1])
    fill(draft, data, FORM)
    details = _at(data, f"{_PART_I}.trialDetails") or {}
    information = _at(details, "trialInformation") or {}
    _criteria(draft, information)
    _outcomes(draft, information)
    _design(draft, data, information)
    _ids(draft, details)
    draft.put("statusModule.overallStatus", _state(data))
    return draft.found(place)


def _at(data: Json, path: str) -> Json:
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _entries(data: Json, path: str) -> list[dict[str, Any]]:
    found = _at(data, path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _state(data: dict[str, Any]) -> str | None:
    said = data.get("ctStatus") or data.get("ctPublicStatusCode") or data.get("ctStatusCode")
    if isinstance(said, str) and not said.isdigit():
        return values.known_code(said, "overall_status")
    return _STATUS.get(int(said)) if isinstance(said, int | str) and str(said).isdigit() else None


def _criteria(draft: Draft, information: dict[str, Any]) -> None:
    parts = []
    lists = (
        ("principalInclusionCriteria", "Inclusion Criteria:"), ("principalExclusionCriteria", "Exclusion Criteria:")
    )  # fmt: skip
    for name, head in lists:
        listed = _entries(information, f"eligibilityCriteria.{name}")
        lines = [" ".join(str(item.get(name) or item.get("criterion") or "").split()) for item in listed]
        if any(lines):
            parts.append(f"{head}\n\n" + "\n".join(f"* {line}" for line in lines if line))
    draft.put("eligibilityModule.eligibilityCriteria", "\n\n".join(parts))
    codes = {
        str(item.get("ageRangeCategoryCode")) for item in _entries(information, "populationOfTrialSubjects.ageRanges")
    }
    names = (("2", "CHILD"), ("3", "ADULT"), ("4", "OLDER_ADULT"))
    draft.put("eligibilityModule.stdAges", [name for code, name in names if code in codes])
    female = _at(information, "populationOfTrialSubjects.isFemaleSubjects")
    male = _at(information, "populationOfTrialSubjects.isMaleSubjects")
    if female or male:
        draft.put("eligibilityModule.sex", "ALL" if female and male else "FEMALE" if female else "MALE")


def _outcomes(draft: Draft, information: dict[str, Any]) -> None:
    for role in ("primary", "secondary"):
        listed = _entries(information, f"endPoint.{role}EndPoints")
        texts = [" ".join(str(item.get("endPoint") or "").split()) for item in listed]
        draft.put(f"outcomesModule.{role}Outcomes", [{"measure": text} for text in texts if text])


_PHASES = {"1": ["PHASE1"], "2": ["PHASE1"], "3": ["PHASE1"], "4": ["PHASE2"], "5": ["PHASE3"], "6": ["PHASE4"],
           "7": ["PHASE1", "PHASE2"], "8": ["PHASE1", "PHASE2"], "9": ["PHASE1", "PHASE2"], "10": ["PHASE2", "PHASE3"],
           "11": ["PHASE3", "PHASE4"]}  # fmt: skip


def _design(draft: Draft, data: dict[str, Any], information: dict[str, Any]) -> None:
    draft.put("designModule.studyType", "INTERVENTIONAL")  # the system holds no others
    code = str(_at(information, "trialCategory.trialPhase") or data.get("trialPhase") or "")
    draft.put("designModule.phases", _PHASES.get(code) or values.phases(code))
    arms = []
    for period in _entries(data, f"{_PART_I}.trialDetails.protocolInformation.studyDesign.periodDetails"):
        arms += [
            {"label": item.get("title"), "description": item.get("description")}
            for item in _entries(period, "armDetails")
        ]
        allocation = period.get("allocationMethod")
        said = str(allocation.get("name") if isinstance(allocation, dict) else allocation or "")
        draft.put("designModule.designInfo.allocation", values.known_code(said, "allocation") if said else None)
    kept = [{key: str(value) for key, value in arm.items() if value} for arm in arms]
    draft.put("armsInterventionsModule.armGroups", [arm for arm in kept if arm])
    products = []
    for item in _entries(data, f"{_PART_I}.products"):
        name = str(item.get("productName") or _at(item, "productDictionaryInfo.prodName") or "").strip()
        other = str(_at(item, "productDictionaryInfo.activeSubstanceName") or "").strip()
        if name or other:
            product: dict[str, Any] = {"type": "DRUG", "name": name or other}
            if other and other.lower() != product["name"].lower():
                product["otherNames"] = [other]
            products.append(product)
            if item.get("maxDailyDoseAmount") or item.get("routes"):
                dose = (item.get("maxDailyDoseAmount"), item.get("maxDailyDoseUom"), item.get("routes"))
                draft.field(
                    f"maximum daily dose and routes of {product['name']}", " ".join(str(part) for part in dose if part)
                )
    draft.put("armsInterventionsModule.interventions", products)


def _ids(draft: Draft, details: dict[str, Any]) -> None:
    found = [
        _at(details, f"clinicalTrialIdentifiers.secondaryIdentifyingNumbers.{name}.number")
        for name in ("nctNumber", "whoUniversalTrialNumber", "isrctnNumber")
    ]
    for item in _entries(details, "clinicalTrialIdentifiers.secondaryIdentifyingNumbers.additionalRegistries"):
        found.append(item.get("number"))
    found.append(_at(details, "clinicalTrialIdentifiers.eudraCtNumber"))
    draft.put("identificationModule.secondaryIdInfos", [{"id": str(text)} for text in dict.fromkeys(found) if text])

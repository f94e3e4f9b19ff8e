"""What a page says of itself for machines: JSON-LD of the type MedicalTrial, MedicalStudy or their kin."""

from __future__ import annotations

import json
from typing import Any

from bs4 import BeautifulSoup

from crawler.jsontext import Json
from crawler.readers import values
from crawler.readers.base import Draft

Trial = dict[str, Any]
_TYPES = frozenset(("MedicalTrial", "MedicalStudy", "MedicalObservationalStudy", "ClinicalTrial"))


def find(soup: BeautifulSoup) -> Trial:
    """The first trial that a page describes in JSON-LD, `{}` for none; `ids` are its identifiers."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            data = json.loads(script.get_text())
        except (ValueError, RecursionError):
            continue
        if trial := _trial(data, 0):
            return {
                **trial,
                "ids": _texts(trial.get("identifier")) + _texts(trial.get("url")) + _texts(trial.get("@id")),
            }
    return {}


def _trial(data: Json, depth: int) -> Trial:
    if depth > 6:
        return {}
    if isinstance(data, dict):
        kinds = data.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and kind.rpartition("/")[2] in _TYPES for kind in kinds):
            return data
        data = [data.get("@graph"), data.get("mainEntity"), data.get("about")]
    for item in data if isinstance(data, list) else []:
        if found := _trial(item, depth + 1):
            return found
    return {}


def _texts(value: Json) -> list[str]:
    """The texts of a value that may be a text, an object with a name or value, or a list of those."""
    if isinstance(value, str):
        return [" ".join(value.split())] if value.strip() else []
    if isinstance(value, dict):
        return _texts(value.get("name") or value.get("value") or value.get("@id"))
    return [text for item in value for text in _texts(item)][:50] if isinstance(value, list) else []


def fill(draft: Draft, trial: Trial) -> None:
    """Put what the description says into the record; what the page's own sections say comes on top of it."""
    if not trial:
        return
    for key, path in (("name", "identificationModule.briefTitle"), ("headline", "identificationModule.briefTitle"),
                      ("alternateName", "identificationModule.officialTitle")):  # fmt: skip
        if (found := _texts(trial.get(key))) and not draft.get(path):
            draft.put(path, found[0])
    draft.put("conditionsModule.conditions", _texts(trial.get("healthCondition")))
    for text in _texts(trial.get("status"))[:1]:
        # schema.org writes https://schema.org/Recruiting
        draft.put("statusModule.overallStatus", values.known_code(_words(text), "overall_status"))
    for text in _texts(trial.get("phase"))[:1]:
        draft.put("designModule.phases", values.phases(text))
    for text in _texts(trial.get("sponsor"))[:1]:
        draft.put("sponsorCollaboratorsModule.leadSponsor.name", text)
    draft.put("contactsLocationsModule.locations", [{"facility": text} for text in _texts(trial.get("studyLocation"))])
    design = " ".join(_words(text).lower() for text in _texts(trial.get("trialDesign")))
    if "single arm" in design or "singlecenter" in design:
        draft.put("designModule.designInfo.interventionModel", "SINGLE_GROUP" if "single arm" in design else None)
    if "double blind" in design:
        draft.put("designModule.designInfo.maskingInfo.masking", "DOUBLE")
    if "randomized" in design:
        draft.put("designModule.designInfo.allocation", "RANDOMIZED")
    for text in _texts(trial.get("description"))[:1]:
        draft.put("descriptionModule.briefSummary", text)
    draft.flag("structured_data_used")


def _words(text: str) -> str:
    """`https://schema.org/NotYetRecruiting` as `Not yet recruiting`."""
    name = text.rpartition("/")[2]
    if " " in name or name.isupper():
        return name
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name).strip()
    return (
        spaced.replace("Active Not", "Active, not").capitalize() if spaced.startswith("Active") else spaced.capitalize()
    )

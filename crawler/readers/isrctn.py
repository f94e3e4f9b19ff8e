"""The ISRCTN register's XML: `<fullTrial>` elements of its API, one a trial (`data/isrctn.tsv`)."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from crawler.readers import values
from crawler.readers.base import Draft, Found, Read, Refused, refused
from crawler.readers.ctgov_xml import age_groups
from crawler.readers.mapper import block_of, fill
from crawler.readers.registers import identify
from crawler.readers.xmltree import elements, own_text

FORM = "isrctn_xml"


def read(body: bytes) -> Read:
    """The trials of a document."""
    for place, element, guessed in elements(body, "fullTrial"):
        yield element if isinstance(element, Refused) else _trial(element, place, guessed)


def _trial(full: Element, place: str, guessed: bool) -> Found | Refused:
    trial = full.find("trial")
    number = own_text(trial.find("isrctn")) if trial is not None else ""
    known = identify(number if number.startswith("ISRCTN") else f"ISRCTN{number}")
    if trial is None or known is None or known[0] != "ISRCTN":
        return refused(place, own_text(full), f"malformed isrctn {number[:40]!r}" if number else "no trial/isrctn")
    draft = Draft(FORM, "ISRCTN")
    if guessed:
        draft.flag("encoding_guessed")
    draft.put("identificationModule.nctId", known[1])
    fill(draft, full, FORM)
    _criteria(draft, trial)
    _ages(draft, trial)
    _design(draft, trial)
    _outcomes(draft, trial)
    _enrolment(draft, trial)
    _countries(draft, trial)
    _status(draft, trial)
    _ids(draft, trial)
    return draft.found(place)


def _text(trial: Element, path: str) -> str:
    return own_text(trial.find(path))


def _criteria(draft: Draft, trial: Element) -> None:
    parts = []
    for name, head in (("inclusion", "Inclusion Criteria:"), ("exclusion", "Exclusion Criteria:")):
        element = trial.find(f"participants/{name}")
        text = (
            "\n".join(" ".join(line.split()) for line in block_of(element).splitlines() if line.strip())
            if element is not None
            else ""
        )
        if text:
            parts.append(f"{head}\n\n{text}")
    draft.put("eligibilityModule.eligibilityCriteria", "\n\n".join(parts))


def _ages(draft: Draft, trial: Element) -> None:
    """Limits in words (`18 Years`); the register has -1 and `Not applicable` for no limit."""
    bounds = {}
    for side, name in (("minimum", "lowerAgeLimit"), ("maximum", "upperAgeLimit")):
        element = trial.find(f"participants/{name}")
        said = own_text(element)
        if not said and element is not None and element.get("value") and element.get("unit"):
            said = f"{element.get('value')} {element.get('unit')}"
        bounds[side] = values.age(said) if said and not said.startswith("-") else None
        draft.put(f"eligibilityModule.{side}Age", bounds[side])
    group = _text(trial, "participants/ageRange")
    draft.field("age range", group)
    if any(bounds.values()):
        draft.put("eligibilityModule.stdAges", age_groups(bounds["minimum"], bounds["maximum"]))


def _design(draft: Draft, trial: Element) -> None:
    kind = _text(trial, "trialDesign/primaryStudyDesign")
    draft.put("designModule.studyType", values.known_code(kind, "study_type") if kind else None)
    said = " ".join(_text(trial, f"trialDesign/{name}") for name in ("secondaryStudyDesign", "studyDesign")).lower()
    for word, code in (
        ("non-randomised", "NON_RANDOMIZED"),
        ("non randomised", "NON_RANDOMIZED"),
        ("randomised", "RANDOMIZED"),
    ):
        if word in said:
            draft.put("designModule.designInfo.allocation", code)
            break
    phase = next((own_text(item) for item in trial.iter("phase") if own_text(item)), "")
    draft.put("designModule.phases", values.phases(phase))
    name = next((own_text(item) for item in trial.iter("drugNames") if own_text(item)), "")
    kind = next((own_text(item) for item in trial.iter("interventionType") if own_text(item)), "")
    for intervention in draft.get("armsInterventionsModule.interventions") or []:
        if name:
            intervention["name"] = name
        intervention.setdefault("name", kind or "Intervention")
        if kind:
            intervention["type"] = values.known_code(kind, "intervention_type") or "OTHER"


def _outcomes(draft: Draft, trial: Element) -> None:
    """Outcomes as a list, or in one text a line each."""
    for role, single, many in (
        ("primary", "primaryOutcome", "primaryOutcomes"),
        ("secondary", "secondaryOutcome", "secondaryOutcomes"),
    ):
        found: list[dict[str, Any]] = []
        for item in trial.findall(f"trialDescription/{many}/outcomeMeasure") + trial.findall(f"{many}/outcomeMeasure"):
            outcome = {
                "measure": own_text(item.find("variable")),
                "description": own_text(item.find("method")),
                "timeFrame": own_text(item.find("timepoints")),
            }
            found.append({key: value for key, value in outcome.items() if value})
        texts = trial.findall(f"trialDescription/{single}") + trial.findall(single)
        for element in texts if not any(found) else []:
            found += [{"measure": " ".join(line.split())} for line in block_of(element).splitlines() if line.strip()]
        draft.put(f"outcomesModule.{role}Outcomes", [item for item in found if item])


def _enrolment(draft: Draft, trial: Element) -> None:
    """The final number where there is one, else the target."""
    for name, kind in (("totalFinalEnrolment", "ACTUAL"), ("targetEnrolment", "ESTIMATED")):
        count = values.count(_text(trial, f"participants/{name}"))
        if count:
            draft.put("designModule.enrollmentInfo", {"count": count, "type": kind})
            return


def _countries(draft: Draft, trial: Element) -> None:
    """Countries of recruitment in which no centre is named."""
    listed = [own_text(item) for item in trial.findall("participants/recruitmentCountries/country")]
    named = {place.get("country") for place in draft.get("contactsLocationsModule.locations") or []}
    missing = [{"country": name} for name in dict.fromkeys(listed) if name and name not in named]
    if missing:
        draft.list("contactsLocationsModule.locations").extend(missing)


def _status(draft: Draft, trial: Element) -> None:
    for element in trial.iter("overallEndDate"):
        draft.field("overall end", own_text(element))
    override = _text(trial, "trialDesign/overallStatusOverride") or _text(
        trial, "participants/recruitmentStatusOverride"
    )
    draft.put("statusModule.overallStatus", values.known_code(override, "overall_status") if override else None)


def _ids(draft: Draft, trial: Element) -> None:
    refs = trial.find("externalRefs")
    listed = [item for item in refs if item.tag != "secondaryNumbers"] if refs is not None else []
    found = [own_text(item) for item in listed if own_text(item)]
    for item in trial.iter("secondaryNumber"):
        found.append(item.get("value") or own_text(item))
    # Fields that authors were made to fill say "N/A", "Nil known" or the like.
    real = [text for text in dict.fromkeys(found) if any(letter.isdigit() for letter in text)]
    draft.put("identificationModule.secondaryIdInfos", [{"id": text} for text in real])

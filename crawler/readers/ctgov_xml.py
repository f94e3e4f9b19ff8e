"""The registry's retired XML: `<clinical_study>`, one a file or many in one document."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from crawler.readers import values
from crawler.readers.base import Draft, Found, Read, Refused, refused
from crawler.readers.mapper import children, fill, text_of, unwrapped
from crawler.readers.xmltree import elements, own_text

FORM = "ctgov_xml"
_NCT = re.compile(r"NCT\d{8}", re.ASCII)


def read(body: bytes) -> Read:
    """The studies of a document."""
    for place, element, guessed in elements(body, "clinical_study"):
        yield element if isinstance(element, Refused) else study(element, place, guessed)


def study(element: Element, place: str, guessed: bool = False) -> Found | Refused:
    """One `<clinical_study>` as a record."""
    nct_id = own_text(element.find("id_info/nct_id"))
    if not _NCT.fullmatch(nct_id):
        said = f"malformed nct_id {nct_id[:40]!r}" if nct_id else "no id_info/nct_id"
        return refused(place, own_text(element), said)
    draft = Draft(FORM)
    if guessed:
        draft.flag("encoding_guessed")
    fill(draft, element, FORM)
    _masking(draft, element)
    _type(draft, element)
    _eligibility(draft, element)
    _arms(draft)
    _people(draft, element)
    _references(draft, element)
    results = element.find("clinical_results")
    draft.data["hasResults"] = results is not None
    if results is not None:
        _results(draft, results)
    return draft.found(place)


def _masking(draft: Draft, element: Element) -> None:
    """`Double (Participant, Investigator)`: how many, and who."""
    text = own_text(element.find("study_design_info/masking"))
    if not text:
        return
    depth, people = values.in_brackets(text)
    people = "" if depth == "None" else people
    path = "designModule.designInfo.maskingInfo"
    draft.put(f"{path}.masking", values.code(depth if people else text, "masking"))
    who = [found for name in people.split(",") if (found := values.known_code(name, "who_masked"))]
    draft.put(f"{path}.whoMasked", who)


def _type(draft: Draft, element: Element) -> None:
    said = own_text(element.find("study_type")).lower()
    if said.startswith("observational"):
        draft.put("designModule.phases", None)
        draft.data["protocolSection"].get("designModule", {}).pop("phases", None)
        if "registry" in said:
            draft.put("designModule.studyType", "OBSERVATIONAL")
            draft.put("designModule.patientRegistry", True)
    access = element.find("expanded_access_info")
    for name, key in (("individual", "individual"), ("intermediate", "intermediate"), ("treatment", "treatment")):
        if access is not None:
            draft.put(
                f"designModule.expandedAccessTypes.{key}",
                values.yes_no(own_text(access.find(f"expanded_access_type_{name}"))),
            )


def _eligibility(draft: Draft, element: Element) -> None:
    """Ages, `N/A` being no limit, and the registry's age groups, which it derives from them."""
    bounds = {}
    for side in ("minimum", "maximum"):
        bounds[side] = values.age(own_text(element.find(f"eligibility/{side}_age")))
        draft.put(f"eligibilityModule.{side}Age", bounds[side])
    draft.put("eligibilityModule.stdAges", age_groups(bounds["minimum"], bounds["maximum"]))


_YEARS = {"Year": 1.0, "Month": 12.0, "Week": 52.18, "Day": 365.25, "Hour": 8766.0, "Minute": 525960.0}


def age_groups(minimum: str | None, maximum: str | None) -> list[str]:
    """The registry's age groups (child to 17, adult 18 to 64, older adult from 65) that a range of ages touches."""
    low, high = _in_years(minimum, 0.0), _in_years(maximum, 200.0)
    groups = (("CHILD", 0.0, 18.0), ("ADULT", 18.0, 65.0), ("OLDER_ADULT", 65.0, 201.0))
    return [name for name, first, end in groups if low < end and high >= first]


def _in_years(age: str | None, default: float) -> float:
    if age is None:
        return default
    number, unit = age.split()
    return float(number) / _YEARS[unit.removesuffix("s")]


def _arms(draft: Draft) -> None:
    """The arms' side of the links, which the old form printed on the interventions' side only."""
    arms = draft.get("armsInterventionsModule.armGroups") or []
    for item in draft.get("armsInterventionsModule.interventions") or []:
        # The registry prints the type as words: DIETARY_SUPPLEMENT as "Dietary Supplement".
        kind = str(item.get("type", "")).replace("_", " ").title()
        for arm in arms:
            if arm.get("label") in item.get("armGroupLabels", ()):
                arm.setdefault("interventionNames", []).append(f"{kind}: {item.get('name', '')}")


def _people(draft: Draft, element: Element) -> None:
    for name in ("overall_contact", "overall_contact_backup"):
        for contact in element.findall(name):
            draft.list("contactsLocationsModule.centralContacts").append(_contact(contact, "CONTACT"))
    # Locations of the draft are those of the form that say anything, in their order.
    located = [item for item in element.findall("location") if own_text(item)]
    for place, item in zip(draft.get("contactsLocationsModule.locations") or [], located, strict=False):
        people = [_contact(c, "CONTACT") for name in ("contact", "contact_backup") for c in item.findall(name)]
        people += [_contact(c, values.code(own_text(c.find("role")))) for c in item.findall("investigator")]
        if people:
            place["contacts"] = people


def _contact(element: Element, role: str) -> dict[str, str]:
    found = {"name": own_text(element.find("last_name")), "role": role}
    for key, name in (("phone", "phone"), ("phoneExt", "phone_ext"), ("email", "email")):
        found[key] = own_text(element.find(name))
    return {key: value for key, value in found.items() if value}


def _references(draft: Draft, element: Element) -> None:
    for name, kind in (("reference", "BACKGROUND"), ("results_reference", "RESULT")):
        for item in element.findall(name):
            reference = {"pmid": own_text(item.find("PMID")), "type": kind, "citation": own_text(item.find("citation"))}
            draft.list("referencesModule.references").append({key: v for key, v in reference.items() if v})
    documents = draft.get("documentSection.largeDocumentModule.largeDocs") or []
    for document, item in zip(documents, element.findall(".//provided_document"), strict=False):
        document["filename"] = own_text(item.find("document_url")).rpartition("/")[2]
    if isinstance(lead := draft.get("sponsorCollaboratorsModule.leadSponsor"), dict) and (
        draft.get("identificationModule.organization.fullName") == lead.get("name")
    ):
        draft.put("identificationModule.organization.class", lead.get("class"))


# -- results ---------------------------------------------------------------------------------------------------


def _results(draft: Draft, results: Element) -> None:
    for measure in draft.get("resultsSection.outcomeMeasuresModule.outcomeMeasures") or []:
        measure["reportingStatus"] = "POSTED" if "classes" in measure or "denoms" in measure else "NOT_POSTED"
    agreement = results.find("certain_agreements")
    if agreement is not None:
        _agreement(draft, agreement)
    events = results.find("reported_events")
    if events is not None:
        _events(draft, events)


def _agreement(draft: Draft, element: Element) -> None:
    path = "resultsSection.moreInfoModule.certainAgreement"
    employed = own_text(element.find("pi_employee"))
    draft.put(f"{path}.piSponsorEmployee", "NOT employed" not in employed if employed else None)
    said = element.find("restrictive_agreement")
    text = own_text(said)
    if not text:
        return
    restricted = not text.startswith("There is NOT")
    draft.put(f"{path}.restrictiveAgreement", restricted)
    if restricted:
        terms = (("more than 60 days but", "GT60"), ("less than or equal to 60", "LTE60"))
        kind = next((code for phrase, code in terms if phrase in text), "OTHER")
        draft.put(f"{path}.restrictionType", kind)
        if kind == "OTHER":
            draft.put(f"{path}.otherDetails", unwrapped("".join(said.itertext()) if said is not None else ""))


def _events(draft: Draft, element: Element) -> None:
    """Events by organ system become one list; the totals that stand among them belong to the groups."""
    listed = draft.get("resultsSection.adverseEventsModule.eventGroups") or []
    groups = {item["id"]: item for item in listed if "id" in item}
    for kind in ("serious", "other"):
        section = element.find(f"{kind}_events")
        if section is None:
            continue
        vocabulary = own_text(section.find("default_vocab"))
        assessment = own_text(section.find("default_assessment"))
        found = []
        for category in section.findall("category_list/category"):
            organ = own_text(category.find("title"))
            for event in category.findall("event_list/event"):
                name = own_text(event.find("sub_title"))
                if organ == "Total":
                    _totals(groups, name, event)
                else:
                    found.append(_event(event, name, organ, vocabulary, assessment))
        draft.put(f"resultsSection.adverseEventsModule.{kind}Events", found)


_TOTALS = {
    "Total, serious adverse events": "serious",
    "Total, other adverse events": "other",
    "Total, all-cause mortality": "deaths",
}


def _totals(groups: dict[str, dict[str, Any]], name: str, event: Element) -> None:
    for counts in event.findall("counts"):
        target = groups.get(values.result_group(counts.get("group_id", "")))
        if target is None or name not in _TOTALS:
            continue
        for key, said in (("NumAffected", "subjects_affected"), ("NumAtRisk", "subjects_at_risk")):
            if (number := counts.get(said)) is not None and number.isdecimal():
                target[_TOTALS[name] + key] = int(number)


def _event(event: Element, name: str, organ: str, vocabulary: str, assessment: str) -> dict[str, Any]:
    title = event.find("sub_title")
    found: dict[str, Any] = {"term": name, "organSystem": organ}
    found["sourceVocabulary"] = (title.get("vocab") if title is not None else None) or vocabulary
    said = own_text(event.find("assessment")) or assessment
    found["assessmentType"] = values.code(said, "event_assessment") if said else ""
    found["notes"] = text_of(children(event, "description")[0]) if children(event, "description") else ""
    found["stats"] = [_stat(counts) for counts in event.findall("counts")]
    return {key: value for key, value in found.items() if value}


def _stat(counts: Element) -> dict[str, Any]:
    stat: dict[str, Any] = {"groupId": values.result_group(counts.get("group_id", ""))}
    for key, name in (("numEvents", "events"), ("numAffected", "subjects_affected"), ("numAtRisk", "subjects_at_risk")):
        if (number := counts.get(name)) is not None and number.isdecimal():
            stat[key] = int(number)
    return stat

"""The EU's Clinical Trials Information System: JSON of its public portal, one trial or several.

Where values stand and what codes mean is as in the portal's public interface: `data/ctis_json.tsv`, `ctis_codes.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from crawler import jsontext
from crawler.jsontext import Json
from crawler.readers import values
from crawler.readers.base import Draft, Found, Read, Refused, refused
from crawler.readers.mapper import fill
from crawler.readers.registers import identify

FORM = "ctis_json"
# An entry of the portal's search tells less than a record, and must not take its place.
LIST_FORM = "ctis_list"
_NUMBER = re.compile(rb'"ctNumber"\s*:')
_PART_I = "authorizedApplication.authorizedPartI"
_ENDED = "8"


@cache
def _codes() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("crawler.readers").joinpath("data/ctis_codes.toml").read_text(encoding="utf-8"))


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
    draft = Draft(FORM if isinstance(data.get("authorizedApplication"), dict) else LIST_FORM, "CTIS")
    draft.put("identificationModule.nctId", known[1])
    fill(draft, data, FORM)
    details = _at(data, f"{_PART_I}.trialDetails") or {}
    information = _at(details, "trialInformation") or {}
    _status(draft, data)
    _dates(draft, data, information)
    _criteria(draft, information)
    _outcomes(draft, information)
    _design(draft, data, information)
    _products(draft, data)
    _enrolment(draft, data)
    _sponsors(draft, data)
    _places(draft, data)
    _ids(draft, data, details)
    return draft.found(place)


def _at(data: Json, path: str) -> Json:
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _entries(data: Json, path: str) -> list[dict[str, Any]]:
    found = _at(data, path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _said(value: Json) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _status(draft: Draft, data: dict[str, Any]) -> None:
    """The public state, from its code, else from what is printed; a state of the application alone says little."""
    table = _codes()["status"]
    code = _said(data.get("ctPublicStatusCode")) or _said(data.get("ctStatusCode")) or _said(data.get("ctStatus"))
    printed = _said(data.get("ctStatus")).lower()
    known = table.get(code) or next((state for state in table.values() if state["label"].lower() == printed), None)
    if known is None:
        draft.put("statusModule.overallStatus", values.known_code(printed, "overall_status") if printed else None)
        return
    events = _entries(data, "events.trialEvents")
    early = [
        any(event.get("notificationType") == "EARLY_TERMINATION" for event in _entries(e, "events")) for e in events
    ]
    ended_early = known is table[_ENDED] and bool(early) and all(early)
    draft.put("statusModule.overallStatus", "TERMINATED" if ended_early else known["status"])
    draft.field("public status", known["label"])
    reasons = [_said(_at(event, "earlyTerminationReason.name")) for event in events]
    draft.put("statusModule.whyStopped", "; ".join(dict.fromkeys(filter(None, reasons))))


def _dates(draft: Draft, data: dict[str, Any], information: dict[str, Any]) -> None:
    """Start and end: what was notified is actual, what the application plans is estimated."""
    for target, notified, planned in (
        ("startDateStruct", ("startDateEU",), "estimatedRecruitmentStartDate"),
        ("completionDateStruct", ("endDate", "endDateEU"), "estimatedEndDate"),
    ):
        actual = next((_said(data.get(name)) for name in notified if data.get(name)), "")
        text = actual or _said(_at(information, f"trialDuration.{planned}"))
        found, flag = values.date(text, day_first=True)
        if flag:
            draft.flag(flag)
        if found:
            draft.put(f"statusModule.{target}", {"date": found, "type": "ACTUAL" if actual else "ESTIMATED"})


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
    draft.put("eligibilityModule.stdAges", [name for code, name in _codes()["age"].items() if code in codes])
    groups = {
        _said(item.get("name")) for item in _entries(information, "populationOfTrialSubjects.clinicalTrialGroups")
    }
    draft.put("eligibilityModule.healthyVolunteers", "Healthy volunteers" in groups if groups else None)
    female = _at(information, "populationOfTrialSubjects.isFemaleSubjects")
    male = _at(information, "populationOfTrialSubjects.isMaleSubjects")
    if female or male:
        draft.put("eligibilityModule.sex", "ALL" if female and male else "FEMALE" if female else "MALE")


def _outcomes(draft: Draft, information: dict[str, Any]) -> None:
    for role in ("primary", "secondary"):
        listed = _entries(information, f"endPoint.{role}EndPoints")
        texts = [" ".join(str(item.get("endPoint") or "").split()) for item in listed]
        draft.put(f"outcomesModule.{role}Outcomes", [{"measure": text} for text in texts if text])


def _design(draft: Draft, data: dict[str, Any], information: dict[str, Any]) -> None:
    draft.put("designModule.studyType", "INTERVENTIONAL")  # the system holds no others
    code = str(_at(information, "trialCategory.trialPhase") or data.get("trialPhase") or "")
    draft.put("designModule.phases", _codes()["phase"].get(code) or values.phases(code))
    arms = []
    for period in _entries(data, f"{_PART_I}.trialDetails.protocolInformation.studyDesign.periodDetails"):
        arms += [
            {"label": item.get("title"), "description": item.get("description")}
            for item in _entries(period, "armDetails")
        ]
        # Codes of allocation and blinding have no public table: they are kept as they are.
        allocation = period.get("allocationMethod")
        said = _said(allocation.get("name") if isinstance(allocation, dict) else allocation)
        draft.put("designModule.designInfo.allocation", values.known_code(said, "allocation") if said else None)
        draft.field("allocation method", said)
        draft.field("blinding method", _said(period.get("blindingMethodCode")))
        draft.field("blinded", ", ".join(_said(role.get("name")) for role in _entries(period, "blindedRoles")))
    kept = [{key: str(value) for key, value in arm.items() if value} for arm in arms]
    draft.put("armsInterventionsModule.armGroups", [arm for arm in kept if arm])


def _products(draft: Draft, data: dict[str, Any]) -> None:
    """Products as interventions; a maximum dose is no dose that is given, so it stays beside them."""
    listed = _entries(data, f"{_PART_I}.products")
    if not listed:
        groups = _entries(data, f"{_PART_I}.productRoleGroupInfos")
        listed = [item for group in groups for item in _entries(group, "products")]
    products = []
    for item in listed:
        info = _at(item, "productDictionaryInfo")
        name, other = (
            _said(item.get("productName")) or _said(_at(info, "prodName")),
            _said(_at(info, "activeSubstanceName")),
        )
        if not (name or other):
            continue
        product: dict[str, Any] = {"type": "DRUG", "name": name or other}
        if other and other.lower() != product["name"].lower():
            product["otherNames"] = [other]
        products.append(product)
        kept = {
            "role": _codes()["role"].get(_said(item.get("part1MpRoleTypeCode")), ""),
            "form": _said(item.get("pharmaceuticalFormDisplay")) or _said(_at(info, "pharmForm")),
            "routes": ", ".join(filter(None, map(_said, _values(item.get("routes"))))),
            "maximum daily dose": f"{_said(item.get('maxDailyDoseAmount'))} {_said(item.get('doseUom'))}".strip(),
            "maximum total dose": f"{_said(item.get('maxTotalDoseAmount'))} {_said(item.get('doseUomTotal'))}".strip(),
        }
        for what, value in kept.items():
            draft.field(f"{what} of {product['name']}", value)
    draft.put("armsInterventionsModule.interventions", products)


def _values(found: Json) -> list[Json]:
    return found if isinstance(found, list) else [found]


def _enrolment(draft: Draft, data: dict[str, Any]) -> None:
    """Planned participants: of every member state, and of the rest of the world."""
    parts = [item.get("recruitmentSubjectCount") for item in _entries(data, "authorizedApplication.authorizedPartsII")]
    counts = [values.count(_said(part)) for part in [*parts, _at(data, f"{_PART_I}.rowSubjectCount")]]
    total = sum(filter(None, counts)) or values.count(_said(data.get("totalNumberEnrolled")))
    draft.put("designModule.enrollmentInfo", {"count": total, "type": "ESTIMATED"} if total else None)


def _sponsors(draft: Draft, data: dict[str, Any]) -> None:
    """The primary sponsor leads. Organisations stand with the sponsor, or with its contacts only."""
    found = []
    for item in sorted(_entries(data, f"{_PART_I}.sponsors"), key=lambda item: item.get("primary") is not True):
        contacts = [*_entries(item, "publicContacts"), *_entries(item, "scientificContacts")]
        names = (_at(holder, "organisation.name") for holder in (item, *contacts))
        name = next(filter(None, map(_said, names)), "")
        commercial = item.get("isCommercial", _at(item, "organisation.commercial"))
        kind = {True: "INDUSTRY", False: "OTHER"}.get(commercial) if isinstance(commercial, bool) else None
        if name:
            found.append({"name": name, "class": kind} if kind else {"name": name})
    if not found and _said(data.get("sponsor")):
        found = [{"name": _said(data.get("sponsor"))}]
    draft.put("sponsorCollaboratorsModule.leadSponsor", found[0] if found else None)
    draft.put("sponsorCollaboratorsModule.collaborators", found[1:])


def _places(draft: Draft, data: dict[str, Any]) -> None:
    """The sites of every member state; a country alone where none are named, and for the rest of the world."""
    found: list[dict[str, str]] = []
    for part in _entries(data, "authorizedApplication.authorizedPartsII"):
        country = _said(_at(part, "mscInfo.mscName")) or _said(_at(part, "mscInfo.countryName"))
        sites = [_site(_at(site, "organisationAddressInfo"), country) for site in _entries(part, "trialSites")]
        found += [site for site in sites if site] or ([{"country": country}] if country else [])
    named = {site.get("country") for site in found}
    others = [_said(item.get("name")) for item in _entries(data, f"{_PART_I}.rowCountriesInfo")]
    # In the search: `Spain:4`, the country and the code of its state.
    others += [_said(item).partition(":")[0] for item in _values(data.get("trialCountries"))]
    found += [{"country": name} for name in dict.fromkeys(others) if name and name not in named]
    draft.put("contactsLocationsModule.locations", found)


def _site(info: Json, country: str) -> dict[str, str]:
    site = {
        "facility": _said(_at(info, "organisation.name")),
        "city": _said(_at(info, "address.city")),
        "zip": _said(_at(info, "address.postcode")),
        "country": _said(_at(info, "address.countryName")) or country,
    }
    return {name: value for name, value in site.items() if value} if site["facility"] or site["city"] else {}


def _ids(draft: Draft, data: dict[str, Any], details: dict[str, Any]) -> None:
    found = [
        _at(details, f"clinicalTrialIdentifiers.secondaryIdentifyingNumbers.{name}.number")
        for name in ("nctNumber", "whoUniversalTrialNumber", "isrctnNumber")
    ]
    for item in _entries(details, "clinicalTrialIdentifiers.secondaryIdentifyingNumbers.additionalRegistries"):
        found.append(item.get("number"))
    found.append(_at(data, "authorizedApplication.eudraCt.eudraCtCode"))
    texts = dict.fromkeys(map(_said, found))
    draft.put("identificationModule.secondaryIdInfos", [{"id": text} for text in texts if text])

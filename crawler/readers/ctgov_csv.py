"""The registry's CSV downloads: today's columns and those of its old site."""

from __future__ import annotations

import re
from collections.abc import Callable

from crawler.readers import cells, values
from crawler.readers.base import Draft, Found, Read, Refused, refused
from crawler.readers.decode import decode
from crawler.readers.rows import Row, header_of, rows

FORM = "ctgov_csv"
_ID = re.compile(r"NCT\d{8}", re.ASCII)
_ROW_START = re.compile(r'(?:(?<=\n)|^)"?(?:\d+"?[,;\t]"?)?NCT\d{8}"?[,;\t]')
_DESIGN = {
    "allocation": "allocation", "intervention model": "interventionModel", "primary purpose": "primaryPurpose",
    "observational model": "observationalModel", "time perspective": "timePerspective",
}  # fmt: skip
_TABLES = {"interventionModel": "intervention_model", "primaryPurpose": "primary_purpose", "allocation": "allocation"}


def is_header(text: str) -> bool:
    """True if a text begins with the header of such a file."""
    found = header_of(text)
    return found is not None and "NCT Number" in found[0]


def read(body: bytes) -> Read:
    """The rows of a file as records. The first of two rows of one study is kept, the second refused."""
    text, guessed = decode(body)
    seen: dict[str, str] = {}
    for row in rows(text, _ROW_START):
        if isinstance(row, Refused):
            yield row
            continue
        item = _record(row, guessed)
        if isinstance(item, Found):
            nct_id = row.cells["NCT Number"].strip()
            if nct_id in seen:
                item = refused(item.position, row.raw, f"{nct_id} a second time: {seen[nct_id]} was kept")
            else:
                seen[nct_id] = item.position
        yield item


def _record(row: Row, guessed: bool) -> Found | Refused:
    nct_id = row.cells.get("NCT Number", "").strip()
    place = f"line {row.line}"
    if not _ID.fullmatch(nct_id):
        return refused(place, row.raw, f"malformed NCT Number {nct_id[:40]!r}" if nct_id else "no NCT Number")
    draft = Draft(FORM)
    if guessed:
        draft.flag("encoding_guessed")
    draft.put("identificationModule.nctId", nct_id)
    for name, cell in row.cells.items():
        text = cell.strip()
        if text and text.lower() != "null" and name in _COLUMNS:
            _COLUMNS[name](draft, text)
    if draft.get("designModule.studyType") == "OBSERVATIONAL":
        draft.data["protocolSection"]["designModule"].pop("phases", None)
    return draft.found(place)


def _text(path: str) -> Callable[[Draft, str], None]:
    return lambda draft, text: draft.put(path, text)


def _parts(path: str) -> Callable[[Draft, str], None]:
    return lambda draft, text: draft.put(path, cells.parts(text))


def _code(path: str, table: str) -> Callable[[Draft, str], None]:
    return lambda draft, text: draft.put(path, values.code(text, table))


def _date(path: str) -> Callable[[Draft, str], None]:
    def put(draft: Draft, text: str) -> None:
        found, flag = values.date(text)
        draft.put(path, found)
        if flag:
            draft.flag(flag)
            draft.field(f"{path.rpartition('Module.')[2].split('.')[0]} as printed", text)

    return put


def _results(draft: Draft, text: str) -> None:
    draft.data["hasResults"] = text.lower() in ("yes", "has results")


def _conditions(draft: Draft, text: str) -> None:
    draft.put("conditionsModule.conditions", cells.parts(text))


def _interventions(draft: Draft, text: str) -> None:
    found, flags = cells.interventions(text)
    draft.put("armsInterventionsModule.interventions", found)
    for flag in flags:
        draft.flag(flag)


def _outcomes(role: str) -> Callable[[Draft, str], None]:
    def put(draft: Draft, text: str) -> None:
        found, flags = cells.outcomes(text)
        draft.put(f"outcomesModule.{role}Outcomes", found)
        for flag in flags:
            draft.flag(flag)

    return put


def _unsorted_outcomes(draft: Draft, text: str) -> None:
    """The old site ran all roles together, primary outcomes first: the first is primary, the rest are put below it."""
    measures = [{"measure": part} for part in cells.parts(text)]
    draft.put("outcomesModule.primaryOutcomes", measures[:1])
    draft.put("outcomesModule.secondaryOutcomes", measures[1:])
    if len(measures) > 1:
        draft.flag("outcome_role_unsure")


def _sponsors(draft: Draft, text: str) -> None:
    lead, *others = cells.parts(text)
    draft.put("sponsorCollaboratorsModule.leadSponsor.name", lead)
    draft.put("sponsorCollaboratorsModule.collaborators", [{"name": name} for name in others])


def _funders(draft: Draft, text: str) -> None:
    classes = [values.code(part, "agency_class") for part in cells.parts(text)]
    if len(classes) == 1:
        draft.put("sponsorCollaboratorsModule.leadSponsor.class", classes[0])
    else:
        # The cell lists each class once, in no stated order: whose it is, it does not say.
        draft.flag("funder_unsure")
        draft.field("Funded Bys", text)


def _collaborators(draft: Draft, text: str) -> None:
    draft.put("sponsorCollaboratorsModule.collaborators", [{"name": name} for name in cells.parts(text)])


def _age(draft: Draft, text: str) -> None:
    if re.search(r"\d", text):
        low, high, groups = cells.classic_age(text)
        draft.put("eligibilityModule.minimumAge", low)
        draft.put("eligibilityModule.maximumAge", high)
        if low is None and high is None:
            draft.flag("age_unreadable")
            draft.field("Age", text)
    else:
        groups = [part.strip(" ()") for part in text.split(",")]
    draft.put("eligibilityModule.stdAges", [code for name in groups if (code := values.known_code(name, "std_age"))])


def _enrollment(draft: Draft, text: str) -> None:
    draft.put("designModule.enrollmentInfo.count", values.count(text))


def _phases(draft: Draft, text: str) -> None:
    draft.put("designModule.phases", values.phases(text))


def _design(draft: Draft, text: str) -> None:
    for part in cells.parts(text):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        key = _DESIGN.get(name.lower())
        if key and value:
            if key == "timePerspective" and value == "p":
                # A fault of the registry's own: every observational study says just "p".
                draft.flag("time_perspective_cut")
                continue
            draft.put(f"designModule.designInfo.{key}", values.code(value, _TABLES.get(key, "")))
        elif name.lower() == "masking" and value:
            _masking(draft, value)


def _masking(draft: Draft, text: str) -> None:
    text = " ".join(text.split())
    depth, people = values.in_brackets(text)
    people = "" if depth.lower().startswith("none") else people
    draft.put("designModule.designInfo.maskingInfo.masking", values.code(depth if people else text, "masking"))
    who = [values.code(name, "who_masked") for name in people.split(",") if name.strip()]
    draft.put("designModule.designInfo.maskingInfo.whoMasked", who)


def _ids(draft: Draft, text: str) -> None:
    first, *others = cells.parts(text)
    draft.put("identificationModule.orgStudyIdInfo.id", first)
    draft.put("identificationModule.secondaryIdInfos", [{"id": other} for other in others])


def _locations(draft: Draft, text: str) -> None:
    found = [cells.location(part) for part in cells.parts(text)]
    draft.put("contactsLocationsModule.locations", [place for place, _ in found])
    if not all(sure for _, sure in found):
        draft.flag("location_split_unsure")


def _documents(draft: Draft, text: str) -> None:
    found = []
    for part in cells.parts(text):
        label, _, url = part.strip('" ').rpartition(", ")
        found.append({"label": label.strip('"'), "filename": url.rpartition("/")[2]})
    draft.put("documentSection.largeDocumentModule.largeDocs", [item for item in found if item["label"]])


_STATUS = "statusModule"
_COLUMNS: dict[str, Callable[[Draft, str], None]] = {
    "Study Title": _text("identificationModule.briefTitle"),
    "Title": _text("identificationModule.briefTitle"),
    "Acronym": _text("identificationModule.acronym"),
    "Study Status": _code(f"{_STATUS}.overallStatus", "overall_status"),
    "Status": _code(f"{_STATUS}.overallStatus", "overall_status"),
    "Brief Summary": _text("descriptionModule.briefSummary"),
    "Study Results": _results,
    "Conditions": _conditions,
    "Interventions": _interventions,
    "Primary Outcome Measures": _outcomes("primary"),
    "Secondary Outcome Measures": _outcomes("secondary"),
    "Other Outcome Measures": _outcomes("other"),
    "Outcome Measures": _unsorted_outcomes,
    "Sponsor": _text("sponsorCollaboratorsModule.leadSponsor.name"),
    "Collaborators": _collaborators,
    "Sponsor/Collaborators": _sponsors,
    "Sex": _code("eligibilityModule.sex", "sex"),
    "Gender": _code("eligibilityModule.sex", "sex"),
    "Age": _age,
    "Phases": _phases,
    "Enrollment": _enrollment,
    "Funder Type": _code("sponsorCollaboratorsModule.leadSponsor.class", "agency_class"),
    "Funded Bys": _funders,
    "Study Type": _code("designModule.studyType", "study_type"),
    "Study Design": _design,
    "Study Designs": _design,
    "Other IDs": _ids,
    "Start Date": _date(f"{_STATUS}.startDateStruct.date"),
    "Primary Completion Date": _date(f"{_STATUS}.primaryCompletionDateStruct.date"),
    "Completion Date": _date(f"{_STATUS}.completionDateStruct.date"),
    "First Posted": _date(f"{_STATUS}.studyFirstPostDateStruct.date"),
    "Results First Posted": _date(f"{_STATUS}.resultsFirstPostDateStruct.date"),
    "Last Update Posted": _date(f"{_STATUS}.lastUpdatePostDateStruct.date"),
    "Locations": _locations,
    "Study Documents": _documents,
}

"""Pages, saved texts and Markdown: each of our own layouts with every fact it states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler.records import Record, Unreadable, records

FOLDER = Path(__file__).parent / "pages"


def read(name: str) -> Record:
    (found,) = records((FOLDER / name).read_bytes(), "file")
    assert isinstance(found, Record), found
    return found


def at(record: Record, path: str) -> Any:
    place: Any = record.data["protocolSection"]
    for key in path.split("."):
        place = place[int(key)] if key.isdigit() else place.get(key) if isinstance(place, dict) else None
    return place


TITLE, NCT = "identificationModule.briefTitle", "identificationModule.nctId"
STATUS, PHASES, COUNT = "statusModule.overallStatus", "designModule.phases", "designModule.enrollmentInfo.count"
LOW, HIGH, SEX = "eligibilityModule.minimumAge", "eligibilityModule.maximumAge", "eligibilityModule.sex"
CRITERIA, START = "eligibilityModule.eligibilityCriteria", "statusModule.startDateStruct.date"
ARMS, GIVEN = "armsInterventionsModule.armGroups", "armsInterventionsModule.interventions"
PRIMARY, SECONDARY = "outcomesModule.primaryOutcomes", "outcomesModule.secondaryOutcomes"
DESIGN, SUMMARY = "designModule.designInfo", "descriptionModule.briefSummary"
SPONSOR, PLACES = "sponsorCollaboratorsModule.leadSponsor.name", "contactsLocationsModule.locations"

EXPECTED: dict[str, dict[str, Any]] = {
    "definition_list.html": {
        TITLE: "Lumapril in childhood asthma", NCT: "NCT99000101", STATUS: "RECRUITING", PHASES: ["PHASE2", "PHASE3"],
        COUNT: 1240, "designModule.enrollmentInfo.type": "ESTIMATED", LOW: "6 Years", HIGH: "11 Years", SEX: "ALL",
        "conditionsModule.conditions": ["Asthma in Children", "Wheezing"], START: "2031-03-05",
        SPONSOR: "Northern Lung Trust",
        CRITERIA: "Inclusion Criteria:\n\n* Asthma for 6 months or more\n\nExclusion Criteria:\n\n"
        "* Oral steroids in the past month",
    },
    "table.html": {
        TITLE: "Two doses of verolimab in psoriasis", NCT: "NCT99000102", "designModule.studyType": "INTERVENTIONAL",
        f"{DESIGN}.maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
        f"{DESIGN}.allocation": "RANDOMIZED", LOW: "18 Years", HIGH: "75 Years",
        PRIMARY: [{"measure": "PASI 75 response", "timeFrame": "16 weeks",
                   "description": "Three quarters less than at the start"}],
        SECONDARY: [{"measure": "Clear skin", "timeFrame": "52 weeks",
                     "description": "Physician's global assessment of 0"}],
        ARMS: [{"label": "Low dose", "type": "EXPERIMENTAL", "description": "Verolimab 50 mg every 2 weeks"},
               {"label": "High dose", "type": "EXPERIMENTAL", "description": "Verolimab 150 mg every 2 weeks"}],
    },
    "tabs.html": {
        TITLE: "Walking after hip surgery", NCT: None, LOW: "50 Years",
        SUMMARY: "This trial asks whether early walking shortens the stay of patients in hospital.",
        CRITERIA: "Inclusion Criteria:\n\n* Hip replaced for arthrosis\n\nExclusion Criteria:\n\n* Dementia",
        GIVEN: [{"name": "Early walking", "type": "BEHAVIORAL", "description": "Ten steps on the day of surgery"},
                {"name": "Usual care", "type": "OTHER", "description": "Rest for two days"}],
    },
    "cards.html": {
        TITLE: "Tiraxel for migraine attacks", STATUS: "COMPLETED", PHASES: ["PHASE3"], COUNT: 412,
        SUMMARY: "Patients with migraine take one tablet; safety is followed for a day.",
        GIVEN: [{"name": "Tiraxel", "type": "DRUG", "description": "One tablet of 20 mg by mouth"},
                {"name": "Placebo", "type": "DRUG", "description": "One tablet that looks the same"}],
        PRIMARY: [{"measure": "Freedom from pain", "timeFrame": "2 hours after the dose"}],
    },
    "nested_lists.html": {
        TITLE: "Calorin in type 2 diabetes", NCT: "NCT99000105", "designModule.studyType": "INTERVENTIONAL",
        CRITERIA: "Inclusion Criteria:\n\n1. Type 2 diabetes with one of:\n    * HbA1c above 7.5 %\n"
        "    * fasting glucose above 8 mmol/L\n2. Aged 40 years or older\n\nExclusion Criteria:\n\n* Insulin",
        SECONDARY: [{"measure": "Body weight", "timeFrame": "24 weeks"},
                    {"measure": "Blood pressure", "timeFrame": "12 weeks"}],
    },
    "german.html": {
        TITLE: "Belumat bei Rheuma", "designModule.studyType": "INTERVENTIONAL", PHASES: ["PHASE2"], COUNT: 1200,
        f"{DESIGN}.maskingInfo.masking": "DOUBLE", LOW: "18 Years", HIGH: "70 Years", SEX: "ALL", START: "2031-03-05",
        CRITERIA: "Inclusion Criteria:\n\n* Rheumatoide Arthritis seit 6 Monaten\n\nExclusion Criteria:\n\n"
        "* Schwangerschaft",
        ARMS: [{"label": "Belumat", "type": "EXPERIMENTAL", "description": "Belumat 10 mg täglich (treatment)"}],
        PRIMARY: [{"measure": "Schmerz auf der Skala", "timeFrame": "12 Wochen"}],
    },
    "french.html": {
        TITLE: "Le zolimène dans l'épilepsie", STATUS: "RECRUITING", LOW: "12 Years", SEX: "ALL", COUNT: 60,
        START: "2031-02-01", SPONSOR: "Hôpital du Lac",
        CRITERIA: "Inclusion Criteria:\n\n* Épilepsie focale\n\nExclusion Criteria:\n\n* Grossesse",
        PRIMARY: [{"measure": "Nombre de crises", "timeFrame": "8 semaines"}],
    },
    "json_ld.html": {
        TITLE: "Ostavir against shingles", NCT: "NCT99000108", STATUS: "NOT_YET_RECRUITING", PHASES: ["PHASE3"],
        "conditionsModule.conditions": ["Shingles"], SPONSOR: "Eastern Vaccines", SUMMARY: "Adults get two doses.",
        PLACES: [{"facility": "Clinic of Hilltown"}],
    },
    "bullets.txt": {
        TITLE: "Fenoral for Chronic Cough", NCT: "NCT99000109", STATUS: "ACTIVE_NOT_RECRUITING", COUNT: 24,
        PHASES: ["PHASE1", "PHASE2"], LOW: "18 Years", HIGH: None,
        SUMMARY: "Patients with a cough of a year or more take fenoral twice daily.",
        CRITERIA: "Inclusion Criteria:\n\n* Cough for a year\n    * not from smoking\n* Informed consent\n"
        "* Aged 18 or older\n\nExclusion Criteria:\n\n* Asthma\n    * Pneumonia in the past month",
    },
    "markdown.md": {
        TITLE: "Rapid cooling after cardiac arrest", NCT: "ISRCTN99999910", LOW: "18 Years", HIGH: "80 Years",
        "eligibilityModule.healthyVolunteers": False,
        ARMS: [{"label": "Cooling", "description": "Cooled to 33 °C within 4 hours"},
               {"label": "Usual care", "description": "Kept below 37.8 °C"}],
        PRIMARY: [{"measure": "Survival", "timeFrame": "6 months"}],
        CRITERIA: "Inclusion Criteria:\n\n1. Cardiac arrest outside of hospital\n"
        "2. Patients without consciousness\n\nExclusion Criteria:\n\n1. Pregnancy",
    },
    "sections.html": {
        TITLE: "Night splints for carpal tunnel syndrome", NCT: None, STATUS: None,
        SUMMARY: "To learn if splints at night are safe for participants with carpal tunnel syndrome.",
        "conditionsModule.conditions": ["Carpal Tunnel Syndrome"], f"{DESIGN}.allocation": "RANDOMIZED",
        f"{DESIGN}.primaryPurpose": "TREATMENT", f"{DESIGN}.maskingInfo.masking": "NONE",
        PLACES: [{"facility": "Hand Clinic of Riverside", "city": "Oslo", "country": "Norway", "status": "RECRUITING"}],
        "identificationModule.secondaryIdInfos": [{"id": "HAND-7"}], CRITERIA: "Pain at night for a month",
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, facts in EXPECTED.items() for path in facts])
def test_every_fact_of_every_page(name: str, path: str) -> None:
    assert at(read(name), path) == EXPECTED[name][path]


def test_every_page_has_its_facts() -> None:
    assert sorted(EXPECTED) == sorted(file.name for file in FOLDER.iterdir())


def test_the_register_is_known_by_the_id() -> None:
    assert read("markdown.md").data["sourceSection"]["registry"] == "ISRCTN"
    assert read("table.html").data["sourceSection"]["registry"] == "ClinicalTrials.gov"
    nameless = read("tabs.html")
    assert nameless.data["sourceSection"]["registry"] == "unknown"
    assert nameless.nct_id == f"pages:{nameless.content_sha256[:12]}"


@pytest.mark.parametrize(
    "body",
    [
        b"<body><h1>Cake</h1><h2>Ingredients</h2><ul><li>4 apples</li><li>flour</li><li>eggs</li></ul></body>",
        b"<html><body><h1>Migraine</h1><h2>Overview</h2><p>A headache.</p><h2>Treatment</h2><p>Rest.</p></body></html>",
        b"<!doctype html><title>404</title><p>Not found",
        b"Dear colleague,\n\nthe meeting is on Monday.\n",
        b"a;b;c\n1;2;3\n",
    ],
)
def test_what_is_no_trial_is_refused_with_a_reason(body: bytes) -> None:
    (found,) = records(body, "file")
    assert isinstance(found, Unreadable)
    assert "not a trial record" in found.reason


def test_a_deep_page_and_scripts_do_no_harm() -> None:
    deep = b"<html><body>" + b"<div>" * 20_000 + b"x" + b"</div>" * 20_000
    (found,) = records(deep, "file")
    assert isinstance(found, Unreadable)
    page = (FOLDER / "table.html").read_bytes().replace(b"<body>", b"<body><script>Phase: Phase 4</script>")
    (record,) = records(page, "file")
    assert isinstance(record, Record)
    assert at(record, PHASES) is None

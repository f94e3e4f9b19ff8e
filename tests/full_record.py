"""One invented study that has every field of the registry's data model, and a knowledge base loaded with records."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from crawler.archive import Archive
from kb.load import load_entries
from kb.schema import create_schema, tables
from tests.records import Json

NCT_ID = "NCT99900001"
ROWS = 99_900_001 * 1_000_000  # ids of the study's rows count from here


def loaded(folder: Path, *records: Json) -> duckdb.DuckDBPyConnection:
    """A knowledge base in memory that holds these records."""
    con = duckdb.connect()
    create_schema(con)
    archive = Archive(folder)
    body = "\n".join(json.dumps(record) for record in records).encode()
    at = datetime(2026, 10, 1, tzinfo=UTC)
    load_entries(con, archive, [archive.put(body, kind="file", source="test", run_id="run", received_at=at)])
    return con


def rows(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """The rows of a table of `ctgov` by their natural key, without the study's id and without what is NULL.

    Ids of rows count from 1 in each study and table; dates are text.
    """
    con.execute(f"SELECT * FROM ctgov.{table} ORDER BY {', '.join(tables('ctgov')[table].key)}")
    names = [column[0] for column in con.description or []]
    return [
        {name: _plain(v) for name, v in zip(names, row, strict=True) if v is not None and name != "nct_id"}
        for row in con.fetchall()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and value > ROWS:
        return value % 1_000_000
    return value


def expected_rows(table: str) -> list[dict[str, Any]]:
    """The rows that the full record must make, checked by hand: one a line in `full_record_rows.jsonl`."""
    lines = Path(__file__).with_suffix("").with_name("full_record_rows.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [{name: v for name, v in row.items() if name != "table"} for row in found if row["table"] == table]


def full_record() -> Json:
    """The record; a new one at every call."""
    return {
        "protocolSection": _protocol(),
        "resultsSection": _results(),
        "annotationSection": _annotation(),
        "documentSection": _documents(),
        "derivedSection": _derived(),
        "hasResults": True,
    }


def _day(date: str) -> Json:
    return {"date": date, "type": "ACTUAL"}


def _protocol() -> Json:
    return {
        "identificationModule": {
            "nctId": NCT_ID,
            "nctIdAliases": ["NCT99900777"],
            "orgStudyIdInfo": {"id": "COOL-1", "type": "OTHER_GRANT", "link": "https://example.org/cool-1"},
            "secondaryIdInfos": [
                {
                    "id": "2020-000001-11",
                    "type": "EUDRACT_NUMBER",
                    "domain": "EMA",
                    "link": "https://example.org/eudract",
                }
            ],
            "briefTitle": "Cooling Caps for Migraine",
            "officialTitle": "A Randomised Study of Cooling Caps in Adults With Migraine",
            "acronym": "COOL",
            "organization": {"fullName": "Harbour Clinic", "class": "OTHER"},
        },
        "statusModule": {
            "statusVerifiedDate": "2024-02",
            "overallStatus": "COMPLETED",
            "lastKnownStatus": "RECRUITING",
            "delayedPosting": True,
            "whyStopped": "Caps ran out",
            "expandedAccessInfo": {"hasExpandedAccess": True, "nctId": "NCT99900888", "statusForNctId": "AVAILABLE"},
            "startDateStruct": _day("2020-01"),
            "primaryCompletionDateStruct": _day("2021-07-15"),
            "completionDateStruct": _day("2021"),
            "studyFirstSubmitDate": "2019-11-01",
            "studyFirstSubmitQcDate": "2019-11-02",
            "studyFirstPostDateStruct": _day("2019-11-03"),
            "resultsWaived": False,
            "resultsFirstSubmitDate": "2022-01-15",
            "resultsFirstSubmitQcDate": "2022-01-16",
            "resultsFirstPostDateStruct": _day("2022-01-17"),
            "dispFirstSubmitDate": "2021-10-01",
            "dispFirstSubmitQcDate": "2021-10-02",
            "dispFirstPostDateStruct": _day("2021-10-03"),
            "lastUpdateSubmitDate": "2024-02-10",
            "lastUpdatePostDateStruct": _day("2024-02-12"),
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": {
                "type": "PRINCIPAL_INVESTIGATOR",
                "investigatorFullName": "Ada Frost",
                "investigatorTitle": "Head of neurology",
                "investigatorAffiliation": "Harbour Clinic",
                "oldNameTitle": "Dr Frost",
                "oldOrganization": "Harbour Hospital",
            },
            "leadSponsor": {"name": "Harbour Clinic", "class": "OTHER"},
            "collaborators": [
                {"name": "Ice Works", "class": "INDUSTRY"},
                {"name": "City Council", "class": "OTHER_GOV"},
            ],
        },
        "oversightModule": {
            "oversightHasDmc": True,
            "isFdaRegulatedDrug": False,
            "isFdaRegulatedDevice": True,
            "isUnapprovedDevice": True,
            "isPpsd": False,
            "isUsExport": False,
            "fdaaa801Violation": True,
        },
        "descriptionModule": {"briefSummary": "Cold may help.", "detailedDescription": "Caps at 4 °C\n\nor at 20 °C."},
        "conditionsModule": {"conditions": ["Migraine", "Aura"], "keywords": ["Cold Cap"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "nPtrsToThisExpAccNctId": 2,
            "expandedAccessTypes": {"individual": True, "intermediate": False, "treatment": True},
            "patientRegistry": False,
            "targetDuration": "6 Months",
            "phases": ["PHASE1", "PHASE2"],
            "designInfo": {
                "allocation": "RANDOMIZED",
                "interventionModel": "PARALLEL",
                "interventionModelDescription": "Two arms",
                "primaryPurpose": "TREATMENT",
                "observationalModel": "COHORT",
                "timePerspective": "PROSPECTIVE",
                "maskingInfo": {
                    "masking": "DOUBLE",
                    "maskingDescription": "Caps look alike",
                    "whoMasked": ["PARTICIPANT", "OUTCOMES_ASSESSOR"],
                },
            },
            "bioSpec": {"retention": "SAMPLES_WITH_DNA", "description": "Blood"},
            "enrollmentInfo": {"count": 21, "type": "ACTUAL"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {
                    "label": "Cold",
                    "type": "EXPERIMENTAL",
                    "description": "Cap at 4 °C",
                    "interventionNames": ["Device: Cap", "Drug: Aspirin"],
                },
                {"label": "Warm", "type": "SHAM_COMPARATOR", "interventionNames": ["Device: Cap"]},
            ],
            "interventions": [
                {
                    "type": "DEVICE",
                    "name": "Cap",
                    "description": "Worn for 1 hour",
                    "armGroupLabels": ["Warm", "Cold"],
                    "otherNames": ["Ice hat", "FrostCap"],
                },
                {"type": "DRUG", "name": "Aspirin", "armGroupLabels": ["Cold", "Unknown arm"]},
            ],
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": "Pain", "description": "Scale of 0 to 10", "timeFrame": "2 hours"}],
            "secondaryOutcomes": [{"measure": "Sleep", "description": "Hours slept", "timeFrame": "1 night"}],
            "otherOutcomes": [{"measure": "Comfort", "description": "In words", "timeFrame": "1 hour"}],
        },
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n* Migraine",
            "healthyVolunteers": False,
            "sex": "FEMALE",
            "genderBased": True,
            "genderDescription": "Women",
            "minimumAge": "18 Years",
            "maximumAge": "65 Years",
            "stdAges": ["ADULT", "OLDER_ADULT"],
            "studyPopulation": "Guests of the clinic",
            "samplingMethod": "PROBABILITY_SAMPLE",
        },
        "contactsLocationsModule": _contacts(),
        "referencesModule": {
            "references": [
                {"pmid": "1", "type": "BACKGROUND", "citation": "Frost A. Cold. 2018."},
                {
                    "pmid": "2",
                    "type": "RESULT",
                    "citation": "Frost A. Colder. 2022.",
                    "retractions": [{"pmid": "3", "source": "J Cold. 2023."}],
                },
            ],
            "seeAlsoLinks": [{"label": "Clinic", "url": "https://example.org"}],
            "availIpds": [
                {"id": "D1", "type": "Data set", "url": "https://example.org/d1", "comment": "Ask the clinic"},
            ],
        },
        "ipdSharingStatementModule": {
            "ipdSharing": "YES",
            "description": "Data are shared",
            "infoTypes": ["STUDY_PROTOCOL", "SAP"],
            "timeFrame": "After 1 year",
            "accessCriteria": "On request",
            "url": "https://example.org/ipd",
        },
    }


def _contacts() -> Json:
    def person(name: str, role: str) -> Json:
        return {"name": name, "role": role, "phone": "555-01", "phoneExt": "9", "email": f"{name}@example.org"}

    return {
        "centralContacts": [person("Bo", "CONTACT"), person("Cy", "CONTACT")],
        "overallOfficials": [{"name": "Ada Frost", "affiliation": "Harbour Clinic", "role": "STUDY_CHAIR"}],
        "locations": [
            {
                "facility": "Harbour Clinic",
                "status": "RECRUITING",
                "city": "Boston",
                "state": "Massachusetts",
                "zip": "02101",
                "country": "United States",
                "contacts": [
                    person("Di", "PRINCIPAL_INVESTIGATOR"),
                    person("Ed", "CONTACT"),
                    person("Flo", "CONTACT"),
                    person("Gus", "SUB_INVESTIGATOR"),
                ],
                "geoPoint": {"lat": 42.36, "lon": -71.06},
            },
            {"facility": "North Ward", "city": "Lyon", "country": "France", "contacts": [person("Hal", "CONTACT")]},
            {"facility": "South Ward", "city": "Paris", "country": "France"},
        ],
    }


def _groups(prefix: str, *titles: str) -> list[Json]:
    return [
        {"id": f"{prefix}{number:03}", "title": title, "description": f"{title} group"}
        for number, title in enumerate(titles)
    ]


def _denoms(units: str, **counts: str) -> Json:
    return {"units": units, "counts": [{"groupId": group, "value": value} for group, value in counts.items()]}


def _results() -> Json:
    return {
        "participantFlowModule": {
            "preAssignmentDetails": "One week without drugs",
            "recruitmentDetails": "From one clinic",
            "typeUnitsAnalyzed": "heads",
            "groups": _groups("FG", "Cold", "Warm"),
            "periods": [
                {
                    "title": "First night",
                    "milestones": [
                        {
                            "type": "STARTED",
                            "comment": "Cap put on",
                            "achievements": [
                                {"groupId": "FG000", "numSubjects": "1,011", "numUnits": "1011", "comment": "All came"},
                                {"groupId": "FG001", "numSubjects": "10"},
                            ],
                        }
                    ],
                    "dropWithdraws": [
                        {
                            "type": "Adverse Event",
                            "comment": "Any event",
                            "reasons": [{"groupId": "FG001", "numSubjects": "1", "comment": "Too warm"}],
                        }
                    ],
                },
                {
                    "title": "Second night",
                    "milestones": [
                        {"type": "COMPLETED", "achievements": [{"groupId": "FG001", "numSubjects": "9 of 10"}]},
                    ],
                },
            ],
        },
        "baselineCharacteristicsModule": {
            "populationDescription": "All who came",
            "typeUnitsAnalyzed": "heads",
            "groups": _groups("BG", "Cold", "Warm", "Total"),
            "denoms": [_denoms("Participants", BG000="11", BG001="10"), _denoms("heads", BG000="11", BG001="9")],
            "measures": [
                {
                    "title": "Age",
                    "description": "At entry",
                    "populationDescription": "Those with a birthday",
                    "paramType": "MEAN",
                    "dispersionType": "STANDARD_DEVIATION",
                    "unitOfMeasure": "years",
                    "calculatePct": False,
                    "classes": [
                        {
                            "categories": [
                                {
                                    "measurements": [
                                        {"groupId": "BG000", "value": "41.5", "spread": "7"},
                                        {"groupId": "BG001", "value": "NA", "comment": "Not asked"},
                                    ]
                                }
                            ]
                        }
                    ],
                },
                {
                    "title": "Hair",
                    "paramType": "COUNT_OF_UNITS",
                    "unitOfMeasure": "heads",
                    "calculatePct": True,
                    "denomUnitsSelected": "heads",
                    "denoms": [_denoms("heads", BG000="10", BG001="8")],
                    "classes": [
                        {
                            "title": "Left side",
                            "denoms": [_denoms("heads", BG000="7")],
                            "categories": [
                                {
                                    "title": "Short",
                                    "measurements": [
                                        {"groupId": "BG000", "value": "1,234", "lowerLimit": "1", "upperLimit": "NA"},
                                        {"groupId": "BG001", "value": "3"},
                                    ],
                                },
                                {"title": "Long"},
                            ],
                        },
                        {"title": "Right side"},
                    ],
                },
                {"title": "Mood"},
            ],
        },
        "outcomeMeasuresModule": {"outcomeMeasures": [_pain(), _sleep()]},
        "adverseEventsModule": {
            "frequencyThreshold": "5",
            "timeFrame": "2 nights",
            "description": "Asked every hour",
            "allCauseMortalityComment": "Nobody died",
            "eventGroups": [
                {
                    "id": "EG000",
                    "title": "Cold",
                    "description": "Cold group",
                    "deathsNumAffected": 0,
                    "deathsNumAtRisk": 11,
                    "seriousNumAffected": 1,
                    "seriousNumAtRisk": 11,
                    "otherNumAffected": 4,
                    "otherNumAtRisk": 11,
                }
            ],
            "seriousEvents": [
                {
                    "term": "Frostbite",
                    "organSystem": "Skin",
                    "sourceVocabulary": "MedDRA 20.0",
                    "assessmentType": "SYSTEMATIC_ASSESSMENT",
                    "notes": "Left ear",
                    "stats": [{"groupId": "EG000", "numEvents": 2, "numAffected": 1, "numAtRisk": 11}],
                }
            ],
            "otherEvents": [
                {
                    "term": "Shivering",
                    "organSystem": "General",
                    "sourceVocabulary": "MedDRA 20.0",
                    "assessmentType": "NON_SYSTEMATIC_ASSESSMENT",
                    "notes": "Seen by staff",
                    "stats": [{"groupId": "EG000", "numEvents": 5, "numAffected": 4, "numAtRisk": 11}],
                },
                {"term": "Sneezing"},
            ],
        },
        "moreInfoModule": {
            "limitationsAndCaveats": {"description": "Few caps"},
            "certainAgreement": {
                "piSponsorEmployee": False,
                "restrictionType": "LTE60",
                "restrictiveAgreement": True,
                "otherDetails": "Sixty days",
            },
            "pointOfContact": {
                "title": "Registry desk",
                "organization": "Harbour Clinic",
                "email": "desk@example.org",
                "phone": "555-02",
                "phoneExt": "7",
            },
        },
    }


def _pain() -> Json:
    return {
        "type": "PRIMARY",
        "title": "Pain",
        "description": "Scale of 0 to 10",
        "populationDescription": "All who wore a cap",
        "reportingStatus": "POSTED",
        "anticipatedPostingDate": "2022-03",
        "paramType": "MEAN",
        "dispersionType": "95% Confidence Interval",
        "unitOfMeasure": "points",
        "calculatePct": True,
        "timeFrame": "2 hours",
        "typeUnitsAnalyzed": "heads",
        "denomUnitsSelected": "heads",
        "groups": _groups("OG", "Cold", "Warm"),
        "denoms": [_denoms("Participants", OG000="11", OG001="10"), _denoms("heads", OG000="11", OG001="9")],
        "classes": [
            {
                "title": "Hour 1",
                "denoms": [_denoms("heads", OG000="6")],
                "categories": [
                    {
                        "title": "Left",
                        "measurements": [
                            {
                                "groupId": "OG000",
                                "value": "2.5",
                                "spread": "0.5",
                                "lowerLimit": "1.5",
                                "upperLimit": "NA",
                                "comment": "No upper limit",
                            },
                            {"groupId": "OG001", "value": "<0.001"},
                        ],
                    }
                ],
            }
        ],
        "analyses": [
            {
                "paramType": "Mean Difference",
                "paramValue": "-1.5",
                "dispersionType": "STANDARD_ERROR_OF_MEAN",
                "dispersionValue": "0.4",
                "statisticalMethod": "t-test, 2 sided",
                "statisticalComment": "Equal variances",
                "pValue": "<0.001",
                "pValueComment": "Threshold 0.05",
                "ciNumSides": "TWO_SIDED",
                "ciPctValue": "95",
                "ciLowerLimit": "-2.3",
                "ciUpperLimit": "NA",
                "ciLowerLimitComment": "Bootstrap",
                "ciUpperLimitComment": "Not reached",
                "estimateComment": "Cold minus warm",
                "testedNonInferiority": False,
                "nonInferiorityType": "SUPERIORITY",
                "nonInferiorityComment": "No margin",
                "otherAnalysisDescription": "None",
                "groupDescription": "Both groups",
                "groupIds": ["OG000", "OG001"],
            }
        ],
    }


def _sleep() -> Json:
    """An outcome whose groups have the same codes as the first one's, but other names."""
    return {
        "type": "SECONDARY",
        "title": "Sleep",
        "timeFrame": "1 night",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "unitOfMeasure": "Participants",
        "groups": _groups("OG", "Slept in cold"),
        "denoms": [_denoms("Participants", OG000="11")],
        "classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": "8"}]}]}],
        "analyses": [{"pValue": "0.04", "groupIds": ["OG000"]}],
    }


def _annotation() -> Json:
    return {
        "annotationModule": {
            "unpostedAnnotation": {
                "unpostedResponsibleParty": "Ada Frost",
                "unpostedEvents": [{"type": "RELEASE", "date": "2022-01"}, {"type": "RESET", "dateUnknown": True}],
            },
            "violationAnnotation": {
                "violationEvents": [
                    {
                        "type": "VIOLATION_IDENTIFIED",
                        "description": "Late",
                        "creationDate": "2023-01-02",
                        "issuedDate": "2023-01-03",
                        "releaseDate": "2023-01-04",
                        "postedDate": "2023-01-05",
                    }
                ]
            },
        }
    }


def _documents() -> Json:
    return {
        "largeDocumentModule": {
            "noSap": False,
            "largeDocs": [
                {
                    "typeAbbrev": "Prot",
                    "hasProtocol": True,
                    "hasSap": False,
                    "hasIcf": False,
                    "label": "Study Protocol",
                    "date": "2019-10",
                    "uploadDate": "2022-01-15T09:30",
                    "filename": "Prot_000.pdf",
                    "size": 52_000,
                }
            ],
        }
    }


def _derived() -> Json:
    def browse(term: str, ancestor: str) -> Json:
        return {
            "meshes": [{"id": "D1", "term": term}],
            "ancestors": [{"id": "D2", "term": ancestor}],
            "browseLeaves": [{"id": "M1", "name": term, "asFound": term.lower(), "relevance": "HIGH"}],
            "browseBranches": [{"abbrev": "BC1", "name": ancestor}],
        }

    return {
        "miscInfoModule": {
            "versionHolder": "2024-02-12",
            "removedCountries": ["Spain"],
            "submissionTracking": {
                "estimatedResultsFirstSubmitDate": "2022-01-10",
                "firstMcpInfo": {"postDateStruct": _day("2022-01-12")},
                "submissionInfos": [
                    {
                        "releaseDate": "2022-01-10",
                        "unreleaseDate": "2022-01-11",
                        "unreleaseDateUnknown": False,
                        "resetDate": "2022-01-12",
                        "mcpReleaseN": 1,
                    }
                ],
            },
            "modelPredictions": {"bmiLimits": {"minBmi": 18.5, "maxBmi": 30}},
        },
        "conditionBrowseModule": browse("Migraine Disorders", "Headache"),
        "interventionBrowseModule": browse("Aspirin", "Salicylates"),
    }

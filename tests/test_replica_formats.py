"""What the replica sends besides whole records: chosen fields, CSV, legacy markup, the data model, statistics."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.replica import Replica
from tests.replica_sample import Client, studies, study

FULL = study(
    1,
    identificationModule__briefTitle="A study, with a comma",
    identificationModule__orgStudyIdInfo={"id": "ORG-1"},
    identificationModule__secondaryIdInfos=[{"id": "SEC-1"}, {"id": "SEC-2"}],
    descriptionModule__briefSummary="Dose of 5 \\> 4\nand a second line",
    designModule__studyType="INTERVENTIONAL",
    designModule__phases=["PHASE1", "PHASE2"],
    designModule__enrollmentInfo={"count": 12, "type": "ACTUAL"},
    designModule__designInfo={
        "allocation": "RANDOMIZED",
        "interventionModel": "PARALLEL",
        "primaryPurpose": "TREATMENT",
        "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
    },
    armsInterventionsModule__interventions=[
        {"type": "DRUG", "name": "Examplinib", "description": "10 mg \\* 2"},
        {"type": "DEVICE", "name": "Pump"},
    ],
    outcomesModule__primaryOutcomes=[{"measure": "Survival", "timeFrame": "2 years"}],
    eligibilityModule__stdAges=["ADULT", "OLDER_ADULT"],
    contactsLocationsModule__locations=[
        {"facility": "Clinic", "city": "Ulm", "country": "Germany", "geoPoint": {"lat": 48.4, "lon": 10.0}}
    ],
)
FULL["documentSection"] = {
    "largeDocumentModule": {"largeDocs": [{"label": "Study Protocol", "filename": "Prot_000.pdf"}]}
}
RECORDS = [FULL, study(2, designModule__studyType="OBSERVATIONAL", designModule__phases=["PHASE2"])]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Replica(RECORDS).serve() as server, Client(server.base_url) as client:
        yield client


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ("NCTId", {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}),
        ("HasResults", {"hasResults": False}),
        (
            "protocolSection.designModule.phases",
            {"protocolSection": {"designModule": {"phases": ["PHASE1", "PHASE2"]}}},
        ),
        ("EnrollmentInfo", {"protocolSection": {"designModule": {"enrollmentInfo": {"count": 12, "type": "ACTUAL"}}}}),
        (
            "InterventionName|HasResults",
            {
                "protocolSection": {
                    "armsInterventionsModule": {"interventions": [{"name": "Examplinib"}, {"name": "Pump"}]}
                },
                "hasResults": False,
            },
        ),
        (
            "EnrollmentCount,EnrollmentInfo",
            {"protocolSection": {"designModule": {"enrollmentInfo": {"count": 12, "type": "ACTUAL"}}}},
        ),
        (
            "LocationGeoPoint",
            {"protocolSection": {"contactsLocationsModule": {"locations": [{"geoPoint": {"lat": 48.4, "lon": 10.0}}]}}},
        ),
        ("WhyStopped", {}),
    ],
)
def test_chosen_fields(client: Client, fields: str, kept: dict[str, Any]) -> None:
    assert client.json("/studies/NCT00000001", fields=fields) == kept
    assert client.page(filter_ids="NCT00000001", fields=fields)["studies"] == [kept]


def test_a_branch_brings_all_below_it_and_an_area_its_fields(client: Client) -> None:
    assert client.json("/studies/NCT1", fields="ProtocolSection") == {"protocolSection": FULL["protocolSection"]}
    kept = client.json("/studies/NCT1", fields="TitleSearch")
    assert kept == {"protocolSection": {"identificationModule": {"briefTitle": "A study, with a comma"}}}


def test_the_fields_that_a_query_searched(client: Client) -> None:
    [record] = client.page(query_titles="comma", query_lead="NOT nobody", fields="@query|HasResults")["studies"]
    title = {"identificationModule": {"briefTitle": "A study, with a comma"}}
    assert record == {"protocolSection": title, "hasResults": False}


@pytest.mark.parametrize("fields", ["", "|", "Nonsense", "NCTId|nctid", "protocolSection.nothing"])
def test_unknown_fields_are_refused(client: Client, fields: str) -> None:
    assert client.get("/studies", fields=fields).status_code == 400
    assert client.get("/studies/NCT1", fields=fields).status_code == 400


def test_legacy_markup_has_no_escapes_in_markup_fields(client: Client) -> None:
    legacy = client.json("/studies/NCT1", markupFormat="legacy")["protocolSection"]
    assert legacy["descriptionModule"]["briefSummary"] == "Dose of 5 > 4\nand a second line"
    assert legacy["armsInterventionsModule"]["interventions"][0]["description"] == "10 mg * 2"
    assert client.json("/studies/NCT1", markupFormat="markdown") == FULL


def test_csv_with_every_column(client: Client) -> None:
    response = client.get("/studies", format="csv", countTotal="true", filter_ids="NCT00000001")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["x-total-count"] == "1"
    assert "x-next-page-token" not in response.headers
    [row] = csv.DictReader(io.StringIO(response.text, newline=""))
    assert len(row) == 30
    assert row["Study Title"] == "A study, with a comma"
    assert row["Study URL"] == "https://clinicaltrials.gov/study/NCT00000001"
    assert row["Brief Summary"] == "Dose of 5 \\> 4\nand a second line"
    assert row["Study Results"] == "NO"
    assert row["Interventions"] == "DRUG: Examplinib|DEVICE: Pump"
    assert row["Primary Outcome Measures"] == "Survival, 2 years"
    assert row["Age"] == "ADULT, OLDER_ADULT"
    assert row["Phases"] == "PHASE1|PHASE2"
    assert row["Enrollment"] == "12"
    assert row["Study Design"] == (
        "Allocation: RANDOMIZED|Intervention Model: PARALLEL"
        "|Masking: DOUBLE (PARTICIPANT, INVESTIGATOR)|Primary Purpose: TREATMENT"
    )
    assert row["Other IDs"] == "ORG-1|SEC-1|SEC-2"
    assert row["Locations"] == "Clinic, Ulm, Germany"
    assert row["Study Documents"].endswith("/large-docs/01/NCT00000001/Prot_000.pdf")


def test_csv_pages_have_their_token_in_a_header_and_the_column_names_once(client: Client) -> None:
    first = client.get("/studies", format="csv", fields="NCT Number,Phases", pageSize=1)
    second = client.get(
        "/studies",
        format="csv",
        fields="NCT Number,Phases",
        pageSize=1,
        countTotal="true",
        pageToken=first.headers["x-next-page-token"],
    )
    assert first.text.splitlines()[0] == "NCT Number,Phases"
    assert {*first.text.splitlines()[1:], *second.text.splitlines()} == {
        "NCT00000001,PHASE1|PHASE2",
        "NCT00000002,PHASE2",
    }
    assert "x-next-page-token" not in second.headers
    assert "x-total-count" not in second.headers
    assert client.get("/studies", format="csv", fields="NCTId").status_code == 400


def test_one_study_as_csv_and_as_zip(client: Client) -> None:
    row = client.get("/studies/NCT2", format="csv", fields="NCT Number|Study Design").text
    assert row == "NCT Number,Study Design\r\nNCT00000002,Observational Model: |Time Perspective: p\r\n"
    with zipfile.ZipFile(io.BytesIO(client.get("/studies/NCT2", format="json.zip").content)) as archive:
        assert archive.namelist() == ["NCT00000002.json"]


def _flat(nodes: list[dict[str, Any]], path: str = "") -> dict[str, dict[str, Any]]:
    found = {}
    for node in nodes:
        below = f"{path}.{node['name']}" if path else node["name"]
        found[below] = node
        found |= _flat(node.get("children", []), below)
    return found


def test_the_data_model(client: Client) -> None:
    fields = _flat(client.json("/studies/metadata"))
    assert len(fields) == 454
    nct_id = fields["protocolSection.identificationModule.nctId"]
    assert nct_id == {"name": "nctId", "piece": "NCTId", "sourceType": "TEXT", "type": "text"}
    phase = fields["protocolSection.designModule.phases"]
    assert (phase["piece"], phase["type"], phase["isEnum"]) == ("Phase", "Phase[]", True)
    assert sum(field["type"] == "markup" for field in fields.values()) == 50
    assert client.json("/studies/metadata", includeIndexedOnly="true")
    assert client.get("/studies/metadata", includeIndexedOnly="perhaps").status_code == 400


def test_fields_of_the_records_that_the_model_lacks_are_listed_too() -> None:
    odd = study(1, designModule__novelThings=[{"size": 3, "isNew": True, "note": None}])
    odd["newSection"] = {"ratio": 0.5}
    with Replica([odd]).serve() as server, Client(server.base_url) as client:
        fields = _flat(client.json("/studies/metadata"))
    novel = fields["protocolSection.designModule.novelThings"]
    assert (novel["piece"], novel["sourceType"], novel["type"]) == ("NovelThings", "STRUCT", "NovelThings[]")
    assert fields["protocolSection.designModule.novelThings.size"]["type"] == "integer"
    assert fields["protocolSection.designModule.novelThings.isNew"]["type"] == "boolean"
    assert fields["newSection.ratio"]["type"] == "number"
    assert len(fields) == 454 + 5


def test_enumerations_and_search_areas(client: Client) -> None:
    enums = {item["type"]: item for item in client.json("/studies/enums")}
    assert [item["value"] for item in enums["Phase"]["values"]][:3] == ["NA", "EARLY_PHASE1", "PHASE1"]
    assert enums["Status"]["pieces"] == ["OverallStatus", "LastKnownStatus"]
    assert all(item["values"] for item in enums.values())
    [document] = client.json("/studies/search-areas")
    areas = {area["name"]: area for area in document["areas"]}
    assert areas["ConditionSearch"]["param"] == "cond"
    assert areas["ConditionSearch"]["parts"][0]["pieces"] == ["Condition"]


def test_statistics_of_values(client: Client) -> None:
    phase, count = client.json("/stats/field/values", fields="Phase|EnrollmentCount")
    assert phase["type"] == "ENUM"
    assert phase["missingStudiesCount"] == 0
    assert phase["topValues"][0] == {"value": "PHASE2", "studiesCount": 2}
    assert (count["min"], count["max"], count["avg"], count["missingStudiesCount"]) == (12, 12, 12.0, 1)
    dates = client.json("/stats/field/values", types="DATE")
    assert {item["type"] for item in dates} == {"DATE"}
    by_piece = {item["piece"]: item for item in dates}
    assert by_piece["LastUpdatePostDate"]["max"] == "2026-01-05"
    [results] = client.json("/stats/field/values", fields="hasResults")
    assert (results["trueCount"], results["falseCount"]) == (0, 2)
    [title] = client.json("/stats/field/values", fields="BriefTitle")
    assert title["longest"]["nctId"] == "NCT00000001"


def test_statistics_of_list_sizes(client: Client) -> None:
    [phase] = client.json("/stats/field/sizes", fields="Phase")
    assert (phase["minSize"], phase["maxSize"], phase["uniqueSizesCount"]) == (1, 2, 2)
    assert "Location" in {item["piece"] for item in client.json("/stats/field/sizes")}


def test_statistics_of_unknown_fields_and_types(client: Client) -> None:
    assert client.get("/stats/field/values", fields="Nonsense").status_code == 404
    assert client.get("/stats/field/sizes", fields="Nonsense").status_code == 404
    assert client.get("/stats/field/values", types="COLOUR").status_code == 400
    assert client.get("/stats/field/values", fields="").status_code == 400


def test_the_whole_registry_as_one_zip() -> None:
    with Replica(studies(150)).serve() as server, Client(server.base_url) as client:
        whole = client.get("/studies/download", format="json.zip")
        rest = client.get("/studies/download", format="json.zip", headers={"Range": "bytes=1000-"})
        too_far = client.get("/studies/download", format="json.zip", headers={"Range": "bytes=99999999-"})
        other = {"Range": "bytes=1000-", "If-Range": '"another version"'}
        anew = client.get("/studies/download", format="json.zip", headers=other)
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        assert len(archive.namelist()) == 150
        assert "35/NCT00000135.json" in archive.namelist()
        assert archive.testzip() is None
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert rest.headers["Content-Range"] == f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    assert too_far.status_code == 416
    assert (anew.status_code, anew.content) == (200, whole.content)

"""The registry's own older forms, and exports of other registers: a small sample of each, with what it must give."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from crawler.archive import Archive
from crawler.readers.registers import identify, is_record_id, registers
from crawler.records import Record, Unreadable, records
from kb.ingest import ingest_files
from kb.store import Store
from tests.full_record import loaded

DATA = Path(__file__).parent / "data"


def read(name: str) -> tuple[dict[str, Record], list[str]]:
    """(records by id, reasons of what was refused) of a sample."""
    found = list(records((DATA / name).read_bytes(), "file"))
    return (
        {item.nct_id: item for item in found if isinstance(item, Record)},
        [item.reason for item in found if isinstance(item, Unreadable)],
    )


def at(record: Record, path: str) -> Any:
    place: Any = record.data if path.split(".")[0].endswith("Section") else record.data["protocolSection"]
    for key in path.split("."):
        place = place[int(key)] if key.isdigit() else place.get(key) if isinstance(place, dict) else None
    return place


ARMS = "armsInterventionsModule"
EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    "ctgov.xml": {
        "NCT99900001": {
            "identificationModule.briefTitle": "Lumapril for asthma & cough",
            "identificationModule.secondaryIdInfos": [{"id": "ISRCTN99999999"}],
            "descriptionModule.briefSummary": "Lumapril is given to adults.\n\n"
            "* First 5 mg\n    * or 2 mg\n* Then 10 mg",
            "statusModule.overallStatus": "ACTIVE_NOT_RECRUITING",
            "statusModule.startDateStruct": {"date": "2031-03", "type": "ESTIMATED"},
            "statusModule.lastUpdatePostDateStruct": {"date": "2030-04-05", "type": "ACTUAL"},
            "designModule.phases": ["PHASE1", "PHASE2"],
            "designModule.designInfo": {
                "allocation": "NA", "interventionModel": "SINGLE_GROUP",
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "OUTCOMES_ASSESSOR"]},
            },
            f"{ARMS}.armGroups": [
                {"label": "Lumapril", "type": "EXPERIMENTAL", "interventionNames": ["Dietary Supplement: Lumapril"]}
            ],
            f"{ARMS}.interventions": [
                {"type": "DIETARY_SUPPLEMENT", "name": "Lumapril", "armGroupLabels": ["Lumapril"],
                 "otherNames": ["LX-4"]}
            ],
            "eligibilityModule": {
                "eligibilityCriteria": "Inclusion Criteria:\n\n* Asthma for 1 year", "healthyVolunteers": False,
                "sex": "ALL", "minimumAge": "16 Years", "stdAges": ["CHILD", "ADULT", "OLDER_ADULT"],
            },
            "contactsLocationsModule.locations": [
                {"facility": "Clinic", "status": "RECRUITING", "city": "Oslo", "country": "Norway"}
            ],
            "resultsSection.outcomeMeasuresModule.outcomeMeasures.0.classes.0.categories.0.measurements": [
                {"groupId": "OG000", "value": "3.5", "spread": "0.4"}
            ],
            "resultsSection.outcomeMeasuresModule.outcomeMeasures.0.dispersionType": "Standard Deviation",
            "resultsSection.adverseEventsModule.eventGroups": [
                {"id": "EG000", "title": "All", "seriousNumAffected": 2, "seriousNumAtRisk": 40}
            ],
            "resultsSection.adverseEventsModule.seriousEvents": [
                {"term": "Palpitations", "organSystem": "Cardiac disorders", "sourceVocabulary": "MedDRA",
                 "stats": [{"groupId": "EG000", "numEvents": 3, "numAffected": 2, "numAtRisk": 40}]}
            ],
        }
    },
    "modern.csv": {
        "NCT99900011": {
            "identificationModule.briefTitle": "Lumapril, again",
            f"{ARMS}.interventions": [
                {"type": "DRUG", "name": "Lumapril"}, {"type": "DIETARY_SUPPLEMENT", "name": "Honey"}
            ],
            "outcomesModule.primaryOutcomes": [
                {"measure": "Cough", "description": "Counted by a nurse", "timeFrame": "4 weeks"}
            ],
            "outcomesModule.secondaryOutcomes": [
                {"measure": "Sleep (hours, as told)", "timeFrame": "4 weeks"},
                {"measure": "Steps", "description": "Counted by a watch, all of them",
                 "timeFrame": "baseline, week 2, week 4"},
                {"measure": "Mood"},
            ],
            "designModule.designInfo.maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]},
            "eligibilityModule.stdAges": ["ADULT", "OLDER_ADULT"],
            "statusModule.startDateStruct.date": "2031-03",
            "contactsLocationsModule.locations": [
                {"facility": "Clinic of Lungs, Department A", "country": "Norway", "zip": "0150", "city": "Oslo"},
                {"facility": "Hilltown Hospital", "country": "United States", "zip": "77001", "state": "Texas",
                 "city": "Hilltown"},
            ],
            "sourceSection.flags": ["outcome_split_unsure", "location_split_unsure"],
        }
    },
    "classic.csv": {
        "NCT99900012": {
            "statusModule.overallStatus": "COMPLETED",
            "eligibilityModule": {
                "sex": "ALL", "minimumAge": "18 Years", "maximumAge": "70 Years", "stdAges": ["ADULT", "OLDER_ADULT"]
            },
            "outcomesModule.primaryOutcomes": [{"measure": "Cough"}],
            "outcomesModule.secondaryOutcomes": [{"measure": "Sleep"}, {"measure": "Mood"}],
            "statusModule.startDateStruct.date": "2014-10",
            "statusModule.studyFirstPostDateStruct.date": "2014-10-16",
            "designModule.designInfo": {"allocation": "NON_RANDOMIZED", "maskingInfo": {"masking": "NONE"}},
            "sourceSection.flags": ["outcome_role_unsure", "funder_unsure"],
        }
    },
    "ictrp.xml": {
        "DRKS99999901": {
            "identificationModule.briefTitle": "Cold air against croup",
            "eligibilityModule.minimumAge": "3 Months", "eligibilityModule.maximumAge": "5 Years",
            "eligibilityModule.stdAges": ["CHILD"],
            "eligibilityModule.eligibilityCriteria": "Inclusion Criteria:\n\nCroup since less than a day\n"
            "Consent of the parents\n\nExclusion Criteria:\n\nOther disease of the lungs",
            "designModule.designInfo.allocation": "RANDOMIZED", "designModule.enrollmentInfo.count": 118,
            "statusModule.studyFirstSubmitDate": "2031-02-13",
            "statusModule.lastUpdatePostDateStruct.date": "2031-03-05",
            "outcomesModule.secondaryOutcomes": [{"measure": "Return within 3 days"}, {"measure": "Cough"}],
            "identificationModule.secondaryIdInfos": [
                {"id": "NCT99900001"}, {"id": "Nil known"}, {"id": "U1111-9999-9998"}
            ],
            "sourceSection.registry": "DRKS", "sourceSection.form": "ictrp_xml",
        },
        "ChiCTR9999999902": {
            "eligibilityModule": {"sex": "ALL", "minimumAge": "18 Years", "stdAges": ["ADULT", "OLDER_ADULT"]},
            f"{ARMS}.armGroups": [
                {"label": "Group A", "description": "acupuncture"}, {"label": "Group B", "description": "rest"}
            ],
            "sourceSection.registry": "ChiCTR",
        },
    },
    "ictrp.csv": {
        "CTRI/2031/01/999903": {
            "identificationModule.officialTitle": "Yoga, at night, for sleep",
            "eligibilityModule.minimumAge": "18 Years", "eligibilityModule.maximumAge": "65 Years",
            "designModule.phases": ["PHASE2", "PHASE3"], "sourceSection.registry": "CTRI",
        },
        "ACTRN12699999999905": {
            "identificationModule.briefTitle": "Warm milk", "eligibilityModule": None, "designModule.phases": ["NA"]
        },
    },
    "isrctn.xml": {
        "ISRCTN99999904": {
            "identificationModule.briefTitle": "Yoga for sleep in nurses", "designModule.studyType": "INTERVENTIONAL",
            "designModule.designInfo": {"primaryPurpose": "PREVENTION", "allocation": "NON_RANDOMIZED"},
            "eligibilityModule.minimumAge": "20 Years", "eligibilityModule.maximumAge": None,
            "eligibilityModule.sex": "FEMALE", "statusModule.completionDateStruct.date": "2032-01-31",
            f"{ARMS}.interventions": [
                {"description": "Yoga for half an hour a day", "name": "Behavioural", "type": "BEHAVIORAL"}
            ],
            "outcomesModule.secondaryOutcomes": [
                {"measure": "Mood at 6 weeks"}, {"measure": "Days off work at 12 weeks"}
            ],
            "sponsorCollaboratorsModule.leadSponsor.name": "Lakeside Trust", "sourceSection.registry": "ISRCTN",
        }
    },
    "ctis.json": {
        "2031-599906-11-00": {
            "identificationModule.briefTitle": "Belumat in arthritis", "designModule.phases": ["PHASE2"],
            "statusModule.overallStatus": "RECRUITING", "statusModule.startDateStruct.date": "2031-03-05",
            "eligibilityModule": {
                "eligibilityCriteria": "Inclusion Criteria:\n\n* Arthritis for 6 months\n\nExclusion Criteria:\n\n"
                "* Infection", "stdAges": ["ADULT", "OLDER_ADULT"], "sex": "ALL",
            },
            f"{ARMS}.armGroups": [{"label": "Belumat", "description": "10 mg twice daily"}],
            f"{ARMS}.interventions": [{"type": "DRUG", "name": "Belumat 10 mg tablet", "otherNames": ["BELUMAT"]}],
            "outcomesModule.primaryOutcomes": [{"measure": "ACR20 at week 12"}],
            "contactsLocationsModule.locations": [{"country": "Austria"}, {"country": "Italy"}],
            "sourceSection.registry": "CTIS",
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("name", list(EXPECTED))
def test_form(name: str) -> None:
    found, _ = read(name)
    assert sorted(found) == sorted(EXPECTED[name])
    for nct_id, facts in EXPECTED[name].items():
        assert {path: at(found[nct_id], path) for path in facts} == facts


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ictrp.xml", "'not applicable' fits no register's pattern"),
        ("ictrp.csv", "ACTRN12699999999905 a second time in one file: the first was kept"),
        ("isrctn.xml", "malformed isrctn '12'"),
        ("ctis.json", "malformed ctNumber '2031-1'"),
    ],
)
def test_an_id_that_is_none_is_refused(name: str, reason: str) -> None:
    (said,) = read(name)[1]
    assert reason in said


@pytest.mark.parametrize("register", registers(), ids=lambda register: register.name)
def test_every_register_knows_its_own_ids_and_no_junk(register: Any) -> None:
    assert identify(register.example) == (register.name, register.example)
    for junk in ("not applicable", "N/A", "0", "none", "12345678", "pending", f"{register.example}-x9-x9", "2021-000"):
        assert identify(junk) is None


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("EUCTR2015-099999-42-DE", ("EU-CTR", "2015-099999-42")),
        ("2022-599999-12", ("CTIS", "2022-599999-12-00")),
        ("JPRN-UMIN999999999", ("UMIN", "UMIN999999999")),
        ("nct99000001", ("ClinicalTrials.gov", "NCT99000001")),
        ("ISRCTN 99999999", ("ISRCTN", "ISRCTN99999999")),
    ],
)
def test_other_ways_of_writing_an_id(written: str, known: tuple[str, str]) -> None:
    assert identify(written) == known
    assert not is_record_id(written)


def test_all_forms_share_the_tables(tmp_path: Path) -> None:
    items = [item for name in EXPECTED for item in read(name)[0].values()]
    con = loaded(tmp_path, *(item.data for item in items))
    kept = dict(con.execute("SELECT nct_id, registry FROM ctgov.studies").fetchall())
    assert len(kept) == len(items) == 9
    assert kept["CTRI/2031/01/999903"] == "CTRI"
    fields = con.execute("SELECT value FROM meta.register_fields WHERE field = 'sponsor type'").fetchall()
    assert fields == [("Hospital/treatment centre",)]
    assert con.execute("SELECT id FROM ctgov.brief_summaries WHERE nct_id LIKE 'ISRCTN%'").fetchall()[0][0] < 0


def test_all_real_csv_files_load(shared: Path) -> None:
    rows = {"modern_120.csv": 103, "modern_urology.csv": 200, "classic_b_cell.csv": 999}
    for name, count in rows.items():
        found = list(records((shared / "data" / "ctgov_csv" / name).read_bytes(), "file"))
        assert len(found) == count
        assert all(isinstance(item, Record) for item in found)


def test_all_real_xml_files_load(shared: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "kb")
    with store.lock():
        assert ingest_files(store, [shared / "data" / "ctgov_xml.tar.gz"]).problems == []
    archive = Archive(store.raw)
    bodies = [archive.read(entry.sha256) for entry in archive.entries() if entry.kind == "file"]
    found = [item for body in bodies for item in records(body, "file")]
    assert [item for item in found if isinstance(item, Unreadable)] == []
    assert len({item.nct_id for item in found if isinstance(item, Record)}) == len(found) == 1500


def test_real_csv_rows_agree_with_json(shared: Path) -> None:
    with gzip.open(shared / "data" / "ctgov_v2.jsonl.gz") as lines:
        protocols = [orjson.loads(line)["protocolSection"] for line in lines]
    known = {protocol["identificationModule"]["nctId"]: protocol for protocol in protocols}
    seen = right = 0
    for name in ("modern_120.csv", "modern_urology.csv"):
        for item in records((shared / "data" / "ctgov_csv" / name).read_bytes(), "file"):
            assert isinstance(item, Record)
            mine, theirs = item.data["protocolSection"], known[item.nct_id]
            for module, key in (
                ("identificationModule", "briefTitle"), ("statusModule", "overallStatus"), ("designModule", "phases"),
                ("conditionsModule", "conditions"), ("eligibilityModule", "sex"), ("eligibilityModule", "stdAges"),
            ):  # fmt: skip
                assert mine.get(module, {}).get(key) == theirs.get(module, {}).get(key), (item.nct_id, key)
            for role in ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes"):
                ours, outcomes = (side.get("outcomesModule", {}).get(role, []) for side in (mine, theirs))
                assert len(ours) == len(outcomes)
                seen += len(outcomes)
                right += sum(a.get("timeFrame") == b.get("timeFrame") for a, b in zip(ours, outcomes, strict=True))
    assert right / seen > 0.9

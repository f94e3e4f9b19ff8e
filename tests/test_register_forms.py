"""Records of other registers as their interfaces send them: codes, and values that stand in several places."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import orjson
import pytest

from crawler.readers import RANKS
from crawler.records import Record, records
from tests.register_records import ctis_trial, isrctn_file, isrctn_trial

NUMBER = "2031-500001-11-00"
CODES = tomllib.loads(files("crawler.readers").joinpath("data/ctis_codes.toml").read_text(encoding="utf-8"))


def read(body: bytes) -> dict[str, Any]:
    (item,) = records(body, "file")
    assert isinstance(item, Record)
    return item.data


def ctis(**changes: Any) -> dict[str, Any]:
    return read(orjson.dumps(ctis_trial(NUMBER, "Gout", **changes)))


def fields(data: dict[str, Any]) -> dict[str, str]:
    return {item["name"]: item["value"] for item in data["sourceSection"]["fields"]}


@pytest.mark.parametrize(
    ("code", "label", "status"),
    [
        (1, "Under evaluation", "NOT_YET_RECRUITING"),
        (2, "Authorised, recruitment pending", "NOT_YET_RECRUITING"),
        (3, "Authorised, recruiting", "RECRUITING"),
        (4, "Ongoing, recruiting", "RECRUITING"),
        (5, "Ongoing, recruitment ended", "ACTIVE_NOT_RECRUITING"),
        (6, "Temporarily halted", "SUSPENDED"),
        (7, "Suspended", "SUSPENDED"),
        (8, "Ended", "COMPLETED"),
        (9, "Expired", "WITHDRAWN"),
        (10, "Revoked", "TERMINATED"),
        (11, "Not authorised", "WITHDRAWN"),
        (12, "Cancelled", "WITHDRAWN"),
    ],
)
def test_the_public_state_counts_not_that_of_the_application(code: int, label: str, status: str) -> None:
    for data in (ctis(ctPublicStatusCode=code), ctis(ctPublicStatusCode=None, ctStatus=label)):
        assert data["protocolSection"]["statusModule"]["overallStatus"] == status
        assert fields(data)["public status"] == label
    assert len(CODES["status"]) == 12


def test_a_state_of_the_application_alone_says_nothing_of_recruitment() -> None:
    for data in (ctis(ctPublicStatusCode=None), ctis(ctPublicStatusCode=99)):
        assert "overallStatus" not in data["protocolSection"]["statusModule"]
        assert fields(data)["state of the application"] == "Authorised"


def test_an_early_end_in_every_country() -> None:
    def ended(*kinds: str) -> dict[str, Any]:
        reason = {"name": "Too few participants"}
        countries = [
            {
                "mscName": kind,
                "events": [{"notificationType": kind, "date": "2032-01-01"}],
                "earlyTerminationReason": reason,
            }
            for kind in kinds
        ]
        return ctis(ctPublicStatusCode=8, events={"trialEvents": countries})["protocolSection"]["statusModule"]

    assert ended("EARLY_TERMINATION", "END_OF_TRIAL")["overallStatus"] == "COMPLETED"
    both = ended("EARLY_TERMINATION", "EARLY_TERMINATION")
    assert (both["overallStatus"], both["whyStopped"]) == ("TERMINATED", "Too few participants")


def test_dates_notified_and_planned() -> None:
    status = ctis(startDateEU=None, endDateEU="31/12/2032")["protocolSection"]["statusModule"]
    assert status["startDateStruct"] == {"date": "2031-02-01", "type": "ESTIMATED"}
    assert status["completionDateStruct"] == {"date": "2032-12-31", "type": "ACTUAL"}


@pytest.mark.parametrize(
    ("code", "phases"), [("1", ["PHASE1"]), ("9", ["PHASE1", "PHASE2"]), ("11", ["PHASE3", "PHASE4"])]
)
def test_phases(code: str, phases: list[str]) -> None:
    trial = ctis_trial(NUMBER, "Gout")
    part = trial["authorizedApplication"]["authorizedPartI"]
    part["trialDetails"]["trialInformation"]["trialCategory"]["trialPhase"] = code
    assert read(orjson.dumps(trial))["protocolSection"]["designModule"]["phases"] == phases


def test_products_listed_by_their_role() -> None:
    trial = ctis_trial(NUMBER, "Gout")
    part = trial["authorizedApplication"]["authorizedPartI"]
    part["productRoleGroupInfos"] = [{"productRoleName": "Test", "products": part.pop("products")}]
    data = read(orjson.dumps(trial))
    (product,) = data["protocolSection"]["armsInterventionsModule"]["interventions"]
    assert (product["name"], product["otherNames"]) == ("Sorelin 5 mg capsules", ["SORELIN"])
    assert fields(data)["routes of Sorelin 5 mg capsules"] == "ORAL USE"


def test_an_entry_of_the_search_never_takes_the_place_of_a_record() -> None:
    entry = {
        "ctNumber": NUMBER, "ctStatus": 5, "ctTitle": "Gout", "conditions": "Gout of the big toe",
        "trialCountries": ["Austria:5", "Italy:2"], "trialPhase": "Therapeutic exploratory (Phase II)",
        "sponsor": "Alpine Pharma", "totalNumberEnrolled": "120", "lastUpdated": "09/07/2031",
    }  # fmt: skip
    data = read(orjson.dumps({"pagination": {"totalRecords": 1}, "data": [entry]}))
    assert RANKS[data["sourceSection"]["form"]] > RANKS[ctis()["sourceSection"]["form"]]
    protocol = data["protocolSection"]
    assert protocol["statusModule"] == {
        "overallStatus": "ACTIVE_NOT_RECRUITING", "lastUpdatePostDateStruct": {"date": "2031-07-09"}
    }  # fmt: skip
    assert protocol["conditionsModule"]["conditions"] == ["Gout of the big toe"]
    assert protocol["contactsLocationsModule"]["locations"] == [{"country": "Austria"}, {"country": "Italy"}]
    assert protocol["designModule"]["phases"] == ["PHASE2"]
    assert protocol["sponsorCollaboratorsModule"]["leadSponsor"]["name"] == "Alpine Pharma"


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a record: what holds it, and its key or number there."""
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


@pytest.mark.parametrize("junk", [None, True, -1.5, "text", [], [None, "x", {}], {"x": [1]}], ids=repr)
def test_a_part_of_another_shape_costs_itself(junk: object) -> None:
    trial = ctis_trial(NUMBER, "Gout", events={"trialEvents": [{"events": [{"notificationType": "END_OF_TRIAL"}]}]})
    read_with_it = 0
    for holder, key in list(places(trial)):
        kept, holder[key] = holder[key], junk
        if key != "ctNumber":
            assert read(orjson.dumps(trial))["protocolSection"]["identificationModule"]["nctId"] == NUMBER
            read_with_it += 1
        holder[key] = kept
    assert read_with_it > 100


def test_outcomes_of_isrctn_as_texts_and_as_a_list() -> None:
    trial = isrctn_trial("10000001", "Sleep")
    both = trial.replace(
        b"<primaryOutcomes>", b"<primaryOutcome>Hours of sleep at 6 weeks</primaryOutcome><primaryOutcomes>"
    )
    for body in (trial, both):
        outcomes = read(isrctn_file(body))["protocolSection"]["outcomesModule"]["primaryOutcomes"]
        assert outcomes == [{"measure": "Hours of sleep", "description": "a diary", "timeFrame": "6 weeks"}]


def test_enrolment_of_isrctn_before_and_after() -> None:
    trial = isrctn_trial("10000001", "Sleep")
    planned = trial.replace(b"<totalFinalEnrolment>61<", b"<totalFinalEnrolment><")
    for body, info in ((trial, {"count": 61, "type": "ACTUAL"}), (planned, {"count": 64, "type": "ESTIMATED"})):
        assert read(isrctn_file(body))["protocolSection"]["designModule"]["enrollmentInfo"] == info

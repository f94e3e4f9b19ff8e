"""The registry from one simulated day to the next: what `Replica.update` changes, and the registry's own history."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.errors import UsageError
from crawler.replica import Replica
from tests.replica_sample import Client, studies, study

MARKUP = study(7, descriptionModule__briefSummary="More than \\> 5 units")
PLACED = study(8, contactsLocationsModule__locations=[{"city": "Ulm", "geoPoint": {"lat": 48.4, "lon": 10.0}}])


@pytest.fixture
def replica() -> Replica:
    return Replica([*studies(6), MARKUP, PLACED])


@pytest.fixture
def client(replica: Replica) -> Iterator[Client]:
    with replica.serve() as server, Client(server.base_url) as client:
        yield client


def without_version(record: dict[str, Any]) -> dict[str, Any]:
    record = copy.deepcopy(record)
    del record["derivedSection"]["miscInfoModule"]["versionHolder"]
    return record


def test_a_day_without_changes_moves_the_version_over_the_weekend(replica: Replica, client: Client) -> None:
    assert replica.data_timestamp == "2026-10-02T09:00:05"  # a Friday
    assert replica.update() == "2026-10-05T09:00:05"
    assert replica.update() == "2026-10-06T09:00:05"
    assert replica.update(data_timestamp="2027-01-04T09:00:05") == "2027-01-04T09:00:05"
    assert client.json("/version")["dataTimestamp"] == "2027-01-04T09:00:05"


def test_every_record_carries_the_day_of_the_version_and_nothing_else_changes(replica: Replica, client: Client) -> None:
    before = client.json("/studies/NCT1")
    replica.update()
    after = client.json("/studies/NCT1")
    assert after["derivedSection"]["miscInfoModule"]["versionHolder"] == "2026-10-05"
    assert without_version(after) == without_version(before)


def test_added_and_removed_and_restored(replica: Replica, client: Client) -> None:
    replica.update(add=[study(20)], remove=["NCT00000001"])
    assert client.numbers() == {2, 3, 4, 5, 6, 7, 8, 20}
    assert client.get("/studies/NCT1").status_code == 404
    replica.update(restore=["NCT00000001"])
    assert 1 in client.numbers()
    assert without_version(client.json("/studies/NCT1")) == without_version(study(1))


def test_a_patch_is_a_change_by_the_sponsor_and_moves_the_post_date(replica: Replica, client: Client) -> None:
    replica.update(patch={"NCT00000002": {"protocolSection.statusModule.overallStatus": "TERMINATED"}})
    status = client.json("/studies/NCT2")["protocolSection"]["statusModule"]
    assert status["overallStatus"] == "TERMINATED"
    assert status["lastUpdatePostDateStruct"]["date"] == "2026-10-05"
    assert client.numbers(filter_advanced="AREA[LastUpdatePostDate]RANGE[2026-10-05,MAX]") == {2}


def test_a_patch_reaches_list_items_and_takes_values_away(replica: Replica, client: Client) -> None:
    path = "protocolSection.contactsLocationsModule.locations.0"
    replica.update(patch={"NCT00000008": {f"{path}.city": "Bonn", f"{path}.geoPoint": None}})
    locations = client.json("/studies/NCT8")["protocolSection"]["contactsLocationsModule"]["locations"]
    assert locations == [{"city": "Bonn"}]
    with pytest.raises(UsageError, match="not a place"):
        replica.update(patch={"NCT00000008": {"protocolSection.contactsLocationsModule.locations.9.city": "Rom"}})


def test_a_change_is_served_as_given(replica: Replica, client: Client) -> None:
    replica.update(change=[study(3, identificationModule__acronym="NEW")])
    changed = client.json("/studies/NCT3")["protocolSection"]
    assert changed["identificationModule"]["acronym"] == "NEW"
    assert changed["statusModule"]["lastUpdatePostDateStruct"]["date"] == "2026-01-05"


def test_a_re_rendered_record_differs_in_escapes_and_geopoints_only(replica: Replica, client: Client) -> None:
    replica.update(rerender=["NCT00000007", "NCT00000008"])
    text = client.json("/studies/NCT7")["protocolSection"]["descriptionModule"]["briefSummary"]
    assert text == "More than > 5 units"
    place = client.json("/studies/NCT8")["protocolSection"]["contactsLocationsModule"]["locations"][0]["geoPoint"]
    assert place == {"lat": 48.40001, "lon": 10.0}
    assert client.numbers(filter_advanced="AREA[LastUpdatePostDate]RANGE[2026-01-06,MAX]") == set()
    replica.update(rerender=["NCT00000007"])
    again = client.json("/studies/NCT7")["protocolSection"]["descriptionModule"]["briefSummary"]
    assert again == "More than \\> 5 units"


def test_an_alias_takes_the_place_of_a_study(replica: Replica, client: Client) -> None:
    replica.update(alias={"NCT00000004": "NCT00000005"})
    assert 4 not in client.numbers()
    response = client.http.get("/studies/NCT00000004", follow_redirects=True)
    assert response.json()["protocolSection"]["identificationModule"]["nctIdAliases"] == ["NCT00000004"]
    assert client.numbers(query_id='"NCT00000004" OR nothing') == {5}


def test_the_same_version_can_have_other_records(replica: Replica, client: Client) -> None:
    token = client.page(pageSize=3)["nextPageToken"]
    replica.update(add=[study(30)], same_version=True)
    assert client.json("/version")["dataTimestamp"] == "2026-10-02T09:00:05"
    assert client.get("/studies", pageSize=3, pageToken=token).status_code == 200
    assert 30 in client.numbers()


def test_the_data_model_can_drift(replica: Replica, client: Client) -> None:
    acronym = "protocolSection.identificationModule.acronym"
    replica.update(model={"hasResults": "text", acronym: None, "protocolSection.designModule.newThing": "text[]"})
    text = client.get("/studies/metadata").text
    assert '"name":"acronym"' not in text
    assert '"name":"newThing","piece":"NewThing","sourceType":"TEXT","type":"text[]"' in text
    assert '"name":"hasResults","piece":"HasResults","sourceType":"FUNC","type":"text"' in text


@pytest.mark.parametrize(
    "impossible",
    [
        {"add": [study(1)]},
        {"add": [{}]},
        {"change": [study(99)]},
        {"patch": {"NCT00000099": {}}},
        {"remove": ["NCT00000099"]},
        {"restore": ["NCT00000001"]},
        {"rerender": ["NCT00000099"]},
        {"alias": {"NCT00000098": "NCT00000099"}},
    ],
)
def test_an_impossible_day_is_refused_and_changes_nothing(replica: Replica, impossible: dict[str, Any]) -> None:
    before = replica.store.snapshot
    with pytest.raises(UsageError):
        replica.update(**{"remove": ["NCT00000002"], **impossible})
    assert replica.store.snapshot is before


def test_the_registrys_own_history(replica: Replica, client: Client) -> None:
    date = "protocolSection.statusModule.lastUpdateSubmitDate"
    replica.update(patch={"NCT00000001": {date: "2026-10-01"}})
    replica.update(rerender=["NCT00000001"])
    base = client.http.base_url.copy_with(path="/api/int/studies/NCT00000001")
    found = client.http.get(base, params={"history": "true"}).json()
    assert found["history"]["changes"] == [
        {"version": 0, "date": "2026-01-02"},
        {"version": 1, "date": "2026-10-01"},
    ]
    first = client.http.get(f"{base}/history/0").json()
    assert first["study"] == study(1)
    assert client.http.get(f"{base}/history/2").status_code == 404
    assert client.http.get(f"{base}/history/x").status_code == 400
    assert client.http.get(f"{base}/other").status_code == 404
    assert client.http.get(base.copy_with(path="/api/int/studies/NCT00000099")).status_code == 404


def test_a_request_sees_one_state_while_days_pass(replica: Replica, client: Client) -> None:
    for day in range(5):
        replica.update(add=[study(100 + day)])
        assert len(client.ids(pageSize=3)) == 9 + day

"""Searching the replica: the expression syntax, filters, ranking and sorting."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.replica import Replica, essie
from tests.replica_sample import Client, ids_of, study

BOSTON = {"facility": "Harbour Clinic", "city": "Boston", "country": "United States", "status": "RECRUITING"}
BOSTON["geoPoint"] = {"lat": 42.36, "lon": -71.06}  # type: ignore[assignment]
LYON = {"facility": "Hôpital du Rhône", "city": "Lyon", "country": "France", "status": "COMPLETED"}
LYON["geoPoint"] = {"lat": 45.76, "lon": 4.84}  # type: ignore[assignment]

RECORDS = [
    study(
        1,
        conditionsModule__conditions=["Acute Lymphoblastic Leukemia"],
        armsInterventionsModule__interventions=[{"type": "BIOLOGICAL", "name": "CD19 CAR-T cells"}],
        designModule__phases=["PHASE1", "PHASE2"],
        designModule__enrollmentInfo={"count": 30, "type": "ESTIMATED"},
        statusModule__startDateStruct={"date": "2022-05"},
        statusModule__overallStatus="RECRUITING",
        eligibilityModule__minimumAge="6 Months",
        eligibilityModule__maximumAge="21 Years",
        eligibilityModule__sex="ALL",
        contactsLocationsModule__locations=[BOSTON, LYON],
        sponsorCollaboratorsModule__leadSponsor={"name": "Riverside Institute", "class": "OTHER"},
    ),
    study(
        2,
        identificationModule__briefTitle="Inhaled budesonide for asthma, not leukemia",
        identificationModule__acronym="BREATHE",
        conditionsModule__conditions=["Asthma", "Lung Diseases"],
        armsInterventionsModule__interventions=[{"type": "DRUG", "name": "Budesonide"}],
        designModule__phases=["PHASE3"],
        designModule__enrollmentInfo={"count": 400},
        statusModule__startDateStruct={"date": "2023"},
        statusModule__overallStatus="NOT_YET_RECRUITING",
        statusModule__lastUpdatePostDateStruct={"date": "2026-08-09"},
        eligibilityModule__minimumAge="18 Years",
        eligibilityModule__sex="FEMALE",
        eligibilityModule__healthyVolunteers=True,
        contactsLocationsModule__locations=[{**LYON, "status": "RECRUITING"}],
    ),
    study(
        3,
        identificationModule__briefTitle="Walking after lung cancer surgery",
        conditionsModule__conditions=["Cancer of the Lung"],
        statusModule__startDateStruct={"date": "2022-12-31"},
        statusModule__lastUpdatePostDateStruct={"date": "2026-08-10"},
        statusModule__overallStatus="UNKNOWN",
        outcomesModule__primaryOutcomes=[{"measure": "Six-minute walk distance", "timeFrame": "12 weeks"}],
        eligibilityModule__sex="MALE",
        eligibilityModule__healthyVolunteers=None,
    ),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Replica(RECORDS).serve() as server, Client(server.base_url) as client:
        yield client


@pytest.mark.parametrize(
    ("param", "text", "found"),
    [
        ("query_cond", "leukemia", {1, 2}),
        ("query_cond", "LEUKEMIA", {1, 2}),
        ("query_cond", "leuk", set()),
        ("query_cond", "lung cancer", {3}),
        ("query_cond", '"lung cancer"', {3}),
        ("query_cond", '"cancer lung"', set()),
        ("query_cond", "lung OR leukemia", {1, 2, 3}),
        ("query_cond", "lung AND asthma", {2}),
        ("query_cond", "lung NOT asthma", {3}),
        ("query_cond", "NOT lung", {1}),
        ("query_cond", "leukemia AND NOT (asthma OR lung)", {1}),
        ("query_cond", "asthma OR acute AND leukemia", {1, 2}),
        ("query_cond", "AND_", set()),
        ("query_intr", "CAR-T", {1}),
        ("query_intr", "car t", {1}),
        ("query_intr", "drug", {2}),
        ("query_titles", "breathe", {2}),
        ("query_titles", "asthma", {2}),
        ("query_outc", "walk", {3}),
        ("query_spons", "riverside", {1}),
        ("query_lead", '"Riverside Institute"', {1}),
        ("query_locn", "lyon", {1, 2}),
        ("query_locn", "rhône", {1, 2}),
        ("query_id", "NCT00000002", {2}),
        ("query_id", "breathe", {2}),
        ("query_patient", "asthma", {2}),
        ("query_term", "budesonide", {2}),
        ("query_term", "ALL", {1, 2, 3}),
    ],
)
def test_words_phrases_and_operators(client: Client, param: str, text: str, found: set[int]) -> None:
    assert client.numbers(**{param: text}) == found


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("AREA[Phase]PHASE3", {2}),
        ("AREA[Phase]phase3", {2}),
        ('AREA[Phase]"Phase 1"', {1}),
        ("AREA[Phase](PHASE2 OR PHASE3)", {1, 2}),
        ("AREA[Phase:size]2", {1}),
        ("AREA[Phase]MISSING", {3}),
        ("NOT AREA[Phase]MISSING", {1, 2}),
        ("AREA[OverallStatus]RECRUITING", {1}),
        ("AREA[OverallStatus]Not yet recruiting", {2}),
        ("AREA[ConditionSearch]asthma", {2}),
        ("AREA[protocolSection.designModule.enrollmentInfo.count]400", {2}),
        ("AREA[EnrollmentCount]RANGE[30,400]", {1, 2}),
        ("AREA[EnrollmentCount]RANGE[31,MAX]", {2}),
        ("AREA[EnrollmentCount]RANGE[MIN,399.5]", {1}),
        ("AREA[EnrollmentCount]RANGE[31,MAX] OR AREA[EnrollmentCount]MISSING", {2, 3}),
        ("AREA[StartDate]2022", {1, 3}),
        ("AREA[StartDate]2022-12", {3}),
        ("AREA[StartDate]RANGE[2022-05-01,2022-12-30]", {1}),
        ("AREA[StartDate]RANGE[2022,2022-12]", {1, 3}),
        ("AREA[StartDate]RANGE[2022-06,MAX]", {2, 3}),
        ("AREA[LastUpdatePostDate]RANGE[2026-08-09,MAX]", {2, 3}),
        ("AREA[LastUpdatePostDate]RANGE[2026-08-10, MAX]", {3}),
        ("AREA[LastUpdatePostDate]RANGE[08/10/2026,MAX]", {3}),
        ("AREA[LastUpdatePostDate]RANGE[MIN,2026-08-09]", {1, 2}),
        ("AREA[MinimumAge]RANGE[MIN, 16 years] AND AREA[MaximumAge]RANGE[16 years, MAX]", {1}),
        ("AREA[MinimumAge]RANGE[1 year, MAX]", {2}),
        ("AREA[MaximumAge]MISSING", {2, 3}),
        ('AREA[MinimumAge]"18 Years"', {2}),
        ("AREA[HasResults]false", {1, 2, 3}),
        ("AREA[Sex]ALL", {1}),
        ("AREA[Sex](ALL OR MALE)", {1, 3}),
        ("AREA[Sex]ALL", {1}),
        ("AREA[Sex](ALL OR MALE)", {1, 3}),
        ("AREA[HealthyVolunteers]true", {2}),
        ("AREA[HealthyVolunteers]MISSING", {1, 3}),
        ('AREA[Condition]COVERAGE[FullMatch]"asthma"', {2}),
        ('AREA[Condition]COVERAGE[FullMatch]"lung"', set()),
        ("AREA[Condition]COVERAGE[StartsWith]lung", {2}),
        ("AREA[Condition]COVERAGE[EndsWith]lung", {3}),
        ("AREA[Condition]EXPANSION[None]asthma", {2}),
        ("AREA[LocationCity]Lyon AND AREA[LocationStatus]RECRUITING", {1, 2}),
        ("SEARCH[Location](AREA[LocationCity]Lyon AND AREA[LocationStatus]RECRUITING)", {2}),
        ("AREA[NCTId]NCT00000001 OR AREA[NCTId]NCT00000003", {1, 3}),
    ],
)
def test_fields_ranges_and_absence(client: Client, expression: str, found: set[int]) -> None:
    assert client.numbers(filter_advanced=expression) == found
    assert client.numbers(postFilter_advanced=expression) == found
    assert client.numbers(query_term=expression) == found


@pytest.mark.parametrize(
    "expression",
    [
        "(asthma",
        "asthma)",
        '"asthma',
        "asthma AND",
        "OR asthma",
        "AREA[Nonsense]x",
        "AREA[Phase]",
        "AREA[EnrollmentCount]RANGE[1]",
        "AREA[EnrollmentCount]RANGE[1,2,3]",
        "AREA[EnrollmentCount]RANGE[few,many]",
        "AREA[StartDate]RANGE[2022-13-01,MAX]",
        "AREA[StartDate]RANGE[yesterday,MAX]",
        "AREA[MinimumAge]RANGE[16,MAX]",
        "COVERAGE[Somehow]asthma",
        "SEARCH[Phase](x)",
        "AREA[Phase:size]many",
        "(" * 500 + "x" + ")" * 500,
        "NOT " * 500 + "x",
    ],
)
def test_an_expression_that_cannot_be_read_is_refused(client: Client, expression: str) -> None:
    for name in ("filter.advanced", "query.cond"):
        response = client.http.get("/studies", params={name: expression})
        assert (response.status_code, response.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert name in response.text


_PIECES = ["(", ")", '"', "AND", "OR", "NOT", "AREA[Phase]", "RANGE[1,2]", "MISSING", "ALL", "[", "]", "x", "ü ", "\\"]


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(_PIECES), max_size=15).map(" ".join)))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    with contextlib.suppress(essie.BadExpression):
        essie.parse(text, "BasicSearch")


def test_an_expression_as_a_tree() -> None:
    assert essie.parse("a OR b c AND NOT d", "X") == essie.Or(
        (
            essie.Term("X", "a"),
            essie.And((essie.Term("X", "b c"), essie.Not(essie.Term("X", "d")))),
        )
    )


def test_ids_as_a_filter(client: Client) -> None:
    assert client.numbers(filter_ids="NCT00000001|nct00000003,NCT99999999") == {1, 3}
    assert client.numbers(postFilter_ids="NCT00000002") == {2}
    for malformed in ("NCT00000001|NCT123", "NCT00000001,foo", "NCT00000001|NCT000000022"):
        response = client.get("/studies", filter_ids=malformed)
        assert (response.status_code, malformed.split("|")[-1].split(",")[-1] in response.text) == (400, True)


def test_hundreds_of_ids_in_one_call(client: Client) -> None:
    assert client.numbers(filter_ids="|".join(f"NCT{number:08d}" for number in range(2, 502))) == {2, 3}


def test_a_search_for_nothing_but_ids_ignores_filters(client: Client) -> None:
    assert client.numbers(query_term="NCT00000001, nct00000002", filter_overallStatus="COMPLETED") == {1, 2}
    assert client.numbers(query_term="NCT00000001 asthma", filter_overallStatus="RECRUITING") == set()


def test_status_filter(client: Client) -> None:
    assert client.numbers(filter_overallStatus="RECRUITING,UNKNOWN") == {1, 3}
    assert client.numbers(filter_overallStatus="RECRUITING|UNKNOWN", postFilter_overallStatus="UNKNOWN") == {3}
    assert client.get("/studies", filter_overallStatus="RECRUITING|OPEN").status_code == 400


def test_distance_filter(client: Client) -> None:
    assert client.numbers(filter_geo="distance(42.0,-71.0,50mi)") == {1}
    assert client.numbers(filter_geo="distance(45.7,4.8,20km)") == {1, 2}
    assert client.numbers(filter_geo="distance(0,0,100km)") == set()
    assert client.numbers(filter_geo="distance(0,0,13000mi)") == {1, 2}
    for wrong in ("distance(42,-71)", "near(1,2,3mi)", "distance(42,-71,50 parsec)"):
        assert client.get("/studies", filter_geo=wrong).status_code == 400


def test_aggregation_filters(client: Client) -> None:
    assert client.numbers(aggFilters="results:without,sex:f") == {1, 2}
    assert client.numbers(aggFilters="status:rec not|healthy:y") == {2}
    assert client.numbers(aggFilters="phase:1 2") == {1}
    for wrong in ("sex", "sex:", "sex:x", "colour:blue"):
        assert client.get("/studies", aggFilters=wrong).status_code == 400


def test_several_parts_must_all_hold(client: Client) -> None:
    assert client.numbers(query_cond="leukemia OR lung", query_locn="lyon", filter_advanced="AREA[Phase]PHASE3") == {2}


def test_the_better_match_comes_first(client: Client) -> None:
    assert ids_of(client.page(query_cond="leukemia")) == ["NCT00000001", "NCT00000002"]
    assert ids_of(client.page(query_cond="leukemia", sort="@relevance:asc")) == ["NCT00000002", "NCT00000001"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("LastUpdatePostDate", [3, 2, 1]),
        ("LastUpdatePostDate:asc", [1, 2, 3]),
        ("EnrollmentCount", [1, 2, 3]),
        ("EnrollmentCount:desc", [2, 1, 3]),
        ("StudyFirstPostDate,EnrollmentCount:desc", [2, 1, 3]),
    ],
)
def test_sorting(client: Client, sort: str, order: list[int]) -> None:
    assert ids_of(client.page(sort=sort)) == [f"NCT{number:08d}" for number in order]


@pytest.mark.parametrize("sort", ["BriefTitle", "Nonsense", "StartDate:up", "StartDate|EnrollmentCount|@relevance"])
def test_sorting_by_anything_else_is_refused(client: Client, sort: str) -> None:
    assert client.get("/studies", sort=sort).status_code == 400


def test_an_unsorted_query_has_one_order_that_is_not_the_files() -> None:
    records: list[dict[str, Any]] = [study(number) for number in range(1, 40)]
    orders = []
    for some in (records, records[::-1]):
        with Replica(some).serve() as server, Client(server.base_url) as client:
            orders.append(ids_of(client.page(pageSize=100)))
    assert orders[0] == orders[1] != sorted(orders[0])

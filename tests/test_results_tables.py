"""Posted results: groups of the right table and outcome, denominators, numbers that are text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kb.checks import verify
from tests.full_record import full_record, loaded, rows
from tests.records import Json, record

OUTCOMES = "outcomeMeasuresModule"
FLOW = "participantFlowModule"
EVENTS = "adverseEventsModule"
BASELINE = "baselineCharacteristicsModule"


def with_results(nct_id: str = "NCT99900001", **modules: Any) -> Json:
    return record(nct_id) | {"resultsSection": modules}


def outcome(*measurements: Json, group: str = "OG000", **fields: Any) -> Json:
    classes = [{"categories": [{"measurements": list(measurements)}]}]
    return {"title": "Pain", "groups": [{"id": group, "title": group}], "classes": classes} | fields


def measured(folder: Path, *measurements: Json, **fields: Any) -> list[dict[str, Any]]:
    """Rows of `outcome_measurements` for one outcome."""
    item = with_results(outcomeMeasuresModule={"outcomeMeasures": [outcome(*measurements, **fields)]})
    return rows(loaded(folder, item), "outcome_measurements")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    other = full_record()
    other["protocolSection"]["identificationModule"]["nctId"] = "NCT99900002"
    with loaded(tmp_path_factory.mktemp("full"), full_record(), other) as con:
        yield con


def test_one_code_in_two_outcomes_means_two_groups(full: duckdb.DuckDBPyConnection) -> None:
    sql = """
        SELECT o.title, m.ctgov_group_code, g.title, m.param_value
        FROM ctgov.outcome_measurements AS m
        JOIN ctgov.result_groups AS g ON g.id = m.result_group_id
        JOIN ctgov.outcomes AS o ON o.id = m.outcome_id AND o.id = g.outcome_id
        WHERE m.nct_id = 'NCT99900002' ORDER BY m.id"""
    assert full.execute(sql).fetchall() == [
        ("Pain", "OG000", "Cold", "2.5"),
        ("Pain", "OG001", "Warm", "<0.001"),
        ("Sleep", "OG000", "Slept in cold", "8"),
    ]


def test_analyses_compare_groups_of_their_own_outcome(full: duckdb.DuckDBPyConnection) -> None:
    sql = """
        SELECT a.p_value_raw, g.title FROM ctgov.outcome_analysis_groups AS l
        JOIN ctgov.outcome_analyses AS a ON a.id = l.outcome_analysis_id
        JOIN ctgov.result_groups AS g ON g.id = l.result_group_id AND g.outcome_id = a.outcome_id
        WHERE l.nct_id = 'NCT99900001' ORDER BY l.id"""
    assert full.execute(sql).fetchall() == [("<0.001", "Cold"), ("<0.001", "Warm"), ("0.04", "Slept in cold")]


@pytest.mark.parametrize(
    ("table", "result_type"),
    [
        ("milestones", "Participant Flow"),
        ("drop_withdrawals", "Participant Flow"),
        ("baseline_counts", "Baseline"),
        ("baseline_measurements", "Baseline"),
        ("outcome_counts", "Outcome"),
        ("reported_events", "Reported Event"),
        ("reported_event_totals", "Reported Event"),
    ],
)
def test_groups_are_those_of_the_right_table(full: duckdb.DuckDBPyConnection, table: str, result_type: str) -> None:
    sql = f"""
        SELECT count(*), count(*) FILTER (
            g.result_type = '{result_type}' AND g.nct_id = r.nct_id AND g.ctgov_group_code = r.ctgov_group_code)
        FROM ctgov.{table} AS r LEFT JOIN ctgov.result_groups AS g ON g.id = r.result_group_id"""
    ((all_rows, right),) = full.execute(sql).fetchall()
    assert all_rows == right > 0


def test_every_join_of_two_studies_is_checked(full: duckdb.DuckDBPyConnection) -> None:
    assert [result.name for result in verify(full) if not result.passed] == ["every study was read by the extractors"]


def test_a_code_that_no_group_has_stays_without_a_group(tmp_path: Path) -> None:
    (row,) = measured(tmp_path, {"groupId": "OG999", "value": "1"})
    assert row["ctgov_group_code"] == "OG999"
    assert "result_group_id" not in row
    assert row["outcome_id"] == 1


def test_a_code_that_two_groups_have_means_the_first(tmp_path: Path) -> None:
    groups = [{"id": "OG000", "title": "first"}, {"id": "OG000", "title": "second"}]
    (row,) = measured(tmp_path, {"groupId": "OG000", "value": "1"}, groups=groups)
    assert row["result_group_id"] == 1


def test_values_keep_their_text_and_only_numbers_become_numbers(tmp_path: Path) -> None:
    numbers = {"1,234": 1234.0, "NA": None, "<0.001": None, "-4": -4.0, "3 (2)": None, "NaN": None, "7": 7.0}
    measurements = [{"groupId": "OG000", "value": text, "spread": text, "lowerLimit": text} for text in numbers]
    found = measured(tmp_path, *measurements, {"groupId": "OG000", "value": 7.5})
    for row, (text, number) in zip(found, numbers.items(), strict=False):
        assert (row["param_value"], row["dispersion_value"], row["dispersion_lower_limit_raw"]) == (text,) * 3
        assert [row.get(name) for name in ("param_value_num", "dispersion_value_num", "dispersion_lower_limit")] == [
            number
        ] * 3
    assert (found[-1]["param_value"], found[-1]["param_value_num"]) == ("7.5", 7.5)


def test_p_values(tmp_path: Path) -> None:
    expected = {
        "<0.001": ("<", 0.001),
        "< 0.0001": ("<", 0.0001),
        "=0.247": ("=", 0.247),
        ">.05": (">", 0.05),
        "0.04": (None, 0.04),
        "NS": ("NS", None),
        None: (None, None),
    }
    item = {"title": "x", "analyses": [{"pValue": text} for text in expected]}
    found = rows(loaded(tmp_path, with_results(outcomeMeasuresModule={"outcomeMeasures": [item]})), "outcome_analyses")
    read = {row.get("p_value_raw"): (row.get("p_value_modifier"), row.get("p_value")) for row in found}
    assert read == expected


def _denoms(units: str, value: str) -> Json:
    return {"units": units, "counts": [{"groupId": "OG000", "value": value}]}


def test_number_analyzed_is_that_of_the_class_else_of_the_outcome(tmp_path: Path) -> None:
    twenty, eyes = _denoms("Participants", "20"), _denoms("eyes", "35")
    # denominators of the outcome, of the class, units selected: number analysed, its units
    cases: list[tuple[Any, Any, str | None, tuple[int | None, str]]] = [
        ([twenty], [], None, (20, "Participants")),
        ([twenty], [_denoms("Participants", "18")], None, (18, "Participants")),
        ([twenty, _denoms("eyes", "39")], [], "eyes", (39, "eyes")),
        ([twenty], [eyes], "eyes", (35, "eyes")),
        ([twenty], [eyes], None, (20, "Participants")),
        ([None, _denoms("Participants", "1,020")], [None], None, (1020, "Participants")),
        ([_denoms("Participants", "NA")], [], None, (None, "Participants")),
        ([], [], None, (None, "Participants")),
    ]
    items = []
    for of_outcome, of_class, selected, _ in cases:
        items.append(outcome({"groupId": "OG000", "value": "1"}, denoms=of_outcome, denomUnitsSelected=selected))
        items[-1]["classes"][0]["denoms"] = of_class
    found = rows(
        loaded(tmp_path, with_results(outcomeMeasuresModule={"outcomeMeasures": items})), "outcome_measurements"
    )
    assert [(row.get("number_analyzed"), row["number_analyzed_units"]) for row in found] == [case[-1] for case in cases]


def test_baseline_denominators_of_class_measure_and_table(tmp_path: Path) -> None:
    def measure(denoms: list[Json], class_denoms: list[Json]) -> Json:
        values = [{"measurements": [{"groupId": "BG000", "value": "1"}]}]
        return {"title": "m", "denoms": denoms, "classes": [{"denoms": class_denoms, "categories": values}]}

    def denoms(value: str) -> list[Json]:
        return [{"units": "Participants", "counts": [{"groupId": "BG000", "value": value}]}]

    baseline = {
        "groups": [{"id": "BG000"}],
        "denoms": denoms("30"),
        "measures": [measure([], []), measure(denoms("29"), []), measure(denoms("29"), denoms("28"))],
    }
    con = loaded(tmp_path, with_results(baselineCharacteristicsModule=baseline))
    assert [row["number_analyzed"] for row in rows(con, "baseline_measurements")] == [30, 29, 28]


def test_totals_stand_for_each_kind_of_event_reported_or_not(tmp_path: Path) -> None:
    groups = [{"id": "EG000", "seriousNumAffected": 0, "seriousNumAtRisk": 5}]
    con = loaded(tmp_path, with_results(adverseEventsModule={"eventGroups": groups}))
    found = [(row["event_type"], row.get("subjects_affected")) for row in rows(con, "reported_event_totals")]
    assert found == [("deaths", None), ("other", None), ("serious", 0)]


def test_what_has_no_measurements_is_kept_beside(tmp_path: Path) -> None:
    measures = [
        {"title": "no classes"},
        {"title": "no categories", "classes": [{"title": "class"}]},
        {"title": "no measurements", "classes": [{"categories": [{"title": "category"}]}]},
    ]
    periods = [{"title": "empty"}, {"title": "bare", "milestones": [{"type": "STARTED"}]}]
    item = with_results(
        baselineCharacteristicsModule={"measures": measures}, participantFlowModule={"periods": periods}
    )
    con = loaded(tmp_path, item)
    assert rows(con, "baseline_measurements") == rows(con, "milestones") == []
    assert [row["title"] for row in rows(con, "baseline_measures")] == [item["title"] for item in measures]
    assert [row.get("title") for row in rows(con, "baseline_classes")] == ["class", None]
    assert [row["title"] for row in rows(con, "baseline_categories")] == ["category"]
    assert [row["title"] for row in rows(con, "flow_periods")] == ["empty", "bare"]
    assert [row["title"] for row in rows(con, "flow_milestones")] == ["STARTED"]


HOSTILE: list[Json] = [
    {"resultsSection": None},
    {"resultsSection": ["a list"]},
    {"resultsSection": {OUTCOMES: {"outcomeMeasures": "text"}}},
    {"resultsSection": {OUTCOMES: {"outcomeMeasures": [None, 5, [], {"classes": [None, {"categories": [None, 1]}]}]}}},
    {"resultsSection": {OUTCOMES: {"outcomeMeasures": [{"analyses": [None, {"groupIds": [None, {"x": 1}]}, "y"]}]}}},
    {"resultsSection": {OUTCOMES: {"outcomeMeasures": [{"denoms": {"units": "x"}, "groups": [None]}]}}},
    {"resultsSection": {FLOW: {"periods": [{"milestones": [{"achievements": [{"numSubjects": [1]}]}]}]}}},
    {"resultsSection": {BASELINE: {"measures": [{"calculatePct": "maybe", "classes": {}}], "denoms": [None]}}},
    {"resultsSection": {EVENTS: {"frequencyThreshold": "1.70", "seriousEvents": [{"stats": [{"numEvents": 1e30}]}]}}},
    {"resultsSection": {EVENTS: {"eventGroups": [{"id": {"a": 1}, "deathsNumAffected": True}], "otherEvents": [[]]}}},
    {"documentSection": {"largeDocumentModule": {"largeDocs": [{"size": "big", "uploadDate": "yesterday"}]}}},
    {"annotationSection": {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": [{"date": "soon"}]}}}},
    {"derivedSection": {"miscInfoModule": {"removedCountries": [None, "Spain", "Spain"], "submissionTracking": []}}},
]


def test_hostile_results_never_stop_a_load(tmp_path: Path) -> None:
    items = [record(f"NCT9991{number:04}") | hostile for number, hostile in enumerate(HOSTILE)]
    con = loaded(tmp_path, *items, full_record())
    assert len(rows(con, "studies")) == len(HOSTILE) + 1
    assert [result.name for result in verify(con) if not result.passed] == ["every study was read by the extractors"]
    thresholds = [row["frequency_threshold"] for row in rows(con, "adverse_event_summaries")]
    assert thresholds == ["5", "1.70"]
    (event,) = [row for row in rows(con, "reported_events") if "adverse_event_term" not in row]
    assert "frequency_threshold" not in event
    assert "event_count" not in event


def test_ids_do_not_depend_on_what_else_is_loaded(tmp_path: Path) -> None:
    def ids(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[Any, ...]]:
        return con.execute(f"SELECT id FROM ctgov.{table} WHERE nct_id = 'NCT99900001' ORDER BY ALL").fetchall()

    alone = loaded(tmp_path / "alone", full_record())
    other = full_record()
    other["protocolSection"]["identificationModule"]["nctId"] = "NCT99900002"
    together = loaded(tmp_path / "together", other, full_record())
    for table in ("result_groups", "outcome_measurements", "outcome_analyses", "reported_events", "milestones"):
        assert ids(alone, table) == ids(together, table)

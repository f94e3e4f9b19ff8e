"""The report: what the page says, that it needs no network, and that every point leads to its words."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import duckdb
import pytest
from bs4 import BeautifulSoup

from cli.main import app
from kb.store import Store
from queries.report import make_report
from queries.report.charts import draw, endpoint_chart
from queries.report.evidence import evidence_list
from queries.report.facts import Evidence, Facts, Place, gather
from tests.test_cli import trialkb
from tests.tiny import dose, studies, tiny

pytest.importorskip("vl_convert")
STUDY = "NCT99000001"


@pytest.fixture(scope="module")
def page(sample_store: Store) -> BeautifulSoup:
    with sample_store.connect() as con:
        return BeautifulSoup(make_report(con, "leukemia", "CAR-T").html, "html.parser")


def test_the_question_of_the_mission_is_answered_in_the_first_table(page: BeautifulSoup) -> None:
    rows = {row.select_one("td").text: row.select("td") for row in page.select("#trials tbody tr")}
    cells = {cell["data-label"]: cell.text for cell in rows[STUDY]}
    assert "cells/kg" in cells["cells"]
    assert cells["ages"] == "3 to under 80 years"
    assert "at 3 months after treatment" in cells["primary endpoints"]
    (conditioning,) = [cell.text for cell in rows["NCT99000004"] if cell["data-label"] == "conditioning"]
    assert "cyclophosphamide 300 mg/m² d−5…−3" in conditioning


def test_every_point_leads_to_words_that_are_marked(page: BeautifulSoup) -> None:
    links = {link["href"] for link in page.select("svg a")}
    assert len(links) > 5
    ids = {element["id"] for element in page.select("[id]")}
    assert {link.removeprefix("#") for link in links} <= ids
    quotes = [mark.text for mark in page.select("#doses svg a, mark")]
    assert any("10" in quote for quote in quotes)
    assert all(page.select_one(link).find_parent("article") for link in links if link.startswith("#e"))


def test_every_trial_leads_to_its_page_in_the_registry(page: BeautifulSoup) -> None:
    for article in page.select("#evidence article"):
        assert article.select_one("h3 a")["href"] == f"https://clinicaltrials.gov/study/{article['id']}"


def test_the_page_loads_nothing_and_runs_nothing(page: BeautifulSoup) -> None:
    assert not page.select("script, link, img, iframe, object, embed, form, [src], [onclick], [onload]")
    addresses = {element.get("href") or element.get("xlink:href") for element in page.select("a")}
    assert all(address.startswith(("#", "https://clinicaltrials.gov/study/")) for address in addresses)
    assert "url(" not in page.select_one("style").text
    assert "default-src 'none'" in page.select_one("meta[http-equiv]")["content"]


def test_people_who_do_not_see_it_are_told_what_it_is(page: BeautifulSoup) -> None:
    assert page.html["lang"] == "en"
    assert all(figure["aria-label"] for figure in page.select("figure"))
    assert all(link.select_one("title").text for link in page.select("figure svg a"))
    headings = [int(heading.name[1]) for heading in page.select("h1, h2, h3")]
    assert headings[0] == 1 and all(later <= earlier + 1 for earlier, later in itertools.pairwise(headings))


def test_cells_stand_on_a_logarithmic_axis(page: BeautifulSoup) -> None:
    (chart,) = page.select('figure[aria-label^="Doses in cells/kg"]')
    assert re.search("10[⁴⁵⁶⁷]", chart.text)


def test_small_amounts_have_their_power_of_ten() -> None:
    amounts = [dose("NCT99800001", n, "Drug", low, "mg", days=[n]) for n, low in ((1, 0.00002), (2, 500.0))]
    with tiny(ctgov_studies=studies("NCT99800001"), extracted_doses=amounts) as con:
        html = make_report(con).html
    assert "10⁻⁵" in html and "10²" in html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a|b & \"c\" 'd'", "${datum}", "{{x}}"])
def test_hostile_names_stay_text(text: str) -> None:
    rows = [dose("NCT99800001", 1, text, 5.0, "mg", quote=text)]
    with tiny(ctgov_studies=[{"nct_id": "NCT99800001", "brief_title": text}], extracted_doses=rows) as con:
        page = BeautifulSoup(make_report(con).html, "html.parser")
    assert not page.select("script")
    assert page.select_one("mark").text == text
    assert text in page.select_one("#trials tbody").text


def test_quotes_near_each_other_share_their_surroundings() -> None:
    text = "A" * 300 + " first 1 mg then 2 mg " + "B" * 900 + " last 3 mg."

    class Field:
        def field(self, _nct_id: str, _path: str) -> str:
            return text

    items = []
    for number, quote in enumerate(("1 mg", "mg then", "2 mg", "3 mg"), start=1):
        start = text.index(quote)
        items.append(Evidence(f"e{number}", STUDY, Place("a.b", start, start + len(quote), quote), [quote]))
    page = BeautifulSoup(evidence_list(STUDY, items, Field()), "html.parser")  # type: ignore[arg-type]
    assert [block.text.count("mg") for block in page.select("blockquote")] == [2, 1]
    # Two quotes that overlap are one mark with both anchors.
    assert [mark.text for mark in page.select("mark")] == ["1 mg then", "2 mg", "3 mg"]
    assert page.select_one("#e2").find_parent("mark")["id"] == "e1"


def test_a_quote_that_is_not_in_the_field_stands_alone() -> None:
    class Nothing:
        def field(self, _nct_id: str, _path: str) -> None:
            return None

    item = Evidence("e1", STUDY, Place("a.b", 3, 7, "1 mg"), ["Drug 1 mg"])
    page = BeautifulSoup(evidence_list(STUDY, [item], Nothing()), "html.parser")  # type: ignore[arg-type]
    assert page.select_one("blockquote").text == "1 mg"


def test_nothing_found_is_told(sample_store: Store, tmp_path: Path) -> None:
    done = trialkb("report", "--condition", "measles of the moon", "--out", tmp_path / "x.html", "--kb",
                   sample_store.root)  # fmt: skip
    assert done.returncode == 2
    assert "no trial matches" in done.stderr
    assert not (tmp_path / "x.html").exists()


def test_at_most_so_many_trials_and_it_is_said(sample: duckdb.DuckDBPyConnection) -> None:
    report = make_report(sample, limit=3)
    assert report.shown == 3 and report.found == 48
    assert "the newest 3 of 48 trials" in report.html


def test_endpoints_at_one_time_stand_beside_each_other() -> None:
    rows = [
        {"nct_id": f"N{n}", "endpoint_label": "Overall survival", "horizon_days": 730.5, "times": "at 2 years",
         "evidence": f"e{n}"}
        for n in range(3)
    ]  # fmt: skip
    spec, _ = endpoint_chart(Facts(3, [], [], [], rows, [], {}))
    assert len({value["place"] for value in spec["data"]["values"]}) == 3
    wide, narrow = draw(spec)
    assert wide.count("<title>") == narrow.count("<title>") == 3


def test_the_command_is_registered() -> None:
    assert any(command.callback and command.callback.__name__ == "report" for command in app.registered_commands)


def test_facts_of_a_knowledge_base_without_studies() -> None:
    with tiny() as con:
        assert gather(con, None, None, 5).trials == []
        assert "No trial of the knowledge base matches" in make_report(con).html

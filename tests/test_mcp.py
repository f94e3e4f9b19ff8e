"""The MCP server as an assistant meets it, and that nobody gets more out of it than answers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crawler.errors import UsageError
from kb.store import Store
from queries.assistant import Assistant, Limits

ROOT = Path(__file__).resolve().parent.parent
STUDY = "NCT99000001"


@pytest.fixture
def assistant(sample_store: Store) -> Iterator[Assistant]:
    assistant = Assistant(sample_store.root)
    yield assistant
    assistant.close()


def limited(store: Store, **limits: Any) -> Assistant:
    return Assistant(store.root, Limits(**limits))


def test_search_finds_the_best_first(assistant: Assistant) -> None:
    rows = assistant.search("car-t lymphoblastic leukemia", 5)["rows"]
    assert 0 < len(rows) <= 5
    assert rows[0]["score"] >= rows[-1]["score"]
    assert rows[0]["brief_title"]


def test_show_gives_each_fact_with_its_quote(assistant: Assistant) -> None:
    card = assistant.show(STUDY.lower())
    doses = card["sections"]["Doses"]
    assert any("1.0×10⁶/kg" in line["quote"] and line["field"].startswith("protocolSection.") for line in doses)
    with pytest.raises(UsageError, match="NCT00000009 is not in"):
        assistant.show("NCT00000009")
    with pytest.raises(UsageError):
        assistant.show("'; DROP TABLE x; --")


def test_compare_by_agent_or_by_ids(assistant: Assistant) -> None:
    rows = assistant.compare("doses", agent="CAR-T")["rows"]
    assert STUDY in {row["nct_id"] for row in rows}
    assert all(row["quote"] for row in rows)
    arms = assistant.compare("arms", nct_ids=[STUDY, "NCT99000002"])["rows"]
    assert {row["nct_id"] for row in arms} == {STUDY, "NCT99000002"}
    with pytest.raises(UsageError, match="nct_ids"):
        assistant.compare("arms")


def test_sql_answers(assistant: Assistant) -> None:
    assert assistant.sql("SELECT count(*) AS studies FROM ctgov.studies;")["rows"] == [{"studies": 48}]
    assert assistant.sql("SELECT DATE '2024-02-29' AS day, [1, 2] AS days, NULL AS x")["rows"] == [
        {"day": "2024-02-29", "days": [1, 2], "x": None}
    ]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "FROM read_csv('https://example.org/x.csv')",
        "SELECT * FROM sqlite_scan('x', 'y')",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "PRAGMA enable_profiling",
        "CALL force_checkpoint()",
        "DELETE FROM ctgov.studies",
        "CREATE TEMP TABLE x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "EXPORT DATABASE '/tmp/x'",
        "",
        "-- nothing",
        "SELEC 1",
        "SELECT * FROM ctgov.no_such_table",
    ],
)
def test_nothing_but_reading_the_knowledge_base(assistant: Assistant, query: str) -> None:
    with pytest.raises(UsageError) as refused:
        assistant.sql(query)
    assert "\n" not in str(refused.value)


def test_limits_of_rows_cells_and_characters(sample_store: Store) -> None:
    rows = limited(sample_store, rows=3)
    answer = rows.sql("SELECT nct_id FROM ctgov.studies")
    assert len(answer["rows"]) == 3 and "first 3 rows" in answer["note"]
    assert len(rows.compare("trials")["rows"]) == 3
    assert len(rows.search("study", 50)["rows"]) <= 3
    rows.close()
    cells = limited(sample_store, cell=10)
    assert cells.sql("SELECT repeat('x', 50) AS x")["rows"] == [{"x": "x" * 10 + "…"}]
    cells.close()
    characters = limited(sample_store, characters=500)
    answer = characters.sql("SELECT repeat('x', 100) AS x FROM range(50)")
    assert len(answer["rows"]) == 4 and "first 4 rows" in answer["note"]
    characters.close()


def test_a_question_without_end_is_stopped(sample_store: Store) -> None:
    quick = limited(sample_store, seconds=0.5)
    with pytest.raises(UsageError, match=r"stopped after 0\.5 seconds"):
        quick.sql("SELECT count(*) FROM range(1000000000) AS a, range(1000000) AS b WHERE hash(a.range + b.range) = 0")
    assert quick.sql("SELECT 1 AS a")["rows"] == [{"a": 1}], "the next question is answered"
    quick.close()


def test_a_question_too_large_for_its_memory_is_refused(sample_store: Store) -> None:
    small = limited(sample_store, memory="50MB")
    with pytest.raises(UsageError, match=r"(?i)memory"):
        small.sql("SELECT list(range) AS l FROM range(100000000)")
    small.close()


def test_a_newer_version_is_used_as_soon_as_it_is_published(tmp_path: Path) -> None:
    for number in (1, 2):
        with duckdb.connect(str(tmp_path / f"{number}.duckdb")) as con:
            con.execute(f"CREATE TABLE version AS SELECT {number} AS number")
    current = tmp_path / "current.duckdb"
    current.symlink_to("1.duckdb")
    assistant = Assistant(tmp_path)
    assert assistant.sql("FROM version")["rows"] == [{"number": 1}]
    current.unlink()
    current.symlink_to("2.duckdb")
    assert assistant.sql("FROM version")["rows"] == [{"number": 2}]
    assistant.close()


def test_there_is_no_knowledge_base_yet(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no knowledge base at"):
        Assistant(tmp_path).sql("SELECT 1")


def test_tools_over_the_protocol(sample_store: Store) -> None:
    """The server as an assistant starts it, spoken to with the SDK's client."""
    mcp = pytest.importorskip("mcp", reason="needs the SDK: pip install mcp")
    start = mcp.StdioServerParameters(
        command=sys.executable, args=["-m", "cli", "mcp", "--kb", str(sample_store.root)], cwd=str(ROOT)
    )

    async def talk() -> None:
        async with mcp.Client(start, read_timeout_seconds=60) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == ["search", "show", "compare", "sql"]
            assert all(tool.annotations.read_only_hint and tool.description for tool in tools)
            shown = await client.call_tool("show", {"nct_id": STUDY})
            assert shown.structured_content["nct_id"] == STUDY
            assert "1.0×10⁶/kg" in json.loads(shown.content[0].text)["sections"]["Doses"][0]["quote"]
            found = await client.call_tool("search", {"words": "leukemia"})
            assert found.structured_content["rows"]
            compared = await client.call_tool("compare", {"what": "doses", "agent": "CAR-T"})
            assert compared.structured_content["rows"]
            refused = await client.call_tool("sql", {"query": "DROP TABLE ctgov.studies"})
            assert refused.is_error and "one SELECT at a time" in refused.content[0].text
            unknown = await client.call_tool("compare", {"what": "secrets"})
            assert unknown.is_error

    asyncio.run(talk())

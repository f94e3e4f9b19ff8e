"""The command that lets an assistant ask: mcp, a server of the Model Context Protocol on standard input and output."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_KB, KbOption
from crawler.errors import TrialkbError, UsageError
from crawler.settings import product_version
from queries.assistant import Assistant, Comparison, Limits

if TYPE_CHECKING:
    from mcp.server import MCPServer

_LIMITS = Limits()
_INSTRUCTIONS = """\
Clinical trials of a registry, with doses, regimens, ages and endpoints that were read from the text by rules. Facts
may be misread: give the quote and the registry id with every fact, and say so where a value is missing; NULL in a
bound means that no limit is stated. Begin with search or compare; show tells one study; sql answers the rest. The
schema compare has the views to begin with (trials, doses, regimens, ages, endpoints, eligibility); what tables and
columns mean is in meta.dictionary. Not for decisions about treatment.
"""


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(mcp)


def mcp(
    kb: KbOption = DEFAULT_KB,
    rows: Annotated[int, typer.Option(min=1, help="Most rows of an answer.")] = _LIMITS.rows,
    seconds: Annotated[float, typer.Option(min=0.1, help="Longest time of a question.")] = _LIMITS.seconds,
) -> None:
    """Let an assistant ask: a read-only MCP server with the tools search, show, compare and sql.

    It speaks on standard input and output; an assistant starts it by this command.

    Example: trialkb mcp --kb demo-kb
    """
    assistant = Assistant(kb, Limits(rows=rows, seconds=seconds))
    try:
        server(assistant).run("stdio")
    finally:
        assistant.close()


def server(assistant: Assistant) -> MCPServer[Any]:
    """The server with its tools. Raises UsageError where the SDK is not installed."""
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise UsageError("the MCP server needs the SDK: pip install 'trialkb[mcp]'") from error
    tools = MCPServer("trialkb", instructions=_INSTRUCTIONS, version=product_version(), log_level="WARNING")
    reading = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    def answer(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return ask()
        except TrialkbError as error:  # told to the assistant, which may ask better
            raise ToolError(str(error)) from error

    @tools.tool(annotations=reading)
    def search(words: str, limit: int = 20) -> dict[str, Any]:
        """Find studies by words in titles, conditions, interventions and summaries, best first."""
        return answer(lambda: assistant.search(words, limit))

    @tools.tool(annotations=reading)
    def show(nct_id: str) -> dict[str, Any]:
        """Tell one study: arms, doses, ages, endpoints and planned analysis, each with its quote."""
        return answer(lambda: assistant.show(nct_id))

    @tools.tool(annotations=reading)
    def compare(
        what: Comparison, condition: str | None = None, agent: str | None = None, nct_ids: list[str] | None = None
    ) -> dict[str, Any]:
        """Lay trials side by side, chosen by condition (e.g. B-ALL), agent (e.g. CAR-T) or ids; arms needs ids."""
        return answer(lambda: assistant.compare(what, condition, agent, nct_ids))

    @tools.tool(annotations=reading)
    def sql(query: str) -> dict[str, Any]:
        """Answer one SELECT of DuckDB; meta.dictionary tells tables and columns, e.g. WHERE schema = 'compare'."""
        return answer(lambda: assistant.sql(query))

    return tools

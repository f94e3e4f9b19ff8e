"""The command that measures the extractors: evaluate."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from cli.output import console, print_table
from crawler.errors import UsageError
from crawler.sample import load_expected, load_records


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(evaluate)


def evaluate(
    records: Annotated[
        Path | None, typer.Option(help="Records, as .jsonl or .jsonl.gz; none: the bundled sample.")
    ] = None,
    gold: Annotated[Path | None, typer.Option(help="Their annotations, as .jsonl; none: the bundled sample's.")] = None,
    errors: Annotated[int, typer.Option(min=0, help="Print this many errors.")] = 0,
    kind: Annotated[str, typer.Option(help="Only errors that contain this word: dose, age, missed …")] = "",
) -> None:
    """Measure what the extractors read against annotated records.

    Example: trialkb evaluate --errors 10 --kind "dose missed"
    """
    from extract.evaluation import evaluate as evaluate_records  # loads spaCy, which other commands need not wait for

    if (records is None) != (gold is None):
        raise UsageError("--records and --gold belong together: give both or none")
    items = _lines(records) if records else load_records()
    wanted = {item["nct_id"]: item for item in _lines(gold)} if gold else load_expected()
    result = evaluate_records(items, wanted)
    rows: list[tuple[object, ...]] = [
        (name, round(m.precision, 3), round(m.recall, 3), round(m.f1, 3), m.expected)
        for name, m in result.measures.items()
    ]
    print_table(["measure", "precision", "recall", "F1", "expected"], rows, f"{len(wanted)} annotated records")
    for line in [error for error in result.errors if kind in error][:errors]:
        console.print(line, highlight=False, markup=False)


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            return [orjson.loads(line) for line in file if line.strip()]
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError(f"{path} cannot be read as JSON lines: {error}") from error

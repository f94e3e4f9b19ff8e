"""From `ctgov` to `extracted`: the studies' texts through the extractors, on all cores."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import duckdb
import orjson
import pyarrow as pa

from extract.study import Study
from extract.version import extractor_version
from kb.load import transaction
from kb.parallel import in_order
from kb.rows import FactRows
from kb.schema import tables

FETCH_STUDIES = 5_000  # texts asked of DuckDB at once
CHUNK_STUDIES = 200  # texts handed to a worker at once
STORE_STUDIES = 1_000  # studies whose facts are stored at once
# Starting workers costs about two seconds; below this one process is faster.
PARALLEL_FROM = 600

Progress = Callable[[int], None]


@dataclass(slots=True)
class ExtractionCounts:
    """What an extraction did: studies read, extractors that failed, rows by table."""

    studies: int = 0
    failed: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, other: ExtractionCounts) -> None:
        """Add another extraction's counts to these."""
        self.studies += other.studies
        self.failed += other.failed
        for table, count in other.rows.items():
            self.rows[table] = self.rows.get(table, 0) + count


def extract_studies(
    con: duckdb.DuckDBPyConnection,
    *,
    again: bool = False,
    among: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ExtractionCounts:
    """Read every study that was not yet read under the present rules (`again`: all of them; `among`: only those
    that this SQL selects).

    Every study read gets a row for each extractor in `extracted.extractions`, found, none or failed.
    """
    pending = pending_studies(con, again=again, among=among)
    counts = ExtractionCounts()
    workers = workers or os.cpu_count() or 1
    chunks = _chunks(con, pending)
    read = in_order(extract_chunk, chunks, 1 if len(pending) < PARALLEL_FROM else workers)
    for studies, found in _together(read):
        _store(con, studies, found, counts)
        if progress:
            progress(len(studies))
    return counts


def pending_studies(con: duckdb.DuckDBPyConnection, *, again: bool = False, among: str | None = None) -> list[str]:
    """Ids of the studies to be read, in order; `among`: only of those that this SQL selects."""
    done = "SELECT nct_id FROM extracted.extractions WHERE extractor_version = ?"
    condition = f"WHERE nct_id IN ({among})" if among else "WHERE true"
    condition += "" if again else f" AND nct_id NOT IN ({done})"
    parameters = [] if again else [extractor_version()]
    rows = con.execute(f"SELECT nct_id FROM ctgov.studies {condition} ORDER BY nct_id", parameters).fetchall()
    return [row[0] for row in rows]


def extract_chunk(texts: list[str]) -> tuple[list[str], dict[str, pa.Table]]:
    """Read some studies, given as JSON in the registry's shape: their ids, and the rows by table."""
    # Loading spaCy takes longer than answering a question, and most commands read no text.
    from extract.extractors import read_study

    gathered = FactRows()
    ids = []
    for text in texts:
        study = Study.from_record(orjson.loads(text))
        gathered.add(study, read_study(study))
        ids.append(study.nct_id)
    return ids, gathered.tables()


def _chunks(con: duckdb.DuckDBPyConnection, pending: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(pending), FETCH_STUDIES):
        texts = study_texts(con, pending[start : start + FETCH_STUDIES])
        for first in range(0, len(texts), CHUNK_STUDIES):
            yield texts[first : first + CHUNK_STUDIES]


def _together(read: Iterable[tuple[list[str], dict[str, pa.Table]]]) -> Iterator[tuple[list[str], dict[str, pa.Table]]]:
    """Chunks put together until there is enough to store: two dozen statements a chunk take longer than their rows."""
    studies: list[str] = []
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for ids, found in read:
        studies += ids
        for name, rows in found.items():
            parts[name].append(rows)
        if len(studies) >= STORE_STUDIES:
            yield studies, {name: pa.concat_tables(rows) for name, rows in parts.items()}
            studies = []
            parts.clear()
    if studies:
        yield studies, {name: pa.concat_tables(rows) for name, rows in parts.items()}


def study_texts(con: duckdb.DuckDBPyConnection, ids: list[str]) -> list[str]:
    """The free text of studies, one JSON document each, in the shape of a registry record."""
    con.register("wanted", pa.table({"nct_id": ids}))
    texts = [row[0] for row in con.execute(_TEXTS, [min(ids), max(ids)]).fetchall()]
    con.unregister("wanted")
    return texts


def _store(
    con: duckdb.DuckDBPyConnection, studies: list[str], found: dict[str, pa.Table], counts: ExtractionCounts
) -> None:
    with transaction(con):
        con.register("read", pa.table({"nct_id": studies}))
        read = "nct_id IN (SELECT nct_id FROM read)"
        again = con.execute(f"SELECT count(*) FROM extracted.extractions WHERE {read}").fetchall()[0][0]
        for name, table in tables("extracted").items():
            if again:  # a study that was ever read has a row there
                con.execute(f"DELETE FROM {table.full_name} WHERE {read}")
            if name in found:
                con.register("found", found[name])
                con.execute(f"INSERT INTO {table.full_name} SELECT * FROM found")
                con.unregister("found")
                counts.rows[name] = counts.rows.get(name, 0) + found[name].num_rows
        con.unregister("read")
    counts.studies += len(studies)
    if "extractions" in found:
        statuses = found["extractions"].column("status").to_pylist()
        counts.failed += statuses.count("failed")


def _outcomes(kind: str) -> str:
    item = "{measure: measure, timeFrame: time_frame, description: description}"
    return f"list({item} ORDER BY outcome_no) FILTER (outcome_type = '{kind}') AS {kind}_items"


_HERE = "nct_id BETWEEN $1 AND $2 AND nct_id IN (SELECT nct_id FROM wanted)"
_TEXTS = f"""
WITH arms AS (
    SELECT nct_id, list({{label: title, type: group_type, description: description}} ORDER BY arm_no) AS items
    FROM ctgov.design_groups WHERE {_HERE} GROUP BY nct_id),
labels AS (
    SELECT nct_id, intervention_no, list(arm_label ORDER BY link_no) AS labels
    FROM ctgov.design_group_interventions WHERE {_HERE} GROUP BY ALL),
names AS (
    SELECT nct_id, intervention_no, list(name ORDER BY other_name_no) AS names
    FROM ctgov.intervention_other_names WHERE {_HERE} GROUP BY ALL),
drugs AS (
    SELECT i.nct_id, list({{type: i.intervention_type, name: i.name, description: i.description,
        otherNames: names.names, armGroupLabels: labels.labels}} ORDER BY i.intervention_no) AS items
    FROM (FROM ctgov.interventions WHERE {_HERE}) AS i
    LEFT JOIN names USING (nct_id, intervention_no) LEFT JOIN labels USING (nct_id, intervention_no)
    GROUP BY i.nct_id),
outcomes AS (
    SELECT nct_id, {_outcomes("primary")}, {_outcomes("secondary")}, {_outcomes("other")}
    FROM ctgov.design_outcomes WHERE {_HERE} GROUP BY ALL),
conditions AS (
    SELECT nct_id, list(name ORDER BY condition_no) AS names FROM ctgov.conditions WHERE {_HERE} GROUP BY ALL)
SELECT to_json({{protocolSection: {{
    identificationModule: {{nctId: s.nct_id, briefTitle: s.brief_title, officialTitle: s.official_title}},
    descriptionModule: {{briefSummary: b.description, detailedDescription: d.description}},
    conditionsModule: {{conditions: conditions.names}},
    designModule: {{studyType: s.study_type}},
    armsInterventionsModule: {{armGroups: arms.items, interventions: drugs.items}},
    outcomesModule: {{primaryOutcomes: o.primary_items, secondaryOutcomes: o.secondary_items,
        otherOutcomes: o.other_items}},
    eligibilityModule: {{eligibilityCriteria: e.criteria, studyPopulation: e.population,
        minimumAge: nullif(e.minimum_age, 'N/A'), maximumAge: nullif(e.maximum_age, 'N/A')}}
}}}})::VARCHAR
FROM (FROM ctgov.studies WHERE {_HERE}) AS s
LEFT JOIN (FROM ctgov.brief_summaries WHERE {_HERE}) AS b USING (nct_id)
LEFT JOIN (FROM ctgov.detailed_descriptions WHERE {_HERE}) AS d USING (nct_id)
LEFT JOIN (FROM ctgov.eligibilities WHERE {_HERE}) AS e USING (nct_id)
LEFT JOIN arms USING (nct_id) LEFT JOIN drugs USING (nct_id) LEFT JOIN conditions USING (nct_id)
LEFT JOIN outcomes AS o USING (nct_id)
ORDER BY s.nct_id
"""

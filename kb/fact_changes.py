"""`history.fact_changes`: doses and ages that one version states otherwise than the one before.

Both versions are read from the raw archive by the present rules, so that a change of the rules is never taken for a
change of the study, and a rebuild gives the same rows.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import NamedTuple

import duckdb
import orjson
import pyarrow as pa

from crawler.archive import Archive
from extract.study import Study
from extract.version import extractor_version
from kb.changes import fetch_records
from kb.fact_texts import age_text, dose_text
from kb.parallel import in_order
from kb.schema import tables

BATCH = 200
# Starting workers costs about two seconds; below this one process is faster.
PARALLEL_FROM = 600

Facts = list[tuple[str, str]]
"""What each fact is about (its agent, its cohort), and the fact as text."""
Row = tuple[str, int, str, int, str | None, str | None, str]


class Pair(NamedTuple):
    """A version and the one before it, as JSON."""

    nct_id: str
    version_no: int
    old: bytes
    new: bytes


def note_fact_changes(
    con: duckdb.DuckDBPyConnection, archive: Archive, *, everything: bool = False, workers: int | None = None
) -> int:
    """Read the versions in the temporary table `loaded` (`everything`: all) and those before them; gives the rows kept.

    `everything` is for when the rules have changed: what older rules gave is thrown away.
    """
    if everything:
        con.execute("DELETE FROM history.fact_changes")
    todo = con.execute(_TODO.format(which="history.study_versions" if everything else "loaded")).fetchall()
    batches = (_pairs(archive, todo[start : start + BATCH]) for start in range(0, len(todo), BATCH))
    workers = 1 if len(todo) < PARALLEL_FROM else workers or os.cpu_count() or 1
    rows = [row for found in in_order(changed_facts, batches, workers) for row in found]
    if rows:
        schema = tables("history")["fact_changes"].arrow_schema
        columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)]
        con.register("fact_rows", pa.table(columns, schema=schema))
        con.execute("INSERT INTO history.fact_changes SELECT * FROM fact_rows")
        con.unregister("fact_rows")
    return len(rows)


def changed_facts(pairs: list[Pair]) -> list[Row]:
    """The rows of some versions. A kind of fact that cannot be read in either version gives none."""
    rows: list[Row] = []
    version = extractor_version()
    for pair in pairs:
        old, new = Study.from_record(orjson.loads(pair.old)), Study.from_record(orjson.loads(pair.new))
        for fact, read in _READERS.items():
            before, after = _facts(read, old), _facts(read, new)
            if before is not None and after is not None:
                found = enumerate(_different(before, after), start=1)
                rows += [(pair.nct_id, pair.version_no, fact, number, *values, version) for number, values in found]
    return rows


def _facts(read: Callable[[Study], Facts], study: Study) -> Facts | None:
    try:
        return read(study)
    except Exception:  # a text nobody foresaw: extracted.extractions names the study and the reason
        return None


def _doses(study: Study) -> Facts:
    # Loading spaCy takes longer than most commands, which read no text.
    from extract.doses import extract_doses

    labels = {arm.arm_no: arm.label.raw for arm in study.arms}
    return [(dose.agent_key, dose_text(dose, labels)) for dose in extract_doses(study).doses]


def _ages(study: Study) -> Facts:
    from extract.ages import extract_ages

    return [(age.cohort or "", age_text(age)) for age in extract_ages(study)]


_READERS: dict[str, Callable[[Study], Facts]] = {"dose": _doses, "age": _ages}


def _different(before: Facts, after: Facts) -> Iterator[tuple[str | None, str | None]]:
    """(old, new) of the facts that only one side has, those about one thing side by side."""
    gone, come = _by_subject(Counter(before) - Counter(after)), _by_subject(Counter(after) - Counter(before))
    for subject in sorted(gone.keys() | come.keys()):
        yield from zip_longest(gone.get(subject, []), come.get(subject, []))


def _by_subject(facts: Counter[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject, text in facts.elements():
        found[subject].append(text)
    return found


def _pairs(archive: Archive, todo: list[tuple[str, int, str, int, str, int]]) -> list[Pair]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for _, _, old_body, old_no, new_body, new_no in todo:
        wanted[old_body].add(old_no)
        wanted[new_body].add(new_no)
    found = fetch_records(archive, wanted)
    return [
        Pair(nct_id, version_no, orjson.dumps(found[old_body, old_no]), orjson.dumps(found[new_body, new_no]))
        for nct_id, version_no, old_body, old_no, new_body, new_no in todo
    ]


# Versions in which a text that is read has changed, each with the last version before it that has content.
_TODO = """
WITH touched AS (
    SELECT DISTINCT nct_id, version_no FROM history.study_changes SEMI JOIN {which} USING (nct_id, version_no)
    WHERE regexp_matches(json_path, '^protocolSection\\.(identification|description|conditions|design|'
        'armsInterventions|outcomes|eligibility)Module\\.'))
SELECT v.nct_id, v.version_no, old.body_sha256, old.record_no, v.body_sha256, v.record_no
FROM touched JOIN history.study_versions AS v USING (nct_id, version_no)
JOIN history.study_versions AS old ON old.nct_id = v.nct_id AND old.version_no < v.version_no
WHERE v.change_kind IN ('sponsor', 'restored') AND v.body_sha256 IS NOT NULL AND old.body_sha256 IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY v.nct_id, v.version_no ORDER BY old.version_no DESC) = 1
ORDER BY v.body_sha256, v.record_no, v.nct_id, v.version_no
"""

"""Where each record comes from: its register, the form it came in, and what that form told besides.

A trial may come in several forms, which do not tell alike: an API record has everything, a CSV row has no arms. A
form that tells less than the one a study was loaded from never takes its place; that it came is kept in
`meta.passed_over`. Forms of one rank replace each other in order of arrival, as copies of one form do.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from crawler.readers import RANKS
from crawler.readers.registers import registers

# `incoming` has the rank of a record's form; 1 tells the most.
KNOWN_RANK = f"""
CREATE OR REPLACE TEMP TABLE known_rank AS
SELECT nct_id, CASE form {" ".join(f"WHEN '{form}' THEN {rank}" for form, rank in RANKS.items())} ELSE 1 END AS rank
FROM meta.records WHERE nct_id IN (SELECT nct_id FROM arrived)
"""

# Before anything is counted: what is passed over is neither a new version nor a change.
_PASS_OVER = """
INSERT INTO meta.passed_over
SELECT a.nct_id, a.form, a.body_sha256, a.record_no, a.received_at
FROM arrived AS a LEFT JOIN known_rank AS k USING (nct_id) JOIN incoming AS i USING (nct_id)
WHERE a.form_rank > least(i.form_rank, coalesce(k.rank, i.form_rank)) AND NOT i.removed
"""

_FORGET = "DELETE FROM meta.{} WHERE nct_id IN (SELECT nct_id FROM fresh)"

_RECORDS = """
INSERT INTO meta.records
SELECT nct_id, coalesce(json_extract_string(json, '$.sourceSection.registry'), 'ClinicalTrials.gov'), form,
       coalesce(CAST(json_extract(json, '$.sourceSection.flags') AS VARCHAR[]), [])
FROM arrived JOIN fresh USING (place, nct_id, form)
"""

_FIELDS = """
INSERT INTO meta.register_fields
WITH listed AS (
    SELECT nct_id, unnest(CAST(json_extract(json, '$.sourceSection.fields') AS JSON[])) AS field,
           generate_subscripts(CAST(json_extract(json, '$.sourceSection.fields') AS JSON[]), 1) AS field_no
    FROM arrived JOIN fresh USING (place, nct_id, form) WHERE form <> 'json')
SELECT nct_id, field_no, json_extract_string(field, '$.name'), json_extract_string(field, '$.value') FROM listed
"""


def pass_over(con: duckdb.DuckDBPyConnection) -> None:
    """Note in `meta.passed_over` which of `arrived` are not loaded, since the study came in a form that tells more."""
    con.execute(
        "DELETE FROM meta.passed_over WHERE (nct_id, body_sha256, record_no) IN "
        "(SELECT (nct_id, body_sha256, record_no) FROM arrived)"
    )
    con.execute(_PASS_OVER)


def note_origin(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `meta.records` and `meta.register_fields` for the records in `fresh`."""
    for table in ("records", "register_fields"):
        con.execute(_FORGET.format(table))
    con.execute(_RECORDS)
    con.execute(_FIELDS)


def write_registers(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `meta.registers` from the readers' data: the one whose record is preferred first."""
    known = registers()
    rows = pa.table(
        {
            "registry": [item.name for item in known],
            "preference": pa.array(range(1, len(known) + 1), pa.int32()),
            "id_pattern": [item.pattern.pattern for item in known],
        }
    )
    con.register("known_registers", rows)
    con.execute("DELETE FROM meta.registers")
    con.execute("INSERT INTO meta.registers SELECT * FROM known_registers")
    con.unregister("known_registers")

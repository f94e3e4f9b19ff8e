"""The same trial in two registers: records that share a register's identifier, never those that share a title.

Only ids that fit a register's own pattern count: "not applicable", a grant number or a sponsor's code link nothing. An
identifier that more than MOST records name is no identifier of a trial (a placeholder, a programme's number).
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from crawler.readers.registers import identify

MOST = 10

# Cheap, and wide enough for every pattern: what it lets through is then checked one by one.
_LIKELY = (
    "regexp_matches(id_value, '(?i)^\\s*(?:[A-Za-z]{1,8}[-/ ]?[A-Za-z]{0,4}\\d|\\d{4}-\\d{6}-\\d\\d|126\\d{11}"
    "|CTRI/|SLCTR/|RBR-|PER-|JPRN|CTIS)')"
)

_CANDIDATES = f"""
SELECT DISTINCT id_value FROM ctgov.id_information WHERE id_value IS NOT NULL AND length(id_value) < 60 AND {_LIKELY}
"""

_LINKS = f"""
INSERT INTO meta.record_links
WITH named AS (
    SELECT r.nct_id, r.registry, r.nct_id AS identifier, r.registry AS identifier_registry, 'own id' AS source
    FROM meta.records AS r WHERE r.nct_id NOT LIKE 'pages:%'
    UNION
    SELECT r.nct_id, r.registry, v.identifier, v.registry, i.id_source
    FROM ctgov.id_information AS i JOIN valid_ids AS v USING (id_value) JOIN meta.records AS r USING (nct_id)),
said AS (
    SELECT nct_id, any_value(registry) AS registry, identifier, any_value(identifier_registry) AS identifier_registry,
           CASE WHEN bool_or(source = 'own id') THEN 'own id' ELSE min(source) END AS source
    FROM named GROUP BY nct_id, identifier),
shared AS (
    SELECT identifier FROM said GROUP BY identifier HAVING count(*) BETWEEN 2 AND {MOST})
SELECT a.nct_id, b.nct_id, a.identifier, a.identifier_registry,
       CASE WHEN a.registry = b.registry THEN 'related' ELSE 'same trial' END,
       CASE WHEN b.source = 'own id' THEN a.nct_id || ' names ' || b.nct_id
            WHEN a.source = 'own id' THEN b.nct_id || ' names ' || a.nct_id
            ELSE 'both name ' || a.identifier END
       || CASE WHEN a.registry = b.registry THEN '; both are in ' || a.registry || ', so two trials' ELSE '' END,
       a.source, b.source
FROM shared JOIN said AS a USING (identifier) JOIN said AS b USING (identifier)
WHERE a.nct_id < b.nct_id
ORDER BY ALL
"""


def write_links(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `meta.record_links` from the ids that records have and name."""
    found = []
    for (text,) in con.execute(_CANDIDATES).fetchall():
        known = identify(text)
        if known is not None:
            found.append((text, *known))
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    names = ("id_value", "registry", "identifier")
    valid = pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})
    con.register("valid_ids", valid)
    con.execute("DELETE FROM meta.record_links")
    con.execute(_LINKS)
    con.unregister("valid_ids")

"""SQL functions that the rules in `kb/tables/ctgov.tsv` use.

All but `registry_date` are temporary: they are needed only while records are loaded, and a published file holds
no SQL that an older DuckDB could not read.
"""

from __future__ import annotations

import duckdb

# The registry prints dates as 2025, 2025-07, 2025-07-18 or with a time. AACT takes the last day of a month.
_REGISTRY_DATE = """
CREATE OR REPLACE MACRO registry_date(text) AS CASE
    WHEN length(text) = 4 THEN try_cast(text || '-12-31' AS DATE)
    WHEN length(text) = 7 THEN last_day(try_cast(text || '-01' AS DATE))
    WHEN length(text) >= 10 THEN try_cast(left(text, 10) AS DATE)
END
"""

# For one column AACT takes the first day instead.
_REGISTRY_FIRST_DAY = """
CREATE OR REPLACE TEMP MACRO registry_first_day(text) AS CASE
    WHEN length(text) = 4 THEN try_cast(text || '-01-01' AS DATE)
    WHEN length(text) = 7 THEN try_cast(text || '-01' AS DATE)
    WHEN length(text) >= 10 THEN try_cast(left(text, 10) AS DATE)
END
"""

# Results are text: 12.5, 1,234, NA, <0.001. Only what is a number and nothing else becomes one; a cast alone would
# also take nan and inf.
_REGISTRY_NUMBER = """
CREATE OR REPLACE TEMP MACRO registry_number(text) AS CASE
    WHEN isfinite(try_cast(text AS DOUBLE)) THEN try_cast(text AS DOUBLE)
    WHEN regexp_full_match(text, '\\s*[-+]?[1-9]\\d{0,2}(,\\d{3})+(\\.\\d+)?\\s*')
        THEN try_cast(replace(text, ',', '') AS DOUBLE)
END
"""

# A cast alone would round 12.5 to 13.
_REGISTRY_COUNT = """
CREATE OR REPLACE TEMP MACRO registry_count(text) AS
    CASE WHEN regexp_full_match(text, '\\s*[-+]?(\\d+|[1-9]\\d{0,2}(,\\d{3})+)(\\.0*)?\\s*')
        THEN try_cast(replace(text, ',', '') AS BIGINT) END
"""

# Text of the denominator of a group, in given units: `denoms` is a list of {units, counts: [{groupId, value}]}.
_DENOMINATOR = """
CREATE OR REPLACE TEMP MACRO denominator(denoms, wanted_units, wanted_group) AS list_filter(
    list_filter(denoms, lambda d: d.units = wanted_units)[1].counts, lambda c: c.groupId = wanted_group)[1].value
"""


def create_functions(con: duckdb.DuckDBPyConnection) -> None:
    """Create the functions on this connection."""
    con.execute(_REGISTRY_DATE)
    con.execute("COMMENT ON MACRO registry_date IS 'day meant by a registry date; a month or year means its last day'")
    for macro in (_REGISTRY_FIRST_DAY, _REGISTRY_NUMBER, _REGISTRY_COUNT, _DENOMINATOR):
        con.execute(macro)

"""Draw facts at random to be read by hand, the same for the same seed; how often each answer occurs is printed first.

    python -m bench.draw_facts ages --kb KB --seed 1
    python -m bench.draw_facts other --kb KB --count 200
    python -m bench.draw_facts criteria --kb KB

`ages`: ranges in the text that do not agree with the registry's fields; `other`: outcomes without a class; `criteria`:
criteria that hold a number, with the values read from them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kb.store import Store

COUNTS = {
    "ages": """SELECT agreement, count(*) AS ranges, count(DISTINCT nct_id) AS studies FROM compare.ages
        GROUP BY ALL ORDER BY 2 DESC""",
    "other": "SELECT endpoint = 'other' AS other, count(*) FROM extracted.endpoints GROUP BY ALL",
    "criteria": """SELECT regexp_matches(quote, '\\d') AS holds_a_number, count(*) AS criteria,
        (SELECT count(*) FROM extracted.criterion_values) AS all_values FROM extracted.criteria GROUP BY ALL""",
}

ROWS = {
    "ages": """SELECT nct_id, age_no, agreement, cohort, ages, registered_ages, quote, source_field FROM compare.ages
        WHERE agreement NOT IN ('agree', 'no text')""",
    "other": """SELECT e.nct_id, e.outcome_type || e.outcome_no AS outcome, e.measure, left(o.description, 160)
        FROM extracted.endpoints AS e JOIN ctgov.design_outcomes AS o USING (nct_id, outcome_type, outcome_no)
        WHERE e.endpoint = 'other'""",
    "criteria": """SELECT c.nct_id, c.criterion_no, c.kind, c.heading, c.quote,
            list(concat_ws(' ', v.name, v.operator, v.low, v.high, v.unit) ORDER BY v.value_no)
                FILTER (v.name IS NOT NULL)
        FROM extracted.criteria AS c LEFT JOIN extracted.criterion_values AS v USING (nct_id, criterion_no)
        WHERE regexp_matches(c.quote, '\\d') GROUP BY ALL""",
}

KEYS = {"ages": "age_no", "other": "outcome", "criteria": "criterion_no"}  # what names a fact within its study


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=sorted(ROWS))
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", default="1")
    arguments = parser.parse_args()
    with Store(arguments.kb).connect() as con:
        print(con.sql(COUNTS[arguments.what]))
        # A fact's hash with the seed is as good as a lot.
        key = f"md5(nct_id || ' ' || CAST({KEYS[arguments.what]} AS VARCHAR) || ' ' || $seed)"
        rows = con.execute(
            f"SELECT * FROM ({ROWS[arguments.what]}) ORDER BY {key} LIMIT $count",
            {"seed": arguments.seed, "count": arguments.count},
        ).fetchall()
    for number, row in enumerate(rows, 1):
        print(number, *(" ".join(str(cell).split()) for cell in row if cell is not None), sep=" | ")


if __name__ == "__main__":
    main()

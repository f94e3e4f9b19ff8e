-- Question: which trials take a patient with this value of a quantity, in the quantity's own unit? Of those that limit it.
-- Example: SELECT nct_id, limits FROM compare.takes_value('platelets', 50)
-- Needs: criterion_limits
CREATE OR REPLACE MACRO compare.takes_value(quantity, figure) AS TABLE
WITH judged AS (
    SELECT nct_id, quote,
        (canonical_low IS NULL OR figure > canonical_low OR (figure = canonical_low AND operator <> '>'))
        AND (canonical_high IS NULL OR figure < canonical_high OR (figure = canonical_high AND operator <> '<')) AS inside,
        kind = 'exclusion' AS excludes
    FROM compare.criterion_limits
    WHERE name = quantity AND NOT conditional AND (canonical_low IS NOT NULL OR canonical_high IS NOT NULL))
SELECT j.nct_id, s.brief_title, list(j.quote) AS limits
FROM judged AS j JOIN ctgov.studies AS s USING (nct_id)
GROUP BY ALL
HAVING bool_and(inside <> excludes)
ORDER BY j.nct_id

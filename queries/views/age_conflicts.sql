-- Question: where does the text allow other ages than the registry's fields, bound by bound?
-- Example: SELECT nct_id, bound, text_years, registered_years, quote FROM compare.age_conflicts ORDER BY abs(text_years - registered_years) DESC
-- Needs: ages
-- Column bound: minimum or maximum
-- Column agreement: how the whole ranges compare, as in compare.ages
-- Column ages: the range in the text for people
-- Column registered_ages: the registry's minimum and maximum for people
-- Column text_years: the bound in the text, in years
-- Column registered_years: the registry's bound, in years; NULL means that it states no limit
-- Column difference_years: text_years less registered_years; NULL where the registry states no limit
CREATE OR REPLACE VIEW compare.age_conflicts AS
WITH bounds AS (
    SELECT *, 'minimum' AS bound, min_years AS text_years, registered_min_years AS registered_years,
        CASE WHEN min_inclusive THEN 0 ELSE 1 END * CASE min_unit WHEN 'a' THEN 1 WHEN 'mo' THEN 1 / 12 ELSE 0 END AS slack
    FROM compare.ages
    UNION ALL BY NAME
    SELECT *, 'maximum' AS bound, max_years AS text_years, registered_max_years AS registered_years,
        CASE WHEN max_inclusive THEN 0 ELSE -1 END * CASE max_unit WHEN 'a' THEN 1 WHEN 'mo' THEN 1 / 12 ELSE 0 END AS slack
    FROM compare.ages)
SELECT nct_id, brief_title, age_no, cohort, bound, text_years, registered_years,
    round(text_years - registered_years, 3) AS difference_years, ages, registered_ages, agreement,
    source_field, start_char, end_char, quote
FROM bounds
WHERE text_years IS NOT NULL AND agreement NOT IN ('agree', 'other people', 'no text')
  AND (registered_years IS NULL
       OR abs(text_years - registered_years) >= 0.02 AND abs(text_years + slack - registered_years) >= 0.02)

-- Question: which ages may take part, as the text says and as the registry's own fields say?
-- Example: SELECT nct_id, ages, registered_ages, agreement FROM compare.ages WHERE agreement <> 'agree'
-- Needs: age_text, registered_years, registered_ages_text
-- Column cohort: subgroup that the range is for; NULL: everyone
-- Column ages: the range in the text for people, e.g. 3 to under 80 years
-- Column registered_ages: the registry's minimum and maximum for people, e.g. 18 Years and older, any age
-- Column registered_min_years: the registry's minimum in years; NULL means no limit
-- Column registered_max_years: the registry's maximum in years; NULL means no limit
-- Column agreement: agree, text narrower, text wider, contradict; no text where only the fields speak; other people where the range is for donors or caregivers
CREATE OR REPLACE TABLE compare.ages AS
WITH unit_years AS (
    FROM (VALUES ('a', 1.0), ('mo', 1 / 12), ('wk', 7 / 365.25), ('d', 1 / 365.25), ('h', 1 / 8766)) AS u(unit, years)),
registered AS (
    SELECT e.nct_id, compare.registered_ages_text(e.minimum_age, e.maximum_age) AS registered_ages,
        compare.registered_years(c.minimum_age_num, c.minimum_age_unit) AS registered_min_years,
        compare.registered_years(c.maximum_age_num, c.maximum_age_unit) AS registered_max_years
    FROM ctgov.eligibilities AS e LEFT JOIN ctgov.calculated_values AS c USING (nct_id)),
both_sides AS (
    SELECT s.nct_id, s.brief_title, a.age_no, a.cohort, a.min_value, a.min_unit, a.min_inclusive, a.max_value,
        a.max_unit, a.max_inclusive, a.min_years, a.max_years, r.registered_ages, r.registered_min_years,
        r.registered_max_years, a.source_field, a.start_char, a.end_char, a.quote,
        -- An open end counts as far away, so that two open ends agree.
        coalesce(a.min_years, 0) - coalesce(r.registered_min_years, 0) AS later_start,
        coalesce(a.max_years, 200) - coalesce(r.registered_max_years, 200) AS later_end,
        -- "Over 17" may be registered as 17 or as 18, "under 80" as 80 or as 79.
        CASE WHEN NOT a.min_inclusive THEN low.years ELSE 0 END AS start_slack,
        CASE WHEN NOT a.max_inclusive THEN high.years
            -- "14 years and 11 months" is registered as 14 years.
            WHEN a.max_unit <> 'a' AND a.max_years > r.registered_max_years AND a.max_years < r.registered_max_years + 1
            THEN a.max_years - r.registered_max_years ELSE 0 END AS end_slack
    FROM ctgov.studies AS s
    LEFT JOIN registered AS r USING (nct_id)
    LEFT JOIN extracted.ages AS a USING (nct_id)
    LEFT JOIN unit_years AS low ON low.unit = a.min_unit
    LEFT JOIN unit_years AS high ON high.unit = a.max_unit),
shifted AS (
    SELECT *,
        -- Months rounded to years differ by little: less than a week is no difference.
        CASE WHEN abs(later_start) < 0.02 OR abs(later_start + coalesce(start_slack, 0)) < 0.02 THEN 0
            ELSE later_start END AS start_shift,
        CASE WHEN abs(later_end) < 0.02 OR abs(later_end - coalesce(end_slack, 0)) < 0.02 THEN 0
            ELSE later_end END AS end_shift
    FROM both_sides)
SELECT * EXCLUDE (later_start, later_end, start_slack, end_slack, start_shift, end_shift),
    compare.age_text(min_value, min_unit, min_inclusive, max_value, max_unit, max_inclusive) AS ages,
    CASE
        WHEN age_no IS NULL THEN 'no text'
        WHEN regexp_matches(lower(cohort), 'donor|caregiver|parent|partner|mother|father') THEN 'other people'
        WHEN min_years > registered_max_years OR max_years < registered_min_years THEN 'contradict'
        WHEN start_shift = 0 AND end_shift = 0 THEN 'agree'
        WHEN start_shift >= 0 AND end_shift <= 0 THEN 'text narrower'
        WHEN start_shift <= 0 AND end_shift >= 0 THEN 'text wider'
        ELSE 'contradict'
    END AS agreement
FROM shifted
ORDER BY nct_id, age_no

-- Question: which ages may take part, as the text says and as the registry's own fields say?
-- Example: SELECT nct_id, ages, registered_ages, agreement FROM compare.ages WHERE agreement <> 'agree'
-- Column ages: the range in the text, e.g. 3 a ≤ age < 80 a
-- Column registered_ages: the registry's minimum and maximum
-- Column registered_min_years: the registry's minimum in years; NULL means no limit
-- Column registered_max_years: the registry's maximum in years; NULL means no limit
-- Column agreement: agree, text narrower, text wider, contradict; no text where only the fields speak
CREATE OR REPLACE VIEW compare.ages AS
WITH registered AS (
    SELECT e.nct_id, concat_ws(' – ', e.minimum_age, e.maximum_age) AS registered_ages,
        c.minimum_age_num * y.years AS registered_min_years, c.maximum_age_num * z.years AS registered_max_years
    FROM ctgov.eligibilities AS e
    JOIN ctgov.calculated_values AS c USING (nct_id)
    LEFT JOIN (VALUES ('Year', 1.0), ('Month', 1 / 12), ('Week', 7 / 365.25), ('Day', 1 / 365.25), ('Hour', 1 / 8766),
        ('Minute', 1 / 525960)) AS y(unit, years) ON rtrim(c.minimum_age_unit, 's') = y.unit
    LEFT JOIN (VALUES ('Year', 1.0), ('Month', 1 / 12), ('Week', 7 / 365.25), ('Day', 1 / 365.25), ('Hour', 1 / 8766),
        ('Minute', 1 / 525960)) AS z(unit, years) ON rtrim(c.maximum_age_unit, 's') = z.unit),
both_sides AS (
    SELECT s.nct_id, s.brief_title, a.age_no, a.cohort, a.min_value, a.min_unit, a.min_inclusive, a.max_value,
        a.max_unit, a.max_inclusive, a.min_years, a.max_years, r.registered_ages, r.registered_min_years,
        r.registered_max_years, a.source_field, a.start_char, a.end_char, a.quote,
        -- An open end counts as far away, so that two open ends agree. Months rounded to years differ by little.
        coalesce(a.min_years, 0) - coalesce(r.registered_min_years, 0) AS later_start,
        coalesce(a.max_years, 200) - coalesce(r.registered_max_years, 200) AS later_end
    FROM ctgov.studies AS s
    LEFT JOIN registered AS r USING (nct_id)
    LEFT JOIN extracted.ages AS a USING (nct_id))
SELECT * EXCLUDE (later_start, later_end),
    nullif(concat(
        format('{:g} {} {} ', min_value, min_unit, CASE WHEN min_inclusive THEN '≤' ELSE '<' END), 'age',
        format(' {} {:g} {}', CASE WHEN max_inclusive THEN '≤' ELSE '<' END, max_value, max_unit)), 'age') AS ages,
    CASE
        WHEN age_no IS NULL THEN 'no text'
        WHEN min_years > registered_max_years OR max_years < registered_min_years THEN 'contradict'
        WHEN abs(later_start) < 0.02 AND abs(later_end) < 0.02 THEN 'agree'
        WHEN later_start > -0.02 AND later_end < 0.02 THEN 'text narrower'
        WHEN later_start < 0.02 AND later_end > -0.02 THEN 'text wider'
        ELSE 'contradict'
    END AS agreement
FROM both_sides

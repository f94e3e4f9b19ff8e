-- Question: who may take part: ages, sex, healthy volunteers, and the criteria for and against?
-- Example: SELECT nct_id, sex, ages, exclusion_criteria FROM compare.eligibility WHERE accepts_children AND exclusion_criteria LIKE '%pregnan%'
-- Needs: ages
-- Column sex: ALL, FEMALE or MALE
-- Column healthy_volunteers: NULL where the record does not say
-- Column ages: age ranges in the text, cohorts named; the registry's own where the text has none
-- Column registered_ages: the registry's minimum and maximum for people
-- Column min_years: the youngest who may take part, in years; NULL means no limit
-- Column max_years: the oldest who may take part, in years; NULL means no limit
-- Column accepts_children: people under 18 may take part
-- Column accepts_over_65: people of 65 and more may take part
-- Column inclusion_criteria: the criteria before the heading of the exclusion criteria
-- Column exclusion_criteria: the criteria under that heading; NULL where there is none
CREATE OR REPLACE TABLE compare.eligibility AS
WITH texts AS (
    SELECT nct_id,
        coalesce(string_agg(concat_ws(': ', cohort, ages), '; ' ORDER BY age_no) FILTER (ages IS NOT NULL),
            any_value(registered_ages)) AS ages
    FROM compare.ages GROUP BY nct_id),
bounds AS (
    SELECT nct_id, coalesce(min_years, registered_min_years) AS low, coalesce(max_years, registered_max_years) AS high
    FROM compare.ages WHERE agreement <> 'other people'
    UNION ALL
    -- Donors and caregivers are not the patients: where the text tells only of them, the registry's fields speak.
    SELECT nct_id, any_value(registered_min_years), any_value(registered_max_years)
    FROM compare.ages GROUP BY nct_id HAVING bool_and(agreement = 'other people')),
limits AS (
    -- One cohort without a limit leaves the study without one.
    SELECT nct_id, CASE WHEN count(*) = count(low) THEN min(low) END AS min_years,
        CASE WHEN count(*) = count(high) THEN max(high) END AS max_years
    FROM bounds GROUP BY nct_id),
registered AS (SELECT nct_id, any_value(registered_ages) AS registered_ages FROM compare.ages GROUP BY nct_id),
parts AS (
    SELECT nct_id, regexp_extract(criteria,
        -- A heading is a line of its own: "Key exclusion criteria:", not "* no exclusion of …".
        '(?is)^(.*?)(?:^|\n)([^\w\n]*(?:\w+ ){0,3}exclusion(?: c\w+)?(?: include)?[^\w\n]*)(?:\n(.*))?$',
        ['before', 'heading', 'after']) AS criteria
    FROM ctgov.eligibilities)
SELECT s.nct_id, s.brief_title, e.gender AS sex, e.healthy_volunteers, t.ages, r.registered_ages, l.min_years,
    l.max_years, coalesce(l.min_years, 0) < 18 AS accepts_children, coalesce(l.max_years, 1000) >= 65 AS accepts_over_65,
    e.population, e.sampling_method,
    nullif(trim(regexp_replace(CASE WHEN p.criteria.heading = '' THEN e.criteria ELSE p.criteria.before END,
        '(?i)^[^\w\n]*(\w+ ){0,3}inclusion( c\w+)?( include)?[^\w\n]*\n', ''), E' \n'), '') AS inclusion_criteria,
    nullif(trim(p.criteria.after, E' \n'), '') AS exclusion_criteria
FROM ctgov.studies AS s
LEFT JOIN ctgov.eligibilities AS e USING (nct_id)
LEFT JOIN parts AS p USING (nct_id)
LEFT JOIN texts AS t USING (nct_id)
LEFT JOIN limits AS l USING (nct_id)
LEFT JOIN registered AS r USING (nct_id)
ORDER BY s.nct_id

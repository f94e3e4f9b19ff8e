-- Question: where does a record disagree with itself: text against fields, title against time frame?
-- Example: SELECT kind, count(DISTINCT nct_id) AS trials FROM compare.disagreements GROUP BY ALL ORDER BY 2 DESC
-- Needs: age_conflicts, endpoints, doses, number_text
-- Column kind: ages, time beyond time frame, sample size, amounts, or dates
-- Column about: what the two statements are about
-- Column one: what one place says
-- Column other: what the other place says
-- Column source_field: JSON path of the first place; NULL where both are plain fields
CREATE OR REPLACE TABLE compare.disagreements AS
WITH single AS (
    SELECT * FROM compare.doses WHERE role = 'dose'
    QUALIFY count(*) OVER (PARTITION BY nct_id, arm_no, agent_key) = 2),
planned AS (
    SELECT * FROM extracted.design_statistics WHERE kind = 'sample_size'
    QUALIFY count(*) OVER (PARTITION BY nct_id) = 1)
SELECT nct_id, brief_title, 'ages' AS kind, concat_ws(' ', bound, 'age', '(' || cohort || ')') AS about,
    'text: ' || ages AS one, 'fields: ' || registered_ages AS other, source_field, start_char, end_char, quote
FROM compare.age_conflicts
WHERE cohort IS NULL
UNION ALL
SELECT nct_id, brief_title, 'time beyond time frame', measure, 'title: ' || titled[1] || ' ' || titled[2],
    'time frame: ' || time_frame, source_field, start_char, end_char, quote
FROM (
    SELECT *, regexp_extract(measure, '(?i)\bat (\d+)[ -]?(day|week|month|year)s?\b', ['1', '2']) AS found,
        [found['1'], lower(found['2'])] AS titled
    FROM compare.endpoints WHERE horizon_days > 0)
-- An eighth more covers months against weeks and windows around a visit.
WHERE TRY_CAST(titled[1] AS INTEGER) * CASE titled[2] WHEN 'day' THEN 1 WHEN 'week' THEN 7 WHEN 'month' THEN 30.4375
    WHEN 'year' THEN 365.25 END > 1.125 * horizon_days
UNION ALL
SELECT s.nct_id, s.brief_title, 'sample size', 'number of participants', 'text: ' || compare.number_text(d.value),
    'field: ' || s.enrollment, d.source_field, d.start_char, d.end_char, d.quote
FROM planned AS d JOIN ctgov.studies AS s USING (nct_id)
-- An actual enrolment may well differ from the plan; a planned one should not. Few are a cohort or a run-in.
WHERE s.enrollment_type = 'ESTIMATED' AND s.enrollment <> 99999999 AND d.value <> s.enrollment AND d.value >= 10
UNION ALL
SELECT DISTINCT a.nct_id, a.brief_title, 'amounts', concat_ws(', ', a.agent, a.arm_label),
    concat_ws(', ', a.amount, nullif(a.schedule, '')), concat_ws(', ', b.amount, nullif(b.schedule, '')), a.source_field, a.start_char,
    a.end_char, a.quote
FROM single AS a JOIN single AS b USING (nct_id, agent_key, total_unit)
-- The arm has one amount in the description and another in its interventions, on the same days. Several amounts on
-- one side are levels.
WHERE a.dose_no < b.dose_no AND a.arm_no IS NOT DISTINCT FROM b.arm_no
  AND (a.source_field LIKE '%armsInterventionsModule%') <> (b.source_field LIKE '%armsInterventionsModule%') AND a.days IS NOT DISTINCT FROM b.days
  AND a.route IS NOT DISTINCT FROM b.route
  AND a.frequency_times IS NOT DISTINCT FROM b.frequency_times
  AND a.frequency_every_unit IS NOT DISTINCT FROM b.frequency_every_unit
  AND (a.canonical_high < b.canonical_low OR a.canonical_low > b.canonical_high)
  AND a.per_time IS NOT DISTINCT FROM b.per_time
UNION ALL
SELECT nct_id, brief_title, 'dates', 'start and completion', 'start: ' || start_month_year,
    'completion: ' || completion_month_year, NULL, NULL, NULL, NULL
FROM ctgov.studies WHERE completion_date < start_date
ORDER BY nct_id, kind, about

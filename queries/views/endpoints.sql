-- Question: what is each trial judged by, and when?
-- Example: SELECT endpoint, count(DISTINCT nct_id), median(horizon_days) FROM compare.endpoints WHERE outcome_type = 'primary' GROUP BY ALL ORDER BY 2 DESC
-- Needs: time_text
-- Column start_year: year in which the study began or will begin
-- Column horizon_days: the last time at which it is measured, in days; NULL where no time of fixed length is stated
-- Column first_days: the first time after the start at which it is measured, in days
-- Column horizon: that time as a class: up to 1 month, 3 months, 6 months, 1 year, 2 years, 5 years, longer, or not stated
-- Column times: the times for people, e.g. at 3 months; up to 2 years
CREATE OR REPLACE TABLE compare.endpoints AS
WITH times AS (
    SELECT nct_id, outcome_type, outcome_no, max(high_days) AS horizon_days,
        min(high_days) FILTER (high_days > 0) AS first_days,
        string_agg(compare.time_text(relation, low, high, unit, anchor), '; ' ORDER BY time_no) AS times
    FROM extracted.endpoint_times GROUP BY ALL)
SELECT e.nct_id, s.brief_title, s.phase, s.start_date, year(s.start_date) AS start_year, e.outcome_type, e.outcome_no,
    e.measure, e.endpoint, e.endpoint_label, e.instrument, e.metric, t.times, t.first_days, t.horizon_days,
    CASE
        WHEN t.horizon_days IS NULL THEN 'not stated'
        WHEN t.horizon_days <= 31 THEN '1 month'
        WHEN t.horizon_days <= 92 THEN '3 months'
        WHEN t.horizon_days <= 184 THEN '6 months'
        WHEN t.horizon_days <= 366 THEN '1 year'
        WHEN t.horizon_days <= 731 THEN '2 years'
        WHEN t.horizon_days <= 1827 THEN '5 years'
        ELSE 'longer'
    END AS horizon,
    o.time_frame, e.source_field, e.start_char, e.end_char, e.quote
FROM extracted.endpoints AS e
JOIN ctgov.studies AS s USING (nct_id)
LEFT JOIN ctgov.design_outcomes AS o USING (nct_id, outcome_type, outcome_no)
LEFT JOIN times AS t USING (nct_id, outcome_type, outcome_no)
ORDER BY e.nct_id, list_position(['primary', 'secondary', 'other'], e.outcome_type), e.outcome_no

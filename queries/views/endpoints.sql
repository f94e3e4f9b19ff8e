-- Question: what is each trial judged by, and when?
-- Example: SELECT endpoint, count(DISTINCT nct_id), median(horizon_days) FROM compare.endpoints WHERE outcome_type = 'primary' GROUP BY ALL ORDER BY 2 DESC
-- Needs: number_text
-- Column horizon_days: the last time at which it is measured, in days; NULL where no time of fixed length is stated
-- Column times: the times for people, e.g. at 3 mo; up to 2 a
CREATE OR REPLACE VIEW compare.endpoints AS
WITH times AS (
    SELECT nct_id, outcome_type, outcome_no, max(high_days) AS horizon_days,
        string_agg(concat_ws(' ', CASE relation WHEN 'up_to' THEN 'up to' WHEN 'from_to' THEN 'from'
                WHEN 'through_event' THEN 'until an event' ELSE relation END,
            CASE WHEN low = high THEN compare.number_text(low)
                 ELSE compare.number_text(low) || ' to ' || compare.number_text(high) END,
            unit, 'after ' || anchor), '; ' ORDER BY time_no) AS times
    FROM extracted.endpoint_times GROUP BY ALL)
SELECT e.nct_id, s.brief_title, s.phase, s.start_date, e.outcome_type, e.outcome_no, e.measure, e.endpoint,
    e.endpoint_label, e.instrument, e.metric, t.times, t.horizon_days, o.time_frame,
    e.source_field, e.start_char, e.end_char, e.quote
FROM extracted.endpoints AS e
JOIN ctgov.studies AS s USING (nct_id)
LEFT JOIN ctgov.design_outcomes AS o USING (nct_id, outcome_type, outcome_no)
LEFT JOIN times AS t USING (nct_id, outcome_type, outcome_no)

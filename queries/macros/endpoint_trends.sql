-- Question: by which primary endpoints were the trials of a field judged, year by year? (NULL: any)
-- Example: SELECT start_year, endpoint_label, trials, share, median_horizon_days FROM compare.endpoint_trends(about := 'cancer')
-- Needs: study_ids, endpoints
CREATE OR REPLACE MACRO compare.endpoint_trends(about := NULL, giving := NULL) AS TABLE
WITH field AS (
    SELECT * FROM compare.endpoints
    WHERE outcome_type = 'primary' AND start_year IS NOT NULL
      AND nct_id IN (SELECT nct_id FROM compare.study_ids(condition_term := about, agent_term := giving))),
by_year AS (SELECT start_year, count(DISTINCT nct_id) AS trials_of_year FROM field GROUP BY start_year)
SELECT f.start_year, f.endpoint, f.endpoint_label, count(DISTINCT f.nct_id) AS trials,
    count(DISTINCT f.nct_id) / any_value(y.trials_of_year) AS share, median(f.horizon_days) AS median_horizon_days
FROM field AS f JOIN by_year AS y USING (start_year)
GROUP BY ALL ORDER BY ALL

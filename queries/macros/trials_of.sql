-- Question: which trials are about a condition and give an agent, and how do they compare? (NULL: any)
-- Example: SELECT nct_id, cell_doses, conditioning, ages, primary_endpoints FROM compare.trials_of(about := 'leukemia', giving := 'CAR-T') WHERE cell_doses IS NOT NULL
-- Needs: study_ids, trials
CREATE OR REPLACE MACRO compare.trials_of(about := NULL, giving := NULL) AS TABLE
SELECT * FROM compare.trials
WHERE nct_id IN (SELECT nct_id FROM compare.study_ids(condition_term := about, agent_term := giving))

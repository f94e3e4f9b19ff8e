-- Question: how much of an agent do the trials of a condition give? (NULL: any)
-- Example: SELECT nct_id, arm_label, amount, schedule, quote FROM compare.doses_of('fludarabine', about := 'leukemia')
-- Needs: study_ids, doses
CREATE OR REPLACE MACRO compare.doses_of(giving, about := NULL) AS TABLE
SELECT * FROM compare.doses
WHERE (giving IS NULL OR compare.names_term(doses.agent_key, giving) OR compare.names_term(doses.agent, giving))
  AND nct_id IN (SELECT nct_id FROM compare.study_ids(condition_term := about))

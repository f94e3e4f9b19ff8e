-- Question: which studies are about a condition and give an agent? (NULL: any)
-- Example: SELECT count(*) FROM compare.study_ids(condition_term := 'leukemia', agent_term := 'CAR-T')
-- Needs: names_term, agent_names, condition_names
CREATE OR REPLACE MACRO compare.study_ids(condition_term := NULL, agent_term := NULL) AS TABLE
SELECT nct_id FROM ctgov.studies
WHERE (condition_term IS NULL
       OR nct_id IN (SELECT nct_id FROM compare.condition_names WHERE compare.names_term(name, condition_term)))
  AND (agent_term IS NULL OR nct_id IN (SELECT nct_id FROM compare.agent_names WHERE compare.names_term(name, agent_term)))

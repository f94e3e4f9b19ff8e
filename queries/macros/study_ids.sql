-- Question: which studies are about a condition and give an agent? (NULL: any)
-- Example: SELECT count(*) FROM compare.study_ids(condition_term := 'leukemia', agent_term := 'CAR-T')
-- Needs: names_term, squashed_text, names
CREATE OR REPLACE MACRO compare.study_ids(condition_term := NULL, agent_term := NULL) AS TABLE
SELECT nct_id FROM ctgov.studies
-- Squashed texts are searched first, which is cheap; what is found there is read word by word.
WHERE (condition_term IS NULL OR nct_id IN (
        SELECT nct_id FROM compare.names
        WHERE subject = 'condition' AND contains(squashed, compare.squashed_text(condition_term))
          AND compare.names_term(name, condition_term)))
  AND (agent_term IS NULL OR nct_id IN (
        SELECT nct_id FROM compare.names
        WHERE subject = 'agent' AND contains(squashed, compare.squashed_text(agent_term))
          AND compare.names_term(name, agent_term)))

-- Question: under which names does a study give its agents: read from the text, registered, other names, synonyms?
-- Example: SELECT name, origin, count(*) AS trials FROM compare.agent_names WHERE nct_id IN (SELECT nct_id FROM compare.study_ids(agent_term := 'CAR-T')) GROUP BY ALL ORDER BY 3 DESC
-- Needs: names, study_ids
-- Column name: a name of an agent or intervention
-- Column origin: text, registered, other name or synonym
CREATE OR REPLACE VIEW compare.agent_names AS
SELECT nct_id, name, origin FROM compare.names WHERE subject = 'agent'

-- Question: under which names does a study give its agents: read from the text, registered, other names, synonyms?
-- Example: SELECT name, count(DISTINCT nct_id) FROM compare.agent_names WHERE compare.names_term(name, 'CAR-T') GROUP BY ALL ORDER BY 2 DESC
-- Needs: names, names_term
-- Column name: a name of an agent or intervention
-- Column origin: text, registered, other name or synonym
CREATE OR REPLACE VIEW compare.agent_names AS
SELECT nct_id, name, origin FROM compare.names WHERE subject = 'agent'

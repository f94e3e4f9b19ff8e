-- Question: under which names does a study give its agents: read from the text, registered, or other names?
-- Example: SELECT name, count(DISTINCT nct_id) FROM compare.agent_names WHERE compare.names_term(name, 'CAR-T') GROUP BY ALL ORDER BY 2 DESC
-- Needs: names_term
-- Column name: a name of an agent or intervention
-- Column origin: text, registered or other name
CREATE OR REPLACE VIEW compare.agent_names AS
SELECT nct_id, agent_key AS name, 'text' AS origin FROM extracted.arm_agents
UNION SELECT nct_id, agent, 'text' FROM extracted.arm_agents
UNION SELECT nct_id, agent_key, 'text' FROM extracted.doses
UNION SELECT nct_id, agent, 'text' FROM extracted.doses
UNION SELECT nct_id, name, 'registered' FROM ctgov.interventions
UNION SELECT nct_id, name, 'other name' FROM ctgov.intervention_other_names

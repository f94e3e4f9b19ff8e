-- Question: by which names can a study be found: its conditions and agents as registered, as read and by synonyms?
-- Example: SELECT DISTINCT subject, origin, name FROM compare.names WHERE nct_id = 'NCT99000001' ORDER BY ALL
-- Needs: synonyms, names_term, squashed_text
-- Column subject: condition or agent
-- Column origin: condition, keyword, mesh or title; text, registered or other name; synonym
-- Column name: the name as it stands there
CREATE OR REPLACE TABLE compare.names AS
WITH given AS (
    SELECT nct_id, 'condition' AS subject, 'condition' AS origin, name FROM ctgov.conditions
    UNION ALL SELECT nct_id, 'condition', 'keyword', name FROM ctgov.keywords
    UNION ALL SELECT nct_id, 'condition', 'mesh', mesh_term FROM ctgov.browse_conditions
    UNION ALL SELECT nct_id, 'condition', 'title', brief_title FROM ctgov.studies
    UNION ALL SELECT nct_id, 'condition', 'title', official_title FROM ctgov.studies
    UNION ALL SELECT nct_id, 'agent', 'text', agent_key FROM extracted.arm_agents
    UNION ALL SELECT nct_id, 'agent', 'text', agent FROM extracted.arm_agents
    UNION ALL SELECT nct_id, 'agent', 'text', agent_key FROM extracted.doses
    UNION ALL SELECT nct_id, 'agent', 'text', agent FROM extracted.doses
    UNION ALL SELECT nct_id, 'agent', 'registered', name FROM ctgov.interventions
    UNION ALL SELECT nct_id, 'agent', 'other name', name FROM ctgov.intervention_other_names),
every_name AS (SELECT DISTINCT nct_id, subject, origin, name FROM given WHERE name IS NOT NULL),
spelled AS (
    SELECT DISTINCT subject, name, compare.squashed_text(name) AS squashed FROM every_name),
also_known AS (
    SELECT DISTINCT s.subject, s.name, y.also
    FROM spelled AS s
    JOIN (SELECT *, compare.squashed_text(name) AS wanted FROM compare.synonyms) AS y
        ON s.subject = y.subject AND contains(s.squashed, y.wanted)
    WHERE compare.names_term(s.name, y.name))
SELECT nct_id, subject, origin, name FROM every_name
UNION ALL
SELECT DISTINCT e.nct_id, subject, 'synonym', k.also
FROM every_name AS e JOIN also_known AS k USING (subject, name)
ORDER BY subject, nct_id, origin, name

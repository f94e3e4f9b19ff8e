-- Question: what marks a study among all others: its conditions, agents and primary endpoints, and how rare each is?
-- Example: SELECT feature, any_value(weight), count(*) AS trials FROM compare.features WHERE kind = 'agent' GROUP BY ALL ORDER BY 3 DESC LIMIT 10
-- Needs: names
-- Column kind: condition, agent or endpoint
-- Column feature: MeSH heading or condition, agent (both also by what they are a kind of), or class of a primary endpoint
-- Column weight: logarithm of how rare it is: what few trials share says more
-- Column total_weight: the weights of all features of the study and kind together
CREATE OR REPLACE TABLE compare.features AS
WITH marks AS (
    SELECT nct_id, 'condition' AS kind, lower(mesh_term) AS feature FROM ctgov.browse_conditions
    WHERE mesh_type = 'mesh-list'
    UNION SELECT nct_id, 'condition', lower(name) FROM ctgov.conditions
    UNION SELECT nct_id, 'agent', agent_key FROM extracted.arm_agents
    UNION SELECT nct_id, 'agent', agent_key FROM extracted.doses
    -- Studies without agents (devices, behaviour) are alike in what they do.
    UNION SELECT nct_id, 'agent', lower(name) FROM ctgov.interventions ANTI JOIN extracted.arm_agents USING (nct_id)
    -- CD19 CAR-T cells and CD22 CAR-T cells are two agents of one kind.
    UNION SELECT nct_id, subject, lower(name) FROM compare.names WHERE origin = 'synonym'
    UNION SELECT nct_id, 'endpoint', endpoint FROM extracted.endpoints
    WHERE outcome_type = 'primary' AND endpoint <> 'other'),
weighed AS (
    SELECT nct_id, kind, feature,
        ln(1 + (SELECT count(*) FROM ctgov.studies) / count(*) OVER (PARTITION BY kind, feature)) AS weight
    FROM marks WHERE feature IS NOT NULL)
SELECT nct_id, kind, feature, weight, sum(weight) OVER (PARTITION BY nct_id, kind) AS total_weight
FROM weighed ORDER BY nct_id, kind, feature

-- Which interventions are known under most other names?
WITH named AS (
    SELECT i.nct_id, i.name, COUNT(o.id) AS other_names
    FROM ctgov.interventions i
    LEFT JOIN ctgov.intervention_other_names o ON o.intervention_id = i.id
    GROUP BY i.id, i.nct_id, i.name
)
SELECT * FROM named WHERE other_names >= 3 ORDER BY other_names DESC, nct_id, name;

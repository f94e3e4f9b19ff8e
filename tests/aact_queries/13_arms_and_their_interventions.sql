-- What does each arm of a study receive?
SELECT dg.title AS arm, dg.group_type, STRING_AGG(i.name, ' + ' ORDER BY i.name) AS given
FROM ctgov.design_groups dg
JOIN ctgov.design_group_interventions dgi ON dgi.design_group_id = dg.id
JOIN ctgov.interventions i ON i.id = dgi.intervention_id
WHERE dg.nct_id = 'NCT99000021'
GROUP BY dg.id, dg.title, dg.group_type
ORDER BY dg.id;

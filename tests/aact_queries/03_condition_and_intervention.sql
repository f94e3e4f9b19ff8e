-- Which recruiting trials of leukemia give a biological, and who leads them?
SELECT DISTINCT s.nct_id, sp.name AS lead_sponsor
FROM ctgov.studies AS s
INNER JOIN ctgov.conditions AS c ON c.nct_id = s.nct_id
INNER JOIN ctgov.interventions AS i ON i.nct_id = s.nct_id
INNER JOIN ctgov.sponsors AS sp ON sp.nct_id = s.nct_id AND sp.lead_or_collaborator = 'lead'
WHERE c.name ILIKE '%leukemia%'
  AND i.intervention_type = 'BIOLOGICAL'
  AND s.overall_status IN ('RECRUITING', 'NOT_YET_RECRUITING', 'ENROLLING_BY_INVITATION')
ORDER BY s.nct_id;

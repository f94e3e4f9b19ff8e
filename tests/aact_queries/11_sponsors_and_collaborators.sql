-- Who leads and who helps, in one line a study?
SELECT s.nct_id,
       MAX(CASE WHEN sp.lead_or_collaborator = 'lead' THEN sp.name END) AS lead,
       STRING_AGG(CASE WHEN sp.lead_or_collaborator = 'collaborator' THEN sp.name END, '; ' ORDER BY sp.name) AS collaborators
FROM ctgov.studies s
JOIN ctgov.sponsors sp ON s.nct_id = sp.nct_id
GROUP BY s.nct_id
HAVING COUNT(*) > 2
ORDER BY s.nct_id;

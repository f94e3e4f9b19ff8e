-- Which studies stand under the MeSH term Neoplasms or a narrower one, and under how many terms?
SELECT bc.nct_id, COUNT(*) FILTER (WHERE bc.mesh_type = 'mesh-list') AS terms,
       COUNT(*) FILTER (WHERE bc.mesh_type = 'mesh-ancestor') AS ancestors
FROM ctgov.browse_conditions bc
WHERE bc.nct_id IN (SELECT nct_id FROM ctgov.browse_conditions WHERE downcase_mesh_term = 'neoplasms')
GROUP BY bc.nct_id
ORDER BY ancestors DESC, bc.nct_id
LIMIT 5;

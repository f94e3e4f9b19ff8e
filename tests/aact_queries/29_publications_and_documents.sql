-- Which studies have publications of results, or uploaded documents?
SELECT s.nct_id, COUNT(DISTINCT r.pmid) AS publications, COUNT(DISTINCT d.id) AS documents,
       BOOL_OR(COALESCE(d.has_protocol, FALSE)) AS has_protocol
FROM ctgov.studies s
LEFT JOIN ctgov.study_references r ON r.nct_id = s.nct_id
LEFT JOIN ctgov.provided_documents d ON d.nct_id = s.nct_id
WHERE r.nct_id IS NOT NULL OR d.nct_id IS NOT NULL
GROUP BY s.nct_id
ORDER BY s.nct_id;

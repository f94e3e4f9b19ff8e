-- How many interventional studies are in each status, by phase?
SELECT COALESCE(s.phase, 'none') AS phase, s.overall_status, COUNT(*) AS studies
FROM ctgov.studies s
WHERE s.study_type = 'INTERVENTIONAL'
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT 8;

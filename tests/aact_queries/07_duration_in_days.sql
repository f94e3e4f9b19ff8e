-- Which completed studies took longest from start to primary completion?
SELECT nct_id, primary_completion_date - start_date AS days
FROM ctgov.studies
WHERE overall_status = 'COMPLETED' AND primary_completion_date IS NOT NULL AND start_date IS NOT NULL
ORDER BY days DESC, nct_id
LIMIT 5;

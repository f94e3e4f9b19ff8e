-- Which completed trials have had no results a year after primary completion?
SELECT s.nct_id, s.primary_completion_date, date_trunc('year', s.primary_completion_date)::date AS since
FROM ctgov.studies s
LEFT JOIN ctgov.calculated_values c ON c.nct_id = s.nct_id
WHERE s.overall_status IN ('COMPLETED', 'TERMINATED')
  AND c.were_results_reported IS NOT TRUE
  AND s.primary_completion_date + INTERVAL '1 year' < DATE '2022-01-01'
  AND EXISTS (SELECT 1 FROM ctgov.interventions i WHERE i.nct_id = s.nct_id AND i.intervention_type = 'DRUG')
ORDER BY s.primary_completion_date, s.nct_id;

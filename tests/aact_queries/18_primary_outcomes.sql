-- What is the first primary outcome of each trial of phase 3, and when is it measured?
SELECT DISTINCT ON (d.nct_id) d.nct_id, d.time_frame
FROM ctgov.design_outcomes d
JOIN ctgov.studies s ON s.nct_id = d.nct_id
WHERE s.phase LIKE '%PHASE3%' AND d.outcome_type = 'primary'
ORDER BY d.nct_id, d.id
LIMIT 6;

-- What share of the trials of each phase does industry lead?
SELECT s.phase,
       COUNT(*) AS studies,
       ROUND(100.0 * SUM(CASE WHEN sp.agency_class = 'INDUSTRY' THEN 1 ELSE 0 END) / COUNT(*), 1) AS industry_percent
FROM ctgov.studies s
JOIN ctgov.sponsors sp ON sp.nct_id = s.nct_id AND sp.lead_or_collaborator = 'lead'
WHERE s.phase IS NOT NULL
GROUP BY s.phase
ORDER BY s.phase;

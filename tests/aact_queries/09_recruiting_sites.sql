-- Which sites in the United States are recruiting now, with their place?
SELECT s.nct_id, COUNT(*) AS sites, MIN(f.state) AS first_state, MAX(f.state) AS last_state
FROM facilities f JOIN studies s USING (nct_id)
WHERE f.country = 'United States' AND f.status = 'RECRUITING'
GROUP BY s.nct_id
ORDER BY sites DESC, s.nct_id;

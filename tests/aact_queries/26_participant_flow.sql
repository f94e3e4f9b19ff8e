-- How many started and how many completed each period?
SELECT m.nct_id, m.period,
       SUM(m.count) FILTER (WHERE m.title = 'STARTED') AS started,
       SUM(m.count) FILTER (WHERE m.title = 'COMPLETED') AS completed
FROM ctgov.milestones m
GROUP BY m.nct_id, m.period
ORDER BY m.nct_id, m.period;

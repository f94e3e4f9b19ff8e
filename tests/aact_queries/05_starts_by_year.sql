-- How many studies began in each year since 2020, and how many participants did they plan?
SELECT EXTRACT(YEAR FROM start_date)::int AS year, COUNT(*) AS studies, SUM(enrollment) AS participants
FROM ctgov.studies
WHERE start_date >= DATE '2020-01-01'
GROUP BY 1
ORDER BY 1;

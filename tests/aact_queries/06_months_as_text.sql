-- In which months were studies first submitted, counted and written as text?
SELECT to_char(study_first_submitted_date, 'YYYY-MM') AS month, COUNT(*) AS studies
FROM studies
GROUP BY 1
HAVING COUNT(*) > 1
ORDER BY 1;

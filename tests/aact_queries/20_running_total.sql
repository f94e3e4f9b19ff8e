-- How does the number of registered studies grow, year by year?
SELECT year, studies, SUM(studies) OVER (ORDER BY year) AS so_far
FROM (
    SELECT date_part('year', study_first_submitted_date)::int AS year, COUNT(*) AS studies
    FROM ctgov.studies GROUP BY 1
) y
ORDER BY year DESC
LIMIT 5;

-- Which studies have sites in one country only?
SELECT nct_id, MIN(name) AS country
FROM ctgov.countries
WHERE removed IS NOT TRUE
GROUP BY nct_id
HAVING COUNT(DISTINCT name) = 1
ORDER BY country, nct_id
LIMIT 6;

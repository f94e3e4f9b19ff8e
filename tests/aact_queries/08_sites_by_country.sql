-- In which countries are there sites, and of how many studies?
SELECT f.country, COUNT(*) AS sites, COUNT(DISTINCT f.nct_id) AS studies
FROM ctgov.facilities f
GROUP BY f.country
HAVING COUNT(DISTINCT f.nct_id) >= 3
ORDER BY studies DESC, f.country;

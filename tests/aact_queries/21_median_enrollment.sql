-- What is the median enrolment by phase, without the registry's sentinel?
SELECT phase, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY enrollment) AS median, MAX(enrollment) AS largest
FROM ctgov.studies
WHERE enrollment IS NOT NULL AND enrollment < 99999999 AND phase IS NOT NULL
GROUP BY phase
ORDER BY phase;

-- Which studies take children under 12, by the registered limits?
SELECT e.nct_id, e.minimum_age, e.maximum_age
FROM ctgov.eligibilities e
JOIN ctgov.calculated_values cv ON cv.nct_id = e.nct_id
WHERE cv.minimum_age_unit <> 'Years' OR cv.minimum_age_num < 12
ORDER BY e.nct_id;

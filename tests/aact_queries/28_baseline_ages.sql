-- How old were the participants with results, by group?
SELECT b.nct_id, g.title, b.title AS measure, b.param_type, b.param_value_num, b.units
FROM ctgov.baseline_measurements b
LEFT JOIN ctgov.result_groups g ON g.id = b.result_group_id
WHERE b.title ILIKE '%age%' AND b.param_type IN ('MEAN', 'MEDIAN')
ORDER BY b.id;

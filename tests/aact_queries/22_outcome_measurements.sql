-- What was measured for the primary outcomes with results, in which group?
SELECT o.nct_id, o.title, rg.title AS group_title, om.param_value_num, om.dispersion_lower_limit, om.dispersion_upper_limit
FROM ctgov.outcomes o
JOIN ctgov.outcome_measurements om ON om.outcome_id = o.id
JOIN ctgov.result_groups rg ON rg.id = om.result_group_id
WHERE o.outcome_type = 'PRIMARY'
ORDER BY om.id;

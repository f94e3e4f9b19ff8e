-- Which analyses found a difference, and between which groups?
SELECT a.nct_id, o.title, a.method, a.p_value, STRING_AGG(rg.title, ' / ' ORDER BY rg.id) AS compared
FROM ctgov.outcome_analyses a
JOIN ctgov.outcomes o ON o.id = a.outcome_id
JOIN ctgov.outcome_analysis_groups ag ON ag.outcome_analysis_id = a.id
JOIN ctgov.result_groups rg ON rg.id = ag.result_group_id
WHERE a.p_value < 0.05
GROUP BY a.id, a.nct_id, o.title, a.method, a.p_value
ORDER BY a.id;

-- What share of each group had a serious event?
SELECT t.nct_id, rg.title, t.subjects_affected, t.subjects_at_risk,
       ROUND(t.subjects_affected * 100.0 / NULLIF(t.subjects_at_risk, 0), 1) AS percent
FROM ctgov.reported_event_totals t
JOIN ctgov.result_groups rg ON rg.nct_id = t.nct_id AND rg.ctgov_group_code = t.ctgov_group_code
     AND rg.result_type = 'Reported Event'
WHERE t.event_type = 'serious'
ORDER BY t.nct_id, rg.ctgov_group_code;

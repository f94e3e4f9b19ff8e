-- Which adverse events were reported most often, and in which organ system?
SELECT organ_system, adverse_event_term, SUM(subjects_affected) AS affected, SUM(subjects_at_risk) AS at_risk
FROM reported_events
GROUP BY organ_system, adverse_event_term
ORDER BY affected DESC NULLS LAST, adverse_event_term
LIMIT 5;

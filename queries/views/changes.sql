-- Question: what changed in a record, from which value to which, and when was it seen?
-- Example: SELECT nct_id, version_no, change_kind, topic, old_value, new_value FROM compare.changes ORDER BY seen DESC LIMIT 20
-- Column seen: when the version was first received, UTC
-- Column change_kind: new, sponsor, registry, removed or restored
-- Column topic: what the field is about: status, dates, size, arms and interventions, outcomes, eligibility, sites, texts, results, other
-- Column json_path: the field; NULL where the version came, went or returned as a whole
CREATE OR REPLACE VIEW compare.changes AS
SELECT v.nct_id, s.brief_title, v.version_no, v.first_seen AS seen, v.change_kind,
    CASE
        WHEN c.json_path IS NULL THEN NULL
        WHEN c.json_path LIKE '%statusModule%Date%' THEN 'dates'
        WHEN c.json_path LIKE '%statusModule%' THEN 'status'
        WHEN c.json_path LIKE '%enrollmentInfo%' THEN 'size'
        WHEN c.json_path LIKE '%armsInterventionsModule%' THEN 'arms and interventions'
        WHEN c.json_path LIKE '%outcomesModule%' THEN 'outcomes'
        WHEN c.json_path LIKE '%eligibilityModule%' THEN 'eligibility'
        WHEN c.json_path LIKE '%contactsLocationsModule%' THEN 'sites'
        WHEN c.json_path LIKE '%descriptionModule%' OR c.json_path LIKE '%Title%' THEN 'texts'
        WHEN c.json_path LIKE 'resultsSection%' THEN 'results'
        ELSE 'other'
    END AS topic,
    c.json_path, c.old_value, c.new_value
FROM history.study_versions AS v
LEFT JOIN history.study_changes AS c USING (nct_id, version_no)
LEFT JOIN ctgov.studies AS s USING (nct_id)

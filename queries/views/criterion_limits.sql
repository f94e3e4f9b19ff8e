-- Question: which limits do the eligibility criteria set on laboratory values, scores and times, and do they let in or keep out?
-- Example: SELECT nct_id, kind, operator, low, high, unit, quote FROM compare.criterion_limits WHERE name = 'platelets' ORDER BY canonical_low
-- Column kind: inclusion, exclusion or other (under no heading that says which), of the criterion
-- Column criterion: the whole criterion
-- Column conditional: it holds only for some of the participants, e.g. those with liver metastases
CREATE OR REPLACE VIEW compare.criterion_limits AS
SELECT v.nct_id, v.criterion_no, v.value_no, c.kind, c.heading, v.name, v.operator, v.low, v.high, v.unit,
    v.canonical_low, v.canonical_high, v.canonical_unit, list_contains(v.flags, 'conditional') AS conditional,
    c.quote AS criterion, v.source_field, v.start_char, v.end_char, v.quote
FROM extracted.criterion_values AS v
JOIN extracted.criteria AS c USING (nct_id, criterion_no)

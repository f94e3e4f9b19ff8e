-- Question: which trials are there, each once, also where several registers have it?
-- Example: SELECT nct_id, registry, also_in FROM compare.unique_trials LIMIT 5
-- Column nct_id: the record kept for the trial: of the register that comes first in meta.registers
-- Column registry: its register
-- Column also_in: ids of the records of the same trial in other registers, found by a shared identifier
CREATE OR REPLACE VIEW compare.unique_trials AS
WITH ranked AS (
    SELECT r.nct_id, r.registry, coalesce(g.preference, 1000) AS preference
    FROM meta.records AS r LEFT JOIN meta.registers AS g USING (registry)),
both_ways AS (
    SELECT nct_id, other_nct_id FROM meta.record_links WHERE relation = 'same trial'
    UNION SELECT other_nct_id, nct_id FROM meta.record_links WHERE relation = 'same trial'),
compared AS (
    SELECT b.nct_id, b.other_nct_id, mine.preference > theirs.preference AS covered
    FROM both_ways AS b
    JOIN ranked AS mine ON mine.nct_id = b.nct_id
    JOIN ranked AS theirs ON theirs.nct_id = b.other_nct_id),
others AS (
    SELECT nct_id, bool_or(covered) AS covered, list(other_nct_id ORDER BY other_nct_id) AS also_in
    FROM compared GROUP BY nct_id)
SELECT s.nct_id, coalesce(r.registry, 'ClinicalTrials.gov') AS registry, s.brief_title, s.overall_status, s.phase,
       s.enrollment, coalesce(o.also_in, []) AS also_in
FROM ctgov.studies AS s
LEFT JOIN ranked AS r USING (nct_id)
LEFT JOIN others AS o USING (nct_id)
WHERE NOT coalesce(o.covered, false)

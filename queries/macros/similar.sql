-- Question: which trials are like this one in condition, agents, endpoint and ages, and why? Rare things in common count most.
-- Example: SELECT nct_id, score, reasons FROM compare.similar('NCT99000001') LIMIT 10
-- Needs: features, trials
CREATE OR REPLACE MACRO compare.similar(study) AS TABLE
WITH own AS (SELECT kind, feature, total_weight AS own_total FROM compare.features WHERE nct_id = upper(study)),
shared AS (
    SELECT f.nct_id, f.kind, sum(f.weight) AS weight, any_value(own.own_total) AS own_total,
        any_value(f.total_weight) AS their_total, list(f.feature ORDER BY f.weight DESC, f.feature) AS features
    FROM compare.features AS f JOIN own USING (kind, feature)
    WHERE f.nct_id <> upper(study) GROUP BY ALL),
candidates AS (SELECT DISTINCT nct_id FROM shared WHERE kind IN ('condition', 'agent')),
by_kind AS (
    -- Weighted Jaccard: what both have of what either has.
    SELECT nct_id, kind, features, weight / (own_total + their_total - weight) AS likeness
    FROM shared JOIN candidates USING (nct_id)),
target AS (SELECT coalesce(min_years, 0) AS low, coalesce(max_years, 100) AS high FROM compare.trials
    WHERE nct_id = upper(study)),
people AS (
    SELECT c.nct_id, greatest(0, least(t.high, coalesce(r.max_years, 100)) - greatest(t.low, coalesce(r.min_years, 0)))
        / greatest(greatest(t.high, coalesce(r.max_years, 100)) - least(t.low, coalesce(r.min_years, 0)), 0.01) AS overlap
    FROM candidates AS c JOIN compare.trials AS r USING (nct_id) CROSS JOIN target AS t),
scored AS (
    SELECT nct_id, coalesce(max(likeness) FILTER (kind = 'condition'), 0) AS condition_likeness,
        coalesce(max(likeness) FILTER (kind = 'agent'), 0) AS agent_likeness,
        coalesce(max(likeness) FILTER (kind = 'endpoint'), 0) AS endpoint_likeness,
        any_value(features) FILTER (kind = 'condition') AS shared_conditions,
        any_value(features) FILTER (kind = 'agent') AS shared_agents,
        any_value(features) FILTER (kind = 'endpoint') AS shared_endpoints
    FROM by_kind GROUP BY nct_id)
SELECT s.nct_id, r.brief_title,
    round(0.35 * condition_likeness + 0.35 * agent_likeness + 0.15 * endpoint_likeness + 0.15 * overlap, 3) AS score,
    concat_ws('; ', 'conditions: ' || array_to_string(shared_conditions[:4], ', '),
        'agents: ' || array_to_string(shared_agents[:6], ', '),
        'primary endpoints: ' || replace(array_to_string(shared_endpoints[:4], ', '), '_', ' '),
        'ages overlap by ' || round(100 * overlap)::INTEGER || ' %') AS reasons,
    shared_conditions, shared_agents, shared_endpoints, round(overlap, 3) AS age_overlap, r.phase, r.ages
FROM scored AS s JOIN people USING (nct_id) JOIN compare.trials AS r USING (nct_id)
ORDER BY score DESC, s.nct_id

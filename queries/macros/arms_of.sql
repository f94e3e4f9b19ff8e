-- Question: what do the arms of these trials have in common, and where do they differ: agent by agent, ages, endpoints?
-- Example: SELECT item, nct_id, arm_label, value FROM compare.arms_of(['NCT99000001', 'NCT99000015']) ORDER BY item_no, nct_id, arm_no
-- Needs: regimens, arm_steps, trials
CREATE OR REPLACE MACRO compare.arms_of(studies) AS TABLE
WITH columns AS (
    SELECT t.nct_id, r.arm_no, r.arm_label, r.arm_type, t AS trial
    FROM compare.trials AS t LEFT JOIN compare.regimens AS r USING (nct_id)
    WHERE list_contains(studies, t.nct_id)),
steps AS (
    SELECT nct_id, arm_no, agent_key, coalesce(nullif(concat_ws(' ', amount, timing), ''), 'given') AS value,
        min(stage_no) AS stage_no, min(start_day) AS start_day, min(dose_no) AS dose_no, min(quote) AS quote
    FROM compare.arm_steps WHERE list_contains(studies, nct_id) AND agent_key IS NOT NULL GROUP BY ALL),
given AS (
    SELECT nct_id, arm_no, agent_key, min(stage_no) AS stage_no, min(start_day) AS start_day,
        -- Several amounts at different times follow each other; at one time they are alternatives.
        string_agg(value, ' | ' ORDER BY stage_no, start_day NULLS LAST, dose_no) AS value,
        string_agg(quote, ' … ' ORDER BY stage_no, start_day NULLS LAST, dose_no) AS quote
    FROM steps GROUP BY ALL),
agents AS (
    -- What most arms give stands first, then what is given first.
    SELECT agent_key, row_number() OVER (
        ORDER BY count(*) DESC, min(stage_no), min(start_day) NULLS LAST, agent_key) AS place
    FROM given GROUP BY agent_key),
items AS (
    SELECT 1 AS item_no, 'trial' AS item, nct_id, arm_no, arm_label, trial.brief_title AS value, NULL AS quote
    FROM columns
    UNION ALL SELECT 2, 'phase and status', nct_id, arm_no, arm_label,
        nullif(concat_ws(', ', trial.phase, lower(replace(trial.overall_status, '_', ' '))), ''), NULL FROM columns
    UNION ALL SELECT 3, 'type of arm', nct_id, arm_no, arm_label, lower(replace(arm_type, '_', ' ')), NULL FROM columns
    UNION ALL SELECT 3 + a.place, g.agent_key, c.nct_id, c.arm_no, c.arm_label, g.value, g.quote
    FROM given AS g JOIN agents AS a USING (agent_key)
    JOIN columns AS c ON c.nct_id = g.nct_id AND c.arm_no IS NOT DISTINCT FROM g.arm_no
    UNION ALL SELECT 10001, 'ages', nct_id, arm_no, arm_label, trial.ages, NULL FROM columns
    UNION ALL SELECT 10002, 'primary endpoints', nct_id, arm_no, arm_label, trial.primary_endpoints, NULL FROM columns)
SELECT item_no, item, nct_id, arm_no, arm_label, value, quote FROM items

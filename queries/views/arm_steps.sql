-- Question: what is given in each arm, step by step, with amounts and days?
-- Example: SELECT nct_id, arm_label, stage_no, phase, agent, amount, timing FROM compare.arm_steps WHERE nct_id = 'NCT99000001' ORDER BY ALL
-- Needs: doses, amount_text, days_text, frequency_text
-- Column arm_no: place in the record's list of arm groups; NULL for a study that registered none
-- Column stage_no: what is given together has one number; a higher one comes later; 1000: order not stated
-- Column regimen_name: named regimen, e.g. FC
-- Column phase: lymphodepletion, conditioning, induction …; "before day 0" where only the days say so
-- Column step_no: place within the stage
-- Column amount: the amount for people; NULL if none is stated
-- Column timing: days, or the frequency and duration where no days are stated
-- Column counted_in_cells: the amount is a number of cells
-- Column start_day: first day
-- Column end_day: last day
-- Column dose_no: row of extracted.doses; NULL if no amount is stated
CREATE OR REPLACE TABLE compare.arm_steps AS
WITH studied AS (
    -- A study that registered no arms is one arm without a name.
    SELECT s.nct_id, g.arm_no, g.title AS arm_label FROM ctgov.studies AS s LEFT JOIN ctgov.design_groups AS g USING (nct_id)),
arm_doses AS (
    SELECT DISTINCT ON (d.nct_id, a.arm_no, d.dose_no) d.*, a.arm_no AS in_arm
    FROM extracted.doses AS d JOIN studied AS a USING (nct_id)
    LEFT JOIN extracted.dose_arms AS g ON g.nct_id = d.nct_id AND g.dose_no = d.dose_no AND g.arm_no = a.arm_no
    WHERE a.arm_no IS NULL OR g.arm_no IS NOT NULL),
-- What the regimens say; a step without an amount takes those that the arm has for its agent.
ordered AS (
    SELECT s.nct_id, s.arm_no, s.regimen_no AS stage_no, s.step_no, r.regimen AS regimen_name, r.phase, s.agent_key,
        coalesce(s.dose_no, d.dose_no) AS dose_no, s.start_day, s.end_day
    FROM extracted.regimen_steps AS s JOIN extracted.regimens AS r USING (nct_id, arm_no, regimen_no)
    LEFT JOIN arm_doses AS d ON s.dose_no IS NULL AND d.nct_id = s.nct_id AND d.in_arm = s.arm_no
        AND d.agent_key = s.agent_key AND d.role IN ('dose', 'level', 'loading', 'maintenance', 'boost')
        AND (s.start_day IS NULL OR d.days IS NULL OR list_contains(d.days, s.start_day))),
named_only AS (
    SELECT nct_id, arm_no, regimen_no AS stage_no, 0 AS step_no, regimen AS regimen_name, phase, NULL::VARCHAR AS agent_key,
        NULL::INTEGER AS dose_no, start_day, end_day
    FROM extracted.regimens ANTI JOIN extracted.regimen_steps USING (nct_id, arm_no, regimen_no)
    WHERE regimen IS NOT NULL),
arms_with_order AS (SELECT DISTINCT nct_id, arm_no FROM ordered UNION SELECT DISTINCT nct_id, arm_no FROM named_only),
-- What no regimen mentions. A product's strength or a limit is no step where an amount is stated.
others AS (
    SELECT d.nct_id, d.in_arm AS arm_no,
        CASE WHEN w.nct_id IS NOT NULL THEN 1000 WHEN list_max(d.days) < 0 THEN 1 ELSE 2 END AS stage_no,
        d.dose_no AS step_no, NULL::VARCHAR AS regimen_name,
        CASE WHEN list_max(d.days) < 0 THEN 'before day 0' END AS phase,
        d.agent_key, d.dose_no, list_min(d.days) AS start_day, list_max(d.days) AS end_day
    FROM arm_doses AS d LEFT JOIN arms_with_order AS w ON w.nct_id = d.nct_id AND w.arm_no = d.in_arm
    ANTI JOIN ordered AS o ON o.nct_id = d.nct_id AND o.arm_no IS NOT DISTINCT FROM d.in_arm AND o.dose_no = d.dose_no
    ANTI JOIN arm_doses AS better ON better.nct_id = d.nct_id AND better.in_arm IS NOT DISTINCT FROM d.in_arm
        AND better.agent_key = d.agent_key AND better.role IN ('dose', 'level', 'loading', 'maintenance')
        AND d.role IN ('total', 'maximum', 'minimum', 'strength', 'concentration')),
without_amount AS (
    SELECT a.nct_id, a.arm_no, CASE WHEN w.nct_id IS NOT NULL THEN 1000 ELSE 2 END, 1000, NULL::VARCHAR, NULL::VARCHAR,
        a.agent_key, NULL::INTEGER, NULL::INTEGER, NULL::INTEGER
    FROM extracted.arm_agents AS a LEFT JOIN arms_with_order AS w USING (nct_id, arm_no)
    ANTI JOIN ordered AS o ON o.nct_id = a.nct_id AND o.arm_no = a.arm_no AND o.agent_key = a.agent_key
    ANTI JOIN arm_doses AS d ON d.nct_id = a.nct_id AND d.in_arm = a.arm_no AND d.agent_key = a.agent_key),
steps AS (
    FROM ordered UNION ALL FROM named_only UNION ALL FROM others UNION ALL FROM without_amount)
SELECT t.nct_id, t.arm_no, g.title AS arm_label, t.stage_no, t.step_no, t.regimen_name, t.phase, t.agent_key,
    coalesce(d.agent, n.agent, t.agent_key) AS agent,
    compare.amount_text(d.amount_low, d.amount_high, d.unit, d.per, d.per_time)
        || CASE d.role WHEN 'total' THEN ' in total' WHEN 'maximum' THEN ' at most' WHEN 'minimum' THEN ' at least'
            WHEN 'strength' THEN ' (strength)' WHEN 'concentration' THEN ' (concentration)' ELSE '' END AS amount,
    coalesce(compare.days_text(d.days),
        compare.days_text(CASE WHEN t.start_day IS NOT NULL
            THEN list_distinct([t.start_day, coalesce(t.end_day, t.start_day)]) END),
        nullif(concat_ws(' ', compare.frequency_text(d.frequency_times, d.frequency_every, d.frequency_every_unit),
            'for ' || format('{:g} {}', d.duration_value, d.duration_unit)), '')) AS timing,
    t.dose_no, coalesce(list_min(d.days), t.start_day) AS start_day, coalesce(list_max(d.days), t.end_day) AS end_day,
    d.unit = '{cells}' AS counted_in_cells,
    d.source_field, d.start_char, d.end_char, d.quote
FROM steps AS t
LEFT JOIN ctgov.design_groups AS g ON g.nct_id = t.nct_id AND g.arm_no = t.arm_no
LEFT JOIN extracted.doses AS d ON d.nct_id = t.nct_id AND d.dose_no = t.dose_no
LEFT JOIN (SELECT nct_id, agent_key, min(agent) AS agent FROM extracted.arm_agents GROUP BY ALL) AS n
    ON n.nct_id = t.nct_id AND n.agent_key = t.agent_key
ORDER BY t.nct_id, t.arm_no, t.stage_no, t.step_no

-- Question: what does each arm receive, in order, on one line?
-- Example: SELECT nct_id, arm_label, regimen FROM compare.regimens WHERE 'cyclophosphamide' = ANY (agents)
-- Needs: arm_steps, stage_text
-- Column arm_no: place in the record's list of arm groups; NULL for a study that registered none
-- Column arm_type: EXPERIMENTAL, ACTIVE_COMPARATOR … as registered
-- Column regimen: agents with amounts and days; + together, → after one another, ; where the order is not stated
-- Column phases: phases of the arm, in order
-- Column names: named regimens of the arm
-- Column agents: canonical names of the agents, in order
-- Column quotes: the words that the amounts were read from
CREATE OR REPLACE TABLE compare.regimens AS
WITH distinct_amounts AS (
    SELECT nct_id, arm_no, stage_no, agent_key, timing, amount, any_value(regimen_name) AS regimen_name,
        any_value(phase) AS phase, min(step_no) AS step_no, min(dose_no) AS dose_no, min(start_day) AS start_day,
        any_value(agent) AS agent
    FROM compare.arm_steps GROUP BY nct_id, arm_no, stage_no, agent_key, timing, amount),
amounts AS (
    SELECT nct_id, arm_no, stage_no, any_value(regimen_name) AS regimen_name, any_value(phase) AS phase, agent_key,
        timing, min(step_no) AS step_no, min(start_day) AS start_day, any_value(agent) AS agent,
        -- Several amounts of one agent at one time are levels: alternatives.
        string_agg(amount, ' | ' ORDER BY step_no, dose_no) AS amount
    FROM distinct_amounts GROUP BY nct_id, arm_no, stage_no, agent_key, timing),
stages AS (
    SELECT nct_id, arm_no, stage_no, any_value(regimen_name) AS name, any_value(phase) AS phase,
        string_agg(concat_ws(' ', agent, amount, timing), ' + ' ORDER BY start_day NULLS LAST, step_no)
            FILTER (agent IS NOT NULL) AS line,
        list(agent_key ORDER BY start_day NULLS LAST, step_no) FILTER (agent_key IS NOT NULL) AS agents
    FROM amounts GROUP BY nct_id, arm_no, stage_no),
lines AS (
    SELECT nct_id, arm_no,
        string_agg(CASE WHEN stage_no < 1000 THEN compare.stage_text(name, line) END, ' → ' ORDER BY stage_no) AS in_order,
        string_agg(CASE WHEN stage_no = 1000 THEN line END, '; ') AS unordered,
        list(phase ORDER BY stage_no) FILTER (phase IS NOT NULL) AS phases,
        list(name ORDER BY stage_no) FILTER (name IS NOT NULL) AS names,
        flatten(list(agents ORDER BY stage_no) FILTER (agents IS NOT NULL)) AS agents
    FROM stages GROUP BY nct_id, arm_no),
words AS (
    SELECT nct_id, arm_no, list(DISTINCT quote ORDER BY quote) FILTER (quote IS NOT NULL) AS quotes
    FROM compare.arm_steps GROUP BY nct_id, arm_no),
arms AS (
    SELECT s.nct_id, s.brief_title, g.arm_no, g.title AS arm_label, g.group_type AS arm_type
    FROM ctgov.studies AS s LEFT JOIN ctgov.design_groups AS g USING (nct_id))
SELECT a.nct_id, a.brief_title, a.arm_no, a.arm_label, a.arm_type,
    nullif(concat_ws('; ', l.in_order, l.unordered), '') AS regimen,
    l.phases, l.names,
    list_filter(l.agents, lambda agent, place: list_position(l.agents, agent) = place) AS agents, w.quotes
FROM arms AS a
LEFT JOIN lines AS l ON l.nct_id = a.nct_id AND l.arm_no IS NOT DISTINCT FROM a.arm_no
LEFT JOIN words AS w ON w.nct_id = a.nct_id AND w.arm_no IS NOT DISTINCT FROM a.arm_no
-- A study without arms has a line only where something is given.
WHERE a.arm_no IS NOT NULL OR l.nct_id IS NOT NULL
ORDER BY a.nct_id, a.arm_no

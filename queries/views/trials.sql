-- Question: what is in each trial, one row a trial: who, what, how much, judged by what?
-- Example: SELECT nct_id, doses, conditioning, ages, primary_endpoints FROM compare.trials WHERE cell_doses IS NOT NULL
-- Needs: doses, regimens, ages, endpoints
-- Column conditions: conditions as the sponsor names them
-- Column agents: canonical names of all agents given in some arm
-- Column doses: every amount, e.g. cyclophosphamide 300 mg/m²/d d−5…−3
-- Column cell_doses: the amounts that are counted in cells
-- Column conditioning: the arms' lymphodepletion or conditioning, agents with amounts and days
-- Column regimens: named regimens
-- Column ages: age ranges in the text; the registry's own where the text has none
-- Column primary_endpoints: classes of the primary outcomes with their times
CREATE OR REPLACE VIEW compare.trials AS
WITH distinct_doses AS (
    SELECT DISTINCT nct_id, dose_no, agent, amount, schedule, unit, role FROM compare.doses),
doses AS (
    SELECT nct_id, string_agg(concat_ws(' ', agent, amount, nullif(schedule, '')), '; ' ORDER BY dose_no) AS doses,
        string_agg(concat_ws(' ', agent, amount), '; ' ORDER BY dose_no) FILTER (unit = '{cells}') AS cell_doses
    FROM distinct_doses GROUP BY nct_id),
phase_steps AS (
    SELECT r.nct_id, r.arm_no, r.regimen_no, r.regimen, s.step_no,
        concat_ws(' ', coalesce(d.agent, s.agent_key),
            compare.amount_text(d.amount_low, d.amount_high, d.unit, d.per, d.per_time), compare.days_text(d.days)) AS step
    FROM extracted.regimens AS r
    LEFT JOIN extracted.regimen_steps AS s USING (nct_id, arm_no, regimen_no)
    LEFT JOIN extracted.doses AS d USING (nct_id, dose_no)
    WHERE r.phase IN ('lymphodepletion', 'conditioning')),
phase_lines AS (
    SELECT nct_id, arm_no, regimen_no,
        coalesce(regimen || ': ', '') || coalesce(string_agg(nullif(step, ''), ' + ' ORDER BY step_no), '') AS line
    FROM phase_steps GROUP BY nct_id, arm_no, regimen_no, regimen),
conditioning AS (
    SELECT nct_id, array_to_string(list_sort(list(DISTINCT rtrim(line, ': '))), '; ') AS conditioning
    FROM phase_lines GROUP BY nct_id),
named AS (
    SELECT nct_id, array_to_string(list_sort(list(DISTINCT regimen)), ', ') AS regimens
    FROM extracted.regimens WHERE regimen IS NOT NULL GROUP BY nct_id),
agents AS (
    SELECT nct_id, array_to_string(list_sort(list(DISTINCT agent_key)), ', ') AS agents
    FROM extracted.arm_agents GROUP BY nct_id),
ages AS (
    SELECT nct_id,
        coalesce(string_agg(concat_ws(': ', cohort, ages), '; ' ORDER BY age_no) FILTER (ages IS NOT NULL),
            any_value(registered_ages)) AS ages,
        min(coalesce(min_years, registered_min_years)) AS min_years,
        max(coalesce(max_years, registered_max_years)) AS max_years
    FROM compare.ages GROUP BY nct_id),
endpoints AS (
    SELECT nct_id, string_agg(concat_ws(' ', endpoint_label, '(' || times || ')'), '; ' ORDER BY outcome_no)
        FILTER (outcome_type = 'primary') AS primary_endpoints
    FROM compare.endpoints GROUP BY nct_id),
conditions AS (
    SELECT nct_id, string_agg(name, ', ' ORDER BY condition_no) AS conditions FROM ctgov.conditions GROUP BY nct_id)
SELECT s.nct_id, s.brief_title, s.phase, s.overall_status, s.study_type, s.enrollment, s.start_date, s.source,
    conditions.conditions, agents.agents, doses.doses, doses.cell_doses, conditioning.conditioning, named.regimens,
    ages.ages, ages.min_years, ages.max_years, endpoints.primary_endpoints
FROM ctgov.studies AS s
LEFT JOIN conditions USING (nct_id) LEFT JOIN agents USING (nct_id) LEFT JOIN doses USING (nct_id)
LEFT JOIN conditioning USING (nct_id) LEFT JOIN named USING (nct_id) LEFT JOIN ages USING (nct_id)
LEFT JOIN endpoints USING (nct_id)

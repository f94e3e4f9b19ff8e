-- Question: what is in each trial, one row a trial: who, what, how much, judged by what?
-- Example: SELECT nct_id, cell_doses, conditioning, ages, primary_endpoints FROM compare.trials WHERE cell_doses IS NOT NULL
-- Needs: doses, days_text, arm_steps, regimens, ages, endpoints, eligibility, stage_text, conditioning_agents
-- Column enrollment: participants, planned or actual; NULL where the registry only has its placeholder 99999999
-- Column start_year: year in which the study began or will begin
-- Column sponsor: lead sponsor
-- Column countries: countries with a site today
-- Column conditions: conditions as the sponsor names them
-- Column arms: number of registered arms or groups
-- Column agents: canonical names of all agents given in some arm
-- Column doses: every amount, e.g. cyclophosphamide 300 mg/m²/d d−5…−3
-- Column cell_doses: the amounts that are counted in cells, with their days; | between levels or fractions of one product
-- Column cells_per_kg_low: lowest number of cells per kilogram of body weight; NULL where none is stated so
-- Column cells_per_kg_high: highest number of cells per kilogram
-- Column cells_low: lowest flat number of cells; NULL where none is stated so
-- Column cells_high: highest flat number of cells
-- Column conditioning: lymphodepletion or conditioning: agents with amounts and days
-- Column conditioning_basis: why it is taken for that: phase stated, days before day 0, agent usual before cells
-- Column regimens: named regimens
-- Column sex: ALL, FEMALE or MALE
-- Column ages: age ranges in the text; the registry's own where the text has none
-- Column min_years: the youngest who may take part, in years; NULL means no limit
-- Column max_years: the oldest who may take part, in years; NULL means no limit
-- Column primary_endpoints: classes of the primary outcomes with their times
-- Column primary_horizon_days: the last time of a primary outcome, in days
-- Column url: the study's page in the registry
CREATE OR REPLACE TABLE compare.trials AS
WITH distinct_doses AS (
    SELECT DISTINCT nct_id, dose_no, agent_key, agent, amount, schedule, days, unit, role, total_unit, canonical_low, canonical_high
    FROM compare.doses),
doses AS (
    SELECT nct_id, string_agg(concat_ws(' ', agent, amount, nullif(schedule, '')), '; ' ORDER BY dose_no) AS doses,
        min(canonical_low) FILTER (total_unit = '{cells}/kg') AS cells_per_kg_low,
        max(canonical_high) FILTER (total_unit = '{cells}/kg') AS cells_per_kg_high,
        min(canonical_low) FILTER (total_unit = '{cells}') AS cells_low,
        max(canonical_high) FILTER (total_unit = '{cells}') AS cells_high
    FROM distinct_doses GROUP BY nct_id),
cells AS (
    -- Several amounts of one product are levels or fractions: it is named once.
    SELECT nct_id, arg_min(agent, dose_no) || ' '
            || string_agg(concat_ws(' ', amount, compare.days_text(days)), ' | ' ORDER BY dose_no) AS line,
        min(dose_no) AS dose_no
    FROM distinct_doses WHERE unit = '{cells}' GROUP BY nct_id, agent_key),
cell_lines AS (
    SELECT nct_id, string_agg(line, '; ' ORDER BY dose_no) AS cell_doses FROM cells GROUP BY nct_id),
cell_arms AS (SELECT DISTINCT nct_id, arm_no FROM compare.arm_steps WHERE counted_in_cells),
candidates AS (
    SELECT t.nct_id, t.arm_no, t.stage_no, t.regimen_name, t.agent_key, t.start_day,
        concat_ws(' ', t.agent, t.amount, t.timing) AS step,
        CASE
            WHEN t.phase IN ('lymphodepletion', 'conditioning') THEN 'phase stated'
            WHEN c.nct_id IS NULL OR coalesce(t.counted_in_cells, false) THEN NULL
            WHEN t.end_day < 0 THEN 'days before day 0'
            -- Nothing is said of when; these agents have no other place beside cells.
            WHEN t.end_day IS NULL AND t.amount IS NOT NULL AND coalesce(t.phase, 'treatment') = 'treatment'
                AND t.agent_key IN (SELECT agent_key FROM compare.conditioning_agents) THEN 'agent usual before cells'
        END AS basis
    FROM compare.arm_steps AS t
    LEFT JOIN cell_arms AS c ON c.nct_id = t.nct_id AND c.arm_no IS NOT DISTINCT FROM t.arm_no),
preparation AS (SELECT DISTINCT * FROM candidates WHERE basis IS NOT NULL),
preparation_lines AS (
    SELECT DISTINCT nct_id, compare.stage_text(any_value(regimen_name),
        string_agg(nullif(step, ''), ' + ' ORDER BY start_day NULLS LAST, step)) AS line
    FROM preparation GROUP BY nct_id, arm_no, stage_no),
bases AS (
    SELECT nct_id, string_agg(DISTINCT basis, ', ' ORDER BY basis) AS conditioning_basis
    FROM preparation GROUP BY nct_id),
conditioning AS (
    SELECT nct_id, string_agg(line, '; ' ORDER BY line) AS conditioning FROM preparation_lines GROUP BY nct_id),
named AS (
    SELECT nct_id, string_agg(DISTINCT regimen, ', ' ORDER BY regimen) AS regimens
    FROM extracted.regimens WHERE regimen IS NOT NULL GROUP BY nct_id),
given AS (
    SELECT nct_id, agent_key FROM extracted.arm_agents UNION SELECT nct_id, agent_key FROM extracted.doses),
agents AS (SELECT nct_id, string_agg(agent_key, ', ' ORDER BY agent_key) AS agents FROM given GROUP BY nct_id),
endpoints AS (
    SELECT nct_id, string_agg(concat_ws(' ', endpoint_label, '(' || times || ')'), '; ' ORDER BY outcome_no) AS primary_endpoints,
        max(horizon_days) AS primary_horizon_days
    FROM compare.endpoints WHERE outcome_type = 'primary' GROUP BY nct_id),
conditions AS (
    SELECT nct_id, string_agg(name, ', ' ORDER BY condition_no) AS conditions FROM ctgov.conditions GROUP BY nct_id),
arms AS (SELECT nct_id, count(*) AS arms FROM ctgov.design_groups GROUP BY nct_id),
sponsors AS (
    SELECT nct_id, min(name) AS sponsor FROM ctgov.sponsors WHERE lead_or_collaborator = 'lead' GROUP BY nct_id),
countries AS (
    SELECT nct_id, string_agg(name, ', ' ORDER BY name) AS countries FROM ctgov.countries WHERE removed IS NOT TRUE GROUP BY nct_id)
SELECT s.nct_id, s.brief_title, s.acronym, s.phase, s.overall_status, s.study_type, d.allocation, d.primary_purpose,
    d.masking, nullif(s.enrollment, 99999999) AS enrollment, s.start_date, year(s.start_date) AS start_year,
    s.primary_completion_date, s.completion_date, s.source, sponsors.sponsor, countries.countries,
    v.number_of_facilities, conditions.conditions, arms.arms, agents.agents, doses.doses, cell_lines.cell_doses,
    doses.cells_per_kg_low, doses.cells_per_kg_high, doses.cells_low, doses.cells_high, conditioning.conditioning, bases.conditioning_basis,
    named.regimens, e.sex, e.healthy_volunteers, e.ages, e.min_years, e.max_years, endpoints.primary_endpoints,
    endpoints.primary_horizon_days,
    CASE WHEN s.nct_id LIKE 'NCT%' THEN 'https://clinicaltrials.gov/study/' || s.nct_id END AS url
FROM ctgov.studies AS s
LEFT JOIN ctgov.designs AS d USING (nct_id) LEFT JOIN ctgov.calculated_values AS v USING (nct_id)
LEFT JOIN compare.eligibility AS e USING (nct_id) LEFT JOIN conditions USING (nct_id) LEFT JOIN arms USING (nct_id)
LEFT JOIN agents USING (nct_id) LEFT JOIN doses USING (nct_id) LEFT JOIN cell_lines USING (nct_id) LEFT JOIN conditioning USING (nct_id) LEFT JOIN bases USING (nct_id)
LEFT JOIN named USING (nct_id) LEFT JOIN endpoints USING (nct_id) LEFT JOIN sponsors USING (nct_id)
LEFT JOIN countries USING (nct_id)
ORDER BY s.nct_id

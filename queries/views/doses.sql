-- Question: which agent is given in which arm, how much, how and when, in units that can be compared?
-- Example: SELECT nct_id, arm_label, agent, amount, schedule, daily_low, cycle_low, total_unit, quote FROM compare.doses WHERE canonical_unit = '{cells}/kg'
-- Needs: amount_text, days_text, frequency_text, number_text
-- Column brief_title: title of the study
-- Column arm_no: place in the record's list of arm groups; NULL if the text names no arm for it
-- Column amount: the amount for people, e.g. 30 mg/m²/d
-- Column schedule: frequency, days, duration and cycles for people
-- Column regimen_phase: phase of the arm's regimen that it belongs to, e.g. lymphodepletion; NULL if not stated
-- Column canonical_low: lower end in canonical_unit; NULL where the unit has no canonical form
-- Column canonical_high: upper end in canonical_unit
-- Column canonical_unit: unit that amounts are compared in; weight-based, surface-based and flat amounts stay apart
-- Column canonical_basis: how canonical_low was made, or why it is NULL
-- Column dimension: what the unit measures: mass, volume, cells, absorbed dose …
-- Column base_unit: canonical_unit without body weight, surface and time, e.g. mg
-- Column total_unit: unit of the daily, weekly and cycle amounts: canonical_unit without its time, e.g. mg/m2
-- Column daily_low: amount a day in total_unit; NULL where the frequency is not stated or not regular by the day
-- Column daily_high: upper end of daily_low
-- Column daily_basis: what the daily amount follows from
-- Column weekly_low: amount a week in total_unit; NULL where it is not given all week or would need an assumption
-- Column weekly_high: upper end of weekly_low
-- Column weekly_basis: what the weekly amount follows from
-- Column cycle_low: cumulative amount of a cycle (of the course where there are no cycles) in total_unit; NULL where it does not follow
-- Column cycle_high: upper end of cycle_low
-- Column cycle_basis: what the cumulative amount follows from
CREATE OR REPLACE TABLE compare.doses AS
WITH measured AS (
    SELECT d.*, u.dimension, u.canonical_unit AS base_unit, u.factor,
        d.role IN ('dose', 'level', 'loading', 'maintenance', 'boost', 'fraction') AS one_giving,
        nullif(len(list_distinct(d.days)), 0) AS day_count,
        -- Months and years have no fixed number of days.
        CASE d.duration_unit WHEN 'd' THEN 1 WHEN 'wk' THEN 7 WHEN 'h' THEN 1 / 24 END * d.duration_value AS duration_days
    FROM extracted.doses AS d LEFT JOIN meta.units AS u USING (unit)),
paced AS (
    SELECT *,
        -- A maximum or a strength says nothing about a day; a rate only with the hours that it runs.
        CASE
            WHEN per_time = 'd' AND (one_giving OR role = 'total') THEN 1
            WHEN per_time IS NOT NULL OR NOT one_giving THEN NULL
            WHEN frequency_every_unit = 'd' THEN frequency_times / nullif(frequency_every, 0)
            WHEN frequency_every_unit = 'h' THEN 24 * frequency_times / nullif(frequency_every, 0)
        END AS times_a_day,
        CASE WHEN one_giving AND per_time IS NULL AND frequency_every_unit = 'wk'
             THEN frequency_times / nullif(frequency_every, 0) END AS times_a_week
    FROM measured),
added_up AS (
    SELECT *,
        CASE
            WHEN per_time = 'wk' AND (one_giving OR role = 'total') THEN 1
            WHEN times_a_week IS NOT NULL AND day_count IS NULL THEN times_a_week
            WHEN day_count IS NULL AND coalesce(duration_days, 7) >= 7 AND cycle_days IS NULL THEN 7 * times_a_day
        END AS times_weekly,
        CASE
            WHEN role = 'total' AND per_time IS NULL THEN {times: 1, basis: 'stated as a total'}
            WHEN NOT one_giving OR coalesce(per_time, 'd') <> 'd' THEN NULL
            WHEN day_count IS NOT NULL THEN {
                times: day_count * CASE WHEN per_time = 'd' THEN 1 WHEN frequency_every_unit = 'd' THEN frequency_times
                    WHEN frequency_every_unit = 'h' THEN times_a_day ELSE 1 END,
                basis: 'given on ' || compare.days_text(days)}
            WHEN frequency_times IS NOT NULL AND frequency_every_unit IS NULL THEN {
                times: frequency_times,
                basis: CASE WHEN frequency_times = 1 THEN 'a single administration'
                    ELSE compare.number_text(frequency_times) || ' administrations' END}
            WHEN frequency_every_unit = 'cycle' THEN {
                times: frequency_times / nullif(frequency_every, 0),
                basis: compare.frequency_text(frequency_times, frequency_every, frequency_every_unit)}
            WHEN times_a_week IS NOT NULL AND cycle_days % (7 * frequency_every) = 0 THEN {
                times: times_a_week * cycle_days / 7,
                basis: compare.frequency_text(frequency_times, frequency_every, 'wk') || ' in '
                    || compare.number_text(cycle_days) || ' days'}
            WHEN cycle_days IS NULL AND coalesce(times_a_day, times_a_week / 7) * duration_days >= 1 THEN {
                times: coalesce(times_a_day, times_a_week / 7) * duration_days,
                basis: coalesce(compare.frequency_text(frequency_times, frequency_every, frequency_every_unit), 'daily')
                    || ' for ' || compare.number_text(duration_value) || ' ' || duration_unit}
        END AS course
    FROM paced),
phases AS (
    SELECT nct_id, arm_no, dose_no, min(phase) AS regimen_phase
    FROM extracted.regimen_steps JOIN extracted.regimens USING (nct_id, arm_no, regimen_no) GROUP BY ALL)
SELECT m.nct_id, s.brief_title, a.arm_no, a.arm_label, m.dose_no, m.agent, m.agent_key, m.intervention_no,
    compare.amount_text(m.amount_low, m.amount_high, m.unit, m.per, m.per_time) AS amount,
    concat_ws(', ',
        compare.frequency_text(m.frequency_times, m.frequency_every, m.frequency_every_unit),
        compare.days_text(m.days),
        'for ' || format('{:g} {}', m.duration_value, m.duration_unit),
        format('{:g}-day cycle', m.cycle_days),
        format('{:g} cycle{}', m.cycles, CASE WHEN m.cycles = 1 THEN '' ELSE 's' END)) AS schedule,
    p.regimen_phase, m.role, m.route, m.amount_low, m.amount_high, m.unit, m.per, m.per_time,
    m.amount_low * m.factor AS canonical_low, m.amount_high * m.factor AS canonical_high,
    m.base_unit || coalesce('/' || m.per, '') || coalesce('/' || m.per_time, '') AS canonical_unit,
    CASE
        WHEN m.amount_low IS NULL AND m.amount_high IS NULL THEN 'no amount was read'
        WHEN m.factor IS NULL THEN m.unit || ' has no unit to be compared in'
        WHEN m.base_unit = m.unit THEN 'as stated'
        ELSE 'converted from ' || m.unit
    END AS canonical_basis,
    m.dimension, m.base_unit, m.base_unit || coalesce('/' || m.per, '') AS total_unit,
    m.amount_low * m.factor * m.times_a_day AS daily_low, m.amount_high * m.factor * m.times_a_day AS daily_high,
    CASE WHEN m.times_a_day * m.factor IS NULL THEN NULL WHEN m.per_time = 'd' THEN 'stated per day'
        ELSE compare.frequency_text(m.frequency_times, m.frequency_every, m.frequency_every_unit) END AS daily_basis,
    m.amount_low * m.factor * m.times_weekly AS weekly_low, m.amount_high * m.factor * m.times_weekly AS weekly_high,
    CASE WHEN m.times_weekly * m.factor IS NULL THEN NULL WHEN m.per_time = 'wk' THEN 'stated per week'
        WHEN m.times_a_week IS NULL THEN '7 days of the daily amount'
        ELSE compare.frequency_text(m.frequency_times, m.frequency_every, m.frequency_every_unit) END AS weekly_basis,
    m.amount_low * m.factor * m.course.times AS cycle_low, m.amount_high * m.factor * m.course.times AS cycle_high,
    CASE WHEN m.course.times IS NOT NULL AND m.factor IS NOT NULL THEN m.course.basis END AS cycle_basis,
    m.frequency_times, m.frequency_every, m.frequency_every_unit, m.days, m.duration_value, m.duration_unit,
    m.cycle_days, m.cycles, m.source_field, m.start_char, m.end_char, m.quote, m.flags
FROM added_up AS m
JOIN ctgov.studies AS s USING (nct_id)
LEFT JOIN extracted.dose_arms AS a USING (nct_id, dose_no)
LEFT JOIN phases AS p ON p.nct_id = m.nct_id AND p.dose_no = m.dose_no AND p.arm_no = a.arm_no
ORDER BY m.nct_id, m.dose_no, a.arm_no

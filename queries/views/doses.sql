-- Question: which agent is given in which arm, how much, how and when, in units that can be compared?
-- Example: SELECT nct_id, arm_label, agent, amount, schedule, quote FROM compare.doses WHERE canonical_unit = '{cells}/kg'
-- Needs: amount_text, days_text, frequency_text
-- Column brief_title: title of the study
-- Column amount: the amount for people, e.g. 30 mg/m²/d
-- Column schedule: frequency, days, duration and cycles for people
-- Column canonical_low: lower end in canonical_unit; NULL where the unit has no canonical form
-- Column canonical_high: upper end in canonical_unit
-- Column canonical_unit: unit that amounts are compared in; weight-based, surface-based and flat amounts stay apart
-- Column daily_low: canonical_low a day; NULL where the frequency is not stated
-- Column daily_high: canonical_high a day; NULL where the frequency is not stated
CREATE OR REPLACE VIEW compare.doses AS
WITH measured AS (
    SELECT d.*, u.dimension, d.amount_low * u.factor AS canonical_low, d.amount_high * u.factor AS canonical_high,
        u.canonical_unit || coalesce('/' || d.per, '') || coalesce('/' || d.per_time, '') AS canonical_unit,
        -- A total or a maximum says nothing about a single day.
        CASE
            WHEN d.role NOT IN ('dose', 'level', 'loading', 'maintenance', 'boost', 'fraction') THEN NULL
            WHEN d.per_time = 'd' THEN 1
            WHEN d.per_time IS NOT NULL THEN NULL
            WHEN d.frequency_every_unit = 'd' THEN d.frequency_times / d.frequency_every
            WHEN d.frequency_every_unit = 'h' THEN 24 * d.frequency_times / d.frequency_every
        END AS times_a_day
    FROM extracted.doses AS d LEFT JOIN meta.units AS u USING (unit))
SELECT m.nct_id, s.brief_title, a.arm_no, a.arm_label, m.dose_no, m.agent, m.agent_key, m.intervention_no,
    compare.amount_text(m.amount_low, m.amount_high, m.unit, m.per, m.per_time) AS amount,
    concat_ws(', ',
        compare.frequency_text(m.frequency_times, m.frequency_every, m.frequency_every_unit),
        compare.days_text(m.days),
        'for ' || format('{:g} {}', m.duration_value, m.duration_unit),
        format('{:g}-day cycle', m.cycle_days),
        format('{:g} cycles', m.cycles)) AS schedule,
    m.role, m.route, m.amount_low, m.amount_high, m.unit, m.per, m.per_time,
    m.canonical_low, m.canonical_high, m.canonical_unit, m.dimension,
    m.canonical_low * m.times_a_day AS daily_low, m.canonical_high * m.times_a_day AS daily_high,
    m.frequency_times, m.frequency_every, m.frequency_every_unit, m.days, m.duration_value, m.duration_unit,
    m.cycle_days, m.cycles, m.source_field, m.start_char, m.end_char, m.quote, m.flags
FROM measured AS m
JOIN ctgov.studies AS s USING (nct_id)
LEFT JOIN extracted.dose_arms AS a USING (nct_id, dose_no)

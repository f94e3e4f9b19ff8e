-- Question: what would every dose be for one patient of this weight (kg) and body surface (m²)? The assumption stands beside each amount.
-- Example: SELECT nct_id, agent, amount, patient_low, patient_high, patient_unit, assumption FROM compare.per_patient(kg := 12, m2 := 0.55) WHERE agent_key = 'fludarabine'
-- Needs: doses
CREATE OR REPLACE MACRO compare.per_patient(kg := 70, m2 := 1.8) AS TABLE
SELECT *, canonical_low * CASE per WHEN 'kg' THEN kg WHEN 'm2' THEN m2 ELSE 1 END AS patient_low,
    canonical_high * CASE per WHEN 'kg' THEN kg WHEN 'm2' THEN m2 ELSE 1 END AS patient_high,
    daily_low * CASE per WHEN 'kg' THEN kg WHEN 'm2' THEN m2 ELSE 1 END AS patient_daily_low,
    daily_high * CASE per WHEN 'kg' THEN kg WHEN 'm2' THEN m2 ELSE 1 END AS patient_daily_high,
    base_unit || coalesce('/' || per_time, '') AS patient_unit,
    CASE per WHEN 'kg' THEN '× ' || kg || ' kg' WHEN 'm2' THEN '× ' || m2 || ' m²' ELSE 'none: a flat amount' END
        AS assumption
FROM compare.doses

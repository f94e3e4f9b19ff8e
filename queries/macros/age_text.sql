-- Question: how is a range of ages written for people, e.g. 3 to under 80 years? NULL where there is no limit.
-- Example: SELECT compare.age_text(3, 'a', true, 80, 'a', false)
-- Needs: number_text, age_unit_text
CREATE OR REPLACE MACRO compare.age_text(low, low_unit, low_inclusive, high, high_unit, high_inclusive) AS CASE
    WHEN low IS NULL AND high IS NULL THEN NULL
    WHEN low IS NULL THEN CASE WHEN high_inclusive THEN 'up to ' ELSE 'under ' END
        || compare.number_text(high) || ' ' || compare.age_unit_text(high_unit)
    WHEN high IS NULL THEN CASE WHEN low_inclusive THEN '' ELSE 'over ' END
        || compare.number_text(low) || ' ' || compare.age_unit_text(low_unit)
        || CASE WHEN low_inclusive THEN ' and older' ELSE '' END
    ELSE CASE WHEN low_inclusive THEN '' ELSE 'over ' END || compare.number_text(low)
        || CASE WHEN low_unit = high_unit THEN '' ELSE ' ' || compare.age_unit_text(low_unit) END
        || CASE WHEN high_inclusive THEN ' to ' ELSE ' to under ' END
        || compare.number_text(high) || ' ' || compare.age_unit_text(high_unit)
END

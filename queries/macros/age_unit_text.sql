-- Question: what is a unit of age called for people?
-- Example: SELECT compare.age_unit_text('mo')
CREATE OR REPLACE MACRO compare.age_unit_text(age_unit) AS
    CASE age_unit WHEN 'a' THEN 'years' WHEN 'mo' THEN 'months' WHEN 'wk' THEN 'weeks' WHEN 'd' THEN 'days'
        WHEN 'h' THEN 'hours' ELSE coalesce(age_unit, 'years') END

-- Question: what is a unit of time called for people, for this many of it?
-- Example: SELECT compare.time_unit_text(3, 'mo')
CREATE OR REPLACE MACRO compare.time_unit_text(amount, unit_of_time) AS
    CASE unit_of_time WHEN 'min' THEN 'minute' WHEN 'h' THEN 'hour' WHEN 'd' THEN 'day' WHEN 'wk' THEN 'week'
        WHEN 'mo' THEN 'month' WHEN 'a' THEN 'year' ELSE unit_of_time END
    || CASE WHEN amount = 1 OR unit_of_time IS NULL THEN '' ELSE 's' END

-- Question: how many years are an age of the registry, e.g. 6 Months?
-- Example: SELECT compare.registered_years(6, 'Months')
CREATE OR REPLACE MACRO compare.registered_years(number, registered_unit) AS
    number * CASE rtrim(registered_unit, 's') WHEN 'Year' THEN 1.0 WHEN 'Month' THEN 1 / 12 WHEN 'Week' THEN 7 / 365.25
        WHEN 'Day' THEN 1 / 365.25 WHEN 'Hour' THEN 1 / 8766 WHEN 'Minute' THEN 1 / 525960 END

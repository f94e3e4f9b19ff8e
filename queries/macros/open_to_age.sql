-- Question: which studies take a person of this age, in years? A bound that is not stated is no limit.
-- Example: SELECT count(*) FROM compare.open_to_age(70)
-- Needs: trials
CREATE OR REPLACE MACRO compare.open_to_age(years) AS TABLE
SELECT * FROM compare.trials
WHERE coalesce(min_years, 0) <= years AND coalesce(max_years, 1000) >= years

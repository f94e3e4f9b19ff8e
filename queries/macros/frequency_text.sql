-- Question: how is a frequency written for people, e.g. 2×/d, every 3 wk, once?
-- Example: SELECT compare.frequency_text(2, 1, 'd')
-- Needs: number_text
CREATE OR REPLACE MACRO compare.frequency_text(times, every, every_unit) AS CASE
    WHEN times IS NULL THEN NULL
    WHEN every IS NULL THEN CASE WHEN times = 1 THEN 'once' ELSE compare.number_text(times) || '×' END
    WHEN every = 1 THEN compare.number_text(times) || '×/' || every_unit
    WHEN times = 1 THEN 'every ' || compare.number_text(every) || ' ' || every_unit
    ELSE compare.number_text(times) || '× every ' || compare.number_text(every) || ' ' || every_unit
END

-- Question: how are treatment days written for people, e.g. d−5…−3 or d1,8,15?
-- Example: SELECT compare.days_text([-5, -4, -3])
CREATE OR REPLACE MACRO compare.days_text(given_days) AS
    'd' || replace(CASE
        WHEN len(given_days) > 2 AND list_max(given_days) - list_min(given_days) + 1 = len(list_distinct(given_days))
            THEN list_min(given_days) || '…' || list_max(given_days)
        ELSE nullif(array_to_string(list_sort(list_distinct(given_days)), ','), '')
    END, '-', '−')

-- Question: how are treatment days written for people, e.g. d−5…−3 or d1,8,15?
-- Example: SELECT compare.days_text([-5, -4, -3])
CREATE OR REPLACE MACRO compare.days_text(days) AS
    'd' || replace(CASE
        WHEN len(days) > 2 AND list_max(days) - list_min(days) + 1 = len(list_distinct(days))
            THEN list_min(days) || '…' || list_max(days)
        ELSE array_to_string(list_sort(list_distinct(days)), ',')
    END, '-', '−')

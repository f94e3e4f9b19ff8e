-- Question: how are the registry's minimum and maximum age written for people? N/A means no limit.
-- Example: SELECT compare.registered_ages_text('18 Years', 'N/A')
CREATE OR REPLACE MACRO compare.registered_ages_text(youngest, oldest) AS CASE
    WHEN coalesce(youngest, 'N/A') = 'N/A' AND coalesce(oldest, 'N/A') = 'N/A' THEN 'any age'
    WHEN coalesce(oldest, 'N/A') = 'N/A' THEN youngest || ' and older'
    WHEN coalesce(youngest, 'N/A') = 'N/A' THEN 'up to ' || oldest
    ELSE youngest || ' – ' || oldest
END

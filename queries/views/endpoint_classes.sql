-- Question: which classes of endpoints are there, and where do they stand in the hierarchy?
-- Example: SELECT c.path[1] AS area, count(*) FROM compare.endpoints AS e JOIN compare.endpoint_classes AS c USING (endpoint) GROUP BY ALL ORDER BY 2 DESC
-- Column endpoint: the class, as in extracted.endpoints
-- Column label: the class in words
-- Column parent: the group that it belongs to
-- Column path: its place in the hierarchy from the top down, e.g. [time_to_event, survival, overall_survival]
-- Column example: a title of this class
CREATE OR REPLACE TABLE compare.endpoint_classes AS
SELECT endpoint, label, parent, path, example FROM endpoint_classes_file ORDER BY path

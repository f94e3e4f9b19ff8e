-- Question: which other names is a condition or agent found by? (from the data file queries/data/synonyms.tsv)
-- Example: SELECT name, also FROM compare.synonyms WHERE subject = 'agent' ORDER BY ALL
-- Column subject: condition or agent
-- Column name: a study that names this …
-- Column also: … is also found by this
-- Column example: a name as it stands in records
CREATE OR REPLACE TABLE compare.synonyms AS SELECT * FROM synonyms_file

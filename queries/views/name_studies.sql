-- Question: which studies does each name of a condition or agent stand in? (every name once, so that all are searched at once)
-- Example: SELECT name, len(nct_ids) AS trials FROM compare.name_studies WHERE subject = 'agent' AND contains(squashed, 'cart') ORDER BY 2 DESC
-- Needs: names, words_text
-- Column subject: condition or agent
-- Column name: a name as it stands in records, or a synonym
-- Column words: its words in plain spelling, with one blank between them
-- Column squashed: the same without blanks, for a fast search
-- Column nct_ids: the studies that have it
CREATE OR REPLACE TABLE compare.name_studies AS
SELECT subject, name, compare.words_text(name) AS words, replace(words, ' ', '') AS squashed, nct_ids
FROM (SELECT subject, name, list(DISTINCT nct_id ORDER BY nct_id) AS nct_ids FROM compare.names GROUP BY subject, name)
ORDER BY subject, name

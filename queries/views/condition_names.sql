-- Question: under which names does a study tell its conditions: conditions, keywords, MeSH terms, titles, synonyms?
-- Example: SELECT name, origin, count(*) AS trials FROM compare.condition_names WHERE nct_id IN (SELECT nct_id FROM compare.study_ids(condition_term := 'leukemia')) GROUP BY ALL ORDER BY 3 DESC
-- Needs: names, study_ids
-- Column name: a condition, keyword, MeSH heading or title
-- Column origin: condition, keyword, mesh, title or synonym
CREATE OR REPLACE VIEW compare.condition_names AS
SELECT nct_id, name, origin FROM compare.names WHERE subject = 'condition'

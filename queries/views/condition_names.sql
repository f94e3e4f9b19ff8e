-- Question: under which names does a study tell its conditions: conditions, keywords, MeSH terms, titles, synonyms?
-- Example: SELECT count(DISTINCT nct_id) FROM compare.condition_names WHERE compare.names_term(name, 'leukemia')
-- Needs: names, names_term
-- Column name: a condition, keyword, MeSH heading or title
-- Column origin: condition, keyword, mesh, title or synonym
CREATE OR REPLACE VIEW compare.condition_names AS
SELECT nct_id, name, origin FROM compare.names WHERE subject = 'condition'

-- Question: under which names does a study tell its conditions: conditions, keywords, MeSH terms, titles?
-- Example: SELECT count(DISTINCT nct_id) FROM compare.condition_names WHERE compare.names_term(name, 'leukemia')
-- Needs: names_term
-- Column name: a condition, keyword, MeSH heading or title
-- Column origin: condition, keyword, mesh or title
CREATE OR REPLACE VIEW compare.condition_names AS
SELECT nct_id, name, 'condition' AS origin FROM ctgov.conditions
UNION ALL SELECT nct_id, name, 'keyword' FROM ctgov.keywords
UNION ALL SELECT nct_id, mesh_term, 'mesh' FROM ctgov.browse_conditions
UNION ALL SELECT nct_id, brief_title, 'title' FROM ctgov.studies
UNION ALL SELECT nct_id, official_title, 'title' FROM ctgov.studies

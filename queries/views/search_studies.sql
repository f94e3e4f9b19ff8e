-- Question: which number has a study in the search index, and how many words?
-- Example: SELECT nct_id, length FROM compare.search_studies ORDER BY length DESC LIMIT 10
-- Needs: search_tokens, search_word
-- Column study_no: place of the study in the order of registry ids, from 1; another one in the next version
-- Column length: words of the study that are searched, each counted as often as its field weighs
CREATE OR REPLACE TEMP TABLE search_counts AS
WITH numbered AS (
    SELECT nct_id, CAST(row_number() OVER (ORDER BY nct_id) AS INTEGER) AS study_no FROM ctgov.studies),
names AS (
    SELECT nct_id, name FROM ctgov.conditions UNION ALL SELECT nct_id, name FROM ctgov.keywords
    UNION ALL SELECT nct_id, name FROM ctgov.interventions
    UNION ALL SELECT nct_id, name FROM ctgov.intervention_other_names),
-- A word of a title says most about a study, its names come next. Criteria are left out: they name what excludes.
fields AS (
    SELECT nct_id, concat_ws(' ', brief_title, official_title, acronym) AS words, 3 AS weight FROM ctgov.studies
    UNION ALL SELECT nct_id, string_agg(name, ' ; '), 2 FROM names GROUP BY nct_id
    UNION ALL SELECT nct_id, description, 1 FROM ctgov.brief_summaries),
tokens AS (
    SELECT study_no, unnest(compare.search_tokens(words)) AS token, weight FROM fields JOIN numbered USING (nct_id))
SELECT study_no, compare.search_word(token) AS word, CAST(sum(weight) AS INTEGER) AS occurrences
FROM tokens WHERE token <> '' GROUP BY ALL;

CREATE OR REPLACE TABLE compare.search_studies AS
WITH lengths AS (SELECT study_no, CAST(sum(occurrences) AS INTEGER) AS length FROM search_counts GROUP BY study_no),
numbered AS (
    SELECT nct_id, CAST(row_number() OVER (ORDER BY nct_id) AS INTEGER) AS study_no FROM ctgov.studies)
SELECT study_no, nct_id, coalesce(length, 0) AS length FROM numbered LEFT JOIN lengths USING (study_no)
ORDER BY study_no;

-- Question: which studies are about these words, best first? Titles count most, then conditions, keywords and interventions, then the summary. (most: how many)
-- Example: SELECT nct_id, score, brief_title FROM compare.search('car-t leukemia')
-- Needs: search_postings, search_words, search_studies, search_tokens, search_word
CREATE OR REPLACE MACRO compare.search(words, most := 100) AS TABLE
WITH tokens AS MATERIALIZED (SELECT unnest(compare.search_tokens(words)) AS token),
asked AS MATERIALIZED (
    SELECT word_no, studies FROM compare.search_words
    WHERE word IN (SELECT compare.search_word(token) FROM tokens)),
-- A word that very many studies have says little and costs most: it counts only where nothing rarer is asked.
used AS (
    SELECT word_no FROM asked WHERE studies <= 100000 OR studies = (SELECT min(studies) FROM asked)),
found AS (
    SELECT study_no, sum(score) AS score, count(*) AS words_found FROM compare.search_postings
    WHERE word_no IN (SELECT word_no FROM used) GROUP BY study_no),
best AS MATERIALIZED (SELECT * FROM found ORDER BY score DESC, study_no LIMIT most)
SELECT s.nct_id, round(b.score, 3) AS score, b.words_found, s.brief_title, s.overall_status, s.phase,
    s.last_update_posted_date
FROM best AS b JOIN compare.search_studies AS n USING (study_no) JOIN ctgov.studies AS s USING (nct_id)
ORDER BY score DESC, s.nct_id

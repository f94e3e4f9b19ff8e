-- Question: in which studies does a word stand, and how much does it say about each? (BM25, k1 = 1.2, b = 0.75)
-- Example: SELECT count(*) FROM compare.search_postings JOIN compare.search_words USING (word_no) WHERE word = 'leukemia'
-- Needs: search_words
-- Column word_no: number of the word in compare.search_words; rows are ordered by it, so that a search reads few of them
-- Column study_no: number of the study in compare.search_studies
-- Column score: what the word adds to the study's score
CREATE OR REPLACE TABLE compare.search_postings AS
WITH average AS (SELECT avg(length) AS length FROM compare.search_studies)
SELECT w.word_no, c.study_no, CAST(w.rarity * c.occurrences * 2.2
    / (c.occurrences + 1.2 * (0.25 + 0.75 * s.length / average.length)) AS FLOAT) AS score
FROM search_counts AS c JOIN compare.search_words AS w USING (word)
JOIN compare.search_studies AS s USING (study_no) CROSS JOIN average
ORDER BY w.word_no, c.study_no;
DROP TABLE search_counts;

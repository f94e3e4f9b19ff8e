-- Question: which words can be searched, and in how many studies does each stand?
-- Example: SELECT word, studies FROM compare.search_words ORDER BY studies DESC LIMIT 20
-- Needs: search_studies
-- Column word: the word in the form of compare.search_word
-- Column word_no: its number in this version
-- Column studies: in how many studies it stands
-- Column rarity: ln(1 + (N - n + 0.5) / (n + 0.5)) of N studies of which n have the word: what BM25 multiplies by
CREATE OR REPLACE TABLE compare.search_words AS
WITH counted AS (SELECT word, CAST(count(*) AS INTEGER) AS studies FROM search_counts GROUP BY word)
SELECT word, CAST(row_number() OVER (ORDER BY word) AS INTEGER) AS word_no, studies,
    CAST(ln(1 + ((SELECT count(*) FROM compare.search_studies) - studies + 0.5) / (studies + 0.5)) AS FLOAT) AS rarity
FROM counted ORDER BY word

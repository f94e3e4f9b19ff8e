-- Question: under which form is a word indexed: a plural as its singular?
-- Example: SELECT compare.search_word('leukemias')
CREATE OR REPLACE MACRO compare.search_word(word) AS
    CASE WHEN length(word) > 3 AND suffix(word, 's') AND NOT suffix(word, 'ss') THEN left(word, -1) ELSE word END

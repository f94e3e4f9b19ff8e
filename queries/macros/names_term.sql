-- Question: does a text name a term, whatever stands between its parts (CAR-T, CAR T, CART19 cells)? A term without letters or digits is in no text.
-- Example: SELECT compare.names_term('CD19 CAR T-cells', 'CAR-T')
-- Needs: words_text, term_pattern
CREATE OR REPLACE MACRO compare.names_term(words, term) AS
    regexp_matches(compare.words_text(words), compare.term_pattern(term))

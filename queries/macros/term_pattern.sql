-- Question: which regular expression finds a term in the words of a text, whatever stands between its parts (CAR-T, CART19)?
-- Example: SELECT compare.term_pattern('CAR-T')
-- Needs: words_text
CREATE OR REPLACE MACRO compare.term_pattern(term) AS
    -- A word may begin or end where letters meet digits: CART in CART19, but neither IL-2 in IL-21 nor ALL in small.
    -- A term without letters and digits is in no text.
    CASE WHEN compare.words_text(term) = '' THEN '[^\x00-\x{10ffff}]'
        WHEN regexp_matches(compare.words_text(term), '^[0-9]') THEN '(^| )' ELSE '(^|[ 0-9])' END
    || replace(compare.words_text(term), ' ', ' ?')
    || CASE WHEN regexp_matches(compare.words_text(term), '[0-9]$') THEN '($| )' ELSE 's?($|[ 0-9])' END

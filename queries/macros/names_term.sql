-- Question: does a text name a term, whatever stands between its parts (CAR-T, CAR T, CART19 cells)? A term without letters or digits is in no text.
-- Example: SELECT compare.names_term('CD19 CAR T-cells', 'CAR-T')
-- Needs: plain_text, squashed_text
CREATE OR REPLACE MACRO compare.names_term(words, term) AS
    compare.squashed_text(term) <> '' AND regexp_matches(
        compare.plain_text(words),
        -- A word may begin or end where letters meet digits: CART in CART19, but neither IL-2 in IL-21 nor ALL in small.
        CASE WHEN regexp_matches(compare.squashed_text(term), '^\pL') THEN '(^|[^\pL])' ELSE '(^|[^\pL\pN])' END
        || regexp_replace(trim(regexp_replace(compare.plain_text(term), '[^\pL\pN]+', ' ', 'g')), ' ', '[^\\pL\\pN]*', 'g')
        || CASE WHEN regexp_matches(compare.squashed_text(term), '\pL$') THEN 's?($|[^\pL])' ELSE '($|[^\pL\pN])' END)

-- Question: does a text name a term, whatever stands between its parts (CAR-T, CAR T, CART cells)?
-- Example: SELECT compare.names_term('CD19 CAR T-cells', 'CAR-T')
CREATE OR REPLACE MACRO compare.names_term(text, term) AS regexp_matches(
    lower(text),
    '(^|[^a-z0-9])' || regexp_replace(trim(regexp_replace(lower(term), '[^a-z0-9]+', ' ', 'g')), ' ', '[^a-z0-9]*', 'g')
    || 's?($|[^a-z0-9])')

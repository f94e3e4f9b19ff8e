-- Question: which letters and digits has a text, in plain spelling and with nothing between them?
-- Example: SELECT compare.squashed_text('CD19 CAR-T cells')
-- Needs: plain_text
CREATE OR REPLACE MACRO compare.squashed_text(words) AS
    regexp_replace(compare.plain_text(words), '[^\pL\pN]+', '', 'g')

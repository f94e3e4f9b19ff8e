-- Question: which words and numbers has a text, in plain spelling and with one blank between them?
-- Example: SELECT compare.words_text('CD19 CAR-T cells')
-- Needs: plain_text
CREATE OR REPLACE MACRO compare.words_text(words) AS
    -- Ranges instead of \pL, which takes milliseconds to compile: a search is over sooner.
    trim(regexp_replace(compare.plain_text(words), '[^0-9a-z\x{370}-\x{1fff}\x{2e80}-\x{d7ff}]+', ' ', 'g'))

-- Question: by which words is a text searched: its words in plain spelling, and in one word what hyphens join (PD-1: pd, 1, pd1)?
-- Example: SELECT compare.search_tokens('CAR-T cells in Leukaemia')
-- Needs: plain_text
CREATE OR REPLACE MACRO compare.search_tokens(words) AS
    -- Ranges instead of \pL: such a class takes milliseconds to compile, longer than the search itself.
    regexp_extract_all(compare.plain_text(words), '[0-9a-z\x{370}-\x{1fff}\x{2e80}-\x{d7ff}]+') || string_split(
        replace(array_to_string(
            regexp_extract_all(compare.plain_text(words), '[0-9a-z]+(?:-[0-9a-z]+)+'), ' '), '-', ''), ' ')

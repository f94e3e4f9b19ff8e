-- Question: which letters and digits has a text, in plain spelling and with nothing between them?
-- Example: SELECT compare.squashed_text('CD19 CAR-T cells')
-- Needs: words_text
CREATE OR REPLACE MACRO compare.squashed_text(words) AS replace(compare.words_text(words), ' ', '')

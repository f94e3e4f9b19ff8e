-- Question: how is a text written so that spellings compare: small letters, no accents, leukaemia as leukemia, tumour as tumor?
-- Example: SELECT compare.plain_text('Sjögren, Leukaemia, Tumour')
CREATE OR REPLACE MACRO compare.plain_text(words) AS
    replace(replace(replace(strip_accents(lower(words)), 'ae', 'e'), 'oe', 'e'), 'our', 'or')

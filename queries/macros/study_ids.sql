-- Question: which studies are about a condition and give an agent? (NULL: any)
-- Example: SELECT count(*) FROM compare.study_ids(condition_term := 'leukemia', agent_term := 'CAR-T')
-- Needs: term_pattern, squashed_text, name_studies
CREATE OR REPLACE MACRO compare.study_ids(condition_term := NULL, agent_term := NULL) AS TABLE
SELECT nct_id FROM ctgov.studies
-- Squashed texts are searched first, which is cheap; what is found there is read word by word.
WHERE (condition_term IS NULL OR nct_id IN (
        SELECT unnest(nct_ids) FROM compare.name_studies
        WHERE subject = 'condition' AND contains(squashed, compare.squashed_text(condition_term))
          AND regexp_matches(words, compare.term_pattern(condition_term))))
  AND (agent_term IS NULL OR nct_id IN (
        SELECT unnest(nct_ids) FROM compare.name_studies
        WHERE subject = 'agent' AND contains(squashed, compare.squashed_text(agent_term))
          AND regexp_matches(words, compare.term_pattern(agent_term))))

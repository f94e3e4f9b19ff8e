-- How are trials masked, and are they randomised?
SELECT allocation, masking, COUNT(*) AS studies, SUM(CASE WHEN subject_masked THEN 1 ELSE 0 END) AS subjects_masked
FROM designs
WHERE allocation IS NOT NULL
GROUP BY allocation, masking
ORDER BY studies DESC, allocation, masking;

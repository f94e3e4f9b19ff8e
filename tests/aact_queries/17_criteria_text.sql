-- Whose criteria speak of pregnancy or breast-feeding, whatever the spelling?
SELECT COUNT(*) AS studies
FROM ctgov.eligibilities
WHERE criteria ~* 'pregnan(t|cy)' OR criteria ~* 'breast[- ]?feeding|lactat';

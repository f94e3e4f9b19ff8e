-- Question: how is a range written for people, with one power of ten for both ends: 5–10×10⁶?
-- Example: SELECT compare.range_text(5000000, 10000000)
-- Needs: number_text
CREATE OR REPLACE MACRO compare.range_text(low, high) AS CASE
    WHEN low IS NULL THEN 'up to ' || compare.number_text(high)
    WHEN high IS NULL THEN compare.number_text(low) || ' or more'
    WHEN low = high THEN compare.number_text(low)
    WHEN low >= 100000 AND high < 1000 * low THEN
        compare.number_text(low / power(10, floor(log10(low)))) || '–'
        || compare.number_text(high / power(10, floor(log10(low))))
        || substr(compare.number_text(power(10, floor(log10(low)))), 2)
    ELSE compare.number_text(low) || '–' || compare.number_text(high)
END

-- Question: how is a number written for people? Large ones as a power of ten: 1×10⁶.
-- Example: SELECT compare.number_text(1500000)
CREATE OR REPLACE MACRO compare.number_text(x) AS CASE
    WHEN abs(x) < 100000 THEN format('{:g}', CAST(x AS DOUBLE))
    ELSE format('{:g}', round(CAST(x AS DOUBLE) / power(10, floor(log10(abs(x)))), 4)) || '×10'
         || translate(CAST(CAST(floor(log10(abs(x))) AS INTEGER) AS VARCHAR), '0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹')
END

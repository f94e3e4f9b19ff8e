-- Question: how is an amount written for people, e.g. 5–10×10⁶ cells/kg or 30 mg/m²/d?
-- Example: SELECT compare.amount_text(30, 30, 'mg', 'm2', 'd')
-- Needs: range_text
CREATE OR REPLACE MACRO compare.amount_text(low, high, unit, per, per_time) AS
    CASE WHEN unit = '{AUC}' THEN 'AUC ' ELSE '' END
    || compare.range_text(low, high)
    || CASE unit WHEN '{AUC}' THEN '' WHEN 'ug' THEN ' µg' WHEN '%' THEN ' %'
            ELSE ' ' || translate(unit, '{}[]', '') END
    || CASE per WHEN 'm2' THEN '/m²' WHEN 'kg' THEN '/kg' ELSE '' END
    || coalesce('/' || per_time, '')

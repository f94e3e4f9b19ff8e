-- Question: how is the time of an outcome written for people, e.g. at 3 months after infusion, up to 2 years, at baseline?
-- Example: SELECT compare.time_text('at', 3, 3, 'mo', 'infusion')
-- Needs: number_text, time_unit_text
CREATE OR REPLACE MACRO compare.time_text(how, earliest, latest, time_unit, zero_point) AS CASE
    WHEN how = 'through_event' THEN 'until an event' || coalesce(' after ' || zero_point, '')
    WHEN earliest = 0 AND latest = 0 THEN 'at ' || coalesce(zero_point, 'baseline')
    ELSE concat_ws(' ',
        CASE how WHEN 'up_to' THEN 'up to' WHEN 'from_to' THEN 'from' ELSE how END,
        CASE WHEN earliest = latest OR earliest IS NULL THEN compare.number_text(latest)
            WHEN latest IS NULL THEN compare.number_text(earliest)
            ELSE compare.number_text(earliest) || ' to ' || compare.number_text(latest) END,
        compare.time_unit_text(coalesce(latest, earliest), time_unit),
        -- "From 0 to 12 weeks after baseline" says no more than "from 0 to 12 weeks".
        CASE WHEN zero_point <> 'baseline' THEN 'after ' || zero_point END)
END

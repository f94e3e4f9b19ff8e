-- Question: what does each arm receive, in order, on one line?
-- Example: SELECT nct_id, arm_label, regimen FROM compare.regimens WHERE 'lymphodepletion' = ANY (phases)
-- Needs: amount_text, days_text, frequency_text
-- Column phases: phases of the arm, in order
-- Column names: named regimens of the arm
-- Column regimen: agents with amounts and days; + together, → after one another
-- Column agents: canonical names of the agents, in order
CREATE OR REPLACE VIEW compare.regimens AS
WITH steps AS (
    SELECT s.nct_id, s.arm_no, s.regimen_no, s.step_no, s.agent_key,
        concat_ws(' ', coalesce(d.agent, s.agent_key),
            compare.amount_text(d.amount_low, d.amount_high, d.unit, d.per, d.per_time),
            coalesce(compare.days_text(d.days),
                CASE WHEN s.start_day IS NOT NULL
                     THEN compare.days_text(list_distinct([s.start_day, coalesce(s.end_day, s.start_day)])) END,
                compare.frequency_text(d.frequency_times, d.frequency_every, d.frequency_every_unit))) AS step
    FROM extracted.regimen_steps AS s LEFT JOIN extracted.doses AS d USING (nct_id, dose_no)),
lines AS (
    SELECT nct_id, arm_no, regimen_no, string_agg(step, ' + ' ORDER BY step_no) AS line,
        list(agent_key ORDER BY step_no) AS agents
    FROM steps GROUP BY ALL)
SELECT r.nct_id, s.brief_title, r.arm_no, r.arm_label,
    string_agg(coalesce(r.regimen || ' (' || l.line || ')', l.line, r.regimen), ' → ' ORDER BY r.regimen_no) AS regimen,
    list(r.phase ORDER BY r.regimen_no) AS phases,
    list(r.regimen ORDER BY r.regimen_no) FILTER (r.regimen IS NOT NULL) AS names,
    list_distinct(flatten(list(l.agents ORDER BY r.regimen_no) FILTER (l.agents IS NOT NULL))) AS agents
FROM extracted.regimens AS r
JOIN ctgov.studies AS s USING (nct_id)
LEFT JOIN lines AS l USING (nct_id, arm_no, regimen_no)
GROUP BY ALL

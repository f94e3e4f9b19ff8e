-- Question: how is a stage of an arm written: its name with the agents in brackets, or either alone?
-- Example: SELECT compare.stage_text('FC', 'fludarabine 30 mg/m² + cyclophosphamide 300 mg/m²')
CREATE OR REPLACE MACRO compare.stage_text(stage_name, stage_line) AS
    coalesce(stage_name || ' (' || stage_line || ')', stage_line, stage_name)

-- Question: which agents, given with cells and without a stated phase, are taken for lymphodepletion or conditioning? (from the data file queries/data/conditioning_agents.tsv)
-- Example: SELECT agent_key FROM compare.conditioning_agents
-- Column agent_key: canonical name of the agent
-- Column example: what is meant
CREATE OR REPLACE TABLE compare.conditioning_agents AS SELECT * FROM conditioning_agents_file

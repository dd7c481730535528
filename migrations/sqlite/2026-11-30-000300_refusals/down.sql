DROP TABLE recipe_rollups;
DROP TABLE refusal_runs;

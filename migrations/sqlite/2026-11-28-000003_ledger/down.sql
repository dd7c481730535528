DROP INDEX completions_by_click;
DROP TABLE ended_deliveries;

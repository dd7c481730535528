ALTER TABLE deliveries DROP COLUMN reopened_at;

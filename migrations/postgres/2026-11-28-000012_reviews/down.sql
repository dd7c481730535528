DROP INDEX deliveries_held;
CREATE INDEX deliveries_held ON deliveries (endpoint_id, held_since) WHERE status = 'held' AND waiting_for <> 'completion';
DROP INDEX completions_in_review;
ALTER TABLE completions DROP COLUMN review_until;
ALTER TABLE completions DROP COLUMN review;

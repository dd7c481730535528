DROP INDEX deliveries_held;
CREATE INDEX deliveries_held ON deliveries (endpoint_id, held_since) WHERE status = 'held';
ALTER TABLE apps DROP COLUMN terms;
ALTER TABLE deliveries DROP COLUMN reversed;
ALTER TABLE completions DROP COLUMN reversals;
DROP TABLE reversals;

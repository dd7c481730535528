-- When a delivery was last replayed. Nobody decides by it: it is told to whoever asks what became of the delivery. NULL: it never
-- was, or before this was kept.
ALTER TABLE deliveries ADD COLUMN reopened_at BIGINT;

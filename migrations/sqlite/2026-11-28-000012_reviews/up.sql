-- Where the review of a completion stands, and when its time is over; NULL: there is none. Not told from its callbacks:
-- they may be canceled one by one, and go with retention.
ALTER TABLE completions ADD COLUMN review TEXT CHECK (review IN ('waiting', 'released', 'rejected'));
ALTER TABLE completions ADD COLUMN review_until BIGINT;
CREATE INDEX completions_in_review ON completions (review_until) WHERE review = 'waiting';

-- What is held for review is not the publisher's to mend either.
DROP INDEX deliveries_held;
CREATE INDEX deliveries_held ON deliveries (endpoint_id, held_since)
    WHERE status = 'held' AND waiting_for <> 'completion' AND waiting_for <> 'review';

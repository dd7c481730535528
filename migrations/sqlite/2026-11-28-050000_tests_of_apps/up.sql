-- Whoever erases a user looks through the app's tests, and must not look through all that was ever delivered for it.
CREATE INDEX deliveries_tests ON deliveries (app_id, id) WHERE kind = 'test';

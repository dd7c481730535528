-- Keys of forms whose act is done once, because its answer shows a secret. They go with their session, after a week at most. The
-- conventions are those of the foundation.

CREATE TABLE form_keys (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- As the form bore it: it opens nothing.
    form_key   TEXT NOT NULL,
    PRIMARY KEY (session_id, form_key)
);

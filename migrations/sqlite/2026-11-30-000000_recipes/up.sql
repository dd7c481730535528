-- Dialects of an operator's own. What is published is a version that never changes, and is never deleted: a delivery that is kept
-- may name it, and is sent by it however late. The conventions are those of the foundation.
CREATE TABLE recipes (
    name               TEXT NOT NULL,
    version            INTEGER NOT NULL,
    -- The file, as it was written.
    text               TEXT NOT NULL,
    -- JSON list of the vectors that prove it.
    vectors            TEXT NOT NULL,
    -- JSON list of the ids of the publishers who alone may choose it; NULL: everybody may.
    publishers         TEXT,
    published_at       BIGINT NOT NULL,
    -- Who published it. No references, as in the audit.
    by_token_id        TEXT,
    by_user_id         TEXT,
    by_name            TEXT NOT NULL,
    -- From then on no endpoint may choose it.
    withdrawn_at       BIGINT,
    -- When a receiver first acknowledged a callback that was sent by it.
    first_delivered_at BIGINT,
    -- The installation's revision at its last change.
    revision           BIGINT NOT NULL,
    PRIMARY KEY (name, version)
);
CREATE INDEX recipes_by_revision ON recipes (revision);

-- What is not published yet: one of a name at a time.
CREATE TABLE recipe_drafts (
    name        TEXT NOT NULL PRIMARY KEY,
    -- What it says itself that it is called, for the list.
    title       TEXT NOT NULL,
    text        TEXT NOT NULL,
    vectors     TEXT NOT NULL,
    publishers  TEXT,
    saved_at    BIGINT NOT NULL,
    by_token_id TEXT,
    by_user_id  TEXT,
    by_name     TEXT NOT NULL,
    -- The installation's revision at its last change: no two drafts ever have the same, so whoever publishes names by it what was
    -- checked.
    revision    BIGINT NOT NULL
);

-- The recipe that an act was about, as it was at that time; NULL: it was about none.
ALTER TABLE audit ADD COLUMN recipe TEXT;

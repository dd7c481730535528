-- Who did what. Written before the act and completed after it; kept for ever, since people's acts are few.
CREATE TABLE audit (
    id         TEXT NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    -- None on the command line. No reference: tokens are deleted, and what was done with them stays.
    token_id   TEXT,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    action     TEXT NOT NULL,
    subject    TEXT,
    created_id TEXT,
    -- None until it has ended.
    outcome    TEXT CHECK (outcome IN ('done', 'refused', 'failed'))
);
CREATE INDEX audit_by_subject ON audit (subject, id) WHERE subject IS NOT NULL;

-- Who did what. Written before the act and completed after it; kept for ever, since people's acts are few.
CREATE TABLE audit (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    -- None on the command line. No reference: tokens are deleted, and what was done with them stays.
    token_id   TEXT COLLATE "C",
    name       TEXT COLLATE "C" NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    action     TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C",
    created_id TEXT COLLATE "C",
    -- None until it has ended.
    outcome    TEXT COLLATE "C" CHECK (outcome IN ('done', 'refused', 'failed'))
);
CREATE INDEX audit_by_subject ON audit (subject, id) WHERE subject IS NOT NULL;

-- What tests have shown of an endpoint's receiver, for the dialect and the active secret that they were made with: another one of
-- either voids it. In a table of its own, since a test must not count up the revision of the configuration.
CREATE TABLE endpoint_tests (
    endpoint_id TEXT NOT NULL PRIMARY KEY,
    dialect     TEXT NOT NULL,
    -- NULL: there was no active secret.
    secret_id   TEXT,
    -- When a test was last acknowledged with success, and when a wrong signature was last refused after that.
    tested_at   BIGINT,
    verified_at BIGINT
) WITHOUT ROWID;

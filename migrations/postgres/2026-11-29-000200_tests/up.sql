-- What tests have shown of an endpoint's receiver, for the dialect and the secret that they were signed with: what one secret has
-- shown says nothing of another one, and holds again when that one signs. In a table of its own, since a test must not count up
-- the revision of the configuration.
CREATE TABLE endpoint_tests (
    endpoint_id TEXT COLLATE "C" NOT NULL,
    -- Empty: nothing was signed.
    secret_id   TEXT COLLATE "C" NOT NULL,
    dialect     TEXT NOT NULL,
    -- When a test was last acknowledged with success, and when a wrong signature was last refused after that.
    tested_at   BIGINT,
    verified_at BIGINT,
    PRIMARY KEY (endpoint_id, secret_id)
);

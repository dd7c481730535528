-- How apps are doing: what became of their callbacks, added up where they are sent and written every few seconds. Charts and
-- lists read these rows and never count deliveries. No user, transaction or delivery is named here.
CREATE TABLE rollups (
    app_id              BIGINT NOT NULL CHECK (app_id > 0),
    -- Seconds that it is of: 300 as it is added up, 3600 once the hour is over and folded.
    step                INTEGER NOT NULL CHECK (step = 300 OR step = 3600),
    -- When these seconds begin: a multiple of them.
    at                  BIGINT NOT NULL,
    -- The process that added it up: each writes its own rows, so nobody waits for anybody's. 0: an hour's, of all.
    node                BIGINT NOT NULL CHECK (node >= 0),
    delivered           BIGINT NOT NULL,
    dead                BIGINT NOT NULL,
    failed_attempts     BIGINT NOT NULL,
    -- Answer times in fixed buckets. Its first byte is the version of its layout, which
    -- `src/domain/health/latencies.rs` describes.
    latencies           BYTEA NOT NULL,
    last_delivered_at   BIGINT,
    -- The last attempt that failed: when it began, and a word by the codes of `attempts.outcome`.
    last_failed_at      BIGINT,
    last_outcome        SMALLINT CHECK (last_outcome BETWEEN 0 AND 31),
    last_status_code    INTEGER,
    CHECK ((last_failed_at IS NULL) = (last_outcome IS NULL)),
    PRIMARY KEY (app_id, step, at, node)
);
-- Folding and retention go by time, and so does whoever asks about all apps.
CREATE INDEX rollups_by_time ON rollups (step, at);

-- When a secret last signed a callback, and when one that it signed was last acknowledged; written with the roll-ups.
CREATE TABLE secret_uses (
    secret_id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_used_at         BIGINT NOT NULL,
    last_acknowledged_at BIGINT
);

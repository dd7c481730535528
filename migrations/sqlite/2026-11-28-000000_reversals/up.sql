-- Completions taken back, wholly or in part. A row is money and the key of its own idempotency: never removed.
CREATE TABLE reversals (
    id            TEXT NOT NULL PRIMARY KEY,
    completion_id TEXT NOT NULL,
    app_id        TEXT NOT NULL,
    -- The reporter's name for it. Empty: the one that needs none, so that a completion has one such at most.
    reversal_key  TEXT NOT NULL DEFAULT '',
    -- 1, 2, … within the completion.
    ordinal       INTEGER NOT NULL,
    -- Whether it takes back everything in one go.
    whole         BOOLEAN NOT NULL,
    -- The amounts as they were asked for (JSON), so that the same report again can be told from another one.
    asked         TEXT NOT NULL,
    -- What is taken back; NULL: the completion has no such amount.
    user_reward   TEXT,
    reward_minor  BIGINT,
    payout_minor  BIGINT,
    gross_minor   BIGINT,
    reason        TEXT NOT NULL CHECK (reason IN ('refund', 'chargeback', 'fraud', 'duplicate', 'other')),
    occurred_at   BIGINT NOT NULL,
    recorded_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX reversals_once ON reversals (completion_id, reversal_key);
CREATE INDEX reversals_by_app ON reversals (app_id, id);

-- How many reversals it has. Changing the row also keeps two of them from being recorded at the same time.
ALTER TABLE completions ADD COLUMN reversals INTEGER NOT NULL DEFAULT 0;

-- Of a completion's callback: how much of the completion has been taken back. Whoever settles it learns from here that
-- a reversal may be waiting for it, at no cost for all others.
ALTER TABLE deliveries ADD COLUMN reversed TEXT CHECK (reversed IN ('part', 'whole'));

-- What of the money is agreed for the app (JSON); NULL: nothing but the defaults.
ALTER TABLE apps ADD COLUMN terms TEXT;

-- What is held until a publisher mends something. A reversal that waits for its completion is held as well, but no
-- mending releases it and no time ends it.
DROP INDEX deliveries_held;
CREATE INDEX deliveries_held ON deliveries (endpoint_id, held_since) WHERE status = 'held' AND waiting_for <> 'completion';

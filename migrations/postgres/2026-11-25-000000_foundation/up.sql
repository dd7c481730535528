-- Conventions: times are Unix milliseconds; ids are time-ordered text, so that rows and indexes grow at their end;
-- states are text with a CHECK, so that a bug is an error and not a row that nobody claims; a column ending in
-- `_sealed` holds ciphertext under the master key. Apps, endpoints and sources are archived, never deleted:
-- history points to them. Texts are compared as bytes: ids are ordered by time in that order alone, and people's order
-- of letters depends on the server.

-- One row: what belongs to the installation as a whole.
CREATE TABLE installation (
    id                 INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Which master key sealed the secrets; a start under another key is refused. NULL while nothing was sealed.
    master_fingerprint TEXT COLLATE "C",
    -- The key of the digests in `reported`: sealed, so that a copied file cannot be searched for a user by guessing.
    digest_key_sealed  BYTEA,
    -- Counted up by every change of configuration; a directory that saw a lower number reloads what is newer.
    revision           BIGINT NOT NULL DEFAULT 0
);
INSERT INTO installation (id) VALUES (1);

CREATE TABLE publishers (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    ref        TEXT COLLATE "C" UNIQUE,
    name       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL CHECK (role IN ('operator', 'account_manager', 'publisher')),
    publisher_id TEXT COLLATE "C" REFERENCES publishers (id),
    -- SHA-256: a token is random and long, so a slow hash would protect nothing.
    token_hash   BYTEA NOT NULL UNIQUE,
    expires_at   BIGINT,
    created_at   BIGINT NOT NULL,
    CHECK ((role = 'publisher') = (publisher_id IS NOT NULL))
);

CREATE TABLE sources (
    id                     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    surface_id             TEXT COLLATE "C" NOT NULL UNIQUE,
    name                   TEXT COLLATE "C" NOT NULL,
    -- JSON list of app ids that this source may report for; NULL: any.
    app_ids                TEXT COLLATE "C",
    transaction_prefix     TEXT COLLATE "C",
    secret_sealed          BYTEA NOT NULL,
    -- The secret before the last rotation, which verifies until `previous_until`.
    previous_secret_sealed BYTEA,
    previous_until         BIGINT,
    created_at             BIGINT NOT NULL,
    archived_at            BIGINT,
    revision               BIGINT NOT NULL
);

CREATE TABLE apps (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    publisher_id  TEXT COLLATE "C" NOT NULL REFERENCES publishers (id),
    ref           TEXT COLLATE "C" UNIQUE,
    name          TEXT COLLATE "C" NOT NULL,
    paused        BOOLEAN NOT NULL DEFAULT FALSE,
    -- FALSE records completions without calling back.
    callbacks     BOOLEAN NOT NULL DEFAULT TRUE,
    max_held_days INTEGER NOT NULL DEFAULT 30,
    created_at    BIGINT NOT NULL,
    archived_at   BIGINT,
    -- The installation's revision at the last change of the app, its endpoints or their secrets.
    revision      BIGINT NOT NULL
);
CREATE INDEX apps_by_publisher ON apps (publisher_id, id);
CREATE INDEX apps_by_revision ON apps (revision);

-- An app has one to many receivers; the lowest position is the one that the app calls mean.
CREATE TABLE endpoints (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app_id           TEXT COLLATE "C" NOT NULL REFERENCES apps (id),
    position         INTEGER NOT NULL,
    dialect          TEXT COLLATE "C" NOT NULL,
    callback_url     TEXT COLLATE "C",
    reversal_url     TEXT COLLATE "C",
    -- JSON list of event types; NULL: all.
    events           TEXT COLLATE "C",
    -- JSON list of seconds before attempts 2, 3, …; NULL: the dialect's.
    retry_schedule   TEXT COLLATE "C",
    timeout_ms       BIGINT,
    -- JSON {statuses, bodyContains?}; NULL: the dialect's.
    success          TEXT COLLATE "C",
    -- JSON list of [name, value], sealed: publishers put credentials there.
    headers_sealed   BYTEA,
    timestamp_source TEXT COLLATE "C" NOT NULL DEFAULT 'completion' CHECK (timestamp_source IN ('completion', 'attempt')),
    signed_origin    TEXT COLLATE "C",
    surface_id       TEXT COLLATE "C",
    created_at       BIGINT NOT NULL,
    archived_at      BIGINT,
    UNIQUE (app_id, position)
);

CREATE TABLE secrets (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    endpoint_id   TEXT COLLATE "C" NOT NULL REFERENCES endpoints (id),
    state         TEXT COLLATE "C" NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    sealed        BYTEA NOT NULL,
    created_at    BIGINT NOT NULL,
    activated_at  BIGINT,
    -- Until then a retired secret may be tried once after a 401 or 422.
    overlap_until BIGINT
);
CREATE INDEX secrets_by_endpoint ON secrets (endpoint_id, id);
CREATE UNIQUE INDEX secrets_one_active ON secrets (endpoint_id) WHERE state = 'active';

CREATE TABLE egress_ips (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    address     TEXT COLLATE "C" NOT NULL UNIQUE,
    -- A local address or a proxy URL, sealed because a proxy URL carries credentials; NULL: the address itself.
    bind_sealed BYTEA,
    created_at  BIGINT NOT NULL
);

-- Removed rows stay: an app that once had an address must never leave by the host's own route.
CREATE TABLE egress_assignments (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    egress_ip_id TEXT COLLATE "C" NOT NULL,
    app_id       TEXT COLLATE "C" REFERENCES apps (id),
    publisher_id TEXT COLLATE "C" REFERENCES publishers (id),
    active_at    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    removed_at   BIGINT,
    CHECK ((app_id IS NULL) <> (publisher_id IS NULL))
);
CREATE INDEX egress_assignments_by_app ON egress_assignments (app_id) WHERE app_id IS NOT NULL;
CREATE INDEX egress_assignments_by_publisher ON egress_assignments (publisher_id) WHERE publisher_id IS NOT NULL;

-- What makes a report idempotent for ever. These two tables are small, never pruned and never partitioned.
-- `digests` holds one keyed digest per compared field, so that a conflict can be named after the completion is gone.
CREATE TABLE reported (
    source_id     TEXT COLLATE "C" NOT NULL,
    external_id   TEXT COLLATE "C" NOT NULL,
    completion_id TEXT COLLATE "C" NOT NULL,
    digests       BYTEA NOT NULL,
    PRIMARY KEY (source_id, external_id)
);

-- The transaction id in lower case, because receivers' databases ignore case. It leads the key, so that the key also
-- answers a look-up that knows no app.
CREATE TABLE transaction_ids (
    transaction_key TEXT COLLATE "C" NOT NULL,
    app_id          TEXT COLLATE "C" NOT NULL,
    completion_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (transaction_key, app_id)
);

-- Amounts as reported: `user_reward` digit for digit, the others integers of minor units.
CREATE TABLE completions (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    source_id      TEXT COLLATE "C" NOT NULL,
    external_id    TEXT COLLATE "C" NOT NULL,
    app_id         TEXT COLLATE "C" NOT NULL,
    transaction_id TEXT COLLATE "C" NOT NULL,
    event_type     TEXT COLLATE "C" NOT NULL,
    user_id        TEXT COLLATE "C" NOT NULL,
    offer_id       TEXT COLLATE "C",
    offer_name     TEXT COLLATE "C",
    goal_id        TEXT COLLATE "C",
    note           TEXT COLLATE "C",
    user_reward    TEXT COLLATE "C",
    reward_minor   BIGINT,
    payout_minor   BIGINT,
    gross_minor    BIGINT,
    currency       TEXT COLLATE "C" NOT NULL,
    occurred_at    BIGINT NOT NULL,
    click_id       TEXT COLLATE "C",
    -- JSON object of text, in the order reported; NULL: none.
    extra          TEXT COLLATE "C",
    recorded_at    BIGINT NOT NULL
);
CREATE INDEX completions_by_app ON completions (app_id, id);
-- The user leads, so that a look-up that knows no app is answered as well.
CREATE INDEX completions_by_user ON completions (user_id, id);

CREATE TABLE deliveries (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    app_id         TEXT COLLATE "C" NOT NULL,
    endpoint_id    TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL CHECK (kind IN ('completion', 'reversal', 'test')),
    completion_id  TEXT COLLATE "C" NOT NULL,
    -- Empty unless the delivery tells of a reversal: NULLs would not collide in the unique index below.
    reversal_id    TEXT COLLATE "C" NOT NULL DEFAULT '',
    transaction_id TEXT COLLATE "C" NOT NULL,
    -- name@version under which it was accepted.
    recipe         TEXT COLLATE "C" NOT NULL,
    status         TEXT COLLATE "C" NOT NULL CHECK (status IN
                       ('pending', 'sending', 'retrying', 'held', 'delivered', 'dead', 'canceled')),
    told           TEXT COLLATE "C" NOT NULL DEFAULT 'never' CHECK (told IN ('never', 'maybe', 'yes')),
    -- Why it is held.
    waiting_for    TEXT COLLATE "C",
    -- Counted attempts over its whole life, and since it was last opened (a replay opens a new round).
    attempts_made  INTEGER NOT NULL DEFAULT 0,
    round_attempts INTEGER NOT NULL DEFAULT 0,
    -- The number of the last attempt on record, and how many of our own faults in a row ended there.
    last_number    INTEGER NOT NULL DEFAULT 0,
    faults         INTEGER NOT NULL DEFAULT 0,
    -- When it may be sent next.
    due_at         BIGINT,
    -- The claim of the worker that is sending it. Settling must name the same token.
    claimed_by     TEXT COLLATE "C",
    claim_token    TEXT COLLATE "C",
    claimed_at     BIGINT,
    held_since     BIGINT,
    -- A test's invented completion and options (JSON): tests leave no completion in the ledger.
    test           TEXT COLLATE "C",
    created_at     BIGINT NOT NULL,
    ended_at       BIGINT,
    -- Why it ended where an attempt does not tell: 'expired'.
    ended_reason   TEXT COLLATE "C",
    -- What waits in its claimant's line is claimed and not begun: it keeps the status and the due time that it had.
    CHECK (status <> 'sending' OR claim_token IS NOT NULL),
    CHECK (claim_token IS NULL OR status = 'sending' OR status = 'pending' OR status = 'retrying'),
    -- What is held keeps its due time: pausing an app must not make a retry come early.
    CHECK (due_at IS NOT NULL OR status NOT IN ('pending', 'retrying')),
    CHECK (due_at IS NULL OR status IN ('pending', 'retrying', 'held')),
    CHECK ((status = 'held') = (held_since IS NOT NULL)),
    CHECK ((status IN ('delivered', 'dead', 'canceled')) = (ended_at IS NOT NULL)),
    CHECK ((kind = 'test') = (test IS NOT NULL))
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (completion_id, endpoint_id, kind, reversal_id);
CREATE INDEX deliveries_by_app ON deliveries (app_id, id);
-- By endpoint first: a claim asks endpoint by endpoint, and never walks over one endpoint's backlog to reach another.
CREATE INDEX deliveries_due ON deliveries (endpoint_id, due_at) WHERE status IN ('pending', 'retrying') AND claim_token IS NULL;
CREATE INDEX deliveries_held ON deliveries (endpoint_id, held_since) WHERE status = 'held';
CREATE INDEX deliveries_claimed ON deliveries (claimed_by) WHERE claim_token IS NOT NULL;
-- Leaves out what almost every row is, so that a delivery that succeeds at once never enters it.
CREATE INDEX deliveries_unsettled ON deliveries (app_id, status, id)
    WHERE status = 'pending' OR status = 'retrying' OR status = 'held' OR status = 'dead' OR status = 'canceled';
-- A delivery's row is written at least twice, and passes through the small indexes of what is due or claimed within
-- milliseconds: they would fill with what is gone if cleaning waited until a fifth of the table has changed.
ALTER TABLE deliveries SET (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_analyze_threshold = 10000, autovacuum_analyze_scale_factor = 0.02);

-- What may be kept of one exchange: never a signature, a secret or a publisher's own header.
CREATE TABLE attempts (
    delivery_id         TEXT COLLATE "C" NOT NULL,
    number              INTEGER NOT NULL,
    counted             BOOLEAN NOT NULL,
    started_at          BIGINT NOT NULL,
    duration_ms         BIGINT NOT NULL,
    -- The source address it left from; NULL: the host's own route.
    egress_ip           TEXT COLLATE "C",
    peer                TEXT COLLATE "C",
    method              TEXT COLLATE "C",
    url                 TEXT COLLATE "C",
    -- JSON list of [name, shown value].
    headers             TEXT COLLATE "C",
    signature_start     TEXT COLLATE "C",
    secret_id           TEXT COLLATE "C",
    outcome             TEXT COLLATE "C" NOT NULL CHECK (outcome IN
                            ('delivered', 'http_status', 'body_mismatch', 'redirect', 'timeout', 'connect', 'tls', 'dns',
                             'protocol', 'blocked_target', 'egress_unavailable', 'interrupted')),
    error               TEXT COLLATE "C",
    status_code         INTEGER,
    response_headers    TEXT COLLATE "C",
    response_body       TEXT COLLATE "C",
    retry_after_seconds BIGINT,
    next_attempt_at     BIGINT,
    PRIMARY KEY (delivery_id, number)
);

-- The processes that work on this store. Instants are the database's own: the clocks of two machines never agree.
CREATE TABLE nodes (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    role       TEXT COLLATE "C" NOT NULL CHECK (role IN ('all', 'api', 'worker')),
    started_at BIGINT NOT NULL,
    -- The last heartbeat.
    seen_at    BIGINT NOT NULL
);

-- Which egress IPs a node can send from: bound, and not seen as another address from outside.
CREATE TABLE node_egress_ips (
    node_id      TEXT COLLATE "C" NOT NULL REFERENCES nodes (id),
    egress_ip_id TEXT COLLATE "C" NOT NULL,
    verification TEXT COLLATE "C" NOT NULL CHECK (verification IN ('verified', 'assumed')),
    PRIMARY KEY (node_id, egress_ip_id)
);

-- Tests that another node must send; leaves out all others.
CREATE INDEX deliveries_pending_tests ON deliveries (id) WHERE kind = 'test' AND status = 'pending';


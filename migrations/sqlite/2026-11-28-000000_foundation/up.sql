-- The tables of a store on SQLite, the same as those on PostgreSQL.
--
-- Conventions:
-- * Times are Unix milliseconds.
-- * Ids are text that is ordered by time, so that rows and indexes grow at their end. In the tables that every report or
--   every attempt writes to, a column holds the key of an id instead: the number of 63 bits that its digits stand for
--   (`src/store/keys.rs`). What is no id has no key, and CHECKs let no such row come. `reported` and `transaction_ids` have
--   none: they are inserted OR IGNORE, which would take what a CHECK refuses for a key that is taken.
-- * Words (states, kinds, reasons) have a CHECK, so that a bug is an error and not a row that nobody claims.
--   Configuration has them as text. What is written with every report or attempt has them as codes, which
--   `src/store/codes.rs` fixes for ever: small, and compared without a list, since for an IN list of constants SQLite
--   builds a temporary b-tree with every statement. Where words are still to come the CHECK leaves room up to 31,
--   because widening it means copying the table.
-- * A column ending in `_sealed` holds ciphertext under the master key.
-- * Publishers, apps, endpoints, sources and offers are archived or kept, never deleted: history points to them.
-- * In the tables that every report or every attempt writes to, columns of a fixed size that are always present come
--   first, then those that may be NULL, then texts.
-- * A line that begins with "Later:" says what the work to come adds there, so that its place is known beforehand.

---------------------------------------------------------------------------------------------------- the installation

-- One row: what belongs to the installation as a whole.
CREATE TABLE installation (
    id                 INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Which master key sealed the secrets; a start under another key is refused. NULL while nothing was sealed.
    master_fingerprint TEXT,
    -- The key of the digests in `reported`: sealed, so that a copied file cannot be searched for a user by guessing.
    digest_key_sealed  BLOB,
    -- Counted up by every change of configuration; a directory that saw a lower number reloads what is newer.
    revision           BIGINT NOT NULL DEFAULT 0
);
INSERT INTO installation (id) VALUES (1);

-- The processes that work on this store. On SQLite that is one; the table is the same on either engine, so that one
-- rule says when a claim is taken over. Instants are the database's own.
-- Later: what the System page shows of a node: its version, its sends in flight, its backlog.
CREATE TABLE nodes (
    id         TEXT NOT NULL PRIMARY KEY,
    -- Stands in every key that the node makes, so that no two nodes that live make the same one.
    number     INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 1023),
    role       TEXT NOT NULL CHECK (role IN ('all', 'api', 'worker')),
    started_at BIGINT NOT NULL,
    -- The last heartbeat.
    seen_at    BIGINT NOT NULL
);

------------------------------------------------------------------------------------------------ who may do something

-- Later: a note of the account managers; a limit of sends in flight over all of a publisher's apps.
CREATE TABLE publishers (
    id         TEXT NOT NULL PRIMARY KEY,
    ref        TEXT UNIQUE,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Bearer tokens of the API. People, who sign in, have tables of their own (users, sessions, invitations).
CREATE TABLE tokens (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('operator', 'account_manager', 'publisher')),
    publisher_id TEXT REFERENCES publishers (id),
    -- SHA-256: a token is random and long, so a slow hash would protect nothing.
    token_hash   BLOB NOT NULL UNIQUE,
    expires_at   BIGINT,
    created_at   BIGINT NOT NULL,
    -- Who made it: with a token, or as a person; neither on the command line. NULL name: the server's first start. No
    -- references, as in the audit.
    by_token_id  TEXT,
    by_user_id   TEXT,
    by_name      TEXT,
    -- To the minute: each call would be a write otherwise.
    last_used_at BIGINT,
    CHECK ((role = 'publisher') = (publisher_id IS NOT NULL))
);

-- Who did what. Written before the act and completed after it; kept for ever, since people's acts are few.
-- Later: an index by token and by person, for the list of what one did.
CREATE TABLE audit (
    id           TEXT NOT NULL PRIMARY KEY,
    at           BIGINT NOT NULL,
    -- With a token or as a person; neither on the command line, nor of somebody who is not known. No reference: tokens
    -- and people are deleted, and what they did stays.
    token_id     TEXT,
    user_id      TEXT,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    action       TEXT NOT NULL,
    subject      TEXT,
    -- What that was called then.
    subject_name TEXT,
    created_id   TEXT,
    -- NULL until it has ended.
    outcome      TEXT CHECK (outcome IN ('done', 'refused', 'failed'))
);
CREATE INDEX audit_by_subject ON audit (subject, id) WHERE subject IS NOT NULL;

-- Who may report.
-- Later: notices of a source whose reports are refused; a notice is a row per trouble in a table of its own, with the
-- times of its beginning and end and who acknowledged it.
CREATE TABLE sources (
    id                     TEXT NOT NULL PRIMARY KEY,
    surface_id             TEXT NOT NULL UNIQUE,
    name                   TEXT NOT NULL,
    -- JSON list of app ids that this source may report for; NULL: any.
    app_ids                TEXT,
    transaction_prefix     TEXT,
    secret_sealed          BLOB NOT NULL,
    -- The secret before the last rotation, which verifies until `previous_until`.
    previous_secret_sealed BLOB,
    previous_until         BIGINT,
    created_at             BIGINT NOT NULL,
    archived_at            BIGINT,
    revision               BIGINT NOT NULL
);

------------------------------------------------------------------------------------- where callbacks go, and as what

-- Later: roll-ups, in a table of their own: outcomes and latencies per app, five minutes and node, so that no page counts
-- over deliveries.
CREATE TABLE apps (
    id            TEXT NOT NULL PRIMARY KEY,
    publisher_id  TEXT NOT NULL REFERENCES publishers (id),
    ref           TEXT UNIQUE,
    -- Everything else that is set of it, as the API writes it (JSON); what is not there has its default.
    settings      TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    archived_at   BIGINT,
    -- The installation's revision at the last change of the app, its endpoints or their secrets.
    revision      BIGINT NOT NULL
);
CREATE INDEX apps_by_publisher ON apps (publisher_id, id);
CREATE INDEX apps_by_revision ON apps (revision);

-- An app has one to many receivers; the lowest position is the one that the app calls mean.
CREATE TABLE endpoints (
    id               TEXT NOT NULL PRIMARY KEY,
    app_id           TEXT NOT NULL REFERENCES apps (id),
    position         INTEGER NOT NULL,
    -- Later: a recipe that an operator wrote is named here as a built-in one is; published versions stand in a table of
    -- their own, immutable, with their vectors.
    dialect          TEXT NOT NULL,
    -- Everything else that is set of it, as the API writes it (JSON); what is not there has its default.
    settings         TEXT NOT NULL,
    -- JSON list of [name, value], sealed: publishers put credentials there.
    headers_sealed   BLOB,
    created_at       BIGINT NOT NULL,
    archived_at      BIGINT,
    -- Since when, and by which status of its receiver, nothing is sent to it; NULL: it is enabled.
    disabled_at      BIGINT,
    disabled_status  INTEGER,
    -- When it was enabled last: what was sent before disables it no more.
    enabled_at       BIGINT,
    UNIQUE (app_id, position),
    CHECK ((disabled_at IS NULL) = (disabled_status IS NULL))
);

-- Until when the slots of an app's rate are handed out to nodes, in microseconds, by the clock of the database. Not copied to
-- another store: what was handed out ends within seconds.
CREATE TABLE rate_slots (
    app_id  TEXT NOT NULL PRIMARY KEY,
    ends_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Open circuits: receivers that are down. In a table of their own, since a row changes with every probe and must not count up
-- the revision of the configuration.
CREATE TABLE circuits (
    endpoint_id   TEXT NOT NULL PRIMARY KEY,
    opened_at     BIGINT NOT NULL,
    -- Sent since then; how long the pause is follows from it.
    probes        BIGINT NOT NULL,
    -- Whoever moves it may send the probe.
    next_probe_at BIGINT NOT NULL,
    -- The app's when it was opened or probed last: a change of the app is probed at once.
    app_revision  BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE secrets (
    id            TEXT NOT NULL PRIMARY KEY,
    endpoint_id   TEXT NOT NULL REFERENCES endpoints (id),
    state         TEXT NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    sealed        BLOB NOT NULL,
    created_at    BIGINT NOT NULL,
    activated_at  BIGINT,
    -- Until then a retired secret may be tried once after a 401 or 422.
    overlap_until BIGINT
);
CREATE INDEX secrets_by_endpoint ON secrets (endpoint_id, id);
CREATE UNIQUE INDEX secrets_one_active ON secrets (endpoint_id) WHERE state = 'active';

-- Replay jobs: the ended deliveries of an app that somebody has sent again. What was asked for, how far it has come, and
-- which node works on it. Kept for ever, like the audit: they are few, and say who had what sent twice.
CREATE TABLE replays (
    id                TEXT NOT NULL PRIMARY KEY,
    app_id            TEXT NOT NULL REFERENCES apps (id),
    state             TEXT NOT NULL CHECK (state IN ('running', 'done', 'canceled')),
    -- The states asked for, in words between commas.
    statuses          TEXT NOT NULL,
    -- Created in this time, or since this delivery.
    from_at           BIGINT,
    to_at             BIGINT,
    since_delivery_id TEXT,
    -- The highest key of a delivery that may belong to it: what the app was given later does not.
    last_key          BIGINT NOT NULL,
    -- How many deliveries it was about when it began.
    total             BIGINT NOT NULL,
    -- What became of those that it has come to: reopened, or passed over for this reason.
    done              BIGINT NOT NULL DEFAULT 0,
    reversed          BIGINT NOT NULL DEFAULT 0,
    in_review         BIGINT NOT NULL DEFAULT 0,
    erased            BIGINT NOT NULL DEFAULT 0,
    archived          BIGINT NOT NULL DEFAULT 0,
    -- What was in none of the states any more when it came to it.
    reopened          BIGINT NOT NULL DEFAULT 0,
    -- The node that works on it. No reference: nodes are forgotten, and then another one goes on.
    claimed_by        TEXT,
    -- Who began it: with a token, or as a person. No references, as in the audit.
    by_token_id       TEXT,
    by_user_id        TEXT,
    by_name           TEXT NOT NULL,
    created_at        BIGINT NOT NULL,
    ended_at          BIGINT,
    CHECK ((from_at IS NULL) = (to_at IS NULL)),
    CHECK ((from_at IS NULL) <> (since_delivery_id IS NULL)),
    CHECK ((state = 'running') = (ended_at IS NULL))
);
CREATE INDEX replays_by_app ON replays (app_id, id);
CREATE UNIQUE INDEX replays_running ON replays (app_id) WHERE state = 'running';

-- How far a running job has come with each endpoint of its app: an endpoint that takes nothing holds up no other. A row
-- goes when nothing is left of its endpoint, and the last one ends the job.
CREATE TABLE replay_cursors (
    replay_id   TEXT NOT NULL REFERENCES replays (id),
    endpoint_id TEXT NOT NULL REFERENCES endpoints (id),
    -- The key of the last delivery that was looked at.
    after_key   BIGINT NOT NULL,
    PRIMARY KEY (replay_id, endpoint_id)
) WITHOUT ROWID;

-- What a tracking link leads to. Never removed: clicks and completions point to them.
CREATE TABLE offers (
    id              TEXT NOT NULL PRIMARY KEY,
    ref             TEXT UNIQUE,
    name            TEXT NOT NULL,
    -- The template, as it was given.
    destination_url TEXT NOT NULL,
    payout_minor    BIGINT NOT NULL,
    currency        TEXT NOT NULL,
    -- A list of goals (JSON): always read together with their offer, and few.
    goals           TEXT NOT NULL,
    active_from     BIGINT,
    active_until    BIGINT,
    created_at      BIGINT NOT NULL,
    -- The installation's revision at its last change.
    revision        BIGINT NOT NULL
);
CREATE INDEX offers_by_revision ON offers (revision);

----------------------------------------------------------------------------------------- where callbacks leave from

CREATE TABLE egress_ips (
    id          TEXT NOT NULL PRIMARY KEY,
    address     TEXT NOT NULL UNIQUE,
    -- A local address or a proxy URL, sealed because a proxy URL carries credentials; NULL: the address itself.
    bind_sealed BLOB,
    created_at  BIGINT NOT NULL
);

-- Removed rows stay: an app that once had an address must never leave by the host's own route.
CREATE TABLE egress_assignments (
    id           TEXT NOT NULL PRIMARY KEY,
    egress_ip_id TEXT NOT NULL,
    app_id       TEXT REFERENCES apps (id),
    publisher_id TEXT REFERENCES publishers (id),
    active_at    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    removed_at   BIGINT,
    CHECK ((app_id IS NULL) <> (publisher_id IS NULL))
);
CREATE INDEX egress_assignments_by_app ON egress_assignments (app_id) WHERE app_id IS NOT NULL;
CREATE INDEX egress_assignments_by_publisher ON egress_assignments (publisher_id) WHERE publisher_id IS NOT NULL;

-- Which egress IPs a node can send from: bound, and not seen as another address from outside.
CREATE TABLE node_egress_ips (
    node_id      TEXT NOT NULL REFERENCES nodes (id),
    egress_ip_id TEXT NOT NULL,
    verification TEXT NOT NULL CHECK (verification IN ('verified', 'assumed')),
    PRIMARY KEY (node_id, egress_ip_id)
) WITHOUT ROWID;

------------------------------------------------------------------------- keys: what makes reports idempotent for ever
-- Small, never pruned, never partitioned.

-- `digests` holds one keyed digest per compared field, so that a conflict can be named after the completion is gone.
CREATE TABLE reported (
    -- 0: credited by hand.
    source_id     BIGINT NOT NULL,
    completion_id BIGINT NOT NULL,
    external_id   TEXT NOT NULL,
    digests       BLOB NOT NULL,
    PRIMARY KEY (source_id, external_id)
) WITHOUT ROWID;

-- The transaction id in lower case, because receivers' databases ignore case. It leads the key, so that the key also
-- answers a look-up that knows no app.
CREATE TABLE transaction_ids (
    transaction_key TEXT NOT NULL,
    app_id          BIGINT NOT NULL,
    completion_id   BIGINT NOT NULL,
    PRIMARY KEY (transaction_key, app_id)
) WITHOUT ROWID;

-- Which completion a click became, once for each goal (empty: for none in particular). Kept like the other keys, when
-- the click itself is long gone.
CREATE TABLE click_conversions (
    click_id      TEXT NOT NULL,
    goal_id       TEXT NOT NULL,
    completion_id BIGINT NOT NULL,
    PRIMARY KEY (click_id, goal_id)
) WITHOUT ROWID;

-- The keys of whoever was erased, taken out of `reported`, `transaction_ids` and `click_conversions`: each is a keyed
-- digest of what it was, from which nobody reads the key back and under which whoever still knows the key finds it. In a
-- table of their own, so that a report looks for digests only where somebody was erased. Never pruned.
CREATE TABLE erased_keys (
    -- As the completion bears it from then on.
    digest        TEXT NOT NULL,
    -- Within what the key is unique: the source's id of an external id (empty: credited by hand), the app's id of a
    -- transaction id, the goal of a click.
    scope         TEXT NOT NULL,
    -- 1: an external id, 2: a transaction id, 3: a click's id.
    kind          INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    completion_id BIGINT NOT NULL,
    -- Of an external id, as in `reported`.
    digests       BLOB,
    CHECK ((kind = 1) = (digests IS NOT NULL)),
    PRIMARY KEY (digest, scope, kind)
) WITHOUT ROWID;

--------------------------------------------------------------------------------------- records: what happened, for ever

-- Clicks of the tracking link. Ids are ordered by time, so that new ones go to the end of the primary key and old ones
-- are found at its beginning.
CREATE TABLE clicks (
    id         TEXT NOT NULL PRIMARY KEY,
    offer_id   TEXT NOT NULL,
    app_id     TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    sub        TEXT,
    clicked_at BIGINT NOT NULL
) WITHOUT ROWID;
-- For a user who wants to be forgotten.
CREATE INDEX clicks_by_user ON clicks (user_id);

-- Amounts as reported: `user_reward` digit for digit, the others integers of minor units. A row is never removed.
CREATE TABLE completions (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
    app_id         BIGINT NOT NULL CHECK (app_id > 0),
    -- 0: credited by hand.
    source_id      BIGINT NOT NULL CHECK (source_id >= 0),
    recorded_at    BIGINT NOT NULL,
    occurred_at    BIGINT NOT NULL,
    -- How many reversals it has. Changing the row also keeps two of them from being recorded at the same time.
    reversals      INTEGER NOT NULL DEFAULT 0,
    -- Where its review stands, and when its time is over; NULL: there is none. Not told from its callbacks: they may be
    -- canceled one by one, and go with retention.
    -- 0 waiting, 1 released, 2 rejected.
    review         INTEGER CHECK (review BETWEEN 0 AND 2),
    review_until   BIGINT,
    payout_minor   BIGINT,
    reward_minor   BIGINT,
    gross_minor    BIGINT,
    -- When the user's name was taken out; nothing of it may be told any more, because whom it was about is not known.
    erased_at      BIGINT,
    external_id    TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    user_id        TEXT NOT NULL,
    event_type     TEXT NOT NULL,
    currency       TEXT NOT NULL,
    user_reward    TEXT,
    offer_id       TEXT,
    offer_name     TEXT,
    goal_id        TEXT,
    note           TEXT,
    click_id       TEXT,
    -- JSON object of text, in the order reported; NULL: none.
    extra          TEXT,
    -- What the amounts were computed from, and what the report said itself (JSON); NULL: they are as reported.
    calculation    TEXT,
    -- Who credited it by hand, and why (JSON); NULL: a source reported it.
    manual         TEXT
);
-- Every index of SQLite ends with the key of the row, so these are in the order of keys without naming it.
CREATE INDEX completions_by_app ON completions (app_id);
-- The user leads, so that a look-up that knows no app is answered as well.
CREATE INDEX completions_by_user ON completions (user_id);
-- "Where is my reward?", asked with a click. Almost no completion of most installations has one.
CREATE INDEX completions_by_click ON completions (click_id) WHERE click_id IS NOT NULL;
-- What was taken back of an app: a small part of what it ever had.
CREATE INDEX completions_reversed ON completions (app_id) WHERE reversals > 0;
CREATE INDEX completions_in_review ON completions (review_until) WHERE review = 0;

-- Completions taken back, wholly or in part. A row is money and the key of its own idempotency: never removed.
CREATE TABLE reversals (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
    completion_id BIGINT NOT NULL CHECK (completion_id > 0),
    app_id        BIGINT NOT NULL CHECK (app_id > 0),
    recorded_at   BIGINT NOT NULL,
    occurred_at   BIGINT NOT NULL,
    -- 1, 2, … within the completion.
    ordinal       INTEGER NOT NULL,
    -- 0 refund, 1 chargeback, 2 fraud, 3 duplicate, 4 other.
    reason        INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 31),
    -- Whether it takes back everything in one go.
    whole         BOOLEAN NOT NULL,
    -- What is taken back; NULL: the completion has no such amount.
    payout_minor  BIGINT,
    reward_minor  BIGINT,
    gross_minor   BIGINT,
    -- The reporter's name for it. Empty: the one that needs none, so that a completion has one such at most.
    reversal_key  TEXT NOT NULL DEFAULT '',
    -- The amounts as they were asked for (JSON), so that the same report again can be told from another one.
    asked         TEXT NOT NULL,
    user_reward   TEXT,
    -- Who took it back by hand, and why (JSON); NULL: a source reported it.
    manual        TEXT
);
CREATE UNIQUE INDEX reversals_once ON reversals (completion_id, reversal_key);
CREATE INDEX reversals_by_app ON reversals (app_id);

------------------------------------------------------------------------------------------- the queue: what is told

-- Later: a reason to wait of endpoints that are disabled (`endpoint_disabled`). A replay job reopens rows as a person does,
-- and needs no column here.
CREATE TABLE deliveries (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
    completion_id  BIGINT NOT NULL CHECK (completion_id > 0),
    app_id         BIGINT NOT NULL CHECK (app_id > 0),
    endpoint_id    BIGINT NOT NULL CHECK (endpoint_id > 0),
    -- 0 unless the delivery tells of a reversal: NULLs would not collide in the unique index below.
    reversal_id    BIGINT NOT NULL DEFAULT 0 CHECK (reversal_id >= 0),
    created_at     BIGINT NOT NULL,
    -- Counted attempts over its whole life, and since it was last opened (a replay opens a new round).
    attempts_made  INTEGER NOT NULL DEFAULT 0,
    round_attempts INTEGER NOT NULL DEFAULT 0,
    -- The number of the last attempt on record, and how many of our own faults in a row ended there.
    last_number    INTEGER NOT NULL DEFAULT 0,
    faults         INTEGER NOT NULL DEFAULT 0,
    -- 0 completion, 1 reversal, 2 test.
    kind           INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    -- 0 pending, 1 retrying, 2 held, 3 sending, 4 delivered, 5 dead, 6 canceled.
    status         INTEGER NOT NULL CHECK (status BETWEEN 0 AND 6),
    -- 0 never, 1 maybe, 2 yes.
    told           INTEGER NOT NULL DEFAULT 0 CHECK (told BETWEEN 0 AND 2),
    -- Of a completion's callback: how much of the completion has been taken back. Whoever settles it learns from here
    -- that a reversal may be waiting for it, at no cost for all others. 0 part, 1 whole.
    reversed       INTEGER CHECK (reversed BETWEEN 0 AND 1),
    -- Why it is held: 0 retry, 1 app_paused, 2 callback_url, 3 secret, 4 egress_ip, 5 permit, 6 completion, 7 review,
    -- 8 fields, 9 circuit, 10 rate_limit, 11 endpoint_disabled.
    waiting_for    INTEGER CHECK (waiting_for BETWEEN 0 AND 31),
    -- Why it ended where an attempt does not tell: 0 expired, 1 reversed_before_send, 2 rejected.
    ended_reason   INTEGER CHECK (ended_reason BETWEEN 0 AND 31),
    -- When it may be sent next.
    due_at         BIGINT,
    held_since     BIGINT,
    ended_at       BIGINT,
    -- The claim of the worker that is sending it. Settling must name the same token.
    claimed_at     BIGINT,
    claimed_by     BIGINT CHECK (claimed_by > 0),
    claim_token    BIGINT CHECK (claim_token > 0),
    transaction_id TEXT NOT NULL,
    -- name@version under which it was accepted.
    recipe         TEXT NOT NULL,
    -- A test's invented completion and options (JSON): tests leave no completion in the ledger.
    test           TEXT,
    -- What is sending is claimed. What waits in the line of its claimant is claimed as well, and pending or retrying:
    -- nothing of it has left since it was claimed.
    CHECK (status <> 3 OR claim_token IS NOT NULL),
    CHECK (claim_token IS NULL OR status <= 1 OR status = 3),
    -- What is pending or retrying is due at some time. What is held keeps its due time: pausing an app must not make a
    -- retry come early. Nothing else has one.
    CHECK (due_at IS NOT NULL OR status > 1),
    CHECK (due_at IS NULL OR status <= 2),
    -- What was released keeps the time since which it was held until something of it is sent: if it is held again, it has
    -- been held since then.
    CHECK (held_since IS NOT NULL OR status <> 2),
    CHECK (held_since IS NULL OR status <= 3),
    -- What is delivered, dead or canceled has ended.
    CHECK ((status >= 4) = (ended_at IS NOT NULL)),
    -- A test, and nothing else, has an invented completion.
    CHECK ((kind = 2) = (test IS NOT NULL))
);
-- These two hold every delivery. All other indexes are partial, and what has been delivered is in none of them, apart
-- from tests.
CREATE UNIQUE INDEX deliveries_once ON deliveries (completion_id, endpoint_id, kind, reversal_id);
CREATE INDEX deliveries_by_app ON deliveries (app_id);
-- By endpoint first: a claim asks endpoint by endpoint, and never walks over one endpoint's backlog to reach another.
CREATE INDEX deliveries_due ON deliveries (endpoint_id, due_at)
    WHERE (status = 0 OR status = 1) AND claim_token IS NULL;
-- What is held until a publisher mends something. What waits for its completion's callback or for a review is held as
-- well, but no mending releases it and no time ends it.
CREATE INDEX deliveries_held ON deliveries (endpoint_id, held_since)
    WHERE status = 2 AND waiting_for <> 6 AND waiting_for <> 7;
-- What is in flight and what waits in line. Rescuing asks for the claims of a node.
CREATE INDEX deliveries_claimed ON deliveries (claimed_by) WHERE claim_token IS NOT NULL;
-- Written with OR, since SQLite sees that `status = 5` implies a disjunction, but not that it implies an IN list.
CREATE INDEX deliveries_unsettled ON deliveries (app_id, status)
    WHERE status = 0 OR status = 1 OR status = 2 OR status = 5 OR status = 6;
-- Tests that another node must send.
CREATE INDEX deliveries_pending_tests ON deliveries (kind) WHERE kind = 2 AND status = 0;
-- Whoever erases a user looks through the app's tests, and must not look through all that was ever delivered for it.
CREATE INDEX deliveries_tests ON deliveries (app_id) WHERE kind = 2;

-- What may be kept of one exchange: never a signature, a secret or a publisher's own header.
-- Later: roll-ups are added to when a row is written, and never computed from these rows.
CREATE TABLE attempts (
    delivery_id BIGINT NOT NULL CHECK (delivery_id > 0),
    started_at  BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    number      INTEGER NOT NULL,
    -- 0 delivered, 1 http_status, 2 body_mismatch, 3 redirect, 4 timeout, 5 connect, 6 tls, 7 dns, 8 protocol,
    -- 9 blocked_target, 10 egress_unavailable, 11 interrupted.
    outcome     INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 31),
    -- Whether the schedule counts it.
    counted     BOOLEAN NOT NULL,
    -- What the receiver answered; NULL: nothing.
    status_code INTEGER,
    -- All that is only ever read as a whole: addresses, request and answer. Its first byte is the version of its
    -- layout, which `src/store/attempts/detail.rs` describes.
    detail      BLOB NOT NULL,
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;

-- How many deliveries retention has removed, so that the ledger goes on counting them. A row is added to in the very
-- transaction that removes them. The currency is that of their completions: the ledger never mixes two.
CREATE TABLE ended_deliveries (
    app_id   BIGINT NOT NULL,
    -- Days since 1970-01-01, UTC, on which they were created.
    day      BIGINT NOT NULL,
    currency TEXT NOT NULL,
    -- As in `deliveries`, of what has ended.
    status   INTEGER NOT NULL CHECK (status BETWEEN 4 AND 6),
    count    BIGINT NOT NULL CHECK (count > 0),
    PRIMARY KEY (app_id, day, currency, status)
);

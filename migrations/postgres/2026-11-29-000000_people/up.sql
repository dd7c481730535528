-- People: who signs in, where they are signed in, who was invited, and how often somebody failed to sign in. The conventions
-- are those of the foundation.

CREATE TABLE users (
    id                        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- As it was typed, and in the form that is the same for every way to write it.
    email                     TEXT COLLATE "C" NOT NULL,
    email_key                 TEXT COLLATE "C" NOT NULL UNIQUE,
    name                      TEXT COLLATE "C" NOT NULL,
    role                      TEXT COLLATE "C" NOT NULL CHECK (role IN ('operator', 'account_manager', 'publisher')),
    publisher_id              TEXT COLLATE "C" REFERENCES publishers (id),
    theme                     TEXT COLLATE "C" NOT NULL CHECK (theme IN ('system', 'light', 'dark')),
    -- Argon2id in the PHC form, which names its own parameters.
    password_hash             TEXT COLLATE "C" NOT NULL,
    -- The key of the second factor; NULL: none.
    second_factor_sealed      BYTEA,
    -- The step of the last code that was used: a code opens once.
    second_factor_step        BIGINT,
    -- A key that was begun and not confirmed by a code yet.
    next_second_factor_sealed BYTEA,
    -- Since when the person may not sign in.
    disabled_at               BIGINT,
    created_at                BIGINT NOT NULL,
    last_sign_in_at           BIGINT,
    CHECK ((role = 'publisher') = (publisher_id IS NOT NULL))
);
CREATE INDEX users_by_publisher ON users (publisher_id, id) WHERE publisher_id IS NOT NULL;

CREATE TABLE sessions (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    -- SHA-256 of the text that a browser or a program shows: it is random and long, so a slow hash would protect nothing.
    token_hash   BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    -- To the minute: each call would be a write otherwise.
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    user_agent   TEXT COLLATE "C",
    address      TEXT COLLATE "C" NOT NULL
);
-- Asked at every call of a person.
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);
CREATE INDEX sessions_by_user ON sessions (user_id, id);

-- Links by which somebody joins or gets a new password.
CREATE TABLE invitations (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    purpose      TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('first_operator', 'invitation', 'reset')),
    -- SHA-256 of the text in the link.
    token_hash   BYTEA NOT NULL UNIQUE,
    email        TEXT COLLATE "C",
    name         TEXT COLLATE "C",
    role         TEXT COLLATE "C" NOT NULL CHECK (role IN ('operator', 'account_manager', 'publisher')),
    publisher_id TEXT COLLATE "C" REFERENCES publishers (id),
    -- Whose password it sets.
    user_id      TEXT COLLATE "C" REFERENCES users (id),
    -- Who made it, as in `tokens`.
    by_token_id  TEXT COLLATE "C",
    by_user_id   TEXT COLLATE "C",
    by_name      TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT,
    CHECK ((role = 'publisher') = (publisher_id IS NOT NULL)),
    CHECK ((purpose = 'reset') = (user_id IS NOT NULL)),
    CHECK ((purpose = 'first_operator') = (email IS NULL))
);
CREATE INDEX invitations_by_user ON invitations (user_id) WHERE user_id IS NOT NULL;

-- Attempts to sign in that failed, or are not decided yet; kept for a quarter of an hour. Not copied to another store.
CREATE TABLE sign_in_attempts (
    -- A keyed digest of the account that was tried, or of the address that it was tried from. What is typed into a field for
    -- an address may be a password.
    throttled BYTEA NOT NULL,
    at        BIGINT NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (throttled, at, id)
);
CREATE INDEX sign_in_attempts_by_time ON sign_in_attempts (at);

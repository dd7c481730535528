-- What a tracking link leads to. Never removed: clicks and completions point to them.
CREATE TABLE offers (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    ref             TEXT COLLATE "C" UNIQUE,
    name            TEXT COLLATE "C" NOT NULL,
    -- The template, as it was given.
    destination_url TEXT COLLATE "C" NOT NULL,
    payout_minor    BIGINT NOT NULL,
    currency        TEXT COLLATE "C" NOT NULL,
    -- A list of goals (JSON): always read together with their offer, and few.
    goals           TEXT COLLATE "C" NOT NULL,
    active_from     BIGINT,
    active_until    BIGINT,
    created_at      BIGINT NOT NULL,
    -- The installation's revision at its last change.
    revision        BIGINT NOT NULL
);
CREATE INDEX offers_by_revision ON offers (revision);

-- Clicks of the tracking link. Ids are ordered by time, so that new ones go to the end of the primary key and old ones
-- are found at its beginning.
CREATE TABLE clicks (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    offer_id   TEXT COLLATE "C" NOT NULL,
    app_id     TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    sub        TEXT COLLATE "C",
    clicked_at BIGINT NOT NULL
);
-- For a user who wants to be forgotten.
CREATE INDEX clicks_by_user ON clicks (user_id);

-- Which completion a click became, once for each goal (empty: for none in particular). Kept like the other keys, when
-- the click itself is long gone.
CREATE TABLE click_conversions (
    click_id      TEXT COLLATE "C" NOT NULL,
    goal_id       TEXT COLLATE "C" NOT NULL,
    completion_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (click_id, goal_id)
);

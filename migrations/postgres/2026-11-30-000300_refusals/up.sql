-- Refusals of one kind that no acknowledgement came between, of an endpoint and one of its URLs: accepted completions must not hide
-- that its reversals are refused. A row is written until the trouble counts as one, and goes with the next acknowledgement; where
-- nothing is refused there is none. In a table of its own, since a refusal must not count up the revision of the configuration.
CREATE TABLE refusal_runs (
    endpoint_id TEXT COLLATE "C" NOT NULL,
    -- `callback` or `reversal`.
    url_use     TEXT COLLATE "C" NOT NULL,
    -- `401`, `403`, `405`, `422` or `unwanted_body`.
    kind        TEXT COLLATE "C" NOT NULL,
    -- When the last of them were, in milliseconds between commas: as many as make a trouble.
    recent      TEXT NOT NULL,
    last_at     BIGINT NOT NULL,
    -- Since when it counts as a trouble; it is told until the row goes.
    raised_at   BIGINT,
    -- What stood before the receiver and answered in its place, in words; NULL: the receiver itself, as far as can be seen.
    in_front    TEXT,
    -- The methods that a 405 allows.
    allows      TEXT,
    PRIMARY KEY (endpoint_id, url_use, kind)
);

-- How first attempts went by recipe: whether a new version of a dialect is understood is seen here before its publishers complain.
-- Written, folded and kept like `rollups`. No app, user or transaction is named here.
CREATE TABLE recipe_rollups (
    -- name@version
    recipe         TEXT COLLATE "C" NOT NULL,
    step           INTEGER NOT NULL CHECK (step = 300 OR step = 3600),
    at             BIGINT NOT NULL,
    node           BIGINT NOT NULL CHECK (node >= 0),
    first_attempts BIGINT NOT NULL,
    delivered      BIGINT NOT NULL,
    refused_401    BIGINT NOT NULL,
    refused_403    BIGINT NOT NULL,
    refused_405    BIGINT NOT NULL,
    refused_422    BIGINT NOT NULL,
    unwanted_body  BIGINT NOT NULL,
    PRIMARY KEY (recipe, step, at, node)
);
CREATE INDEX recipe_rollups_by_time ON recipe_rollups (step, at);

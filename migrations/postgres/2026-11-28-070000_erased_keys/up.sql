-- The keys of whoever was erased, taken out of `reported`, `transaction_ids` and `click_conversions`: each is a keyed
-- digest of what it was, from which nobody reads the key back and under which whoever still knows the key finds it. In a
-- table of their own, so that a report looks for digests only where somebody was erased. Never pruned.
CREATE TABLE erased_keys (
    -- As the completion bears it from then on.
    digest        TEXT COLLATE "C" NOT NULL,
    -- Within what the key is unique: the source of an external id, the app of a transaction id, the goal of a click.
    scope         TEXT COLLATE "C" NOT NULL,
    -- 1: an external id, 2: a transaction id, 3: a click's id.
    kind          INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    completion_id TEXT COLLATE "C" NOT NULL,
    -- Of an external id, as in `reported`.
    digests       BYTEA,
    CHECK ((kind = 1) = (digests IS NOT NULL)),
    PRIMARY KEY (digest, scope, kind)
);

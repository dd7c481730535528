-- The processes that work on this store. On SQLite that is one; the table is the same on either engine, so that one
-- rule says when a claim is taken over. Instants are the database's own.
CREATE TABLE nodes (
    id         TEXT NOT NULL PRIMARY KEY,
    role       TEXT NOT NULL CHECK (role IN ('all', 'api', 'worker')),
    started_at BIGINT NOT NULL,
    -- The last heartbeat.
    seen_at    BIGINT NOT NULL
);

-- Which egress IPs a node can send from: bound, and not seen as another address from outside.
CREATE TABLE node_egress_ips (
    node_id      TEXT NOT NULL REFERENCES nodes (id),
    egress_ip_id TEXT NOT NULL,
    verification TEXT NOT NULL CHECK (verification IN ('verified', 'assumed')),
    PRIMARY KEY (node_id, egress_ip_id)
) WITHOUT ROWID;

-- Tests that another node must send; leaves out all others.
CREATE INDEX deliveries_pending_tests ON deliveries (id) WHERE kind = 'test' AND status = 'pending';

-- The user leads, so that a look-up that knows no app is answered as well.
DROP INDEX completions_by_user;
CREATE INDEX completions_by_user ON completions (user_id, id);

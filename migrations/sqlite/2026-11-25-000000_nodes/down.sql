DROP INDEX completions_by_user;
CREATE INDEX completions_by_user ON completions (app_id, user_id, id);
DROP INDEX deliveries_pending_tests;
DROP TABLE node_egress_ips;
DROP TABLE nodes;

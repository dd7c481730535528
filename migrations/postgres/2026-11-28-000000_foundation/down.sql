-- Tables that refer to one another are dropped in one statement, in any order.
DROP TABLE ended_deliveries, attempts, deliveries, reversals, completions, clicks, erased_keys, click_conversions, transaction_ids,
    reported, node_egress_ips, egress_assignments, egress_ips, offers, replay_cursors, replays, circuits, rate_slots,
    secrets, endpoints, apps, sources, audit, tokens, publishers, nodes, installation;

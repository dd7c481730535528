DROP TABLE node_egress_ips, nodes, attempts, deliveries, completions, transaction_ids, reported, egress_assignments,
    egress_ips, secrets, endpoints, apps, sources, tokens, publishers, installation;

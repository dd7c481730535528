//! Finding the endpoints that have deliveries of some kind, by leaping from each endpoint's first entry of a partial index to
//! the next endpoint's: a hundred thousand rows of one endpoint cost as much as one.

/// A query of every endpoint that has deliveries of which `condition` holds (`d` being the delivery's name in it), with one more
/// column, `named`: what `chosen` says of the endpoint's first delivery in this order. The first is asked for by its place in the
/// order and not as the smallest: PostgreSQL looks for that among all, if it takes the index for small.
pub(super) fn endpoints_with(condition: &str, chosen: &str, order: &str, named: &str) -> String {
    format!(
        "WITH RECURSIVE leap (endpoint_id) AS (
            SELECT CAST(0 AS BIGINT)
            UNION ALL
            SELECT (SELECT d.endpoint_id FROM deliveries d WHERE {condition} AND d.endpoint_id > leap.endpoint_id
                    ORDER BY d.endpoint_id LIMIT 1)
            FROM leap WHERE leap.endpoint_id IS NOT NULL
        )
        SELECT endpoint_id,
               (SELECT {chosen} FROM deliveries d WHERE {condition} AND d.endpoint_id = leap.endpoint_id
                ORDER BY {order} LIMIT 1) AS {named}
        FROM leap WHERE endpoint_id > 0"
    )
}

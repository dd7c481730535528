//! Finding the endpoints that have deliveries of some kind, by leaping from each endpoint's first entry of a partial index to
//! the next endpoint's: a hundred thousand rows of one endpoint cost as much as one.

use crate::store::backend::Statement;
use crate::store::deliveries::{held_for_mending, waiting};
use crate::store::keys::EndpointKey;

/// A query of every endpoint that has deliveries of which `condition` holds (`d` being the delivery's name in it), with one more
/// column, `named`: what `chosen` says of the endpoint's first delivery in this order.
pub(super) fn endpoints_with(condition: &str, chosen: &str, order: &str, named: &str) -> String {
    format!(
        "WITH RECURSIVE {}
        SELECT endpoint_id,
               (SELECT {chosen} FROM deliveries d WHERE {condition} AND d.endpoint_id = leap.endpoint_id
                ORDER BY {order} LIMIT 1) AS {named}
        FROM leap WHERE endpoint_id > 0",
        leap("leap", condition)
    )
}

/// Every endpoint of which anything waits to be sent, or is held until something is mended, once.
pub(in crate::store) fn endpoints_with_any() -> String {
    format!(
        "WITH RECURSIVE {}, {}
        SELECT endpoint_id FROM waiting WHERE endpoint_id > 0 UNION SELECT endpoint_id FROM held WHERE endpoint_id > 0",
        leap("waiting", &waiting("d")),
        leap("held", &held_for_mending("d"))
    )
}

/// The leaps themselves, as a table of this name: its first row lies below every endpoint, and its last is NULL, where no endpoint
/// follows.
fn leap(name: &str, condition: &str) -> String {
    let next = next_endpoint(condition, &format!("{name}.endpoint_id"));
    format!(
        "{name} (endpoint_id) AS (
            SELECT CAST(0 AS BIGINT)
            UNION ALL
            SELECT ({next}) FROM {name} WHERE {name}.endpoint_id IS NOT NULL
        )"
    )
}

/// A leap from one endpoint that has anything waiting, and from one that has anything held: for `inspect::plans`, since PostgreSQL
/// does not tell how it finds what stands in the recursive part of a query.
pub(in crate::store) fn leaps(from: EndpointKey) -> [Statement; 2] {
    let leap = |condition: String| Statement::of(next_endpoint(&condition, ":after")).number("after", *from.as_ref());
    [leap(waiting("d")), leap(held_for_mending("d"))]
}

/// The next endpoint after one. It is asked for by its place in the order and not as the smallest: PostgreSQL looks for that among
/// all, if it takes the index for small.
fn next_endpoint(condition: &str, after: &str) -> String {
    format!(
        "SELECT d.endpoint_id FROM deliveries d WHERE {condition} AND d.endpoint_id > {after} ORDER BY d.endpoint_id LIMIT 1"
    )
}

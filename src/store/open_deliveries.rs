//! Whether deliveries are still open: what forbids deleting an app or changing a dialect.
//!
//! The conditions are written as literals, word for word as in the partial indexes, because the engine uses a partial
//! index only where it can see that the query asks for nothing outside it.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::backend::Conn;
use super::schema::deliveries;

/// The condition of the index `deliveries_unsettled`.
const UNSETTLED: &str = "status IN ('pending', 'retrying', 'held', 'dead', 'canceled')";
/// The condition of the index `deliveries_claimed`, which holds no more than what is in flight.
const SENDING: &str = "status = 'sending'";

/// Whether the app has deliveries that have not ended.
pub(super) fn exist(conn: &mut Conn, app_id: &str) -> QueryResult<bool> {
    for status in ["pending", "retrying", "held"] {
        let waiting = deliveries::table
            .filter(deliveries::app_id.eq(app_id))
            .filter(deliveries::status.eq(status))
            .filter(sql::<Bool>(UNSETTLED));
        if select(exists(waiting)).get_result(conn)? {
            return Ok(true);
        }
    }
    // By the index of what is in flight: the index by app would walk over the app's whole history.
    let sending = deliveries::table
        .filter(sql::<Bool>(SENDING))
        .filter(deliveries::claimed_by.is_not_null())
        .filter(sql::<Bool>("+app_id = ").bind::<diesel::sql_types::Text, _>(app_id));
    select(exists(sending)).get_result(conn)
}

#[cfg(test)]
mod tests {
    use diesel::Connection;
    use diesel::connection::SimpleConnection;
    use diesel::sql_types::Text;

    use super::*;
    use crate::store::backend;

    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    fn plan(conn: &mut Conn, query: &str) -> String {
        let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(conn).unwrap();
        steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn open_deliveries_are_found_without_reading_an_apps_history() {
        let mut conn = Conn::establish(":memory:").unwrap();
        backend::migrate(&mut conn).unwrap();
        conn.batch_execute("PRAGMA optimize").unwrap();
        let waiting = format!("SELECT 1 FROM deliveries WHERE app_id = ? AND status = ? AND {UNSETTLED}");
        let waiting = plan(&mut conn, &waiting);
        assert!(waiting.contains("deliveries_unsettled (app_id=? AND status=?)"), "{waiting}");
        let sending = format!("SELECT 1 FROM deliveries WHERE {SENDING} AND claimed_by IS NOT NULL AND +app_id = ?");
        let sending = plan(&mut conn, &sending);
        assert!(sending.contains("deliveries_claimed"), "{sending}");
        assert!(!exist(&mut conn, "app").unwrap());
    }
}

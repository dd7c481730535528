//! Whether deliveries are still open: what forbids deleting an app or changing a dialect.
//!
//! States are written as literals: the planner uses a partial index only if the text of the query implies the condition of
//! the index, and it does not see bound values.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::backend::Conn;
use super::schema::deliveries;

/// Each is answered by the index `deliveries_unsettled`; one condition for all three would walk over the app's history.
const WAITING: [&str; 3] = ["status = 'pending'", "status = 'retrying'", "status = 'held'"];
/// The condition of the index `deliveries_claimed`, which holds no more than what is in flight.
const SENDING: &str = "claim_token IS NOT NULL AND status = 'sending'";

/// Takes the recording lock, then says whether the app has open deliveries: none can be added before the transaction ends.
pub(super) fn will_be(conn: &mut Conn, app_id: &str) -> QueryResult<bool> {
    conn.block_recording()?;
    exist(conn, app_id)
}

/// Whether the app has deliveries that have not ended.
fn exist(conn: &mut Conn, app_id: &str) -> QueryResult<bool> {
    for condition in WAITING {
        let waiting = deliveries::table.filter(deliveries::app_id.eq(app_id)).filter(sql::<Bool>(condition));
        if select(exists(waiting)).get_result(conn)? {
            return Ok(true);
        }
    }
    // By the index of what is in flight: the index by app would walk over the app's whole history.
    let sending = deliveries::table
        .filter(sql::<Bool>(SENDING))
        .filter(deliveries::claimed_by.is_not_null())
        .filter(sql::<Bool>("app_id || '' = ").bind::<diesel::sql_types::Text, _>(app_id));
    select(exists(sending)).get_result(conn)
}

#[cfg(test)]
mod tests {
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
        let mut conn = backend::in_memory();
        for condition in WAITING {
            let waiting = plan(&mut conn, &format!("SELECT 1 FROM deliveries WHERE app_id = ? AND {condition}"));
            assert!(waiting.contains("deliveries_unsettled (app_id=? AND status=?)"), "{waiting}");
        }
        let sending =
            format!("SELECT 1 FROM deliveries WHERE {SENDING} AND claimed_by IS NOT NULL AND app_id || '' = ?");
        let sending = plan(&mut conn, &sending);
        assert!(sending.contains("deliveries_claimed"), "{sending}");
    }

    #[test]
    fn only_what_has_not_ended_is_open() {
        let mut conn = backend::in_memory();
        for (status, columns, open) in [
            ("pending", "due_at", true),
            ("retrying", "due_at", true),
            ("held", "held_since", true),
            ("sending", "claim_token, claimed_by", true),
            ("delivered", "ended_at", false),
            ("dead", "ended_at", false),
            ("canceled", "ended_at", false),
        ] {
            let values = columns.split(", ").map(|_| "1").collect::<Vec<_>>().join(", ");
            conn.batch_execute(&format!(
                "DELETE FROM deliveries;
                 INSERT INTO deliveries (id, app_id, endpoint_id, kind, completion_id, transaction_id, recipe, status,
                     created_at, {columns})
                 VALUES ('dlv', 'app', 'end', 'completion', 'cmp', 'tx', 'besitos@1', '{status}', 1, {values})"
            ))
            .unwrap();
            assert_eq!(exist(&mut conn, "app").unwrap(), open, "{status}");
            assert!(!exist(&mut conn, "other").unwrap(), "{status}");
        }
    }
}

//! Whether deliveries are still open: what forbids deleting an app or changing a dialect.
//!
//! States are literals: the planner uses a partial index only if the text of the query implies the condition of the index,
//! and it does not see bound values.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::backend::Conn;
use super::deliveries::is;
use super::keys::AppKey;
use super::schema::deliveries;
use crate::domain::delivery::Status;

/// Each is answered by the index `deliveries_unsettled`; one condition for all three would walk over the app's history.
const WAITING: [Status; 3] = [Status::Pending, Status::Retrying, Status::Held];

/// Takes the recording lock, then says whether the app has open deliveries: none can be added before the transaction ends.
pub(super) fn will_be(conn: &mut Conn, app_id: &str) -> QueryResult<bool> {
    conn.block_recording()?;
    exist(conn, app_id)
}

/// Whether the app has deliveries that have not ended.
fn exist(conn: &mut Conn, app_id: &str) -> QueryResult<bool> {
    for status in WAITING {
        let waiting = deliveries::table.filter(deliveries::app_id.eq(AppKey::of(app_id))).filter(is(status));
        if select(exists(waiting)).get_result(conn)? {
            return Ok(true);
        }
    }
    // By the index of what is in flight, which holds nothing else: the index by app would walk over the app's whole history.
    let sending = deliveries::table
        .filter(is(Status::Sending))
        .filter(deliveries::claim_token.is_not_null())
        .filter(deliveries::claimed_by.is_not_null())
        .filter(sql::<Bool>("app_id + 0 = ").bind::<diesel::sql_types::BigInt, _>(AppKey::of(app_id)));
    select(exists(sending)).get_result(conn)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::sql_types::Text;

    use super::*;
    use crate::domain::delivery::DeliveryKind;
    use crate::store::backend;
    use crate::store::codes::{self, Coded};

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
        let is = |status| codes::is("status", status);
        for status in WAITING {
            let waiting = plan(&mut conn, &format!("SELECT 1 FROM deliveries WHERE app_id = ? AND {}", is(status)));
            assert!(waiting.contains("deliveries_unsettled (app_id=? AND status=?)"), "{waiting}");
        }
        let sending = is(Status::Sending);
        let sending = format!(
            "SELECT 1 FROM deliveries WHERE {sending} AND claim_token IS NOT NULL AND claimed_by IS NOT NULL AND app_id + 0 = ?"
        );
        let sending = plan(&mut conn, &sending);
        assert!(sending.contains("deliveries_claimed"), "{sending}");
    }

    #[test]
    fn only_what_has_not_ended_is_open() {
        let mut conn = backend::in_memory();
        for (status, columns, open) in [
            (Status::Pending, "due_at", true),
            (Status::Retrying, "due_at", true),
            (Status::Held, "held_since", true),
            (Status::Sending, "claim_token, claimed_by", true),
            (Status::Delivered, "ended_at", false),
            (Status::Dead, "ended_at", false),
            (Status::Canceled, "ended_at", false),
        ] {
            let (kind, code) = (DeliveryKind::Completion.as_sql(), status.as_sql());
            let app = *AppKey::of("app_1").as_ref();
            let values = columns.split(", ").map(|_| "1").collect::<Vec<_>>().join(", ");
            conn.batch_execute(&format!(
                "DELETE FROM deliveries;
                 INSERT INTO deliveries (id, app_id, endpoint_id, kind, completion_id, transaction_id, recipe, status,
                     created_at, {columns})
                 VALUES (1, {app}, 3, {kind}, 4, 'tx', 'besitos@1', {code}, 1, {values})"
            ))
            .unwrap();
            assert_eq!(exist(&mut conn, "app_1").unwrap(), open, "{status:?}");
            assert!(!exist(&mut conn, "app_2").unwrap(), "{status:?}");
        }
    }
}

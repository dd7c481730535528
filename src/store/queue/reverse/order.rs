//! The order of a completion's callback and its reversal's at one endpoint, kept whenever either of them changes.
//!
//! What follows from their states is the domain's to say; here it is done. Callers hold the completion's row: they have
//! just changed or held it in the same transaction, so nobody else can.

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::domain::delivery::{Kind, Status, Told};
use crate::domain::reversal::{Extent, Order, order};
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::deliveries::Row;
use crate::store::schema::deliveries;
use crate::store::terminal::Ended;

/// Why both callbacks ended where the receiver knew of nothing.
pub(in crate::store) const BEFORE_SEND: &str = "reversed_before_send";
/// The same where it was held for review until somebody rejected it.
pub(in crate::store) const REJECTED: &str = "rejected";

/// Does what the state of a completion's callback means for the reversals that wait for it; nothing, if none does.
pub(in crate::store) fn apply_order(conn: &mut Conn, callback: &Row, now: Timestamp) -> QueryResult<()> {
    match order_of(callback) {
        None | Some(Order::Wait) => Ok(()),
        Some(Order::Go) => release(conn, callback, now),
        Some(Order::CancelBoth) => {
            let own = deliveries::id.eq(&callback.id).and(deliveries::status.ne(Status::Sending.as_str()));
            let waiting = deliveries::table.filter(waiting_for(callback)).select(deliveries::id);
            let waiting: Vec<String> = waiting.load(conn)?;
            diesel::update(deliveries::table.filter(own.or(deliveries::id.eq_any(waiting))))
                .set(Ended::canceled(now, Some(BEFORE_SEND)))
                .execute(conn)
                .map(drop)
        }
    }
}

/// Whether a reversal waits for this callback, so that sending the callback again leads to both in order.
pub(in crate::store) fn is_awaited(conn: &mut Conn, callback: &Row) -> QueryResult<bool> {
    select(exists(deliveries::table.filter(waiting_for(callback)))).get_result(conn)
}

/// Lets nobody change a delivery, nor the callback that it may have to wait for, until the transaction ends.
pub(in crate::store) fn lock_with_callback(conn: &mut Conn, row: &Row) -> QueryResult<()> {
    let mut ids = vec![row.id.clone()];
    ids.extend(callback_beside(conn, row)?.map(|callback| callback.id));
    conn.lock_deliveries(&ids)
}

/// Has a reversal's delivery wait, where the callback of its completion does not let it go yet.
pub(in crate::store) fn waits_for_completion(conn: &mut Conn, reversal: &Row, now: Timestamp) -> QueryResult<()> {
    let callback = callback_beside(conn, reversal)?;
    if callback.as_ref().and_then(order_of) != Some(Order::Wait) {
        return Ok(());
    }
    diesel::update(deliveries::table.find(&reversal.id).filter(deliveries::status.eq(Status::Pending.as_str())))
        .set((
            deliveries::status.eq(Status::Held.as_str()),
            deliveries::waiting_for.eq("completion"),
            deliveries::due_at.eq(None::<i64>),
            deliveries::held_since.eq(now.as_millis()),
        ))
        .execute(conn)
        .map(drop)
}

/// What tells of the completion at the same endpoint.
fn callback_beside(conn: &mut Conn, row: &Row) -> QueryResult<Option<Row>> {
    deliveries::table
        .filter(deliveries::completion_id.eq(&row.completion_id))
        .filter(deliveries::endpoint_id.eq(&row.endpoint_id))
        .filter(deliveries::kind.eq(Kind::Completion.as_str()))
        .select(Row::as_select())
        .first(conn)
        .optional()
}

fn order_of(callback: &Row) -> Option<Order> {
    let extent = callback.reversed.as_deref().and_then(Extent::parse)?;
    Some(order(Status::parse(&callback.status)?, Told::parse(&callback.told)?, extent))
}

fn release(conn: &mut Conn, callback: &Row, now: Timestamp) -> QueryResult<()> {
    diesel::update(deliveries::table.filter(waiting_for(callback)))
        .set((
            deliveries::status.eq(Status::Pending.as_str()),
            deliveries::waiting_for.eq(None::<String>),
            deliveries::due_at.eq(now.as_millis()),
            deliveries::held_since.eq(None::<i64>),
        ))
        .execute(conn)
        .map(drop)
}

/// The reversals' deliveries that wait for this callback: few, and found by the key of a completion's deliveries.
#[diesel::dsl::auto_type(no_type_alias)]
fn waiting_for<'a>(callback: &'a Row) -> _ {
    let completion_id: &'a str = &callback.completion_id;
    let endpoint_id: &'a str = &callback.endpoint_id;
    deliveries::completion_id
        .eq(completion_id)
        .and(deliveries::endpoint_id.eq(endpoint_id))
        .and(deliveries::kind.eq("reversal"))
        .and(deliveries::status.eq("held"))
        .and(deliveries::waiting_for.eq("completion"))
}

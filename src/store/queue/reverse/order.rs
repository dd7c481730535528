//! The order of a completion's callback and its reversal's at one endpoint, kept whenever either of them changes.
//!
//! What follows from their states is the domain's to say; here it is done. Callers have changed or locked the completion's
//! callback in the same transaction, so nobody else changes it meanwhile.

use std::collections::HashSet;

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::domain::delivery::{Delivery, DeliveryKind, EndedReason, Status, WaitingFor};
use crate::domain::reversal::{Order, order_beside};
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::keys::{CompletionKey, DeliveryKey, EndpointKey};
use crate::store::schema::deliveries;
use crate::store::terminal::Ended;
use crate::store::unknown_words::has_known_words;

/// Does what the state of a completion's callback means for the reversals that wait for it; nothing, if none does.
pub(in crate::store) fn apply_order(conn: &mut Conn, callback: &Delivery, now: Timestamp) -> QueryResult<()> {
    match order_beside(callback) {
        None | Some(Order::Wait) => Ok(()),
        Some(Order::Go) => release(conn, callback, now),
        Some(Order::CancelBoth) => {
            let own = deliveries::id.eq(DeliveryKey::of(&callback.id)).and(deliveries::status.ne(Status::Sending));
            let waiting = deliveries::table.filter(waiting_for(callback)).select(deliveries::id);
            let waiting: Vec<DeliveryKey> = waiting.load(conn)?;
            diesel::update(deliveries::table.filter(own.or(deliveries::id.eq_any(waiting))))
                .set(Ended::canceled(now, Some(EndedReason::ReversedBeforeSend)))
                .execute(conn)
                .map(drop)
        }
    }
}

/// Those of these callbacks that a reversal waits for, by completion and endpoint: sending one of them again leads to both in
/// order.
pub(in crate::store) fn awaited(
    conn: &mut Conn,
    callbacks: &[&Delivery],
) -> QueryResult<HashSet<(CompletionKey, EndpointKey)>> {
    if callbacks.is_empty() {
        return Ok(HashSet::new());
    }
    let completions = callbacks.iter().map(|callback| CompletionKey::of(&callback.completion_id));
    let waiting = deliveries::table.filter(deliveries::completion_id.eq_any(completions)).filter(waits());
    Ok(waiting.select((deliveries::completion_id, deliveries::endpoint_id)).load(conn)?.into_iter().collect())
}

/// The callbacks that these reversals' deliveries may have to wait for.
pub(in crate::store) fn callbacks_beside(conn: &mut Conn, reversals: &[&Delivery]) -> QueryResult<Vec<DeliveryKey>> {
    if reversals.is_empty() {
        return Ok(Vec::new());
    }
    let completions = reversals.iter().map(|reversal| CompletionKey::of(&reversal.completion_id));
    deliveries::table
        .filter(deliveries::completion_id.eq_any(completions))
        .filter(deliveries::kind.eq(DeliveryKind::Completion))
        .select(deliveries::id)
        .load(conn)
}

/// Has a reversal's delivery wait, where the callback of its completion does not let it go yet.
pub(in crate::store) fn waits_for_completion(conn: &mut Conn, reversal: &Delivery, now: Timestamp) -> QueryResult<()> {
    let callback = callback_beside(conn, reversal)?;
    if callback.as_ref().and_then(order_beside) != Some(Order::Wait) {
        return Ok(());
    }
    diesel::update(deliveries::table.find(DeliveryKey::of(&reversal.id)).filter(deliveries::status.eq(Status::Pending)))
        .set((
            deliveries::status.eq(Status::Held),
            deliveries::waiting_for.eq(WaitingFor::Completion),
            deliveries::due_at.eq(None::<Timestamp>),
            deliveries::held_since.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// What tells of the completion at the same endpoint.
fn callback_beside(conn: &mut Conn, delivery: &Delivery) -> QueryResult<Option<Delivery>> {
    deliveries::table
        .filter(deliveries::completion_id.eq(CompletionKey::of(&delivery.completion_id)))
        .filter(deliveries::endpoint_id.eq(EndpointKey::of(&delivery.endpoint_id)))
        .filter(deliveries::kind.eq(DeliveryKind::Completion))
        .select(Delivery::as_select())
        .first(conn)
        .optional()
}

fn release(conn: &mut Conn, callback: &Delivery, now: Timestamp) -> QueryResult<()> {
    diesel::update(deliveries::table.filter(waiting_for(callback)))
        .set((
            deliveries::status.eq(Status::Pending),
            deliveries::waiting_for.eq(None::<WaitingFor>),
            deliveries::due_at.eq(now),
            deliveries::held_since.eq(None::<Timestamp>),
        ))
        .execute(conn)
        .map(drop)
}

/// The reversals' deliveries that wait for this callback: few, and found by the key of a completion's deliveries.
#[diesel::dsl::auto_type(no_type_alias)]
fn waiting_for(callback: &Delivery) -> _ {
    let completion: CompletionKey = CompletionKey::of(&callback.completion_id);
    let endpoint: EndpointKey = EndpointKey::of(&callback.endpoint_id);
    deliveries::completion_id.eq(completion).and(deliveries::endpoint_id.eq(endpoint)).and(waits())
}

/// Whether a reversal's delivery waits for a callback.
#[diesel::dsl::auto_type]
fn waits() -> _ {
    let (kind, held, reason): (DeliveryKind, Status, WaitingFor) =
        (DeliveryKind::Reversal, Status::Held, WaitingFor::Completion);
    let known: SqlLiteral<Bool> = has_known_words();
    deliveries::kind.eq(kind).and(deliveries::status.eq(held)).and(deliveries::waiting_for.eq(reason)).and(known)
}

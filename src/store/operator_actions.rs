//! What a person may do to a delivery: replay and cancel.
//!
//! Nothing here may touch what a node has claimed: a change names the state that it changes, and finds nothing where
//! somebody was faster. What has been taken back is not told a second time.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::result::OptionalExtension;
use diesel::sql_types::{Nullable, SmallInt};

use super::backend::Conn;
use super::codes::Coded;
use super::keys::DeliveryKey;
use super::queue::{apply_order, is_awaited, lock_with_callback, waits_for_completion};
use super::schema::{apps, deliveries, endpoints};
use super::terminal::Ended;
use super::{Store, StoreError, completions as completion_rows};
use crate::domain::delivery::{Delivery, DeliveryKind, EndedReason, Extent, Status};
use crate::domain::time::Timestamp;

/// What became of a replay or a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionOutcome {
    /// It took effect.
    Done,
    /// The delivery is in a state that does not allow it.
    NotFrom(Status),
    /// What it tells has been taken back.
    Reversed,
    /// What it tells is in review, and nobody knows yet whether it will be told.
    InReview,
    /// Whom it is about has been erased.
    Erased,
    /// Its app or endpoint is archived: nobody would ever send it.
    Archived,
    /// There is no such delivery.
    Unknown,
}

/// Whether a row that was looked at was changed.
enum Change {
    /// It was.
    Made,
    /// For this reason it may not be.
    Refused(ActionOutcome),
    /// Somebody was faster; it is to be looked at again.
    Overtaken,
}

impl Store {
    /// Reopens an ended delivery: due at once, with the schedule from its beginning; attempt numbers go on.
    pub async fn replay(&self, id: String, now: Timestamp) -> Result<ActionOutcome, StoreError> {
        self.write(move |conn| act(conn, &id, now, Status::is_ended, reopen)).await
    }

    /// Ends a delivery that waits.
    pub async fn cancel(&self, id: String, now: Timestamp) -> Result<ActionOutcome, StoreError> {
        self.write(move |conn| act(conn, &id, now, Status::may_be_canceled, end)).await
    }
}

/// Does something to a delivery whose state allows it. Another node may change the row between the look and the change,
/// which then finds nothing to change; a delivery changes a few times in its life, so this ends.
fn act(
    conn: &mut Conn,
    id: &str,
    now: Timestamp,
    allows: fn(Status) -> bool,
    change: fn(&mut Conn, &Delivery, Timestamp) -> QueryResult<Change>,
) -> QueryResult<ActionOutcome> {
    loop {
        let found: Option<Delivery> =
            deliveries::table.find(DeliveryKey::of(id)).select(Delivery::as_select()).first(conn).optional()?;
        let Some(delivery) = found else { return Ok(ActionOutcome::Unknown) };
        if !allows(delivery.status) {
            return Ok(ActionOutcome::NotFrom(delivery.status));
        }
        match change(conn, &delivery, now)? {
            Change::Made => return Ok(ActionOutcome::Done),
            Change::Refused(reason) => return Ok(reason),
            Change::Overtaken => {}
        }
    }
}

fn reopen(conn: &mut Conn, delivery: &Delivery, now: Timestamp) -> QueryResult<Change> {
    // Archiving, erasing and deciding a review take these locks too: each waits for this transaction, or this one for it.
    conn.begin_recording()?;
    completion_rows::lock(conn, &delivery.completion_id)?;
    if is_archived(conn, delivery)? {
        return Ok(Change::Refused(ActionOutcome::Archived));
    }
    if completion_rows::is_erased(conn, &delivery.completion_id)? {
        return Ok(Change::Refused(ActionOutcome::Erased));
    }
    // Where its reversal waits, both will be told in order; where that was told, the user would keep what was taken back.
    let would_credit_anew = delivery.reversed.is_some() && !is_awaited(conn, delivery)?;
    if would_credit_anew || delivery.was_taken_back_unsent() {
        return Ok(Change::Refused(ActionOutcome::Reversed));
    }
    // Canceling it and sending it again must not be a way around the review.
    if completion_rows::holds_back(conn, &delivery.completion_id)? {
        return Ok(Change::Refused(ActionOutcome::InReview));
    }
    lock_with_callback(conn, delivery)?;
    let reopened = diesel::update(as_seen(delivery))
        .set((
            deliveries::status.eq(Status::Pending),
            deliveries::round_attempts.eq(0),
            deliveries::faults.eq(0),
            deliveries::due_at.eq(now),
            deliveries::ended_at.eq(None::<Timestamp>),
            deliveries::ended_reason.eq(None::<EndedReason>),
        ))
        .execute(conn)?;
    if reopened == 0 {
        return Ok(Change::Overtaken);
    }
    if delivery.kind == DeliveryKind::Reversal {
        waits_for_completion(conn, delivery, now)?;
    }
    Ok(Change::Made)
}

fn end(conn: &mut Conn, delivery: &Delivery, now: Timestamp) -> QueryResult<Change> {
    if diesel::update(as_seen(delivery)).set(Ended::canceled(now, None)).execute(conn)? == 0 {
        return Ok(Change::Overtaken);
    }
    let ended: Delivery =
        deliveries::table.find(DeliveryKey::of(&delivery.id)).select(Delivery::as_select()).first(conn)?;
    apply_order(conn, &ended, now)?;
    Ok(Change::Made)
}

/// Whether its endpoint is archived, or its app is.
fn is_archived(conn: &mut Conn, delivery: &Delivery) -> QueryResult<bool> {
    let archived = endpoints::table
        .inner_join(apps::table)
        .filter(endpoints::id.eq(&delivery.endpoint_id))
        .filter(endpoints::archived_at.is_not_null().or(apps::archived_at.is_not_null()));
    select(exists(archived)).get_result(conn)
}

/// The delivery, as long as nobody has moved it or taken its completion back.
#[diesel::dsl::auto_type(no_type_alias)]
fn as_seen(delivery: &Delivery) -> _ {
    let id: DeliveryKey = DeliveryKey::of(&delivery.id);
    let status: Status = delivery.status;
    let none: i16 = NO_CODE;
    let reversed: i16 = delivery.reversed.map_or(NO_CODE, |extent| *Extent::as_code(extent));
    deliveries::table
        .filter(deliveries::id.eq(id))
        .filter(deliveries::status.eq(status))
        .filter(coalesce(deliveries::reversed, none).eq(reversed))
}

/// Stands for the absence of a word, since codes begin with 0.
const NO_CODE: i16 = -1;

diesel::define_sql_function! {
    /// The code, or the other one where there is none.
    fn coalesce(code: Nullable<SmallInt>, otherwise: SmallInt) -> SmallInt;
}

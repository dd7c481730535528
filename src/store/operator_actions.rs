//! What a person may do to a delivery: replay and cancel.
//!
//! Nothing here may touch what a node has claimed: a change names the state that it changes, or locks the row before it looks,
//! and finds nothing where somebody was faster. What has been taken back is not told a second time.

use diesel::prelude::*;
use diesel::result::OptionalExtension;
use diesel::sql_types::{Nullable, SmallInt};

use super::backend::Conn;
use super::codes::Coded;
use super::keys::DeliveryKey;
use super::queue::apply_order;
use super::reopening::{Reopened, reopen};
use super::schema::deliveries;
use super::terminal::Ended;
use super::{Store, StoreError};
use crate::domain::delivery::{Delivery, Extent, Status};
use crate::domain::replay::Obstacle;
use crate::domain::time::Timestamp;

/// What became of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It is due at once.
    Done,
    /// This stands in the way.
    Not(Obstacle),
    /// It is no longer as it was seen.
    Changed,
    /// There is no such delivery.
    Unknown,
}

/// What became of a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canceled {
    /// It has ended.
    Done,
    /// The delivery is in a state that does not allow it.
    NotFrom(Status),
    /// There is no such delivery.
    Unknown,
}

impl Store {
    /// Reopens an ended delivery: due at once, with the schedule from its beginning; attempt numbers go on.
    pub async fn replay(&self, id: String, now: Timestamp) -> Result<Replayed, StoreError> {
        self.replay_if(id, |_| true, now).await
    }

    /// The same, if its state and the number of its last attempt are still those that somebody has seen.
    pub async fn replay_as_seen(
        &self,
        id: String,
        seen: (Status, u32),
        now: Timestamp,
    ) -> Result<Replayed, StoreError> {
        self.replay_if(id, move |delivery| (delivery.status, delivery.counters.last_number) == seen, now).await
    }

    async fn replay_if(
        &self,
        id: String,
        may: impl Fn(&Delivery) -> bool + Send + 'static,
        now: Timestamp,
    ) -> Result<Replayed, StoreError> {
        self.write(move |conn| {
            let Some(delivery) = read(conn, &id)? else { return Ok(Replayed::Unknown) };
            if !may(&delivery) {
                return Ok(Replayed::Changed);
            }
            Ok(match reopen(conn, &[delivery], now)?.pop() {
                Some(Reopened::Done) => Replayed::Done,
                Some(Reopened::Not(obstacle)) => Replayed::Not(obstacle),
                Some(Reopened::Gone) | None => Replayed::Unknown,
            })
        })
        .await
    }

    /// Ends a delivery that waits. Another node may change the row between the look and the change, which then finds nothing to
    /// change; a delivery changes a few times in its life, so this ends.
    pub async fn cancel(&self, id: String, now: Timestamp) -> Result<Canceled, StoreError> {
        self.write(move |conn| {
            loop {
                let Some(delivery) = read(conn, &id)? else { return Ok(Canceled::Unknown) };
                if !delivery.status.may_be_canceled() {
                    return Ok(Canceled::NotFrom(delivery.status));
                }
                if end(conn, &delivery, now)? {
                    return Ok(Canceled::Done);
                }
            }
        })
        .await
    }
}

fn read(conn: &mut Conn, id: &str) -> QueryResult<Option<Delivery>> {
    deliveries::table.find(DeliveryKey::of(id)).select(Delivery::as_select()).first(conn).optional()
}

/// Cancels a delivery that was looked at; false if somebody was faster.
fn end(conn: &mut Conn, delivery: &Delivery, now: Timestamp) -> QueryResult<bool> {
    if diesel::update(as_seen(delivery)).set(Ended::canceled(now, None)).execute(conn)? == 0 {
        return Ok(false);
    }
    if let Some(ended) = read(conn, &delivery.id)? {
        apply_order(conn, &ended, now)?;
    }
    Ok(true)
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

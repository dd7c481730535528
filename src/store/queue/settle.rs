//! Settling: an attempt's record, the delivery's new state and its next due time, in one transaction, if the claim still
//! stands.

use diesel::prelude::*;

use crate::domain::delivery::{Status, Told, WaitingFor};
use crate::domain::time::Timestamp;
use crate::store::backend::Conn;
use crate::store::deliveries::{Attempt, AttemptRow};
use crate::store::schema::{attempts, deliveries};
use crate::store::{Store, StoreError};

/// What is to be stored when a claimed delivery has been dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The delivery.
    pub delivery_id: String,
    /// The claim it was sent under.
    pub token: String,
    /// The exchanges made, in order; none if nothing could be sent.
    pub attempts: Vec<Attempt>,
    /// The record of our own faults that the first of them replaces: of a run, only the latest is kept.
    pub replaces: Option<u32>,
    /// The counters from here on.
    pub counters: Counters,
    /// What the receiver may know from here on.
    pub told: Told,
    /// Where it goes.
    pub next: Next,
    /// When it was dealt with.
    pub at: Timestamp,
}

/// A delivery's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Counted attempts over its whole life.
    pub attempts_made: u32,
    /// Counted attempts since it was last opened.
    pub round_attempts: u32,
    /// The number of the last attempt on record.
    pub last_number: u32,
    /// Our own faults in a row at its end.
    pub faults: u32,
}

/// Where a settled delivery goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It was acknowledged.
    Delivered,
    /// It is sent again then.
    Retry(Timestamp),
    /// Nothing left; it waits as it did before it was claimed, and is due then.
    Unsent(Timestamp),
    /// It is given up.
    Dead,
    /// It waits for the publisher.
    Held(WaitingFor),
}

/// Whether a settlement took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is on disk.
    Done,
    /// The claim was taken over; nothing was changed.
    Stale,
}

impl Store {
    /// Settles a claimed delivery.
    pub async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        self.write(move |conn| settle(conn, &settlement)).await
    }
}

/// All that a settlement sets; what does not apply becomes NULL.
#[derive(AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
struct Change {
    status: &'static str,
    told: &'static str,
    waiting_for: Option<&'static str>,
    attempts_made: i32,
    round_attempts: i32,
    last_number: i32,
    faults: i32,
    due_at: Option<i64>,
    claimed_by: Option<String>,
    claim_token: Option<String>,
    claimed_at: Option<i64>,
    held_since: Option<i64>,
    ended_at: Option<i64>,
}

pub(super) fn settle(conn: &mut Conn, settlement: &Settlement) -> QueryResult<Settled> {
    let at = settlement.at.as_millis();
    let (status, waiting_for, due_at) = match settlement.next {
        Next::Delivered => (Status::Delivered, None, None),
        Next::Dead => (Status::Dead, None, None),
        Next::Retry(due) => (Status::Retrying, None, Some(due.as_millis())),
        Next::Unsent(due) if settlement.counters.last_number == 0 => (Status::Pending, None, Some(due.as_millis())),
        Next::Unsent(due) => (Status::Retrying, None, Some(due.as_millis())),
        Next::Held(reason) => (Status::Held, Some(reason.as_str()), None),
    };
    let stored = |counter: u32| i32::try_from(counter).unwrap_or(i32::MAX);
    let change = Change {
        status: status.as_str(),
        told: settlement.told.as_str(),
        waiting_for,
        attempts_made: stored(settlement.counters.attempts_made),
        round_attempts: stored(settlement.counters.round_attempts),
        last_number: stored(settlement.counters.last_number),
        faults: stored(settlement.counters.faults),
        due_at,
        claimed_by: None,
        claim_token: None,
        claimed_at: None,
        held_since: (status == Status::Held).then_some(at),
        ended_at: status.is_ended().then_some(at),
    };
    let claimed = deliveries::table
        .filter(deliveries::id.eq(&settlement.delivery_id))
        .filter(deliveries::claim_token.eq(&settlement.token));
    if diesel::update(claimed).set(change).execute(conn)? == 0 {
        return Ok(Settled::Stale);
    }
    if let Some(number) = settlement.replaces {
        diesel::delete(attempts::table.find((&settlement.delivery_id, stored(number)))).execute(conn)?;
    }
    for attempt in &settlement.attempts {
        let row = AttemptRow::new(&settlement.delivery_id, attempt);
        diesel::insert_into(attempts::table).values(row).execute(conn)?;
    }
    Ok(Settled::Done)
}

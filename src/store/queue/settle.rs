//! Settling: an attempt's record, the delivery's new state and its next due time, in one transaction, if the claim still
//! stands.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::domain::delivery::{Status, Told, WaitingFor};
use crate::domain::time::Timestamp;
use crate::store::backend::{Conn, Engine};
use crate::store::deliveries::{Attempt, AttemptRow};
use crate::store::schema::attempts;
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

/// The change to a row whose claim still stands.
///
/// Written by hand, because the query builder has every UPDATE prepared anew, which takes longer than performing it.
#[derive(Debug)]
struct Change<'a> {
    delivery_id: &'a str,
    token: &'a str,
    status: &'static str,
    told: &'static str,
    waiting_for: Option<&'static str>,
    counters: [i32; 4],
    due_at: Option<i64>,
    held_since: Option<i64>,
    ended_at: Option<i64>,
}

impl QueryFragment<Engine> for Change<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Engine>) -> QueryResult<()> {
        out.push_sql("UPDATE deliveries SET claimed_by = NULL, claim_token = NULL, claimed_at = NULL, status = ");
        out.push_bind_param::<Text, _>(self.status)?;
        out.push_sql(", told = ");
        out.push_bind_param::<Text, _>(self.told)?;
        out.push_sql(", waiting_for = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.waiting_for)?;
        for (column, counter) in COUNTERS.iter().zip(&self.counters) {
            out.push_sql(column);
            out.push_bind_param::<Integer, _>(counter)?;
        }
        for (column, instant) in INSTANTS.iter().zip([&self.due_at, &self.held_since, &self.ended_at]) {
            out.push_sql(column);
            out.push_bind_param::<Nullable<BigInt>, _>(instant)?;
        }
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(self.delivery_id)?;
        out.push_sql(" AND claim_token = ");
        out.push_bind_param::<Text, _>(self.token)
    }
}

/// Its text never differs, so it is kept prepared under its type.
impl QueryId for Change<'_> {
    type QueryId = Change<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for Change<'_> {}

const COUNTERS: [&str; 4] = [", attempts_made = ", ", round_attempts = ", ", last_number = ", ", faults = "];
const INSTANTS: [&str; 3] = [", due_at = ", ", held_since = ", ", ended_at = "];

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
    let Counters { attempts_made, round_attempts, last_number, faults } = settlement.counters;
    let change = Change {
        delivery_id: &settlement.delivery_id,
        token: &settlement.token,
        status: status.as_str(),
        told: settlement.told.as_str(),
        waiting_for,
        counters: [attempts_made, round_attempts, last_number, faults].map(stored),
        due_at,
        held_since: (status == Status::Held).then_some(at),
        ended_at: status.is_ended().then_some(at),
    };
    if change.execute(conn)? == 0 {
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

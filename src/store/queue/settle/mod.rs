//! Settling: an attempt's record, the delivery's new state and its next due time, in one transaction, if the claim still
//! stands.

mod at_once;
mod one;

use std::collections::HashSet;

use diesel::prelude::*;
use serde::Serialize;

use super::reverse::apply_order;
use crate::domain::delivery::{Counters, Delivery, Status, Told, WaitingFor};
use crate::domain::settlement::{Next, Settlement};
use crate::domain::time::Timestamp;
use crate::store::attempts::AttemptRow;
use crate::store::backend::{Conn, on_backend};
use crate::store::codes::{in_code, in_code_or_null};
use crate::store::columns::in_millis;
use crate::store::deliveries::stored_count;
use crate::store::schema::deliveries;
use crate::store::unknown_words::load_readable;
pub(in crate::store) use at_once::changes;

/// Whether a settlement took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is on disk.
    Done,
    /// The claim was taken over; nothing was changed.
    Stale,
}

/// The settlements that took effect, by the tokens of their claims.
#[derive(Debug, Default)]
struct Changed<'a> {
    tokens: HashSet<&'a str>,
    /// Those of them whose completion has been taken back meanwhile.
    reversed: HashSet<&'a str>,
}

/// What a settled row becomes, if its claim still stands.
#[derive(Clone, Debug, Serialize)]
pub(in crate::store) struct Change<'a> {
    id: &'a str,
    token: &'a str,
    #[serde(serialize_with = "in_code")]
    status: Status,
    #[serde(serialize_with = "in_code")]
    told: Told,
    #[serde(serialize_with = "in_code_or_null")]
    waiting_for: Option<WaitingFor>,
    attempts_made: i32,
    round_attempts: i32,
    last_number: i32,
    faults: i32,
    #[serde(serialize_with = "in_millis")]
    due_at: Option<Timestamp>,
    #[serde(serialize_with = "in_millis")]
    held_since: Option<Timestamp>,
    #[serde(serialize_with = "in_millis")]
    ended_at: Option<Timestamp>,
}

impl<'a> Change<'a> {
    pub(in crate::store) fn of(settlement: &'a Settlement) -> Self {
        let at = settlement.at;
        let (status, waiting_for, due_at) = match settlement.next {
            Next::Delivered => (Status::Delivered, None, None),
            Next::Dead => (Status::Dead, None, None),
            Next::Retry(due) => (Status::Retrying, None, Some(due)),
            Next::Unsent(due) if settlement.counters.last_number == 0 => (Status::Pending, None, Some(due)),
            Next::Unsent(due) => (Status::Retrying, None, Some(due)),
            Next::Held(reason) => (Status::Held, Some(reason), None),
        };
        let Counters { attempts_made, round_attempts, last_number, faults } = settlement.counters;
        Self {
            id: &settlement.delivery_id,
            token: &settlement.token,
            status,
            told: settlement.told,
            waiting_for,
            attempts_made: stored_count(attempts_made),
            round_attempts: stored_count(round_attempts),
            last_number: stored_count(last_number),
            faults: stored_count(faults),
            due_at,
            held_since: (status == Status::Held).then_some(at),
            ended_at: status.is_ended().then_some(at),
        }
    }
}

/// Settles a whole group; answers in order.
pub(super) fn settle_all(conn: &mut Conn, group: &[&Settlement]) -> QueryResult<Vec<Settled>> {
    let changed: Changed<'_> = on_backend!(conn,
        sqlite(conn) => one::change(conn, group)?,
        postgres(conn) => at_once::change(conn, group)?,
    );
    for settlement in group.iter().filter(|settlement| changed.reversed.contains(settlement.token.as_str())) {
        // A word that a newer node wrote meanwhile must not undo the settlement: that node keeps the order.
        let delivery = deliveries::table.find(&settlement.delivery_id).select(Delivery::as_select());
        for delivery in load_readable(delivery, conn)?.or_log() {
            apply_order(conn, &delivery, settlement.at)?;
        }
    }
    let settled = |settlement: &&Settlement| {
        if changed.tokens.contains(settlement.token.as_str()) { Settled::Done } else { Settled::Stale }
    };
    Ok(group.iter().map(settled).collect())
}

/// The rows of a settlement's attempts.
fn attempt_rows(settlement: &Settlement) -> impl Iterator<Item = AttemptRow> {
    settlement.attempts.iter().map(|attempt| AttemptRow::new(&settlement.delivery_id, attempt))
}

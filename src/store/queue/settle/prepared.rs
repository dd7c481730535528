//! A settlement as the caller's task made it for the writer's thread: the change to the delivery's row, the rows of its
//! attempts and, for PostgreSQL, both as JSON.

use std::cell::OnceCell;

use serde::Serialize;

use crate::domain::delivery::{Counters, Status, Told, WaitingFor};
use crate::domain::settlement::{Next, Settlement};
use crate::domain::time::Timestamp;
use crate::store::attempts::AttemptRow;
use crate::store::codes::{in_code, in_code_or_null};
use crate::store::columns::in_millis;
use crate::store::deliveries::stored_count;
use crate::store::keys::{ClaimKey, DeliveryKey};
use crate::store::queue::rows::{joined, to_json};

/// A settlement that may take effect.
#[derive(Debug)]
pub(in crate::store) struct PreparedSettlement {
    pub(in crate::store) change: Change,
    pub(super) attempts: Vec<AttemptRow>,
    pub(super) at: Timestamp,
    /// For PostgreSQL.
    json: OnceCell<Json>,
}

/// Its rows as JSON.
#[derive(Debug)]
pub(super) struct Json {
    pub(super) change: String,
    /// With commas between them.
    pub(super) attempts: String,
}

/// What a settled row becomes, if its claim still stands.
#[derive(Clone, Debug, Serialize)]
pub(in crate::store) struct Change {
    pub(super) id: DeliveryKey,
    pub(super) token: ClaimKey,
    #[serde(serialize_with = "in_code")]
    pub(super) status: Status,
    #[serde(serialize_with = "in_code")]
    pub(super) told: Told,
    #[serde(serialize_with = "in_code_or_null")]
    pub(super) waiting_for: Option<WaitingFor>,
    pub(super) attempts_made: i32,
    pub(super) round_attempts: i32,
    pub(super) last_number: i32,
    pub(super) faults: i32,
    #[serde(serialize_with = "in_millis")]
    pub(super) due_at: Option<Timestamp>,
    /// Unless it has been held since before, and nothing of it was sent in between.
    #[serde(serialize_with = "in_millis")]
    pub(super) held_since: Option<Timestamp>,
    #[serde(serialize_with = "in_millis")]
    pub(super) ended_at: Option<Timestamp>,
    /// The number of the attempt that goes, because the first one that is written down replaces it.
    pub(super) replaces: Option<i32>,
}

impl PreparedSettlement {
    pub(in crate::store) fn of(settlement: &Settlement) -> Self {
        let Settlement { delivery_id, token, attempts, replaces, counters, told, next, at } = settlement;
        let (counters, told, next, at) = (*counters, *told, *next, *at);
        let (status, waiting_for, due_at) = match next {
            Next::Delivered => (Status::Delivered, None, None),
            Next::Dead => (Status::Dead, None, None),
            Next::Retry(due) => (Status::Retrying, None, Some(due)),
            Next::Unsent(due) if counters.last_number == 0 => (Status::Pending, None, Some(due)),
            Next::Unsent(due) => (Status::Retrying, None, Some(due)),
            Next::Held(reason) => (Status::Held, Some(reason), None),
            Next::Disabled { .. } => (Status::Held, Some(WaitingFor::EndpointDisabled), None),
        };
        let Counters { attempts_made, round_attempts, last_number, faults } = counters;
        let key = DeliveryKey::of(delivery_id);
        let attempts = attempts.iter().map(|attempt| AttemptRow::new(key, attempt)).collect();
        let change = Change {
            id: key,
            token: ClaimKey::of(token),
            status,
            told,
            waiting_for,
            attempts_made: stored_count(attempts_made),
            round_attempts: stored_count(round_attempts),
            last_number: stored_count(last_number),
            faults: stored_count(faults),
            due_at,
            held_since: (status == Status::Held).then_some(at),
            ended_at: status.is_ended().then_some(at),
            replaces: replaces.map(stored_count),
        };
        Self { change, attempts, at, json: OnceCell::new() }
    }

    /// How many bytes it holds while it waits, roughly.
    pub(in crate::store) fn weight(&self) -> usize {
        let json = self.json.get().map_or(0, |json| json.change.len() + json.attempts.len());
        self.attempts.iter().map(AttemptRow::bytes).sum::<usize>() + json
    }

    /// Its rows as JSON.
    pub(super) fn json(&self) -> &Json {
        self.json
            .get_or_init(|| Json { change: to_json(&self.change), attempts: joined(self.attempts.iter().map(to_json)) })
    }

    /// The same with its rows as JSON, made now.
    pub(in crate::store) fn with_json(self) -> Self {
        self.json();
        self
    }
}

//! Deliveries with all that is told of them: their attempts, when they were last replayed, and why they may not be.
//!
//! Several are read in as many statements as one. Nothing here finds a delivery, and nothing decides anything.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::result::OptionalExtension;

use super::backend::{Conn, Read};
use super::keys::{CompletionKey, DeliveryKey};
use super::lookups::of_completion;
use super::reopening::refusals;
use super::schema::{attempts, deliveries};
use super::{Store, StoreError, completions as completion_rows, reversals as reversal_rows, sources};
use crate::domain::attempt::Attempt;
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind, Status, WaitingFor};
use crate::domain::replay::Refusal;
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;

/// A delivery with all that is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackRecord {
    /// The delivery.
    pub delivery: Delivery,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// When it was last replayed.
    pub reopened_at: Option<Timestamp>,
    /// Why it may not be replayed, where it has ended.
    pub refusal: Option<Refusal>,
}

/// A delivery with what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// The delivery.
    pub callback: CallbackRecord,
    /// The callback that it waits for.
    pub follows: Option<CallbackRecord>,
    /// What it tells of; a test's is invented, and stands in the delivery.
    pub completion: Option<Completion>,
    /// What was taken back of that, oldest first.
    pub reversals: Vec<Reversal>,
    /// What the source is called that reported it.
    pub source_name: Option<String>,
}

impl Store {
    /// The delivery of this id with what it belongs to, all of one instant.
    pub async fn delivery_record(&self, id: String) -> Result<Option<DeliveryRecord>, StoreError> {
        self.snapshot(move |conn| {
            let own = deliveries::table.find(DeliveryKey::of(&id)).select(Delivery::as_select());
            let Some(delivery): Option<Delivery> = own.first(conn).optional()? else { return Ok(None) };
            let completion_key = CompletionKey::of(&delivery.completion_id);
            let completion = match delivery.kind {
                DeliveryKind::Test => None,
                DeliveryKind::Completion | DeliveryKind::Reversal => {
                    completion_rows::by_keys(conn, &[completion_key])?.pop()
                }
            };
            let reversals = match completion {
                Some(_) => reversal_rows::of_completions(conn, &[completion_key])?,
                None => Vec::new(),
            };
            let source_id = completion.as_ref().and_then(|completion| completion.source_id.as_deref());
            let source_name = sources::names(conn, source_id.into_iter())?.into_values().next();
            let follows = if delivery.waiting_for == Some(WaitingFor::Completion) && delivery.status == Status::Held {
                let beside: Vec<Delivery> = of_completion(&delivery.completion_id).load(conn)?;
                let is_first = |other: &Delivery| {
                    other.kind == DeliveryKind::Completion && other.endpoint_id == delivery.endpoint_id
                };
                beside.into_iter().find(is_first)
            } else {
                None
            };
            let mut records = records(conn, std::iter::once(delivery).chain(follows).collect())?.into_iter();
            let Some(callback) = records.next() else { return Ok(None) };
            Ok(Some(DeliveryRecord { callback, follows: records.next(), completion, reversals, source_name }))
        })
        .await
    }
}

/// These deliveries, in their order, with all that is told of them.
pub(super) fn records(conn: &mut Conn, of: Vec<Delivery>) -> QueryResult<Vec<CallbackRecord>> {
    let keys: Vec<DeliveryKey> = of.iter().map(|delivery| DeliveryKey::of(&delivery.id)).collect();
    let mut attempts_of: HashMap<DeliveryKey, Vec<Attempt>> = HashMap::new();
    for (delivery, attempt) in attempts_of_all(&keys).load(conn)? {
        attempts_of.entry(delivery).or_default().push(attempt);
    }
    let reopened: HashMap<DeliveryKey, Timestamp> = reopened(&keys).load(conn)?.into_iter().collect();
    let ended: Vec<Delivery> = of.iter().filter(|delivery| delivery.status.is_ended()).cloned().collect();
    let refused = if ended.is_empty() { Vec::new() } else { refusals(conn, &ended)? };
    let mut refused_of: HashMap<&str, Refusal> = HashMap::new();
    for (delivery, refusal) in ended.iter().zip(refused) {
        refused_of.extend(refusal.map(|refusal| (delivery.id.as_str(), refusal)));
    }
    let record = |(delivery, key): (Delivery, DeliveryKey)| CallbackRecord {
        attempts: attempts_of.remove(&key).unwrap_or_default(),
        reopened_at: reopened.get(&key).copied(),
        refusal: refused_of.get(delivery.id.as_str()).copied(),
        delivery,
    };
    Ok(of.into_iter().zip(keys).map(record).collect())
}

/// The attempts of these deliveries, oldest first.
pub(super) fn attempts_of_all(keys: &[DeliveryKey]) -> impl Read<'_, (DeliveryKey, Attempt)> {
    attempts::table
        .filter(attempts::delivery_id.eq_any(keys))
        .order((attempts::delivery_id, attempts::number))
        .select((attempts::delivery_id, Attempt::as_select()))
}

/// When those of these deliveries were last replayed that ever were.
pub(super) fn reopened(keys: &[DeliveryKey]) -> impl Read<'_, (DeliveryKey, Timestamp)> {
    deliveries::table
        .filter(deliveries::id.eq_any(keys))
        .filter(deliveries::reopened_at.is_not_null())
        .select((deliveries::id, deliveries::reopened_at.assume_not_null()))
}

//! Reopening what has ended: the one way in which deliveries are replayed, one by hand or a step of a job.
//!
//! What may be reopened is the domain's to say. Here it is found out what that depends on, and everything that could change
//! it meanwhile is locked first; a handful of statements does for one delivery or for many.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::backend::Conn;
use super::completions as completion_rows;
use super::keys::{CompletionKey, DeliveryKey, EndpointKey};
use super::queue::{awaited, callbacks_beside, waits_for_completion};
use super::schema::{apps, deliveries, endpoints};
use super::unknown_words::{has_known_words, load_readable};
use crate::domain::delivery::{Delivery, DeliveryKind, EndedReason, Status};
use crate::domain::replay::{Obstacle, Refusal, Surroundings, obstacle, refusal};
use crate::domain::time::Timestamp;

/// What became of a delivery that was to be reopened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reopened {
    /// It is due at once, with the schedule from its beginning; attempt numbers go on.
    Done,
    /// This stands in the way.
    Not(Obstacle),
    /// It is gone, or holds a word by now that this version does not know.
    Gone,
}

/// Reopens these deliveries, which were read before; answers in order what became of each.
pub(super) fn reopen(conn: &mut Conn, seen: &[Delivery], now: Timestamp) -> QueryResult<Vec<Reopened>> {
    // Archiving, erasing and deciding a review take these locks too: each waits for this transaction, or this one for it.
    conn.begin_recording()?;
    let keys: Vec<DeliveryKey> = seen.iter().map(|delivery| DeliveryKey::of(&delivery.id)).collect();
    let reversals: Vec<&Delivery> = seen.iter().filter(|delivery| delivery.kind == DeliveryKind::Reversal).collect();
    conn.lock_completions(&completions_of(seen))?;
    let beside = callbacks_beside(conn, &reversals)?;
    conn.lock_deliveries(&[&keys[..], &beside].concat())?;

    // Nobody changes them any more.
    let found =
        load_readable(deliveries::table.filter(deliveries::id.eq_any(&keys)).select(Delivery::as_select()), conn)?;
    let refusals = refusals(conn, &found.rows)?;
    let mut outcomes: HashMap<&str, Reopened> = HashMap::new();
    for (delivery, refusal) in found.rows.iter().zip(refusals) {
        let outcome = obstacle(delivery, refusal).map_or(Reopened::Done, Reopened::Not);
        outcomes.insert(&delivery.id, outcome);
    }
    let is_done = |delivery: &&Delivery| outcomes.get(delivery.id.as_str()) == Some(&Reopened::Done);
    make_due(conn, seen.iter().filter(is_done).map(|delivery| DeliveryKey::of(&delivery.id)).collect(), now)?;
    for reversal in reversals.into_iter().filter(is_done) {
        waits_for_completion(conn, reversal, now)?;
    }
    Ok(seen.iter().map(|delivery| outcomes.get(delivery.id.as_str()).copied().unwrap_or(Reopened::Gone)).collect())
}

fn make_due(conn: &mut Conn, keys: Vec<DeliveryKey>, now: Timestamp) -> QueryResult<()> {
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(keys)).filter(has_known_words()))
        .set((
            deliveries::status.eq(Status::Pending),
            deliveries::round_attempts.eq(0),
            deliveries::faults.eq(0),
            deliveries::due_at.eq(now),
            deliveries::reopened_at.eq(now),
            deliveries::ended_at.eq(None::<Timestamp>),
            deliveries::ended_reason.eq(None::<EndedReason>),
        ))
        .execute(conn)
        .map(drop)
}

/// For each of these deliveries, which have ended, why it may not be reopened; nothing, if it may be.
pub(super) fn refusals(conn: &mut Conn, ended: &[Delivery]) -> QueryResult<Vec<Option<Refusal>>> {
    let completions = completions_of(ended);
    let (archived, erased) = (archived(conn, ended)?, completion_rows::erased(conn, &completions)?);
    let in_review = completion_rows::held_back(conn, &completions)?;
    let taken_back: Vec<&Delivery> = ended.iter().filter(|delivery| delivery.reversed.is_some()).collect();
    let awaited = awaited(conn, &taken_back)?;
    let refusal = |delivery: &Delivery| {
        let completion = CompletionKey::of(&delivery.completion_id);
        let beside = Surroundings {
            is_archived: archived.contains(&delivery.endpoint_id),
            is_erased: erased.contains(&completion),
            is_in_review: in_review.contains(&completion),
            is_awaited: awaited.contains(&(completion, EndpointKey::of(&delivery.endpoint_id))),
        };
        refusal(delivery, beside)
    };
    Ok(ended.iter().map(refusal).collect())
}

fn completions_of(deliveries: &[Delivery]) -> Vec<CompletionKey> {
    let keys: HashSet<CompletionKey> = deliveries.iter().map(|one| CompletionKey::of(&one.completion_id)).collect();
    keys.into_iter().collect()
}

/// Those of the deliveries' endpoints that are archived, or whose app is.
fn archived(conn: &mut Conn, of: &[Delivery]) -> QueryResult<HashSet<String>> {
    let ids: HashSet<&str> = of.iter().map(|delivery| delivery.endpoint_id.as_str()).collect();
    let archived: Vec<String> = endpoints::table
        .inner_join(apps::table)
        .filter(endpoints::id.eq_any(ids))
        .filter(endpoints::archived_at.is_not_null().or(apps::archived_at.is_not_null()))
        .select(endpoints::id)
        .load(conn)?;
    Ok(archived.into_iter().collect())
}

//! Reading every record with what belongs to it, page by page, so that whoever doubts them can have each one checked.
//!
//! A page is read at one instant: beside a server that goes on recording, each page agrees with itself. Nothing here
//! judges; what must hold is the domain's to say. It changes nothing.

use std::collections::HashMap;

use diesel::prelude::*;

use super::backend::Conn;
use super::completion_lists::reversals_of;
use super::erased_keys::ErasedKind;
use super::keys::{AppKey, CompletionKey, DeliveryKey, ReversalKey};
use super::schema::{completions, deliveries, ended_deliveries, erased_keys, reported, reversals, transaction_ids};
use super::{Store, StoreError};
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::invariants::{Examined, Owned};
use crate::domain::time::Timestamp;

/// A delivery: its app, when it was made, its completion and that one's app, and its reversal.
type DeliveryRow = (DeliveryKey, AppKey, Timestamp, CompletionKey, Option<AppKey>, ReversalKey);

/// Records in a page.
const PAGE: i64 = 1_000;

impl Store {
    /// The next completions after this id, each with all that belongs to it.
    pub async fn examine_completions(&self, after: String) -> Result<Vec<Examined>, StoreError> {
        self.look_at_once(move |conn| {
            let next = completions::table
                .filter(completions::id.gt(CompletionKey::of(&after)))
                .order(completions::id)
                .limit(PAGE);
            let rows: Vec<(Completion, i32)> =
                next.select((Completion::as_select(), completions::reversals)).load(conn)?;
            let keys: Vec<CompletionKey> =
                rows.iter().map(|(completion, _)| CompletionKey::of(&completion.id)).collect();
            let mut by_external_id = by_external_id(conn, &rows, &keys)?;
            let mut reversals = reversals_of(conn, &keys)?;
            let mut callbacks = callbacks_of(conn, &keys)?;
            let by_transaction_id = by_transaction_id(conn, rows.iter().map(|(completion, _)| completion))?;
            let examined = |(completion, reversals_counted): (Completion, i32)| Examined {
                reversals_counted,
                reversals: reversals.remove(&completion.id).unwrap_or_default(),
                callbacks: callbacks.remove(&completion.id).unwrap_or_default(),
                by_external_id: by_external_id.remove(&completion.id),
                by_transaction_id: by_transaction_id.get(&transaction_key(&completion)).cloned(),
                completion,
            };
            Ok(rows.into_iter().map(examined).collect())
        })
        .await
    }

    /// The next deliveries after this id, tests left out.
    pub async fn examine_deliveries(&self, after: String) -> Result<Vec<Owned>, StoreError> {
        self.look_at_once(move |conn| {
            let rows: Vec<DeliveryRow> = deliveries::table
                .left_join(completions::table.on(completions::id.eq(deliveries::completion_id)))
                .filter(deliveries::id.gt(DeliveryKey::of(&after)))
                .filter(deliveries::kind.ne(DeliveryKind::Test))
                .order(deliveries::id)
                .limit(PAGE)
                .select((
                    deliveries::id,
                    deliveries::app_id,
                    deliveries::created_at,
                    deliveries::completion_id,
                    completions::app_id.nullable(),
                    deliveries::reversal_id,
                ))
                .load(conn)?;
            let named = rows.iter().map(|row| row.5).filter(|key| *key != ReversalKey::NONE);
            let of_reversals: HashMap<ReversalKey, CompletionKey> = reversals::table
                .filter(reversals::id.eq_any(named))
                .select((reversals::id, reversals::completion_id))
                .load(conn)?
                .into_iter()
                .collect();
            let owned = |(key, app, at, completion, app_of_completion, reversal): DeliveryRow| Owned {
                id: key.id(),
                app_id: app.id(),
                at,
                completion_id: completion.id(),
                app_of_completion: app_of_completion.map(AppKey::id),
                reversal: reversal.any().map(|id| (id, of_reversals.get(&reversal).map(|of| of.id()))),
            };
            Ok(rows.into_iter().map(owned).collect())
        })
        .await
    }

    /// The next reversals after this id.
    pub async fn examine_reversals(&self, after: String) -> Result<Vec<Owned>, StoreError> {
        self.look(move |conn| {
            let rows: Vec<(ReversalKey, AppKey, Timestamp, CompletionKey, Option<AppKey>)> = reversals::table
                .left_join(completions::table.on(completions::id.eq(reversals::completion_id)))
                .filter(reversals::id.gt(ReversalKey::of(&after)))
                .order(reversals::id)
                .limit(PAGE)
                .select((
                    reversals::id,
                    reversals::app_id,
                    reversals::recorded_at,
                    reversals::completion_id,
                    completions::app_id.nullable(),
                ))
                .load(conn)?;
            let owned =
                |(key, app, at, completion, app_of_completion): (ReversalKey, AppKey, _, CompletionKey, _)| Owned {
                    id: key.id(),
                    app_id: app.id(),
                    at,
                    completion_id: completion.id(),
                    app_of_completion: Option::<AppKey>::map(app_of_completion, AppKey::id),
                    reversal: None,
                };
            Ok(rows.into_iter().map(owned).collect())
        })
        .await
    }

    /// How many deliveries retention has removed.
    pub async fn ended_and_removed(&self) -> Result<i128, StoreError> {
        self.look(|conn| {
            let counts: Vec<i64> = ended_deliveries::table.select(ended_deliveries::count).load(conn)?;
            Ok(counts.into_iter().map(i128::from).sum())
        })
        .await
    }
}

/// The completion that each one's external id leads to.
fn by_external_id(
    conn: &mut Conn,
    completions: &[(Completion, i32)],
    keys: &[CompletionKey],
) -> QueryResult<HashMap<String, String>> {
    let own = reported::source_id.eq(completions::source_id).and(reported::external_id.eq(completions::external_id));
    let known = completions::table.inner_join(reported::table.on(own));
    let known = known.filter(completions::id.eq_any(keys)).select((completions::id, reported::completion_id));
    let known: Vec<(CompletionKey, CompletionKey)> = known.load(conn)?;
    let mut found: HashMap<String, String> = known.into_iter().map(|(own, named)| (own.id(), named.id())).collect();
    let digests = completions.iter().map(|(completion, _)| &completion.external_id);
    let erased = erased_keys::table
        .filter(erased_keys::digest.eq_any(digests))
        .filter(erased_keys::kind.eq(ErasedKind::External as i32))
        .select((erased_keys::digest, erased_keys::scope, erased_keys::completion_id));
    let erased: HashMap<(String, String), CompletionKey> =
        erased.load(conn)?.into_iter().map(|(digest, scope, named)| ((digest, scope), named)).collect();
    for (completion, _) in completions {
        let own = (completion.external_id.clone(), completion.source_id.clone().unwrap_or_default());
        found.extend(erased.get(&own).map(|named| (completion.id.clone(), named.id())));
    }
    Ok(found)
}

/// The completions that transaction ids lead to.
fn by_transaction_id<'a>(
    conn: &mut Conn,
    completions: impl Iterator<Item = &'a Completion>,
) -> QueryResult<HashMap<(String, String), String>> {
    let keys: Vec<String> = completions.map(|completion| transaction_key(completion).0).collect();
    let rows: Vec<(String, AppKey, CompletionKey)> =
        transaction_ids::table.filter(transaction_ids::transaction_key.eq_any(&keys)).load(conn)?;
    let erased = erased_keys::table
        .filter(erased_keys::digest.eq_any(&keys))
        .filter(erased_keys::kind.eq(ErasedKind::Transaction as i32))
        .select((erased_keys::digest, erased_keys::scope, erased_keys::completion_id));
    let erased: Vec<(String, String, CompletionKey)> = erased.load(conn)?;
    let known = rows.into_iter().map(|(key, app, completion)| ((key, app.id()), completion.id()));
    let erased = erased.into_iter().map(|(digest, app_id, completion)| ((digest, app_id), completion.id()));
    Ok(known.chain(erased).collect())
}

fn transaction_key(completion: &Completion) -> (String, String) {
    (completion.transaction_id.to_ascii_lowercase(), completion.app_id.clone())
}

fn callbacks_of(conn: &mut Conn, keys: &[CompletionKey]) -> QueryResult<HashMap<String, Vec<Delivery>>> {
    let callbacks: Vec<Delivery> = deliveries::table
        .filter(deliveries::completion_id.eq_any(keys))
        .filter(deliveries::kind.ne(DeliveryKind::Test))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)?;
    let mut found: HashMap<String, Vec<Delivery>> = HashMap::new();
    for callback in callbacks {
        found.entry(callback.completion_id.clone()).or_default().push(callback);
    }
    Ok(found)
}

//! Reading every record with what belongs to it, page by page, so that whoever doubts them can have each one checked.
//!
//! A page is read at one instant: beside a server that goes on recording, each page agrees with itself. Nothing here
//! judges; what must hold is the domain's to say. It changes nothing.

use std::collections::HashMap;

use diesel::prelude::*;

use super::backend::{Conn, Engine};
use super::completion_lists::reversals_of;
use super::erased_keys::ErasedKind;
use super::schema::{completions, deliveries, ended_deliveries, erased_keys, reported, reversals, transaction_ids};
use super::{Store, StoreError};
use crate::domain::completion::Completion;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::invariants::{Examined, Key, Owned};
use crate::domain::time::Timestamp;

/// Records in a page.
const PAGE: i64 = 1_000;

impl Store {
    /// The next completions after this id, each with all that belongs to it.
    pub async fn examine_completions(&self, after: String) -> Result<Vec<Examined>, StoreError> {
        self.snapshot(move |conn| {
            let next = completions::table.filter(completions::id.gt(after)).order(completions::id).limit(PAGE);
            let rows: Vec<(Completion, i32)> =
                next.select((Completion::as_select(), completions::reversals)).load(conn)?;
            let ids: Vec<&str> = rows.iter().map(|(completion, _)| completion.id.as_str()).collect();
            let mut by_external_id = by_external_id(conn, &ids)?;
            let mut reversals = reversals_of(conn, &ids)?;
            let mut callbacks = callbacks_of(conn, &ids)?;
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
        self.snapshot(move |conn| {
            let rows: Vec<(String, String, Timestamp, String, Option<String>, String)> = deliveries::table
                .left_join(completions::table.on(completions::id.eq(deliveries::completion_id)))
                .filter(deliveries::id.gt(after))
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
            let named = rows.iter().map(|row| row.5.as_str()).filter(|id| !id.is_empty());
            let of_reversals: HashMap<String, String> = reversals::table
                .filter(reversals::id.eq_any(named))
                .select((reversals::id, reversals::completion_id))
                .load(conn)?
                .into_iter()
                .collect();
            let owned = |(id, app_id, at, completion_id, app_of_completion, reversal_id): (_, _, _, _, _, String)| {
                let of_reversal = of_reversals.get(&reversal_id).cloned();
                let reversal = (!reversal_id.is_empty()).then_some((reversal_id, of_reversal));
                Owned { id, app_id, at, completion_id, app_of_completion, reversal }
            };
            Ok(rows.into_iter().map(owned).collect())
        })
        .await
    }

    /// The next reversals after this id.
    pub async fn examine_reversals(&self, after: String) -> Result<Vec<Owned>, StoreError> {
        self.read(move |conn| {
            let rows: Vec<(String, String, Timestamp, String, Option<String>)> = reversals::table
                .left_join(completions::table.on(completions::id.eq(reversals::completion_id)))
                .filter(reversals::id.gt(after))
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
            let owned = |(id, app_id, at, completion_id, app_of_completion)| Owned {
                id,
                app_id,
                at,
                completion_id,
                app_of_completion,
                reversal: None,
            };
            Ok(rows.into_iter().map(owned).collect())
        })
        .await
    }

    /// The next keys of external ids after this one: by source and external id.
    pub async fn examine_external_ids(&self, after: (String, String)) -> Result<Vec<Key>, StoreError> {
        self.snapshot(move |conn| {
            let mut keys = external_ids(conn, Some(&after.0), &after.1)?;
            if keys.is_empty() {
                keys = external_ids(conn, None, &after.0)?;
            }
            Ok(keys)
        })
        .await
    }

    /// The next keys of transaction ids after this one: by transaction id in lower case and app.
    pub async fn examine_transaction_ids(&self, after: (String, String)) -> Result<Vec<Key>, StoreError> {
        self.snapshot(move |conn| {
            let mut keys = transaction_keys(conn, Some(&after.0), &after.1)?;
            if keys.is_empty() {
                keys = transaction_keys(conn, None, &after.0)?;
            }
            Ok(keys)
        })
        .await
    }

    /// How many deliveries retention has removed.
    pub async fn ended_and_removed(&self) -> Result<i128, StoreError> {
        self.read(|conn| {
            let counts: Vec<i64> = ended_deliveries::table.select(ended_deliveries::count).load(conn)?;
            Ok(counts.into_iter().map(i128::from).sum())
        })
        .await
    }
}

/// The completion that each one's external id leads to.
fn by_external_id(conn: &mut Conn, ids: &[&str]) -> QueryResult<HashMap<String, String>> {
    let own = reported::source_id.eq(completions::source_id).and(reported::external_id.eq(completions::external_id));
    let keys = completions::table.inner_join(reported::table.on(own));
    let keys = keys.filter(completions::id.eq_any(ids)).select((completions::id, reported::completion_id));
    let mut found: HashMap<String, String> = keys.load(conn)?.into_iter().collect();
    let own = erased_keys::digest.eq(completions::external_id).and(erased_keys::scope.eq(completions::source_id));
    let own = own.and(erased_keys::kind.eq(ErasedKind::External as i32));
    let keys = completions::table.inner_join(erased_keys::table.on(own));
    let keys = keys.filter(completions::id.eq_any(ids)).select((completions::id, erased_keys::completion_id));
    found.extend(keys.load::<(String, String)>(conn)?);
    Ok(found)
}

/// The completions that transaction ids lead to.
fn by_transaction_id<'a>(
    conn: &mut Conn,
    completions: impl Iterator<Item = &'a Completion>,
) -> QueryResult<HashMap<(String, String), String>> {
    let keys: Vec<String> = completions.map(|completion| transaction_key(completion).0).collect();
    let mut rows: Vec<(String, String, String)> =
        transaction_ids::table.filter(transaction_ids::transaction_key.eq_any(&keys)).load(conn)?;
    let erased = erased_keys::table
        .filter(erased_keys::digest.eq_any(&keys))
        .filter(erased_keys::kind.eq(ErasedKind::Transaction as i32))
        .select((erased_keys::digest, erased_keys::scope, erased_keys::completion_id));
    rows.extend(erased.load::<(String, String, String)>(conn)?);
    Ok(rows.into_iter().map(|(key, app_id, completion_id)| ((key, app_id), completion_id)).collect())
}

fn transaction_key(completion: &Completion) -> (String, String) {
    (completion.transaction_id.to_ascii_lowercase(), completion.app_id.clone())
}

fn callbacks_of(conn: &mut Conn, ids: &[&str]) -> QueryResult<HashMap<String, Vec<Delivery>>> {
    let callbacks: Vec<Delivery> = deliveries::table
        .filter(deliveries::completion_id.eq_any(ids))
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

/// The two parts of a key, the completion that it names, and that completion's own two parts, if it exists.
type KeyRow = (String, String, String, Option<(String, String)>);

/// Keys of a source after an external id; without a source, those of the sources after one.
fn external_ids(conn: &mut Conn, source_id: Option<&str>, after: &str) -> QueryResult<Vec<Key>> {
    let mut query = reported::table
        .left_join(completions::table.on(completions::id.eq(reported::completion_id)))
        .into_boxed::<Engine>();
    query = match source_id {
        Some(source_id) => query.filter(reported::source_id.eq(source_id)).filter(reported::external_id.gt(after)),
        None => query.filter(reported::source_id.gt(after)),
    };
    let query = query.order((reported::source_id, reported::external_id)).limit(PAGE);
    let rows: Vec<KeyRow> = query
        .select((
            reported::source_id,
            reported::external_id,
            reported::completion_id,
            (completions::source_id, completions::external_id).nullable(),
        ))
        .load(conn)?;
    let key = |(first, second, completion_id, of_completion)| Key { first, second, completion_id, of_completion };
    Ok(rows.into_iter().map(key).collect())
}

/// Keys of a transaction id after an app; without a transaction id, those of the transaction ids after one.
fn transaction_keys(conn: &mut Conn, transaction_key: Option<&str>, after: &str) -> QueryResult<Vec<Key>> {
    let mut query = transaction_ids::table
        .left_join(completions::table.on(completions::id.eq(transaction_ids::completion_id)))
        .into_boxed::<Engine>();
    query = match transaction_key {
        Some(key) => query.filter(transaction_ids::transaction_key.eq(key)).filter(transaction_ids::app_id.gt(after)),
        None => query.filter(transaction_ids::transaction_key.gt(after)),
    };
    let query = query.order((transaction_ids::transaction_key, transaction_ids::app_id)).limit(PAGE);
    let rows: Vec<KeyRow> = query
        .select((
            transaction_ids::transaction_key,
            transaction_ids::app_id,
            transaction_ids::completion_id,
            (completions::transaction_id, completions::app_id).nullable(),
        ))
        .load(conn)?;
    let key = |(first, second, completion_id, of_completion): (_, _, _, Option<(String, String)>)| {
        let of_completion = of_completion.map(|(id, app_id)| (id.to_ascii_lowercase(), app_id));
        Key { first, second, completion_id, of_completion }
    };
    Ok(rows.into_iter().map(key).collect())
}

//! Reading the keys that make reports idempotent page by page, the erased ones among them, each with the completion that it
//! leads to. It changes nothing, and judges nothing.

use diesel::prelude::*;

use super::backend::{Conn, Engine};
use super::erased_keys::ErasedKind;
use super::keys::{AppKey, CompletionKey, SourceKey};
use super::schema::{completions, erased_keys, reported, transaction_ids};
use super::{Store, StoreError};
use crate::domain::invariants::Key;

/// Keys in a page.
const PAGE: i64 = 1_000;

/// The two parts of a key, the completion that it names, and that completion's own two parts, if it exists.
type ExternalIdRow = (SourceKey, String, CompletionKey, Option<(SourceKey, String)>);
type TransactionIdRow = (String, AppKey, CompletionKey, Option<(String, AppKey)>);
/// The same of an erased key, with its kind, and of its completion whatever may be the key's own.
type ErasedRow = (String, String, i32, CompletionKey, Option<(SourceKey, String, String, AppKey)>);

impl Store {
    /// The next keys of external ids after this one: by source and external id.
    pub async fn examine_external_ids(&self, after: (String, String)) -> Result<Vec<Key>, StoreError> {
        self.look_at_once(move |conn| next_page(&after, |within, behind| external_ids(conn, within, behind))).await
    }

    /// The next keys of transaction ids after this one: by transaction id in lower case and app.
    pub async fn examine_transaction_ids(&self, after: (String, String)) -> Result<Vec<Key>, StoreError> {
        self.look_at_once(move |conn| next_page(&after, |within, behind| transaction_keys(conn, within, behind))).await
    }

    /// The next erased keys after this one: by digest and by what it is unique within.
    pub async fn examine_erased_keys(&self, after: (String, String)) -> Result<Vec<Key>, StoreError> {
        self.look_at_once(move |conn| next_page(&after, |within, behind| erased(conn, within, behind))).await
    }
}

/// The keys after this one: those of the same first part, behind its second; if there are none, those behind its first part.
fn next_page(
    (first, second): &(String, String),
    mut page: impl FnMut(Option<&str>, &str) -> QueryResult<Vec<Key>>,
) -> QueryResult<Vec<Key>> {
    let keys = page(Some(first), second)?;
    if keys.is_empty() { page(None, first) } else { Ok(keys) }
}

/// Keys of a source after an external id; without a source, those of the sources after one.
fn external_ids(conn: &mut Conn, source_id: Option<&str>, after: &str) -> QueryResult<Vec<Key>> {
    let mut query = reported::table
        .left_join(completions::table.on(completions::id.eq(reported::completion_id)))
        .into_boxed::<Engine>();
    query = match source_id {
        Some(source_id) => {
            query.filter(reported::source_id.eq(source(source_id))).filter(reported::external_id.gt(after))
        }
        None => query.filter(reported::source_id.gt(source(after))),
    };
    let query = query.order((reported::source_id, reported::external_id)).limit(PAGE);
    let rows: Vec<ExternalIdRow> = query
        .select((
            reported::source_id,
            reported::external_id,
            reported::completion_id,
            (completions::source_id, completions::external_id).nullable(),
        ))
        .load(conn)?;
    let source_id = |key: SourceKey| key.any().unwrap_or_default();
    let key = |(source, external_id, completion, own): ExternalIdRow| Key {
        first: source_id(source),
        second: external_id,
        completion_id: completion.id(),
        of_completion: own.map(|(source, external_id)| (source_id(source), external_id)),
    };
    Ok(rows.into_iter().map(key).collect())
}

/// The source of this id; empty: none, because it was credited by hand.
fn source(id: &str) -> SourceKey {
    SourceKey::of_any((!id.is_empty()).then_some(id))
}

/// Keys of a transaction id after an app; without a transaction id, those of the transaction ids after one.
fn transaction_keys(conn: &mut Conn, transaction_key: Option<&str>, after: &str) -> QueryResult<Vec<Key>> {
    let mut query = transaction_ids::table
        .left_join(completions::table.on(completions::id.eq(transaction_ids::completion_id)))
        .into_boxed::<Engine>();
    query = match transaction_key {
        Some(key) => {
            query.filter(transaction_ids::transaction_key.eq(key)).filter(transaction_ids::app_id.gt(AppKey::of(after)))
        }
        None => query.filter(transaction_ids::transaction_key.gt(after)),
    };
    let query = query.order((transaction_ids::transaction_key, transaction_ids::app_id)).limit(PAGE);
    let rows: Vec<TransactionIdRow> = query
        .select((
            transaction_ids::transaction_key,
            transaction_ids::app_id,
            transaction_ids::completion_id,
            (completions::transaction_id, completions::app_id).nullable(),
        ))
        .load(conn)?;
    let key = |(transaction_key, app, completion, own): TransactionIdRow| Key {
        first: transaction_key,
        second: app.id(),
        completion_id: completion.id(),
        of_completion: own.map(|(id, app)| (id.to_ascii_lowercase(), app.id())),
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Keys of a digest after a scope; without a digest, those of the digests after one.
fn erased(conn: &mut Conn, digest: Option<&str>, after: &str) -> QueryResult<Vec<Key>> {
    let mut query = erased_keys::table
        .left_join(completions::table.on(completions::id.eq(erased_keys::completion_id)))
        .into_boxed::<Engine>();
    query = match digest {
        Some(digest) => query.filter(erased_keys::digest.eq(digest)).filter(erased_keys::scope.gt(after)),
        None => query.filter(erased_keys::digest.gt(after)),
    };
    let own = (completions::source_id, completions::external_id, completions::transaction_id, completions::app_id);
    let rows: Vec<ErasedRow> = query
        .order((erased_keys::digest, erased_keys::scope))
        .limit(PAGE)
        .select((
            erased_keys::digest,
            erased_keys::scope,
            erased_keys::kind,
            erased_keys::completion_id,
            own.nullable(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(erased_key).collect())
}

/// What the completion calls itself; a click is no longer named by the completion that it became.
fn erased_key((digest, scope, kind, completion, own): ErasedRow) -> Key {
    let of_completion = own.map(|(source, external_id, transaction_id, app)| match kind {
        kind if kind == ErasedKind::External as i32 => (external_id, source.any().unwrap_or_default()),
        kind if kind == ErasedKind::Transaction as i32 => (transaction_id, app.id()),
        _ => (digest.clone(), scope.clone()),
    });
    Key { first: digest, second: scope, completion_id: completion.id(), of_completion }
}

//! Reading the erased keys page by page, each with the completion that it leads to. It changes nothing.

use diesel::prelude::*;

use super::backend::{Conn, Engine};
use super::erased_keys::ErasedKind;
use super::keys::{AppKey, CompletionKey, SourceKey};
use super::schema::{completions, erased_keys};
use super::{Store, StoreError};
use crate::domain::invariants::Key;

/// Keys in a page.
const PAGE: i64 = 1_000;

/// A row with its completion's source, external id, transaction id and app, if there is such a completion.
type ErasedRow = (String, String, i32, CompletionKey, Option<(SourceKey, String, String, AppKey)>);

impl Store {
    /// The next erased keys after this one: by digest and by what it is unique within.
    pub async fn examine_erased_keys(&self, after: (String, String)) -> Result<Vec<Key>, StoreError> {
        self.snapshot(move |conn| {
            let mut rows = page(conn, Some(&after.0), &after.1)?;
            if rows.is_empty() {
                rows = page(conn, None, &after.0)?;
            }
            Ok(rows.into_iter().map(key).collect())
        })
        .await
    }
}

/// Keys of a digest after a scope; without a digest, those of the digests after one.
fn page(conn: &mut Conn, digest: Option<&str>, after: &str) -> QueryResult<Vec<ErasedRow>> {
    let mut query = erased_keys::table
        .left_join(completions::table.on(completions::id.eq(erased_keys::completion_id)))
        .into_boxed::<Engine>();
    query = match digest {
        Some(digest) => query.filter(erased_keys::digest.eq(digest)).filter(erased_keys::scope.gt(after)),
        None => query.filter(erased_keys::digest.gt(after)),
    };
    let own = (completions::source_id, completions::external_id, completions::transaction_id, completions::app_id);
    query
        .order((erased_keys::digest, erased_keys::scope))
        .limit(PAGE)
        .select((
            erased_keys::digest,
            erased_keys::scope,
            erased_keys::kind,
            erased_keys::completion_id,
            own.nullable(),
        ))
        .load(conn)
}

/// What the completion calls itself; a click is no longer named by the completion that it became.
fn key((digest, scope, kind, completion, own): ErasedRow) -> Key {
    let of_completion = own.map(|(source, external_id, transaction_id, app)| match kind {
        kind if kind == ErasedKind::External as i32 => (external_id, source.any().unwrap_or_default()),
        kind if kind == ErasedKind::Transaction as i32 => (transaction_id, app.id()),
        _ => (digest.clone(), scope.clone()),
    });
    Key { first: digest, second: scope, completion_id: completion.id(), of_completion }
}

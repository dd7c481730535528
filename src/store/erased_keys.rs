//! What a key becomes when whoever it was about is erased: a keyed digest of itself, under which it is found by those
//! who still know it, and from which nobody who reads the store learns it.
//!
//! Such keys stand in a table of their own. Whoever looks a key up makes its digest and looks there only once somebody was
//! erased, so nobody pays for erasure before the first one. Nothing here decides what is erased.

use std::sync::atomic::{AtomicBool, Ordering};

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use super::backend::{Conn, Read};
use super::keys::CompletionKey;
use super::schema::erased_keys;
use super::vault::KeyedDigest;

/// The prefix of an erased key. Only our own answers contain keys with this prefix, so a report that carries one refers to
/// the erased record.
const PREFIX: &str = "erased_";

/// What an erased key was, by the number that the table has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErasedKind {
    /// What a source called a completion; unique within the source.
    External = 1,
    /// A transaction id, whatever its case; unique within its app.
    Transaction = 2,
    /// The id of a click; converted once for each goal.
    Click = 3,
}

/// The erased keys of a store, as far as a process knows them: how they are made, and whether there are any.
#[derive(Debug)]
pub(super) struct ErasedKeys {
    digests: KeyedDigest,
    /// Once there is one, there is one for ever.
    has_some: AtomicBool,
}

impl ErasedKeys {
    pub(super) fn new(digests: KeyedDigest) -> Self {
        Self { digests, has_some: AtomicBool::new(false) }
    }

    /// Whether this process knows that there are any; false: the database has to be asked.
    pub(super) fn has_known(&self) -> bool {
        self.has_some.load(Ordering::Relaxed)
    }

    /// Notes what the database said: whether there are any.
    pub(super) fn note(&self, has_some: bool) -> bool {
        self.has_some.fetch_or(has_some, Ordering::Relaxed) || has_some
    }

    /// Whether there are any. The database is asked until there are: another node may erase at any moment.
    pub(super) fn has_any(&self, conn: &mut Conn) -> QueryResult<bool> {
        if self.has_known() { Ok(true) } else { any().get_result(conn).map(|has_some| self.note(has_some)) }
    }

    /// What a source calls a completion.
    pub(super) fn external_id(&self, source_id: &str, external_id: &str) -> String {
        self.digest("external id", source_id, external_id)
    }

    /// A transaction id, whatever its case; the same in every app, because it is looked for without one as well.
    pub(super) fn transaction_id(&self, transaction_id: &str) -> String {
        self.digest("transaction id", "", &transaction_id.to_ascii_lowercase())
    }

    /// What a source calls a reversal of a completion.
    pub(super) fn reversal_id(&self, completion_id: &str, reversal_id: &str) -> String {
        self.digest("reversal id", completion_id, reversal_id)
    }

    /// The id of a click.
    pub(super) fn click_id(&self, click_id: &str) -> String {
        self.digest("click id", "", click_id)
    }

    /// Our ids hold no colon, so two different inputs never make the same text to be digested.
    fn digest(&self, of: &str, within: &str, text: &str) -> String {
        let digest = self.digests.of(&[format!("erased {of}:{within}:{text}").as_bytes()]);
        format!("{PREFIX}{}", hex::encode(digest))
    }
}

/// What may stand in the table for a key: its digest, or the key itself where it may be a digest that was read in an
/// answer of ours.
pub(super) fn names(digest: String, text: &str) -> impl Iterator<Item = String> + use<> {
    [Some(digest), text.starts_with(PREFIX).then(|| text.to_owned())].into_iter().flatten()
}

/// Keeps a key as its digest, with what it leads to: a completion and, of an external id, the digests of what the report
/// gave.
pub(super) fn keep(
    conn: &mut Conn,
    kind: ErasedKind,
    digest: &str,
    scope: &str,
    (completion_id, digests): (CompletionKey, Option<Vec<u8>>),
) -> QueryResult<()> {
    let row = (
        erased_keys::digest.eq(digest),
        erased_keys::scope.eq(scope),
        erased_keys::kind.eq(kind as i32),
        erased_keys::completion_id.eq(completion_id),
        erased_keys::digests.eq(digests),
    );
    diesel::insert_into(erased_keys::table).values(row).execute(conn).map(drop)
}

/// Whether there are any.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn any() -> _ {
    select(exists(erased_keys::table.select(erased_keys::kind)))
}

/// What an erased key leads to: its completion and, of an external id, the digests of what the report gave.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn at<'a>(name: &'a str, scope: &'a str, kind: ErasedKind) -> _ {
    let kind: i32 = kind as i32;
    erased_keys::table.find((name, scope, kind)).select((erased_keys::completion_id, erased_keys::digests))
}

/// The completions whose key of this kind has this digest, whatever it was unique within.
pub(super) fn with_digest(digest: &str, kind: ErasedKind) -> impl Read<'_, CompletionKey> {
    erased_keys::table
        .filter(erased_keys::digest.eq(digest))
        .filter(erased_keys::kind.eq(kind as i32))
        .select(erased_keys::completion_id)
}

/// The completions whose key of this kind has one of these digests.
pub(super) fn with_any_digest(digests: &[String], kind: ErasedKind) -> impl Read<'_, CompletionKey> {
    erased_keys::table
        .filter(erased_keys::digest.eq_any(digests))
        .filter(erased_keys::kind.eq(kind as i32))
        .select(erased_keys::completion_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::backend;

    fn keys(byte: u8) -> ErasedKeys {
        ErasedKeys::new(KeyedDigest::under(&[byte; 32]))
    }

    #[test]
    fn a_digest_depends_on_the_key_on_what_it_is_of_and_on_whose_it_is_but_not_on_a_transaction_ids_case() {
        let (one, other) = (keys(1), keys(2));
        let digests = [
            one.external_id("src_1", "x"),
            other.external_id("src_1", "x"),
            one.external_id("src_2", "x"),
            one.external_id("src_1", "X"),
            one.transaction_id("x"),
            one.reversal_id("src_1", "x"),
            one.click_id("x"),
        ];
        for (at, digest) in digests.iter().enumerate() {
            assert!(digest.len() <= 128 && !digests[..at].contains(digest), "{digests:?}");
        }
        assert_eq!(one.transaction_id("ABC"), one.transaction_id("abc"));
    }

    #[test]
    fn a_key_that_may_be_a_digest_is_looked_for_as_itself_too() {
        assert_eq!(names("erased_1".to_owned(), "x").collect::<Vec<_>>(), ["erased_1"]);
        assert_eq!(names("erased_1".to_owned(), "erased_x").collect::<Vec<_>>(), ["erased_1", "erased_x"]);
    }

    #[test]
    fn the_database_is_asked_until_somebody_was_erased_and_never_again() {
        let (mut conn, keys) = (backend::in_memory(), keys(1));
        assert!(!keys.has_any(&mut conn).unwrap() && !keys.has_known());
        keep(&mut conn, ErasedKind::Transaction, "erased_1", "app_1", (CompletionKey::of("cmp_1"), None)).unwrap();
        assert!(!keys.has_known() && keys.has_any(&mut conn).unwrap() && keys.has_known());
    }
}

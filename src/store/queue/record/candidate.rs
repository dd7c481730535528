//! A report on its way into the store, with the digests by which it is compared and found: they are computed once,
//! whatever has to be asked of them.

use std::cell::OnceCell;

use super::{NewCompletion, conversion, source};
use crate::domain::completion::Completion;
use crate::domain::identity::FIELDS;
use crate::store::erased_keys::{ErasedKeys, ErasedKind, names};
use crate::store::vault::keyed_digest;

/// Bytes kept of each field's digest: enough that two values agree by accident once in 2^64.
pub(super) const DIGEST_BYTES: usize = 8;

/// A report that may be recorded.
pub(super) struct Candidate<'a> {
    pub(super) new: &'a NewCompletion,
    /// One for each field that is compared or noted.
    pub(super) digests: Vec<u8>,
    /// Made where somebody was erased.
    erased: OnceCell<Vec<ErasedName>>,
}

/// What one of its keys may be called where whoever it is about was erased.
pub(super) struct ErasedName {
    pub(super) kind: ErasedKind,
    pub(super) digest: String,
}

impl<'a> Candidate<'a> {
    pub(super) fn of(key: &[u8; 32], new: &'a NewCompletion) -> Self {
        Self { new, digests: digests(key, new), erased: OnceCell::new() }
    }

    /// What its keys may be called among the erased ones.
    pub(super) fn erased_names(&self, keys: &ErasedKeys) -> &[ErasedName] {
        self.erased.get_or_init(|| {
            let Completion { external_id, transaction_id, click_id, .. } = &self.new.completion;
            let external = names(keys.external_id(source(&self.new.completion), external_id), external_id);
            let transaction = names(keys.transaction_id(transaction_id), &transaction_id.to_ascii_lowercase());
            let click = click_id.iter().flat_map(|click_id| names(keys.click_id(click_id), click_id));
            let named = |kind| move |digest| ErasedName { kind, digest };
            let external = external.map(named(ErasedKind::ExternalId));
            let transaction = transaction.map(named(ErasedKind::TransactionId));
            external.chain(transaction).chain(click.map(named(ErasedKind::ClickId))).collect()
        })
    }

    /// Within what its key of a kind is unique.
    pub(super) fn scope(&self, kind: ErasedKind) -> &str {
        let completion = &self.new.completion;
        match kind {
            ErasedKind::ExternalId => source(completion),
            ErasedKind::TransactionId => &completion.app_id,
            ErasedKind::ClickId => conversion(completion).map_or("", |(_, goal_id)| goal_id),
        }
    }
}

fn digests(key: &[u8; 32], new: &NewCompletion) -> Vec<u8> {
    let mut digests = Vec::with_capacity(FIELDS * DIGEST_BYTES);
    for (position, text) in new.given.texts().iter().enumerate() {
        // The position keeps equal texts of different fields apart; an absent field is all zeros.
        let digest = text.as_ref().map(|text| keyed_digest(key, format!("{position}:{text}").as_bytes()));
        digests.extend_from_slice(&digest.unwrap_or_default()[..DIGEST_BYTES]);
    }
    digests
}

//! A report on its way into the store, with the digests by which it is compared and found: they are computed once,
//! whatever has to be asked of them.

use super::{NewCompletion, source};
use crate::domain::completion::Completion;
use crate::domain::identity::FIELDS;
use crate::store::erased_keys;
use crate::store::vault::keyed_digest;

/// Bytes kept of each field's digest: enough that two values agree by accident once in 2^64.
pub(super) const DIGEST_BYTES: usize = 8;

/// A report that may be recorded.
pub(super) struct Candidate<'a> {
    pub(super) new: &'a NewCompletion,
    /// One for each field that is compared or noted.
    pub(super) digests: Vec<u8>,
    /// Its external id as it stands where whoever it is about was erased.
    pub(super) erased_external_id: String,
    /// Likewise its transaction id.
    pub(super) erased_transaction_id: String,
    /// Likewise its click's id, if it converts one.
    pub(super) erased_click_id: Option<String>,
}

impl<'a> Candidate<'a> {
    pub(super) fn of(key: &[u8; 32], new: &'a NewCompletion) -> Self {
        let Completion { external_id, transaction_id, click_id, .. } = &new.completion;
        Self {
            new,
            digests: digests(key, new),
            erased_external_id: erased_keys::external_id(key, source(&new.completion), external_id),
            erased_transaction_id: erased_keys::transaction_id(key, transaction_id),
            erased_click_id: click_id.as_deref().map(|click_id| erased_keys::click_id(key, click_id)),
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

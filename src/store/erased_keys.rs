//! What a key becomes when whoever it was about is erased: a keyed digest of itself, under which it is found by those
//! who still know it, and from which nobody who reads the store learns it.
//!
//! Each look-up of a key also looks for its digest. Nothing here decides what is erased.

use super::vault::keyed_digest;

/// The prefix of an erased key. Only our own answers contain keys with this prefix, so a report that carries one refers to
/// the erased record.
const PREFIX: &str = "erased_";

/// What a source calls a completion.
pub(super) fn external_id(key: &[u8; 32], source_id: &str, external_id: &str) -> String {
    digest(key, "external id", source_id, external_id)
}

/// A transaction id, whatever its case; the same in every app, because it is looked for without one as well.
pub(super) fn transaction_id(key: &[u8; 32], transaction_id: &str) -> String {
    digest(key, "transaction id", "", &transaction_id.to_ascii_lowercase())
}

/// What a source calls a reversal of a completion.
pub(super) fn reversal_id(key: &[u8; 32], completion_id: &str, reversal_id: &str) -> String {
    digest(key, "reversal id", completion_id, reversal_id)
}

/// The id of a click.
pub(super) fn click_id(key: &[u8; 32], click_id: &str) -> String {
    digest(key, "click id", "", click_id)
}

/// Our ids hold no colon, so two different inputs never make the same text to be digested.
fn digest(key: &[u8; 32], of: &str, within: &str, text: &str) -> String {
    format!("{PREFIX}{}", hex::encode(keyed_digest(key, format!("erased {of}:{within}:{text}").as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_depends_on_the_key_on_what_it_is_of_and_on_whose_it_is_but_not_on_a_transaction_ids_case() {
        let digests = [
            external_id(&[1; 32], "src_1", "x"),
            external_id(&[2; 32], "src_1", "x"),
            external_id(&[1; 32], "src_2", "x"),
            external_id(&[1; 32], "src_1", "X"),
            transaction_id(&[1; 32], "x"),
            reversal_id(&[1; 32], "src_1", "x"),
            click_id(&[1; 32], "x"),
        ];
        for (at, digest) in digests.iter().enumerate() {
            assert!(digest.len() <= 128 && !digests[..at].contains(digest), "{digests:?}");
        }
        assert_eq!(transaction_id(&[1; 32], "ABC"), transaction_id(&[1; 32], "abc"));
    }
}

//! Ids: opaque, of letters, digits and `_`, ordered by the time of their making, so that rows and indexes grow at their
//! end and a list by id is a list by age.
//!
//! The time inside an id is for ordering alone; nothing may read it back as an instant. New ones come from
//! [`crate::random::new_id`], since nothing on this floor reads a clock.

use super::time::Timestamp;

/// Hexadecimal digits after the prefix.
const DIGITS: usize = 32;

/// A text that lies before every id of this prefix made at `instant` or later.
pub fn lower_bound(prefix: &str, instant: Timestamp) -> String {
    format!("{prefix}_{:012x}", instant.as_millis().max(0))
}

/// Whether a text has the form of an id, whatever its prefix: a `ref` must not.
pub fn is_id(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, digits)| {
        prefix.len() == 3
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
            && digits.len() == DIGITS
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

//! The id of a delivery's event in the form of a UUID, for vendors whose requests carry one: the same on every attempt.

use sha2::{Digest, Sha256};

use crate::domain::encoding::hex;

/// Behind what an event's id begins with.
const PREFIX: &str = "evt_";
/// Digits of a UUID.
const DIGITS: usize = 32;

/// The UUID of an event: the digits of its id where those are a UUID's, else one made of the id's SHA-256 (RFC 9562,
/// version 8).
pub(super) fn request_uuid(event_id: &str) -> String {
    let own = event_id.strip_prefix(PREFIX).unwrap_or(event_id);
    if own.len() == DIGITS && own.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return grouped(own);
    }
    let mut bytes = Sha256::digest(event_id.as_bytes());
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    grouped(&hex(&bytes[..DIGITS / 2]))
}

fn grouped(digits: &str) -> String {
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_uuid() {
        let uuid = "01786456-b959-404a-baa7-05ef8a2e0290";
        assert_eq!(request_uuid(&format!("evt_{}", uuid.replace('-', ""))), uuid);
        let made = request_uuid("evt_0iq3v9k2c8g01");
        assert_eq!(made, request_uuid("evt_0iq3v9k2c8g01"));
        assert_ne!(made, request_uuid("evt_0iq3v9k2c8g02"));
        assert_eq!((made.len(), &made[14..15]), (36, "8"));
        assert!(matches!(&made[19..20], "8" | "9" | "a" | "b"), "{made}");
    }
}

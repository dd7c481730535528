//! The signature of a report: `HMAC-SHA256(secret, "{timestamp}.{signed part}")` in lower-case hexadecimal, where the
//! signed part is the raw body, or a GET's path with its query.
//!
//! It takes the same time and says the same whether the surface is unknown or the signature wrong, so that nobody learns
//! which surfaces exist.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::secret::SecretText;
use super::time::Timestamp;

/// How far a report's timestamp may be off.
pub const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Signs a report, as a source does.
pub fn sign(secret: &SecretText, timestamp_ms: i64, signed_part: &[u8]) -> String {
    hex::encode(mac(secret.expose().as_bytes(), &timestamp_ms.to_string(), signed_part).finalize().into_bytes())
}

/// Whether one of the secrets made this signature. `timestamp` is the header's text, since that is what was signed.
pub fn verifies<'a>(
    secrets: impl Iterator<Item = &'a SecretText>,
    timestamp: &str,
    signed_part: &[u8],
    signature: &str,
) -> bool {
    let mut bytes = [0; 32];
    // An upper-case digit would decode, but the documented signature has none.
    let is_signature =
        !signature.bytes().any(|byte| byte.is_ascii_uppercase()) && hex::decode_to_slice(signature, &mut bytes).is_ok();
    // What is none verifies nowhere, and costs what a wrong one does.
    let claimed = if is_signature { bytes.as_slice() } else { &[] };
    let mut tried = 0;
    let mut verified = false;
    for secret in secrets {
        tried += 1;
        verified |= mac(secret.expose().as_bytes(), timestamp, signed_part).verify_slice(claimed).is_ok();
    }
    if tried == 0 {
        // An unknown surface costs what a known one does.
        let known_to_nobody = mac(&[0; 32], timestamp, signed_part).verify_slice(claimed);
        std::hint::black_box(known_to_nobody).ok();
    }
    verified
}

/// Reads a timestamp's text: Unix milliseconds in decimal, in the one form that a number has.
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok().map(Timestamp::from_millis) } else { None }
}

/// Whether a timestamp lies within the tolerance around now.
pub fn is_timely(timestamp: Timestamp, now: Timestamp) -> bool {
    timestamp.since(now).max(now.since(timestamp)) <= TOLERANCE
}

fn mac(key: &[u8], timestamp: &str, signed_part: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(signed_part);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SecretText {
        SecretText::known("secret".to_owned())
    }

    /// The documented vector.
    const SIGNATURE: &str = "1254fa949df5025693cccafe4938a8caeb8760034fb4f7db825f8ea845891ca2";
    const BODY: &[u8] = br#"{"externalId":"order_12345"}"#;

    #[test]
    fn a_report_is_signed_as_documented() {
        assert_eq!(sign(&secret(), 1_719_859_200_000, BODY), SIGNATURE);
    }

    #[test]
    fn another_body_timestamp_key_or_spelling_does_not_verify() {
        let secret = secret();
        let check = |timestamp: &str, body: &[u8], signature: &str| {
            verifies(std::iter::once(&secret), timestamp, body, signature)
        };
        assert!(check("1719859200000", BODY, SIGNATURE));
        assert!(!check("1719859200001", BODY, SIGNATURE));
        assert!(!check("1719859200000", b"{}", SIGNATURE));
        assert!(!check("1719859200000", BODY, &SIGNATURE.to_uppercase()));
        assert!(!check("1719859200000", BODY, ""));
        assert!(!verifies(std::iter::empty(), "1719859200000", BODY, SIGNATURE));
    }

    #[test]
    fn five_minutes_off_is_timely_and_a_millisecond_more_is_not() {
        let now = Timestamp::from_millis(10_000_000);
        for (offset, timely) in [(-300_001, false), (-300_000, true), (0, true), (300_000, true), (300_001, false)] {
            assert_eq!(is_timely(Timestamp::from_millis(10_000_000 + offset), now), timely, "{offset}");
        }
    }
}

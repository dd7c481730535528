//! The second factor: six digits that an app on a person's phone shows for half a minute (RFC 6238, with SHA-1, since many of
//! those apps know nothing else and its weakness does not matter here).
//!
//! Nothing here knows the time or which code was used before: both are arguments.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::time::Timestamp;

/// Bytes of a key: as many as the digest has (RFC 4226).
pub const KEY_BYTES: usize = 20;
/// Seconds for which a code is shown.
const STEP: i64 = 30;
/// Codes before and after the present one that are taken as well: clocks of phones are a little off, and people type slowly.
const MARGIN: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// One more than the highest code.
const CODES: u32 = 1_000_000;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The key that a person's phone and we share. It does not show itself.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TotpKey([u8; KEY_BYTES]);

impl TotpKey {
    /// A key of these bytes.
    pub fn of(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for sealing.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// As people type it into an app.
    pub fn as_base32(&self) -> String {
        // 20 bytes are 32 digits of 5 bits.
        let bit = |at: usize| u32::from(self.0[at / 8] >> (7 - at % 8) & 1);
        let digit = |first: usize| (first..first + 5).fold(0, |value, at| value << 1 | bit(at));
        (0..KEY_BYTES * 8).step_by(5).map(|first| char::from(BASE32[digit(first) as usize])).collect()
    }

    /// As an app reads it from a picture: whose it is, and how its codes are made.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let [issuer, account] = [issuer, account].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string());
        let key = self.as_base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
        )
    }

    /// The step of a code that is right at this instant and has not been used: a code opens once, and none before it any more.
    pub fn accepts(&self, typed: &str, now: Timestamp, used: Option<i64>) -> Option<i64> {
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let present = now.as_seconds().div_euclid(STEP);
        let is_right = |step: &i64| bool::from(self.code(*step).as_bytes().ct_eq(typed.as_bytes()));
        let found = (present - MARGIN..=present + MARGIN).filter(is_right).min()?;
        used.is_none_or(|used| used < found).then_some(found)
    }

    /// The code of a step.
    pub fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let from = usize::from(digest[digest.len() - 1] & 0xf);
        let [a, b, c, d] = [0, 1, 2, 3].map(|at| digest[from + at]);
        format!("{:0DIGITS$}", (u32::from_be_bytes([a, b, c, d]) & 0x7fff_ffff) % CODES)
    }

    /// The code that is shown at an instant.
    pub fn code_at(&self, instant: Timestamp) -> String {
        self.code(instant.as_seconds().div_euclid(STEP))
    }
}

impl fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TotpKey {
        TotpKey::of(*b"12345678901234567890")
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(key().code_at(second(at)), code, "{at}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_once_and_none_before_it_afterwards() {
        let (now, step) = (second(1_111_111_111), 37_037_037);
        assert_eq!(key().accepts("050471", now, None), Some(step));
        assert_eq!(key().accepts(" 050 471 ", now, None), Some(step));
        assert_eq!(key().accepts("050471", now, Some(step)), None);
        let before = key().code(step - 1);
        assert_eq!(key().accepts(&before, now, Some(step)), None);
        assert_eq!(key().accepts(&before, now, None), Some(step - 1));
        assert_eq!(key().accepts(&key().code(step + 1), now, Some(step)), Some(step + 1));
        for wrong in
            [key().code(step - 2), key().code(step + 2), String::new(), "50471".to_owned(), "0504710".to_owned()]
        {
            assert_eq!(key().accepts(&wrong, now, None), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_is_written_as_apps_read_it() {
        assert_eq!(key().as_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            key().uri("Ringback", "ana@example.com"),
            "otpauth://totp/Ringback:ana%40example%2Ecom?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ringback\
             &algorithm=SHA1&digits=6&period=30"
        );
        assert!(!format!("{:?}", key()).contains('1'));
    }
}

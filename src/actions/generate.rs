//! Texts that we make and that nobody can guess: tokens and secrets.
//!
//! Hexadecimal, because a double click selects the whole of it and no mail program breaks or rewrites it.

use crate::domain::secret::SecretText;
use crate::random;

/// 256 bits: as much as the keys and digests that they meet.
const BYTES: usize = 32;

/// A new secret behind a prefix.
pub fn secret(prefix: &str) -> SecretText {
    SecretText::known(text(prefix))
}

/// The text of a new token. The prefix lets scanners of leaked credentials recognise it.
pub fn token() -> String {
    text("rbk_")
}

fn text(prefix: &str) -> String {
    format!("{prefix}{}", hex::encode(random::bytes::<BYTES>()))
}

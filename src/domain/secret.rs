//! Secrets of endpoints: what may be one, and the key it becomes.
//!
//! The text never leaves this type except into the signing engine and the one answer that creates it: there is no
//! `Display`, and `Debug` shows nothing.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::invalid::Invalid;
use super::words::words;

/// Below this a brought secret is accepted with a warning.
pub const SHORT: usize = 16;
/// What is said of it.
pub const SHORT_SECRET: &str = "the secret has fewer than 16 characters and could be guessed";
/// Longest secret in characters.
pub const LONGEST: usize = 256;

/// A secret's text. How its bytes become a key (as they are, or decoded) is the recipe's to say.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretText(String);

impl SecretText {
    /// A secret that a publisher brings: 1–256 characters, no control characters, no white space around it.
    pub fn brought(text: &str) -> Result<Self, Invalid> {
        let length = text.chars().count();
        if length == 0 || length > LONGEST {
            return Err(Invalid::field("secret", format!("must have 1 to {LONGEST} characters, not {length}")));
        }
        if text.chars().any(char::is_control) {
            return Err(Invalid::field("secret", "has a control character (a line break or tab pasted along?)"));
        }
        if text.trim() != text {
            return Err(Invalid::field("secret", "has white space around it, probably pasted along"));
        }
        Ok(Self(text.to_owned()))
    }

    /// A secret that comes from our own store or generator and was checked before.
    pub fn known(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for signing, sealing and the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is short enough to warn about.
    pub fn is_short(&self) -> bool {
        self.0.chars().count() < SHORT
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

words! {
    /// Where a secret stands in its life.
    SecretState {
        /// Created, shown once, signs nothing yet.
        Next = "next",
        /// Signs.
        Active = "active",
        /// Signed once; may be activated again.
        Retired = "retired",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_pasted_with_a_line_break_or_blank_is_refused() {
        for text in ["", "abc\n", " abc", "abc ", "a\u{0}b", &"x".repeat(257)] {
            assert!(SecretText::brought(text).is_err(), "{text:?}");
        }
        assert!(SecretText::brought("a b").is_ok());
        assert!(SecretText::brought(&"é".repeat(256)).is_ok());
    }

    #[test]
    fn a_secret_never_shows_itself() {
        let secret = SecretText::known("hunter2".to_owned());
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}

//! Passwords: which ones may be chosen. Long ones, and nothing that everybody knows of the person; digits and punctuation make
//! people choose worse ones, so nothing is asked about them.
//!
//! How one is kept is not known here: a hash takes randomness and a lot of memory.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::invalid::Invalid;
use super::person::EmailAddress;

/// Shortest password, in characters.
pub const SHORTEST: usize = 12;
/// Longest password, in characters: longer than any that a password manager makes, and nothing that a hasher chews on for long.
pub const LONGEST: usize = 256;

/// A password as somebody typed it. It does not show itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

impl Password {
    /// What somebody typed to prove who it is: whatever it is, it is right or wrong.
    pub fn typed(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// One that a person chooses. `field` is what the caller calls it.
    pub fn chosen(field: &str, text: &str, name: &str, email: &EmailAddress) -> Result<Self, Invalid> {
        let length = text.chars().count();
        if length < SHORTEST {
            return Err(Invalid::field(field, format!("must have {SHORTEST} characters or more, not {length}")));
        }
        if length > LONGEST {
            return Err(Invalid::field(field, format!("must have {LONGEST} characters at most, not {length}")));
        }
        let is = |known: &str| text.trim().to_lowercase() == known.trim().to_lowercase();
        if is(name) || is(email.as_str()) {
            return Err(Invalid::field(field, "must be something else than the name or the e-mail address"));
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it is too long to be anybody's, so that hashing it could only cost time.
    pub fn is_too_long(&self) -> bool {
        self.0.chars().count() > LONGEST
    }

    /// The text, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> Result<Password, Invalid> {
        let email = EmailAddress::parse("ana.long@example.com").unwrap();
        Password::chosen("password", text, "Ana Maria Longname", &email)
    }

    #[test]
    fn a_password_has_twelve_characters_and_is_neither_name_nor_address() {
        for text in
            ["", "elevenchars", "ééééééééééé", "Ana Maria Longname", " ANA MARIA LONGNAME", "Ana.Long@Example.com"]
        {
            assert!(chosen(text).is_err(), "{text:?}");
        }
        assert!(chosen(&"x".repeat(257)).is_err());
        for text in ["aaaaaaaaaaaa", "éééééééééééé", "correct horse", &"x".repeat(256)] {
            assert!(chosen(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_password_never_shows_itself_not_even_in_a_refusal() {
        assert!(!format!("{:?}", Password::typed("hunter2hunter2")).contains("hunter2"));
        assert!(!chosen("hunter2").unwrap_err().to_string().contains("hunter2"));
    }
}

//! What a session's secret vouches for: the token in its forms, and what it was handed to bring back. Before there is a session, the
//! secret of a visit does so for the forms that lead to one.
//!
//! A seal is made of the secret, so no store keeps any and every node knows it; it ends with the session. It is not the secret,
//! so what stands in a page opens nothing.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// What a seal is for. One that was made for a form vouches for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The token in every form of the session.
    Form,
    /// A flash that the next page shows.
    Flash,
    /// The token in a form that is sent before there is a session.
    Visit,
}

impl Purpose {
    fn word(self) -> &'static [u8] {
        match self {
            Self::Form => b"form\0",
            Self::Flash => b"flash\0",
            Self::Visit => b"visit\0",
        }
    }
}

/// The seal of this text, in hexadecimal.
pub fn seal(session: &str, purpose: Purpose, text: &str) -> String {
    let mut mac: Hmac<Sha256> = Hmac::new_from_slice(session.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(purpose.word());
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Whether this is the seal of the text, in a time that tells nothing.
pub fn is_seal(given: &str, session: &str, purpose: Purpose, text: &str) -> bool {
    seal(session, purpose, text).as_bytes().ct_eq(given.as_bytes()).into()
}

/// The token that stands in every form of a session.
pub fn form_token(session: &str) -> String {
    seal(session, Purpose::Form, "")
}

/// Whether this is the token of the session's forms.
pub fn is_form_token(given: &str, session: &str) -> bool {
    is_seal(given, session, Purpose::Form, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_is_of_its_session_and_of_no_other_purpose() {
        let token = form_token("one");
        assert!(is_form_token(&token, "one") && !token.contains("one"));
        assert!(!is_form_token(&token, "other") && !is_form_token("", "one") && !is_form_token(&token[1..], "one"));
        assert!(!is_seal(&token, "one", Purpose::Flash, ""));
        assert!(!is_seal(&seal("one", Purpose::Flash, "a"), "one", Purpose::Flash, "b"));
    }
}

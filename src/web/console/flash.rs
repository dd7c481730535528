//! The one line that says how the last act ended, above the content of the page that follows it.
//!
//! It travels in a cookie of a minute that bears the session's seal, and the page that shows it takes it away. So an act writes
//! nothing to the store for it, every node can show it, and nobody plants words in our pages: only who has the session's secret
//! can make one. Who has no session is told by the page itself.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::domain::session_seal::{self, Purpose};

/// The cookie's name, before its prefix.
pub const COOKIE: &str = "ringback-flash";
/// Seconds: the next page comes at once.
pub const LIFETIME: u64 = 60;

/// How an act ended, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// How it is shown.
    pub kind: Kind,
    /// In words.
    pub text: String,
}

/// How a flash is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It was done.
    Done,
    /// A part of it was done, and the text says which.
    Partly,
    /// It was not done.
    Failed,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Failed => "failed",
        }
    }

    /// The class in the stylesheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Partly => "warn",
            Self::Failed => "bad",
        }
    }

    /// The icon's name.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Done => "delivered",
            Self::Partly => "warning",
            Self::Failed => "dead",
        }
    }

    /// How a screen reader is told of it: at once only where something was not done.
    pub fn role(self) -> &'static str {
        if self == Self::Failed { "alert" } else { "status" }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Done, Self::Partly, Self::Failed].into_iter().find(|kind| kind.word() == word)
    }
}

impl Flash {
    /// As the value of the cookie.
    pub fn to_cookie(&self, session: &str) -> String {
        let text = format!("{}.{}", self.kind.word(), BASE64_URL_SAFE_NO_PAD.encode(&self.text));
        let seal = session_seal::seal(session, Purpose::Flash, &text);
        format!("{text}.{seal}")
    }

    /// Out of the value of the cookie, if this session has made it.
    pub fn from_cookie(value: &str, session: &str) -> Option<Self> {
        let (text, seal) = value.rsplit_once('.')?;
        if !session_seal::is_seal(seal, session, Purpose::Flash, text) {
            return None;
        }
        let (kind, text) = text.split_once('.')?;
        let text = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self { kind: Kind::of(kind)?, text: String::from_utf8(text).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flash_is_shown_to_the_session_that_made_it_alone() {
        let flash = Flash { kind: Kind::Partly, text: "é; a=b\r\n".to_owned() };
        let cookie = flash.to_cookie("one");
        assert!(cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
        assert_eq!(Flash::from_cookie(&cookie, "one"), Some(flash));
        for (value, session) in
            [(cookie.as_str(), "other"), (&cookie.replace("partly", "done"), "one"), ("", "one"), ("a.b", "one")]
        {
            assert_eq!(Flash::from_cookie(value, session), None);
        }
    }
}

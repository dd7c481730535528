//! A value as it is written, and what of it only an attempt knows.

use std::borrow::Cow;

use super::format::{Format, Written};
use super::request_uuid::request_uuid;
use crate::domain::time::Timestamp;

/// A value that only an attempt knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// The id that is the same on every attempt of a delivery.
    EventId,
    /// The same in the form of a UUID.
    RequestUuid,
    /// When the attempt is made.
    AttemptedAt(Format),
    /// The secret in clear, or what stands for it where the text is shown.
    Secret,
    /// The signature, where it stands in the publisher's template.
    Signature,
}

/// What only an attempt knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttemptFacts<'a> {
    pub(super) event_id: &'a str,
    pub(super) attempted_at: Timestamp,
    pub(super) secret: &'a str,
    pub(super) signature: &'a str,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    /// Digits that JSON does not quote.
    Number(Cow<'a, str>),
    Integer(i64),
    Pairs(&'a [(String, String)]),
    Late(Late),
}

/// Whether JSON takes this text for a number as it stands.
pub(super) fn is_json_number(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    is_plain && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

impl Late {
    /// The value, now that the attempt is made.
    pub(super) fn value<'a>(&self, facts: AttemptFacts<'a>) -> Value<'a> {
        match self {
            Self::EventId => Value::Text(facts.event_id.into()),
            Self::RequestUuid => Value::Text(request_uuid(facts.event_id).into()),
            Self::AttemptedAt(format) => format.instant(facts.attempted_at).into(),
            Self::Secret => Value::Text(facts.secret.into()),
            Self::Signature => Value::Text(facts.signature.into()),
        }
    }
}

impl From<Written> for Value<'_> {
    fn from(written: Written) -> Self {
        match written {
            Written::Integer(number) => Self::Integer(number),
            Written::Text(text) => Self::Text(text.into()),
        }
    }
}

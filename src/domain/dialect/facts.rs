//! Facts: what a signed text is rendered from, wherever they come from.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// What a text is rendered from: a completion to be told, a request as received, a draft made by hand.
pub(super) trait Facts {
    /// The URL as it is signed, without its signature.
    fn url(&self) -> Result<Cow<'_, str>, Lacking>;
    /// The value of a placeholder as a receiver decodes it; nothing if it has none.
    fn value(&self, name: &str) -> Result<Cow<'_, str>, Lacking>;
    /// The placeholders that the URL's template uses, but for the signature's own.
    fn used(&self) -> Result<Vec<&str>, Lacking>;
    /// The event's id.
    fn event_id(&self) -> Result<Cow<'_, str>, Lacking>;
    /// When the attempt is made, in this unit.
    fn time(&self, unit: Unit) -> Result<Cow<'_, str>, Lacking>;
    /// The raw body.
    fn body(&self) -> Result<&str, Lacking>;
}

/// What is lacking for a text to be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lacking {
    /// Where it should have been: `url`, `body`, `headers`, `settings.…`, `appId`.
    pub(super) field: String,
    /// A sentence.
    pub(super) words: String,
}

/// The unit of a Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Whole seconds, rounded down.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

impl Unit {
    pub(super) fn of(self, instant: Timestamp) -> i64 {
        match self {
            Self::Seconds => instant.as_seconds(),
            Self::Milliseconds => instant.as_millis(),
        }
    }
}

//! What goes into the engine and what comes out of it: the same types for every dialect.

use std::borrow::Cow;

use super::endpoint_settings::EndpointSettings;
use crate::domain::completion::Completion;
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;

/// What a callback tells about a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackEvent {
    /// The completion itself.
    Completed,
    /// The completion, taken back in whole or in part.
    Reversed(TakenBack),
}

/// What an endpoint contributes to a callback: the publisher's part, as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallbackConfig {
    /// The app's ref where it has one, else its id.
    pub app_label: String,
    /// What is set of the endpoint.
    pub settings: EndpointSettings,
}

impl CallbackConfig {
    /// The same with something else set.
    pub fn with(mut self, change: impl FnOnce(&mut EndpointSettings)) -> Self {
        change(&mut self.settings);
        self
    }
}

/// What a callback says, whenever it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// What was completed.
    pub completion: &'a Completion,
    /// Whether it is given or taken back.
    pub event: &'a CallbackEvent,
    /// The instant at which the delivery was created: an envelope's `createdAt`, the same on every attempt.
    pub created_at: Timestamp,
    /// A test: marked as such in a header.
    pub is_test: bool,
}

/// One callback about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    /// The same on every attempt of a delivery (`evt_…`).
    pub event_id: &'a str,
    /// What was completed.
    pub completion: &'a Completion,
    /// Whether it is given or taken back.
    pub event: &'a CallbackEvent,
    /// The instant of this attempt.
    pub attempted_at: Timestamp,
    /// The instant at which the delivery was created: an envelope's `createdAt`, the same on every attempt.
    pub created_at: Timestamp,
    /// A test: marked as such in a header.
    pub is_test: bool,
}

impl<'a> Callback<'a> {
    /// What it says, without what only this attempt knows.
    pub(super) fn message(&self) -> Message<'a> {
        let Self { completion, event, created_at, is_test, .. } = *self;
        Message { completion, event, created_at, is_test }
    }
}

/// A request, exactly as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The URL, byte for byte.
    pub url: String,
    /// What of it may be shown.
    pub shown: Shown,
    /// All headers in order, except those the HTTP client owns (`Host`, `Content-Length`, `User-Agent`).
    pub headers: Vec<Header>,
    /// The body of a POST, byte for byte.
    pub body: Option<String>,
    /// The text that was signed; `None` where nothing was.
    pub signed_text: Option<String>,
    /// The signature itself; the first, where several go out.
    pub signature: Option<String>,
    /// The signature's first 8 characters: all of it that an attempt record may keep.
    pub signature_start: Option<String>,
    /// What the receiver's answer must hold, where the dialect's word for that has placeholders.
    pub token: Option<String>,
    /// Whether the secret itself travels in it.
    pub shows_secret: bool,
    /// Every signature, and the secret where it travels: to be recognised where a receiver sends them back.
    pub hidden: Vec<String>,
}

/// What stands where a value is not shown.
pub(super) const MASK: &str = "…";

/// What of a URL may be shown: neither a signature nor a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// So many bytes of it: those before the signature.
    UpTo(usize),
    /// This instead.
    Masked(String),
}

impl CallbackRequest {
    /// The URL with the signature left out: what an attempt record may keep.
    pub fn shown_url(&self) -> &str {
        match &self.shown {
            Shown::UpTo(bytes) => self.url.get(..*bytes).unwrap_or_default(),
            Shown::Masked(url) => url,
        }
    }

    /// The same, no longer needed whole.
    pub fn into_shown_url(self) -> String {
        match self.shown {
            Shown::Masked(url) => url,
            Shown::UpTo(bytes) => {
                let mut url = self.url;
                url.truncate(bytes);
                url
            }
        }
    }

    /// A receiver's words without what must not be kept of ours: the signature, and what the publisher's own headers
    /// hold. A redirect's target and an error page commonly repeat the request.
    pub fn without_secrets<'a>(&self, words: Cow<'a, str>) -> Cow<'a, str> {
        let masked = self.headers.iter().filter(|header| header.shown != header.value).map(|header| &header.value);
        let hidden = self.hidden.iter().chain(masked).filter(|value| value.len() >= SHORTEST_HIDDEN);
        hidden.fold(words, |words, value| match words.len() >= value.len() && words.contains(value.as_str()) {
            true => words.replace(value.as_str(), MASK).into(),
            false => words,
        })
    }
}

/// Anything shorter is no secret, and would be found in innocent words.
const SHORTEST_HIDDEN: usize = 6;

/// A header and what of its value may be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// In the documented spelling.
    pub name: String,
    /// As it goes out.
    pub value: String,
    /// As a record may keep it: a signature cut to its first 8 characters, a publisher's own header masked.
    pub shown: String,
}

impl Header {
    /// One that may be shown as it is.
    pub(super) fn plain(name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { name: name.to_owned(), shown: value.clone(), value }
    }
}

/// Neither a URL with its signature nor a header's value may end in a log by way of `{:?}`.
impl std::fmt::Debug for CallbackRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallbackRequest")
            .field("method", &self.method)
            .field("url", &self.shown_url())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.shown)
    }
}

//! A run of refusals: the receiver turns one callback after the other away, in one way, and acknowledges none in between. Five within
//! an hour are one trouble, told once and until the next acknowledgement. Each callback is counted by its first attempt.
//!
//! It must not read a clock or a store, nor know which dialect was spoken: it is told how the endpoint is called. Where runs are kept
//! and who hears of them is said elsewhere.

use std::time::Duration;

use super::attempt::Attempt;
use super::delivery::Outcome;
use super::dialect::callback_url::UrlUse;
use super::moment;
use super::refusal::stands_before;
use super::story::Reader;
use super::time::Timestamp;
use super::words::words;

/// So many refusals of one kind …
pub const MAKE_A_TROUBLE: usize = 5;
/// … within this time are a trouble. One now and then is a receiver's verdict on one callback.
pub const WITHIN: Duration = Duration::from_secs(3_600);
/// Methods of an `Allow` header that are kept: there are nine in all.
const MOST_METHODS: usize = 9;

words! {
    /// How a receiver turns a callback away.
    RefusalKind {
        /// It does not know who calls.
        Unauthorized = "401",
        /// Whoever calls may not.
        Forbidden = "403",
        /// It takes another method.
        MethodNotAllowed = "405",
        /// It finds the callback wrong.
        Unprocessable = "422",
        /// A status of success, and not the body that the dialect asks for.
        UnwantedBody = "unwanted_body",
    }
}

/// What a run is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOf {
    /// The endpoint.
    pub endpoint_id: String,
    /// Which of its URLs was called.
    pub url_use: UrlUse,
    /// How it refused.
    pub kind: RefusalKind,
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How.
    pub kind: RefusalKind,
    /// When.
    pub at: Timestamp,
    /// What stood before the receiver and answered in its place, in words.
    pub in_front: Option<String>,
    /// The methods that a 405 allows.
    pub allows: Option<String>,
}

/// Refusals that no acknowledgement came between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What it is of.
    pub of: RunOf,
    /// When the last of them were, oldest first: as many as make a trouble.
    pub recent: Vec<Timestamp>,
    /// Since when it is a trouble.
    pub raised_at: Option<Timestamp>,
    /// As of the last one that was taken note of.
    pub in_front: Option<String>,
    /// The same.
    pub allows: Option<String>,
}

/// How an endpoint is called.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// By this method.
    pub method: &'a str,
    /// Whether anything is signed.
    pub signed: bool,
}

impl RefusalKind {
    /// How an attempt was refused, if it was.
    pub fn of(attempt: &Attempt) -> Option<Self> {
        match (attempt.outcome, attempt.status_code) {
            (Outcome::HttpStatus, Some(401)) => Some(Self::Unauthorized),
            (Outcome::HttpStatus, Some(403)) => Some(Self::Forbidden),
            (Outcome::HttpStatus, Some(405)) => Some(Self::MethodNotAllowed),
            (Outcome::HttpStatus, Some(422)) => Some(Self::Unprocessable),
            (Outcome::BodyMismatch, _) => Some(Self::UnwantedBody),
            _ => None,
        }
    }

    /// In words: `with 401`.
    pub fn said(self) -> &'static str {
        match self {
            Self::Unauthorized => "with 401",
            Self::Forbidden => "with 403",
            Self::MethodNotAllowed => "with 405",
            Self::Unprocessable => "with 422",
            Self::UnwantedBody => "by a body that is no acknowledgement",
        }
    }
}

impl Refused {
    /// The refusal that an attempt ended with, if it did.
    pub fn by(attempt: &Attempt, at: Timestamp) -> Option<Self> {
        let kind = RefusalKind::of(attempt)?;
        let status = attempt.status_code.unwrap_or_default();
        let body = attempt.response_body.as_deref().unwrap_or_default();
        let in_front = stands_before(status, &attempt.response_headers, body);
        let allows = if kind == RefusalKind::MethodNotAllowed { allowed(&attempt.response_headers) } else { None };
        Some(Self { kind, at, in_front, allows })
    }
}

/// The methods of an `Allow` header; nothing that is no method is kept of it.
fn allowed(headers: &[(String, String)]) -> Option<String> {
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("allow"))?;
    let is_method =
        |word: &&str| !word.is_empty() && word.len() <= 10 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let methods: Vec<String> =
        value.split(',').map(str::trim).filter(is_method).take(MOST_METHODS).map(str::to_ascii_uppercase).collect();
    (!methods.is_empty()).then(|| methods.join(", "))
}

impl Run {
    /// The run after one more refusal.
    pub fn after(before: Option<Self>, of: RunOf, refused: Refused) -> Self {
        let Refused { at, in_front, allows, .. } = refused;
        let (mut recent, raised_at) = before.map(|run| (run.recent, run.raised_at)).unwrap_or_default();
        recent.push(at);
        // Of several nodes one may come late with an earlier one.
        recent.sort();
        recent.drain(..recent.len().saturating_sub(MAKE_A_TROUBLE));
        let span = recent.last().zip(recent.first()).map(|(last, first)| last.since(*first));
        let is_trouble = recent.len() == MAKE_A_TROUBLE && span.is_some_and(|span| span <= WITHIN);
        Self { of, recent, raised_at: raised_at.or(is_trouble.then_some(at)), in_front, allows }
    }

    /// The last refusal that was taken note of.
    pub fn last_at(&self) -> Timestamp {
        self.recent.last().copied().unwrap_or_default()
    }

    /// What is to be said of a trouble, in the words of whoever reads it.
    pub fn message(&self, sent: &Sent<'_>, reader: Reader, now: Timestamp) -> String {
        let why = self.why(sent, reader);
        let Some(since) = self.raised_at else { return why };
        format!("{why}; so since {}, until the next acknowledgement: send a test", moment::bare(since, now))
    }

    /// Whether another refusal says anything that this trouble does not tell yet.
    pub fn tells(&self, refused: &Refused) -> bool {
        self.raised_at.is_some() && self.in_front == refused.in_front && self.allows == refused.allows
    }

    fn why(&self, sent: &Sent<'_>, reader: Reader) -> String {
        let method = sent.method;
        let (server, own) = (reader.server(), reader.choose("your", "its"));
        // The publisher's server, named once, is `it` from then on.
        let again = reader.choose("your server", "it");
        let url = match self.of.url_use {
            UrlUse::Callback => "callbacks",
            UrlUse::Reversal => "reversals, at the reversal URL,",
        };
        let told = format!("{server} refuses {url} {} and has acknowledged none since", self.of.kind.said());
        match (&self.in_front, self.of.kind) {
            (Some(seen), _) => format!("{told}: something in front of {server} answered: {seen}"),
            (None, RefusalKind::MethodNotAllowed) => {
                let allowed = match &self.allows {
                    Some(allowed) => format!("it allows {allowed}"),
                    None => "its Allow header does not say which it takes".to_owned(),
                };
                format!("{told}: it does not accept {method}, which this dialect sends; {allowed}")
            }
            (None, RefusalKind::UnwantedBody) if sent.signed => {
                format!("{told}: {own} secret does not match, or {again} does not answer as the dialect asks for")
            }
            (None, RefusalKind::UnwantedBody) => {
                format!("{told}: {again} checks a token in the URL, or does not answer as the dialect asks for")
            }
            (None, _) if !sent.signed => {
                format!("{told}: {again} does not let this address in, or checks a token in the URL")
            }
            (None, RefusalKind::Forbidden) => format!(
                "{told}: {own} secret does not match, {again} checks another text than we sign, or it does not let the \
                 egress IP in"
            ),
            (None, _) => format!("{told}: {own} secret does not match, or {again} checks another text than we sign"),
        }
    }
}

#[cfg(test)]
mod tests;

//! An attempt: what was sent of a delivery, how the exchange ended, and what may be kept of both.
//!
//! Never a signature, a secret or a publisher's own header: a [`CallbackRequest`] says for itself what of it may be shown.
//! What an exchange means for its delivery is decided in [`super::decision`].

use std::time::Duration;

use super::delivery::Outcome;
use super::dialect::callback::CallbackRequest;
use super::time::Timestamp;

/// One exchange, as far as it may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// 1, 2, … over the delivery's life.
    pub number: u32,
    /// Whether the schedule counts it.
    pub counted: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// The source address; `None`: the host's own route.
    pub egress_ip: Option<String>,
    /// The address connected to.
    pub peer: Option<String>,
    /// `GET` or `POST`; unknown of an interrupted one.
    pub method: Option<String>,
    /// Without its signature.
    pub url: Option<String>,
    /// As they may be shown.
    pub headers: Vec<(String, String)>,
    /// The signature's first 8 characters.
    pub signature_start: Option<String>,
    /// The secret that signed.
    pub secret_id: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// In words.
    pub error: Option<String>,
    /// The receiver's status.
    pub status_code: Option<u16>,
    /// The receiver's headers.
    pub response_headers: Vec<(String, String)>,
    /// The first KiB of the receiver's body.
    pub response_body: Option<String>,
    /// What `Retry-After` asked for.
    pub retry_after_seconds: Option<u64>,
    /// When the next attempt follows.
    pub next_attempt_at: Option<Timestamp>,
}

/// An exchange with a publisher's server that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Why it is no acknowledgement; `None`: it is one.
    pub failure: Option<Failure>,
    /// What the receiver said.
    pub answer: Option<ReceiverAnswer>,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
}

/// Why an exchange is no acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In one word.
    pub outcome: Outcome,
    /// In words, without URL or signature.
    pub error: String,
    /// Whose fault it was: ours burns no attempt.
    pub ours: bool,
}

/// What of a receiver's answer is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiverAnswer {
    /// Its status.
    pub status: u16,
    /// The address that answered.
    pub peer: Option<String>,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// The first KiB of its body.
    pub body: String,
    /// What `Retry-After` asked for.
    pub retry_after: Option<Duration>,
}

/// An exchange, with what was sent.
#[derive(Clone, Debug)]
pub struct SentAttempt {
    /// What went out; `None` if nobody knows any more.
    pub request: Option<CallbackRequest>,
    /// Which secret signed it.
    pub secret_id: Option<String>,
    /// Where it left from; `None`: the host's own route.
    pub egress_ip: Option<String>,
    /// How it ended.
    pub exchange: Exchange,
}

impl Failure {
    /// The publisher's.
    pub fn theirs(outcome: Outcome, error: impl Into<String>) -> Self {
        Self { outcome, error: error.into(), ours: false }
    }

    /// Ours.
    pub fn ours(outcome: Outcome, error: impl Into<String>) -> Self {
        Self { outcome, error: error.into(), ours: true }
    }
}

impl Exchange {
    /// We stopped in the middle of it: whether the request left is unknown.
    pub fn interrupted(started_at: Timestamp, duration: Duration, error: &str) -> Self {
        Self { failure: Some(Failure::ours(Outcome::Interrupted, error)), answer: None, started_at, duration }
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.failure.as_ref().map_or(Outcome::Delivered, |failure| failure.outcome)
    }

    /// Whether it failed by a fault of ours.
    pub fn is_our_fault(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.ours)
    }
}

impl SentAttempt {
    /// What may be kept of it, under this number.
    pub fn record(self, number: u32, counted: bool) -> Attempt {
        let Self { request, secret_id, egress_ip, exchange } = self;
        let outcome = exchange.outcome();
        let answered = exchange.answer.is_some();
        let answer = exchange.answer.unwrap_or_default();
        let (method, url, headers, signature_start) = match request {
            Some(mut request) => {
                let headers = std::mem::take(&mut request.headers);
                let shown = headers.into_iter().map(|header| (header.name, header.shown)).collect();
                let signature_start = request.signature_start.take();
                (Some(request.method.to_owned()), Some(request.into_shown_url()), shown, signature_start)
            }
            None => (None, None, Vec::new(), None),
        };
        Attempt {
            number,
            counted,
            started_at: exchange.started_at,
            duration_ms: u64::try_from(exchange.duration.as_millis()).unwrap_or(u64::MAX),
            egress_ip,
            peer: answer.peer,
            method,
            url,
            headers,
            signature_start,
            secret_id,
            outcome,
            error: exchange.failure.map(|failure| failure.error),
            status_code: answered.then_some(answer.status),
            response_headers: answer.headers,
            // PostgreSQL's text holds every character but NUL, and whoever copies an answer of ours into a database has
            // to be able to.
            response_body: answered.then(|| answer.body.replace('\0', "\u{fffd}")),
            retry_after_seconds: answer.retry_after.map(|asked| asked.as_secs()),
            next_attempt_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_in_an_answer_is_kept_as_u_fffd() {
        let answer = ReceiverAnswer { status: 200, body: "o\0k".to_owned(), ..ReceiverAnswer::default() };
        let exchange = Exchange {
            failure: None,
            answer: Some(answer),
            started_at: Timestamp::from_millis(0),
            duration: Duration::ZERO,
        };
        let sent = SentAttempt { request: None, secret_id: None, egress_ip: None, exchange };
        assert_eq!(sent.record(1, true).response_body.as_deref(), Some("o\u{fffd}k"));
    }
}

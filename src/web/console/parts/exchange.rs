//! An attempt as people look at it: what was sent with its signature masked, what came back, from where to where.

use std::fmt::Write;
use std::time::Duration;

use super::state::Tone;
use crate::domain::attempt::Attempt;
use crate::domain::delivery::Outcome;
use crate::web::console::words::{durations, sentences};

/// One exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// `200 · 84 ms`, `no answer · 30 s`.
    pub answer: String,
    /// The icon's name.
    pub icon: &'static str,
    /// How it went.
    pub tone: Tone,
    /// `203.0.113.7 → 198.51.100.4`, as far as it is known.
    pub addresses: String,
    /// Method, URL and headers; nothing where nobody knows what left.
    pub request: Option<String>,
    /// Status, headers and the first KiB of the body.
    pub response: Option<String>,
    /// Why it is no acknowledgement, in words.
    pub error: Option<String>,
}

impl Exchange {
    /// Of this attempt.
    pub fn of(attempt: &Attempt) -> Self {
        let is_done = attempt.outcome == Outcome::Delivered;
        let from = attempt.egress_ip.as_deref().unwrap_or("the host's own address");
        let addresses = match &attempt.peer {
            Some(peer) => format!("{from} → {peer}"),
            None => format!("from {from}"),
        };
        let took = durations::written(Duration::from_millis(attempt.duration_ms));
        Self {
            answer: format!("{} · {took}", answered(attempt)),
            icon: if is_done { "delivered" } else { "dead" },
            tone: if is_done { Tone::Ok } else { Tone::Bad },
            addresses,
            request: request(attempt),
            response: attempt.status_code.map(|status| response(attempt, status)),
            error: attempt.error.clone(),
        }
    }

    /// The same with what is wrong about it as a sentence.
    pub fn in_sentences(attempt: &Attempt) -> Self {
        Self { error: attempt.error.as_deref().map(sentences::of), ..Self::of(attempt) }
    }

    /// Whether it went wrong, so that it is shown unfolded.
    pub fn is_failed(&self) -> bool {
        self.tone == Tone::Bad
    }
}

/// What came back, in few words.
fn answered(attempt: &Attempt) -> String {
    match (attempt.status_code, attempt.outcome) {
        (Some(status), _) => status.to_string(),
        (None, Outcome::Timeout) => "no answer".to_owned(),
        (None, Outcome::Connect) => "no connection".to_owned(),
        (None, Outcome::Tls) => "no TLS session".to_owned(),
        (None, Outcome::Dns) => "no address for its name".to_owned(),
        (None, Outcome::BlockedTarget) => "not sent: address not public".to_owned(),
        (None, Outcome::EgressUnavailable) => "not sent: egress IP not usable".to_owned(),
        (None, Outcome::Interrupted) => "interrupted on our side".to_owned(),
        (None, _) => "no HTTP answer".to_owned(),
    }
}

fn request(attempt: &Attempt) -> Option<String> {
    let (method, url) = (attempt.method.as_ref()?, attempt.url.as_ref()?);
    let mut text = format!("{method} {url}\n");
    push_headers(&mut text, &attempt.headers);
    Some(text)
}

fn response(attempt: &Attempt, status: u16) -> String {
    let mut text = format!("{status}\n");
    push_headers(&mut text, &attempt.response_headers);
    if let Some(body) = attempt.response_body.as_ref().filter(|body| !body.is_empty()) {
        text.push('\n');
        text.push_str(body);
    }
    text
}

fn push_headers(text: &mut String, headers: &[(String, String)]) {
    for (name, value) in headers {
        // Into a string nothing fails.
        let _ = writeln!(text, "{name}: {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn attempt() -> Attempt {
        Attempt {
            number: 1,
            counted: true,
            started_at: Timestamp::from_millis(0),
            duration_ms: 84,
            egress_ip: Some("203.0.113.7".to_owned()),
            peer: Some("198.51.100.4".to_owned()),
            method: Some("GET".to_owned()),
            url: Some("https://kash.example/pb?tx=1".to_owned()),
            headers: vec![("User-Agent".to_owned(), "Ringback".to_owned())],
            signature_start: None,
            secret_id: None,
            outcome: Outcome::HttpStatus,
            error: None,
            status_code: Some(500),
            response_headers: vec![("server".to_owned(), "x".to_owned())],
            response_body: Some("oops".to_owned()),
            retry_after_seconds: None,
            next_attempt_at: None,
        }
    }

    #[test]
    fn an_answer_is_shown_as_it_came_and_where_from() {
        let shown = Exchange::of(&attempt());
        assert_eq!((shown.answer.as_str(), shown.tone), ("500 · 84 ms", Tone::Bad));
        assert_eq!(shown.addresses, "203.0.113.7 → 198.51.100.4");
        assert_eq!(shown.request.as_deref(), Some("GET https://kash.example/pb?tx=1\nUser-Agent: Ringback\n"));
        assert_eq!(shown.response.as_deref(), Some("500\nserver: x\n\noops"));
    }

    #[test]
    fn what_never_came_is_said_in_words() {
        let silent = Attempt {
            outcome: Outcome::Timeout,
            status_code: None,
            peer: None,
            egress_ip: None,
            duration_ms: 30_000,
            ..attempt()
        };
        let shown = Exchange::of(&silent);
        assert_eq!((shown.answer.as_str(), shown.response), ("no answer · 30 s", None));
        assert_eq!(shown.addresses, "from the host's own address");
    }
}

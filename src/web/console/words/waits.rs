//! What a delivery waits for, and how one was answered, in a few words.

use std::net::IpAddr;
use std::time::Duration;

use super::durations;
use crate::domain::delivery::{Outcome, WaitingFor};

/// What is waited for, where a list is filtered by it.
pub fn reason(reason: WaitingFor) -> &'static str {
    match reason {
        WaitingFor::Retry => "its next attempt",
        WaitingFor::AppPaused => "app paused",
        WaitingFor::CallbackUrl => "no callback URL",
        WaitingFor::Secret => "no secret",
        WaitingFor::EgressIp => "no node holds its egress IP",
        WaitingFor::Permit => "a free place",
        WaitingFor::Completion => "its completion",
        WaitingFor::Review => "review",
        WaitingFor::Fields => "values do not fit the URL",
        WaitingFor::Circuit => "server down",
        WaitingFor::RateLimit => "the app's limit",
        WaitingFor::EndpointDisabled => "endpoint disabled",
    }
}

/// What keeps callbacks back; `address` is the one that no node holds.
pub fn kept_back(by: WaitingFor, address: Option<IpAddr>) -> String {
    match (by, address) {
        (WaitingFor::EgressIp, Some(address)) => format!("no node holds {address}"),
        (WaitingFor::EgressIp, None) => "its egress IP was taken away".to_owned(),
        (other, _) => reason(other).to_owned(),
    }
}

/// How an attempt ended that brought no status, or another word than a status says. The same words are an entry of a filter
/// and stand within a sentence, so each says by itself what was wrong.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "acknowledged",
        Outcome::HttpStatus => "any status that is no success",
        Outcome::BodyMismatch => "wrong body",
        Outcome::Redirect => "redirect",
        Outcome::Timeout => "no answer",
        Outcome::Connect => "no connection",
        Outcome::Tls => "no TLS session",
        Outcome::Dns => "no address for its name",
        Outcome::Protocol => "no HTTP answer",
        Outcome::BlockedTarget => "address not public",
        Outcome::EgressUnavailable => "egress IP not usable",
        Outcome::Interrupted => "interrupted",
    }
}

/// `500 · 84 ms`, `no answer · 30 s`: as a list has room for it.
pub fn answer(status: Option<u16>, ended: Outcome, milliseconds: u64) -> String {
    let took = durations::written(Duration::from_millis(milliseconds));
    let answered = match (status, ended) {
        (Some(status), _) => status.to_string(),
        (None, Outcome::BlockedTarget | Outcome::EgressUnavailable) => "not sent".to_owned(),
        (None, other) => outcome(other).to_owned(),
    };
    format!("{answered} · {took}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_or_what_came_instead_with_its_time() {
        assert_eq!(answer(Some(500), Outcome::HttpStatus, 84), "500 · 84 ms");
        assert_eq!(answer(None, Outcome::Timeout, 30_000), "no answer · 30 s");
        assert_eq!(answer(None, Outcome::EgressUnavailable, 3), "not sent · 3 ms");
        assert_eq!(answer(None, Outcome::Dns, 3), "no address for its name · 3 ms");
    }
}

//! "Where is my reward?": what happened to a completion, whose turn it is, and what whoever has it can do, in words.
//!
//! Pure: everything is given, so that the words are the same for whoever asks. It decides nothing; it only says what the
//! records say already.

mod click;

pub use click::tell_click;

use crate::domain::attempt::Attempt;
use crate::domain::completion::{Completion, ReviewState};
use crate::domain::delivery::{Delivery, EndedReason, Kind, Outcome, Status, WaitingFor};
use crate::domain::reversal::Reversal;
use crate::domain::time::Timestamp;

/// Who has to do something, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Whoever owns the app.
    Publisher,
    /// This service, by itself.
    Ringback,
    /// Whoever runs this service.
    Operator,
    /// Whoever reports completions.
    OfferSystem,
    /// Nothing is to be done.
    Nobody,
}

impl Turn {
    /// The word in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Ringback => "ringback",
            Self::Operator => "operator",
            Self::OfferSystem => "offer_system",
            Self::Nobody => "nobody",
        }
    }
}

/// A delivery, its attempts, and what it waits for at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// Its attempts, oldest first.
    pub attempts: &'a [Attempt],
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What happened, in order.
    pub lines: Vec<String>,
    /// Whose turn it is.
    pub turn: Turn,
    /// What comes next, and who has to do what.
    pub next: String,
}

/// Tells what happened to a completion.
pub fn tell(completion: &Completion, reversals: &[Reversal], callbacks: &[Callback<'_>]) -> Story {
    let (turn, next) = whose_turn(completion, reversals, callbacks);
    Story { lines: lines(completion, reversals, callbacks), turn, next }
}

fn lines(completion: &Completion, reversals: &[Reversal], callbacks: &[Callback<'_>]) -> Vec<String> {
    let by = match &completion.source_id {
        Some(source_id) => format!("reported by source {source_id} as {}", completion.external_id),
        None => "entered by hand".to_owned(),
    };
    let mut events: Vec<(Timestamp, String)> = vec![(completion.recorded_at, format!("{by}, and recorded"))];
    for reversal in reversals {
        let how_much = if reversal.taken.whole { "wholly" } else { "in part" };
        let reason = reversal.reason.as_str();
        events.push((reversal.recorded_at, format!("taken back {how_much} (reason: {reason}), as {}", reversal.id)));
    }
    for callback in callbacks {
        let name = callback.name();
        for attempt in callback.attempts {
            let line = format!("{name}, attempt {}, {}", attempt.number, in_words(attempt));
            events.push((attempt.started_at, line));
        }
        if let (Some(ended_at), Some(end)) = (callback.delivery.ended_at, callback.end()) {
            events.push((ended_at, format!("{name} {end}")));
        }
    }
    // Stable: what happened in the same millisecond stays as it was put down.
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(at, line)| format!("{at}: {line}")).collect()
}

fn whose_turn(completion: &Completion, reversals: &[Reversal], callbacks: &[Callback<'_>]) -> (Turn, String) {
    if callbacks.is_empty() {
        let next = "No callback belongs to this completion: its app's callbacks are off, or no endpoint had chosen this \
                    event type, or they ended so long ago that they are no longer kept. The publisher finds it in \
                    GET /v1/completions.";
        return (Turn::Publisher, next.to_owned());
    }
    let of_kind = |kind| callbacks.iter().filter(move |callback| callback.delivery.kind == kind);
    // The completion's own callbacks come first: those of its reversals depend on them.
    let in_order = of_kind(Kind::Completion).chain(of_kind(Kind::Reversal));
    let turn = |callback: &Callback<'_>| callback.turn(refused_replay(completion, reversals, callbacks, callback));
    let turns: Vec<(Turn, String)> = in_order.map(turn).collect();
    if let Some(open) = turns.iter().find(|(turn, _)| *turn != Turn::Nobody) {
        return open.clone();
    }
    let Some(reversal) = reversals.last() else {
        return turns.into_iter().next().unwrap_or((Turn::Nobody, String::new()));
    };
    let what = if reversal.taken.whole { "It was taken back" } else { "It was taken back in part" };
    let since = format!("{what} at {} (reason: {})", reversal.recorded_at, reversal.reason.as_str());
    let told_of_it = of_kind(Kind::Reversal).any(|callback| callback.delivery.status == Status::Delivered);
    let was_sent = of_kind(Kind::Completion).any(|callback| callback.delivery.status == Status::Delivered);
    if told_of_it {
        (Turn::Nobody, format!("{since}, and the publisher acknowledged that; its own books say what it did."))
    } else if was_sent {
        let next = "and the publisher was not told by a callback, because its endpoint takes none of reversals: it \
                    finds it in GET /v1/completions?reversed=true.";
        (Turn::Publisher, format!("{since}, {next}"))
    } else {
        (Turn::Nobody, format!("{since}, before the publisher had acknowledged it; nothing is due."))
    }
}

/// Whose turn it is instead and why, where a replay would be refused.
fn refused_replay(
    completion: &Completion,
    reversals: &[Reversal],
    callbacks: &[Callback<'_>],
    callback: &Callback<'_>,
) -> Option<(Turn, &'static str)> {
    if callback.delivery.kind != Kind::Completion {
        return None;
    }
    if completion.review.is_some_and(|review| review.state == ReviewState::Waiting) {
        return Some((Turn::Operator, "it is in review, and an account manager releases or rejects it"));
    }
    let waits_for_it = |other: &Callback<'_>| {
        other.delivery.endpoint_id == callback.delivery.endpoint_id && other.waiting_for == Some(WaitingFor::Completion)
    };
    let is_awaited = callbacks.iter().any(waits_for_it);
    (!reversals.is_empty() && !is_awaited).then_some((Turn::Nobody, "it has been taken back, and is not sent again"))
}

impl Callback<'_> {
    fn name(&self) -> String {
        let endpoint = &self.delivery.endpoint_id;
        match &self.delivery.reversal_id {
            Some(reversal_id) => format!("callback of {reversal_id} to endpoint {endpoint}"),
            None => format!("callback to endpoint {endpoint}"),
        }
    }

    /// How it ended, where its last attempt does not say so.
    fn end(&self) -> Option<&'static str> {
        match (self.delivery.status, self.delivery.ended_reason) {
            (Status::Dead, Some(EndedReason::Expired)) => Some("was given up: it had been held for too long"),
            (Status::Dead, _) => Some("was given up"),
            (Status::Canceled, Some(EndedReason::ReversedBeforeSend)) => {
                Some("was canceled before anything was sent, because the completion was taken back")
            }
            (Status::Canceled, _) => Some("was canceled"),
            _ => None,
        }
    }

    fn last(&self) -> String {
        match self.attempts.last() {
            Some(attempt) => format!("attempt {} {}", attempt.number, in_words(attempt)),
            None => "nothing was sent yet".to_owned(),
        }
    }

    fn turn(&self, refused_replay: Option<(Turn, &'static str)>) -> (Turn, String) {
        let Self { delivery, waiting_for, .. } = self;
        let (name, last) = (self.name(), self.last());
        let replay = format!("POST /v1/deliveries/{}/replay", delivery.id);
        if let (Status::Dead | Status::Canceled, None | Some(EndedReason::Expired), Some((turn, why))) =
            (delivery.status, delivery.ended_reason, refused_replay)
        {
            return (turn, format!("The {name} {} ({last}); {why}.", self.end().unwrap_or("has ended")));
        }
        match delivery.status {
            Status::Delivered => {
                let at = delivery.ended_at.map(|at| format!(" at {at}")).unwrap_or_default();
                let next = "whether the user was credited is in the publisher's own books.";
                (Turn::Nobody, format!("The {name} was acknowledged{at} ({last}); {next}"))
            }
            Status::Dead => {
                let end = self.end().unwrap_or("was given up");
                let next = "The publisher mends its receiver, and then sends it again with";
                (Turn::Publisher, format!("The {name} {end} ({last}). {next} {replay}."))
            }
            Status::Canceled => match delivery.ended_reason {
                Some(_) => (Turn::Nobody, format!("The {name} was canceled: nothing was sent, and nothing is due.")),
                None => (Turn::Publisher, format!("The {name} was canceled by hand; {replay} sends it after all.")),
            },
            Status::Sending => (Turn::Ringback, format!("The {name} is being sent at this moment.")),
            Status::Held | Status::Pending | Status::Retrying => {
                let (turn, why) = self.waits(*waiting_for);
                (turn, format!("The {name} waits: {why} ({last})."))
            }
        }
    }

    fn waits(&self, waiting_for: Option<WaitingFor>) -> (Turn, String) {
        let app = &self.delivery.app_id;
        let due = self.delivery.due_at.map(|at| format!(" at {at}")).unwrap_or_default();
        match waiting_for {
            Some(WaitingFor::AppPaused) => {
                (Turn::Publisher, format!("the app is paused; the publisher resumes it with PATCH /v1/apps/{app}"))
            }
            Some(WaitingFor::CallbackUrl) => {
                let why = "the endpoint has no callback URL; the publisher sets one with PATCH /v1/apps/";
                (Turn::Publisher, format!("{why}{app}"))
            }
            Some(WaitingFor::Secret) => {
                let why =
                    "the endpoint has no active secret, which its dialect needs; the publisher makes one with POST";
                (Turn::Publisher, format!("{why} /v1/apps/{app}/secrets"))
            }
            Some(WaitingFor::Fields) => {
                let why = "its callback URL or dialect cannot carry the completion's values; the publisher changes the \
                           callback URL";
                (Turn::Publisher, why.to_owned())
            }
            Some(WaitingFor::EgressIp) => {
                let why = "no live node holds the egress IP that it has to leave from, or the assignment was removed; \
                           the operator starts such a node, or an account manager assigns another egress IP";
                (Turn::Operator, why.to_owned())
            }
            Some(WaitingFor::Retry) => (Turn::Ringback, format!("the next attempt follows{due}")),
            Some(WaitingFor::Completion) => {
                (Turn::Nobody, "it follows once the callback of its completion was acknowledged".to_owned())
            }
            Some(WaitingFor::Review) => {
                let why = "it is in review; an account manager releases or rejects it, or it is released";
                (Turn::Operator, format!("{why}{due}"))
            }
            Some(WaitingFor::Permit) | None => {
                (Turn::Ringback, "it is sent as soon as its endpoint has room for one more".to_owned())
            }
        }
    }
}

/// How an attempt ended.
fn in_words(attempt: &Attempt) -> String {
    let status = attempt.status_code.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    match attempt.outcome {
        Outcome::Delivered => format!("was acknowledged with {status}"),
        Outcome::HttpStatus => format!("answered {status}"),
        Outcome::BodyMismatch => format!("answered {status}, but with a body that acknowledges nothing"),
        Outcome::Redirect => format!("answered {status}, a redirect, which is never followed"),
        Outcome::Timeout => "had no answer in time".to_owned(),
        Outcome::Connect => "found no connection".to_owned(),
        Outcome::Tls => "found no TLS session".to_owned(),
        Outcome::Dns => "found no address for the host's name".to_owned(),
        Outcome::Protocol => "had no HTTP answer, or the connection broke".to_owned(),
        Outcome::BlockedTarget => "was not sent, because its target is no public address".to_owned(),
        Outcome::EgressUnavailable => "was not sent, because the egress IP could not be used".to_owned(),
        Outcome::Interrupted => "was interrupted on our side".to_owned(),
    }
}

#[cfg(test)]
mod tests;
